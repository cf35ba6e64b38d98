/** The operator's wall. */
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import "../shared/base.css";
import "./wall.css";
import "./pages.css";
import { api } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import { openStream } from "../shared/sse";
import { LANGUAGES, type CameraHealth, type EventRow, type Hello, type Junction, type JunctionSummary, type Language, type Session } from "../shared/types";
import { Cameras } from "./cameras";
import { Counts } from "./counts";
import { Audit } from "./audit";
import { Events, NOTHING, type Filters } from "./events";
import { openFeed, type WallFeed } from "./feed";
import { signedOut, useFetched } from "./fetched";
import { HeatMap } from "./heat";
import type { Feed, OperatorScene } from "./live";
import { Choice, Ready } from "./parts";
import { Alarms, Overview } from "./overview";
import { Quality } from "./quality";
import { Ranking } from "./ranking";
import { Severities } from "./severities";
import { Settings } from "./settings";
import { Take } from "./take";
import { Thumb } from "./thumb";
import { Tokens } from "./tokens";
import { Users } from "./users";
import { OWN_NAME, prefer, preferred, speech, Spoken, stateKey, useSpeech, type WallKey } from "./words";

const PAGES = ["events", "counts", "map", "severities", "ranking", "quality", "cameras", "take", "settings"] as const satisfies readonly WallKey[];
type Page = (typeof PAGES)[number];
const OFFICES = ["users", "tokens", "audit"] as const satisfies readonly WallKey[];
type Office = (typeof OFFICES)[number];
interface Where { junction: string | null; page: Page; event: string | null; office: Office | null }
const SUMMARY_MS = 15_000;
const NEWS_MS = 2_000;

/** #/junction/page/event, #/~users for administrators, #/ for all junctions */
function readWhere(): Where {
  const [junction = "", page = "", event = ""] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent);
  const office = OFFICES.find((o) => `~${o}` === junction) ?? null;
  return { junction: office === null ? junction || null : null, page: PAGES.find((p) => p === page) ?? "events", event: event || null, office };
}
function goTo({ junction, page, event, office }: Partial<Where>): void {
  const path = office ? [`~${office}`] : junction ? [junction, page ?? "events", event ?? ""] : [];
  location.hash = `#/${path.map(encodeURIComponent).join("/").replace(/\/+$/, "")}`;
}

function Wall({ session }: { session: Session }) {
  const [language, setLanguage] = useState<Language>(preferred());
  const spoken = useMemo(() => speech(language), [language]);
  const { t } = spoken;
  const [where, setWhere] = useState(readWhere);
  const [turn, setTurn] = useState(0);
  const [feed, setFeed] = useState<WallFeed | null>(null);
  const [cameras, setCameras] = useState<Record<string, CameraHealth[]>>({});
  const list = useFetched(api.overview, String(turn));
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
    const opened = openFeed(() => void api.session().catch(signedOut));
    let due: ReturnType<typeof setTimeout> | undefined;
    const news = () => {
      due ??= setTimeout(() => {
        due = undefined;
        setTurn((n) => n + 1);
      }, NEWS_MS);
    };
    opened.listen(null, { event: news });
    setFeed(opened);
    return () => {
      clearTimeout(due);
      opened.close();
    };
  }, []);
  useEffect(() => {
    if (feed === null || list.data === null) return undefined;
    const ends = list.data.map(({ id }) => feed.listen(id, { health: (told) => setCameras((old) => ({ ...old, [id]: told })) }));
    return () => ends.forEach((end) => end());
  }, [feed, list.data?.map((j) => j.id).join("/")]);
  useEffect(() => {
    document.documentElement.lang = HTML_LANG[language];
    document.title = `Passerby: ${t("wall")}`;
  }, [language]);
  const all = useMemo(() => (list.data ?? []).map((j) => ({ ...j, cameras: cameras[j.id] ?? j.cameras, state: worst(cameras[j.id] ?? j.cameras) })), [list.data, cameras]);
  // who runs one junction has no use for a list of it
  const only = all.length === 1 ? all[0].id : null;
  const id = where.office === null ? (where.junction ?? only) : null;
  const administrator = session.role === "administrator";
  const whole = id === null && where.office === null;
  const signOut = () => void api.logout().catch(() => undefined).then(() => location.assign("/login"));
  return (
    <Spoken.Provider value={spoken}>
      <div class={id === null || only !== null ? "wall broad" : "wall"}>
        <header class="top">
          <h1>Passerby <small>{t("wall")}</small></h1>
          <nav class="links" aria-label={t("wall")}>
            {only === null && <a href="#/" aria-current={whole ? "page" : undefined}>{t("overview")}</a>}
            {id !== null && <a href={`/screen?junction=${encodeURIComponent(id)}`}>{t("screen")}</a>}
            {id !== null && <a href={`/site?junction=${encodeURIComponent(id)}`}>{t("editor")}</a>}
            {administrator && <a href="#/~users" aria-current={where.office !== null ? "page" : undefined}>{t("admin")}</a>}
            {where.office !== null && only !== null && <a href="#/">{all[0].name}</a>}
          </nav>
          <Choice label={t("language")} value={language} options={LANGUAGES.map((l) => [l, OWN_NAME[l]] as const)} onChange={(l) => { prefer(l); setLanguage(l); }} />
          <span class="me">{session.name}</span>
          <button onClick={signOut}>{t("signOut")}</button>
        </header>
        {id !== null && only === null && (
          <nav class="junctions" aria-label={t("junctions")}>
            <Ready from={list}>{() => <ul>{all.map((j) => <JunctionCard key={j.id} junction={j} feed={feed} chosen={j.id === id} choose={() => goTo({ junction: j.id, page: where.page })} />)}</ul>}</Ready>
          </nav>
        )}
        <main>
          <Alarms all={all} open={(junction) => goTo({ junction, page: "cameras" })} />
          {where.office !== null && (administrator ? (
            <>
              <nav class="tabs" aria-label={t("admin")}>{OFFICES.map((office) => <button key={office} aria-current={office === where.office ? "page" : undefined} onClick={() => goTo({ office })}>{t(office)}</button>)}</nav>
              {where.office === "users" && <Users session={session} />}
              {where.office === "tokens" && <Tokens />}
              {where.office === "audit" && <Audit />}
            </>
          ) : <p class="hint empty">403</p>)}
          {whole && <Ready from={list}>{() => (all.length === 0 ? <p class="hint empty">{t("noJunctions")}</p> : <Overview all={all} feed={feed} open={(junction, event) => goTo({ junction, page: "events", event: event ?? null })} />)}</Ready>}
          {id !== null && <OneJunction key={id} id={id} state={all.find((j) => j.id === id)?.state ?? null} where={where} session={session} />}
        </main>
      </div>
    </Spoken.Provider>
  );
}

const WORST_FIRST = ["lost", "unsure", "late", "ok"];
const worst = (cameras: CameraHealth[]): string => WORST_FIRST.find((state) => cameras.some((c) => c.state === state)) ?? "idle";

function JunctionCard({ junction, feed, chosen, choose }: { junction: JunctionSummary; feed: WallFeed | null; chosen: boolean; choose: () => void }) {
  const { t } = useSpeech();
  return (
    <li>
      <button class="card" aria-current={chosen} onClick={choose}>
        <Thumb id={junction.id} feed={feed} />
        <span class="name">{junction.name}</span>
        <span class="state"><span class={`lampdot ${junction.state}`} aria-hidden="true" />{t(stateKey(junction.state))}</span>
      </button>
    </li>
  );
}

/** state: as the list has it, null before it is there */
function OneJunction({ id, state, where, session }: { id: string; state: string | null; where: Where; session: Session }) {
  const spoken = useSpeech();
  const fetched = useFetched(() => api.junction(id), id);
  return (
    <Ready from={fetched}>
      {(junction) => (
        <Spoken.Provider value={{ ...spoken, timezone: junction.timezone }}>
          <Inside junction={junction} state={state} where={where} session={session} />
        </Spoken.Provider>
      )}
    </Ready>
  );
}

function Inside({ junction, state, where, session }: { junction: Junction; state: string | null; where: Where; session: Session }) {
  const { t } = useSpeech();
  const [live, setLive] = useState(false);
  const [recorded, setRecorded] = useState(false);
  const [arrived, setArrived] = useState<EventRow[]>([]);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [filters, setFilters] = useState<Filters>(NOTHING);
  const [health, setHealth] = useState<CameraHealth[] | null>(null);
  const feed = useRef<Feed>({ rate: 1, take: null });
  useEffect(() => {
    const stream = openStream({
      url: api.stream(junction.id),
      on: {
        hello: (hello: Hello) => {
          feed.current.rate = hello.rate ?? 1;
          setRecorded(hello.recorded ?? false);
        },
        scene: (scene: OperatorScene) => feed.current.take?.(scene),
        event: (row: EventRow) => {
          setGone((old) => (old.has(row.event) ? new Set([...old].filter((event) => event !== row.event)) : old));
          setArrived([row]);
        },
        withdrawn: ({ event }: { event: string }) => setGone((old) => new Set([...old, event])),
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
        <Condition open={live} recorded={recorded} state={health === null ? state : worst(health)} />
      </div>
      <nav class="tabs" aria-label={junction.name}>
        {PAGES.filter((page) => page !== "settings" || session.role === "administrator").map((page) => <button key={page} aria-current={page === where.page ? "page" : undefined} onClick={() => to(page)}>{t(page)}</button>)}
      </nav>
      {where.page === "events" && <Events junction={junction} feed={feed.current} arrived={arrived} withdrawn={gone} filters={filters} setFilters={setFilters} chosen={where.event} choose={(event) => to("events", event)} />}
      {where.page === "counts" && <Counts junction={junction} />}
      {where.page === "map" && <HeatMap junction={junction} />}
      {where.page === "severities" && <Severities junction={junction} />}
      {where.page === "ranking" && <Ranking junction={junction} />}
      {where.page === "quality" && <Quality junction={junction} review={(kind) => { setFilters({ ...NOTHING, kind, mark: "none" }); to("events"); }} />}
      {where.page === "cameras" && <Cameras junction={junction} health={health} />}
      {where.page === "take" && <Take junction={junction} />}
      {where.page === "settings" && <Settings junction={junction} />}
    </>
  );
}

/** How the junction is doing, as long as the connection that tells it is open; "live" only where everything runs. */
function Condition({ open, recorded, state }: { open: boolean; recorded: boolean; state: string | null }) {
  const { t } = useSpeech();
  if (!open || state === "ok") return <p role="status" class={open ? "live on" : "live"}>{t(!open ? "cut" : recorded ? "recording" : "live")}</p>;
  return <p role="status" class="condition">{state !== null && <><span class={`lampdot ${state}`} aria-hidden="true" /> {t(stateKey(state))}</>}</p>;
}

api.session().then(
  (session) => render(<Wall session={session} />, document.getElementById("app")!),
  (error) => {
    if (!signedOut(error)) setTimeout(() => location.reload(), 5000);
  },
);
