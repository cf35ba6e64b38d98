/** The public street screen: one junction, for everybody who passes it. */
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import "../shared/base.css";
import "./screen.css";
import { ApiError, publicApi } from "../shared/api";
import { HTML_LANG, isLanguage, localeOf, translator, type Translate } from "../shared/i18n";
import { layPlates } from "../shared/plate";
import { backoff, openStream } from "../shared/sse";
import type { Figures, Hello, Language, MoreEvent, PublicJunction, ReplayEvent, SceneEvent } from "../shared/types";
import { happened } from "../shared/words/street";
import { Director } from "./director";
import { Panel, useNow } from "./panel";
import { Stage } from "./stage";
import { Version } from "./version";
import { stayAwake } from "./wake";
import { SCREEN_WORDS, type ScreenKey } from "./words";

const asked = new URLSearchParams(location.search);
const version = new Version();
const AGAIN_MS = 5 * 60_000;
/** Between two tries at most: who stands before it waits no longer. A thousand screens then ask a hundred times a second. */
const LONGEST_MS = 10_000;
/** Scenes come five a second; without one for so long there is no picture of the street. */
const BLIND_MS = 6000;

declare global {
  interface Window { passerby?: { stage: Stage } }
}

/** A junction that was asked for and is none, and those there are. */
interface Missing { missing: string; there: { id: string; name: string }[] }
type Shown = PublicJunction | Missing | "none" | null;
const isJunction = (shown: Shown): shown is PublicJunction => shown !== null && shown !== "none" && !("missing" in shown);

/** What is to be shown; fails where the server does not answer. */
async function found(): Promise<Exclude<Shown, null>> {
  const wanted = asked.get("junction");
  const id = wanted ?? (await publicApi.junctions())[0]?.id;
  if (id === undefined) return "none";
  try {
    return await publicApi.junction(id);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    return { missing: id, there: await publicApi.junctions() };
  }
}

function Screen() {
  const [junction, setJunction] = useState<Shown>(null);
  useEffect(() => {
    let tries = 0;
    let timer: ReturnType<typeof setTimeout>;
    const load = async () => {
      try {
        const fresh = await found();
        // the same drawing stays the same object: the stage is built anew only when something changed
        setJunction((old) => (JSON.stringify(old) === JSON.stringify(fresh) ? old : fresh));
        if (isJunction(fresh)) {
          tries = 0;
          timer = setTimeout(load, AGAIN_MS);
          return;
        }
      } catch {
        // tried again below
      }
      timer = setTimeout(load, backoff(tries++, 1000, LONGEST_MS, Math.random));
    };
    void load();
    return () => clearTimeout(timer);
  }, []);
  const language = languageOf(junction);
  useEffect(() => {
    document.documentElement.lang = HTML_LANG[language];
  }, [language]);
  const t = translator(language, SCREEN_WORDS);
  if (junction === null || junction === "none")
    return <main class="waiting"><p role="status">{t(junction === null ? "starting" : "noJunction")}</p></main>;
  if (!isJunction(junction)) return <NoSuch {...junction} t={t} />;
  return <Street junction={junction} language={language} />;
}

function NoSuch({ missing, there, t }: Missing & { t: Translate<ScreenKey> }) {
  const address = (id: string) => {
    const other = new URLSearchParams(asked);
    other.set("junction", id);
    return `?${other}`;
  };
  return (
    <main class="waiting missing">
      <div role="status"><h1>{t("unknownJunction", { id: missing.slice(0, 60) })}</h1></div>
      {there.length > 0 && <p>{t("thereAre")}</p>}
      <ul>{there.map(({ id, name }) => <li key={id}><a href={address(id)}>{id}</a> {name}</li>)}</ul>
    </main>
  );
}

function languageOf(junction: Shown): Language {
  const wanted = asked.get("lang");
  if (isLanguage(wanted)) return wanted;
  if (isJunction(junction) && isLanguage(junction.language)) return junction.language;
  const own = navigator.language.slice(0, 2);
  return isLanguage(own) ? own : "en";
}

function Street({ junction, language }: { junction: PublicJunction; language: Language }) {
  const t = useMemo(() => translator(language, SCREEN_WORDS), [language]);
  const host = useRef<HTMLDivElement>(null);
  const caption = useRef<HTMLDivElement>(null);
  const [figures, setFigures] = useState<Figures | null>(null);
  const [live, setLive] = useState<boolean | null>(null);
  const [replay, setReplay] = useState<ReplayEvent | null>(null);
  const [blind, setBlind] = useState(false);
  const [recorded, setRecorded] = useState(false);

  useEffect(() => {
    const stage = new Stage(host.current!, junction.plan, () => caption.current?.offsetHeight ?? 0);
    window.passerby = { stage };
    void layPlates(junction.plates ?? []).then((laid) => laid.length > 0 && stage.lay(laid));
    const director = new Director((event, done) => {
      setReplay(event);
      stage.replay(event, () => {
        setReplay(null);
        done();
      });
    });
    const since = performance.now();
    let fed = true;
    const refresh = () => publicApi.figures(junction.id).then(setFigures, () => undefined);
    const stream = openStream({
      url: publicApi.stream(junction.id),
      longest_ms: LONGEST_MS,
      on: {
        hello: (hello: Hello) => {
          version.heard(hello.v);
          fed = true;
          stage.crowd.rate = hello.rate ?? 1;
          setRecorded(hello.recorded ?? false);
          void refresh();
        },
        live: ({ on }: { on: boolean }) => {
          fed = on;
          if (!on) {
            stage.crowd.clear();
            stage.showLights({});
          }
          setBlind(!on);
        },
        scene: (scene: SceneEvent) => {
          // what comes with `hello` may be older than the silence
          if (!fed) return;
          stage.crowd.push(scene.users, performance.now(), scene.dt);
          stage.showLights(scene.lights ?? {});
        },
        replay: (event: ReplayEvent) => director.take(event),
        more: (event: MoreEvent) => {
          director.more(event);
          stage.more(event);
        },
        withdraw: ({ token }: { token: string }) => {
          director.withdraw(token);
          stage.withdraw(token);
        },
        figures: setFigures,
      },
      onState: (open) => {
        setLive(open);
        if (!open) stage.showLights({});
      },
    });
    const hourly = setInterval(refresh, 10 * 60_000);
    const watch = setInterval(() => {
      const now = performance.now();
      const silent = !fed || Math.min(stage.crowd.silence(now), now - since) > BLIND_MS;
      if (silent) stage.showLights({});
      setBlind(silent);
    }, 1000);
    stayAwake();
    return () => {
      clearInterval(hourly);
      clearInterval(watch);
      stream.close();
      stage.close();
    };
  }, [junction]);

  return (
    <main class={replay === null ? "street" : "street replaying"}>
      <div class="view">
        <header>
          <h1>{junction.name}</h1>
          <p class="state">
            <span class={`lamp ${live === false || blind ? "off" : replay === null ? "on" : "then"}`} aria-hidden="true" />
            {t(replay !== null ? "replay" : live === false || blind ? "dark" : recorded ? "recording" : "live")}
            {!recorded && <Clock language={language} timezone={junction.timezone} />}
          </p>
        </header>
        <div class="plan">
          <div class="stage" ref={host} role="img" aria-label={t("plan")} />
          <div class="caption" role="status" ref={caption}>
            {replay === null && (live === false || blind) && <p class="lost">{t(live === false ? "lost" : "blind")}</p>}
            {replay !== null && (
              <p class="happened" style={{ "--for": `${(replay.length ?? replay.frames.length) * 0.2}s` }}>
                {happened(language, replay.kind, replay.classes)}
              </p>
            )}
          </div>
        </div>
      </div>
      <Panel junction={junction} figures={figures} recorded={recorded} watched={live === true && !blind} language={language} t={t} />
    </main>
  );
}

function Clock({ language, timezone }: { language: Language; timezone?: string }) {
  const now = useNow(5000);
  const text = new Intl.DateTimeFormat(localeOf(language), { hour: "2-digit", minute: "2-digit", timeZone: timezone }).format(now);
  return <span class="clock">{text}</span>;
}

render(<Screen />, document.getElementById("app")!);
