/** The operator's wall. */
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import "../shared/base.css";
import "./wall.css";
import { api } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import { openStream } from "../shared/sse";
import { LANGUAGES, type CameraHealth, type EventRow, type Hello, type Junction, type JunctionSummary, type Language, type Session } from "../shared/types";
import { Cameras } from "./cameras";
import { Counts } from "./counts";
import { Events } from "./events";
import { signedOut, useFetched } from "./fetched";
import { HeatMap } from "./heat";
import type { Feed, OperatorScene } from "./live";
import { Choice, Ready } from "./parts";
import { Ranking } from "./ranking";
import { Settings } from "./settings";
import { Take } from "./take";
import { Thumb } from "./thumb";
import { OWN_NAME, prefer, preferred, speech, Spoken, stateKey, useSpeech, type WallKey } from "./words";

const PAGES = ["events", "counts", "map", "ranking", "cameras", "take", "settings"] as const satisfies readonly WallKey[];
type Page = (typeof PAGES)[number];
interface Where { junction: string | null; page: Page; event: string | null }
const LIVE_THUMBS = 3;
const SUMMARY_MS = 15_000;

/** #/junction/page/event */
function readWhere(): Where {
  const [junction = "", page = "", event = ""] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  return { junction: junction || null, page: PAGES.find((p) => p === page) ?? "events", event: event || null };
}
function goTo({ junction, page, event }: Where): void {
  location.hash = `#/${[junction ?? "", page, event ?? ""].map(encodeURIComponent).join("/").replace(/\/+$/, "")}`;
}

function Wall({ session }: { session: Session }) {
  const [language, setLanguage] = useState<Language>(preferred());
  const spoken = useMemo(() => speech(language), [language]);
  const { t } = spoken;
  const [where, setWhere] = useState(readWhere);
  const [turn, setTurn] = useState(0);
  const list = useFetched(api.junctions, String(turn));
  useEffect(() => {
    const onHash = () => setWhere(readWhere());
    addEventListener("hashchange", onHash);
    const timer = setInterval(() => setTurn((n) => n + 1), SUMMARY_MS);
    return () => {
      removeEventListener("hashchange", onHash);
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    document.documentElement.lang = HTML_LANG[language];
    document.title = `Passerby: ${t("wall")}`;
  }, [language]);
  const id = where.junction ?? list.data?.[0]?.id ?? null;
  const signOut = () => void api.logout().catch(() => undefined).then(() => location.assign("/login"));
  return (
    <Spoken.Provider value={spoken}>
      <div class="wall">
        <header class="top">
          <h1>Passerby <small>{t("wall")}</small></h1>
          <nav class="links">
            {id !== null && <a href={`/screen?junction=${encodeURIComponent(id)}`}>{t("screen")}</a>}
            {id !== null && <a href={`/site?junction=${encodeURIComponent(id)}`}>{t("editor")}</a>}
          </nav>
          <Choice label={t("language")} value={language} options={LANGUAGES.map((l) => [l, OWN_NAME[l]] as const)} onChange={(l) => { prefer(l); setLanguage(l); }} />
          <span class="me">{session.name}</span>
          <button onClick={signOut}>{t("signOut")}</button>
        </header>
        <nav class="junctions" aria-label={t("junctions")}>
          <Ready from={list}>
            {(all) => (all.length === 0 ? <p class="hint">{t("noJunctions")}</p> : <ul>{all.map((j, i) => <JunctionCard key={j.id} junction={j} live={i < LIVE_THUMBS} chosen={j.id === id} choose={() => goTo({ junction: j.id, page: where.page, event: null })} />)}</ul>)}
          </Ready>
        </nav>
        <main>{id !== null && <OneJunction key={id} id={id} where={where} session={session} />}</main>
      </div>
    </Spoken.Provider>
  );
}

function JunctionCard({ junction, live, chosen, choose }: { junction: JunctionSummary; live: boolean; chosen: boolean; choose: () => void }) {
  const { t } = useSpeech();
  return (
    <li>
      <button class="card" aria-current={chosen} onClick={choose}>
        <Thumb id={junction.id} live={live} />
        <span class="name">{junction.name}</span>
        <span class="state"><span class={`lampdot ${junction.state}`} aria-hidden="true" />{t(stateKey(junction.state))}</span>
      </button>
    </li>
  );
}

function OneJunction({ id, where, session }: { id: string; where: Where; session: Session }) {
  const spoken = useSpeech();
  const fetched = useFetched(() => api.junction(id), id);
  return (
    <Ready from={fetched}>
      {(junction) => (
        <Spoken.Provider value={{ ...spoken, timezone: junction.timezone }}>
          <Inside junction={junction} where={where} session={session} />
        </Spoken.Provider>
      )}
    </Ready>
  );
}

function Inside({ junction, where, session }: { junction: Junction; where: Where; session: Session }) {
  const { t } = useSpeech();
  const [live, setLive] = useState(false);
  const [arrived, setArrived] = useState<EventRow[]>([]);
  const [health, setHealth] = useState<CameraHealth[] | null>(null);
  const feed = useRef<Feed>({ rate: 1, take: null });
  useEffect(() => {
    const stream = openStream({
      url: api.stream(junction.id),
      on: {
        hello: (hello: Hello) => (feed.current.rate = hello.rate ?? 1),
        scene: (scene: OperatorScene) => feed.current.take?.(scene),
        event: (row: EventRow) => setArrived([row]),
        health: (h: { cameras: CameraHealth[] }) => setHealth(h.cameras),
      },
      onState: (open) => {
        setLive(open);
        if (!open) api.session().catch(signedOut);
      },
    });
    return () => stream.close();
  }, [junction.id]);
  const to = (page: Page, event: string | null = null) => goTo({ junction: junction.id, page, event });
  return (
    <>
      <div class="heading">
        <h2>{junction.name}</h2>
        <p role="status" class={live ? "live on" : "live"}>{t(live ? "live" : "cut")}</p>
      </div>
      <nav class="tabs" aria-label={junction.name}>
        {PAGES.filter((page) => page !== "settings" || session.role === "administrator").map((page) => <button key={page} aria-current={page === where.page ? "page" : undefined} onClick={() => to(page)}>{t(page)}</button>)}
      </nav>
      {where.page === "events" && <Events junction={junction} feed={feed.current} arrived={arrived} chosen={where.event} choose={(event) => to("events", event)} />}
      {where.page === "counts" && <Counts junction={junction} />}
      {where.page === "map" && <HeatMap junction={junction} />}
      {where.page === "ranking" && <Ranking junction={junction} />}
      {where.page === "cameras" && <Cameras junction={junction} health={health} />}
      {where.page === "take" && <Take junction={junction} />}
      {where.page === "settings" && <Settings junction={junction} />}
    </>
  );
}

api.session().then(
  (session) => render(<Wall session={session} />, document.getElementById("app")!),
  (error) => {
    if (!signedOut(error)) setTimeout(() => location.reload(), 5000);
  },
);
