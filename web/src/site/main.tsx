/** The site editor. */
import { render } from "preact";
import { useEffect, useMemo, useReducer, useState } from "preact/hooks";
import "../shared/base.css";
import "../wall/wall.css";
import "./site.css";
import { api, ApiError } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import type { Finding, Point } from "../shared/types";
import { signedOut } from "../wall/fetched";
import { preferred } from "../wall/words";
import { add, change, DRAWN, freeId, fresh, GEOMETRY, idOf, read, remove, reshape, write, type Block, type Doc, type Drawn, type Value } from "./blocks";
import { Board, type Path, type Tool } from "./board";
import { Calibrate, type Pairs } from "./calibrate";
import type { Difference } from "./compare";
import { Fields } from "./fields";
import { Findings } from "./findings";
import { begin, redo, step, undo, type History } from "./history";
import { ProposalPanel, type Proposal } from "./proposal";
import { SiteSpoken, siteSpeech, useSite } from "./spoken";

type Action = { do: "set"; doc: Doc; tag?: string } | { do: "undo" } | { do: "redo" };
const reduce = (h: History<Doc>, a: Action): History<Doc> =>
  a.do === "undo" ? undo(h) : a.do === "redo" ? redo(h) : step(h, a.doc, a.tag ?? null);
const TABS = ["objects", "check", "proposal", "calibrate", "code"] as const;
type Tab = (typeof TABS)[number];
const CHECK_MS = 500;

function Editor({ junction, toml }: { junction: string; toml: string }) {
  const { t } = useSite();
  const [history, act] = useReducer(reduce, toml, (text) => begin(read(text)));
  const doc = history.now;
  const text = useMemo(() => write(doc), [doc]);
  const [savedText, setSavedText] = useState(toml);
  const [tool, setTool] = useState<Tool>("select");
  const [tab, setTab] = useState<Tab>("objects");
  const [chosen, choose] = useState<number | null>(null);
  const [paths, setPaths] = useState<Path[]>([]);
  const [under, setUnder] = useState(true);
  const [checked, setChecked] = useState<{ errors: Finding[]; doubts: Finding[] } | null>(null);
  const [focus, setFocus] = useState<Point | null>(null);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const [ghost, setGhost] = useState<Difference | null>(null);
  const [pairs, setPairs] = useState<Pairs>({ image: [], ground: [], size: null });
  const [said, setSaid] = useState("");
  const set = (next: Doc, tag?: string) => act({ do: "set", doc: next, tag });
  const unsaved = text !== savedText;

  useEffect(() => {
    api.paths(junction).then((found) => setPaths(found.paths), signedOut);
  }, [junction]);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      api.checkSite(junction, text).then((found) => current && setChecked(found), signedOut);
    }, CHECK_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || (event.target as HTMLElement).closest("input, textarea") !== null) return;
      const key = event.key.toLowerCase();
      if (key === "z") act({ do: event.shiftKey ? "redo" : "undo" });
      else if (key === "y") act({ do: "redo" });
      else if (key === "s") void save();
      else return;
      event.preventDefault();
    };
    const onLeave = (event: BeforeUnloadEvent) => unsaved && event.preventDefault();
    addEventListener("keydown", onKey);
    addEventListener("beforeunload", onLeave);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("beforeunload", onLeave);
    };
  });

  const save = async () => {
    try {
      await api.saveSite(junction, text);
      setSavedText(text);
      setSaid(t("saved"));
    } catch (error) {
      if (signedOut(error)) return;
      const errors = error instanceof ApiError ? (error.body as { errors?: Finding[] } | null)?.errors : undefined;
      if (Array.isArray(errors)) {
        setChecked({ errors, doubts: [] });
        setTab("check");
      }
      setSaid(t("failed", { why: (error as Error).message }));
    }
  };
  const drawn = (kind: Drawn, points: Point[]) => {
    const made = add(doc, kind, fresh(kind, freeId(doc, kind), points));
    set(made.doc);
    choose(made.key);
    setTool("select");
  };
  const accept = (all: Difference[]) => {
    let next = doc;
    for (const d of all) {
      if (d.theirs === null) continue;
      const { id, ...rest } = d.theirs.value;
      if (d.mine === null) {
        const taken = doc.blocks.some((b) => b.kind === d.kind && idOf(b) === id);
        next = add(next, d.kind, { id: taken ? freeId(next, d.kind) : id, ...rest }).doc;
      } else {
        const heading = d.kind === "stop_line" ? { heading: rest.heading } : {};
        next = change(next, d.mine.key, { [GEOMETRY[d.kind]]: rest[GEOMETRY[d.kind]], ...heading });
      }
    }
    set(next);
    setGhost(null);
  };
  const picked = (at: Point) => {
    if (pairs.image.length > pairs.ground.length) setPairs({ ...pairs, ground: [...pairs.ground, [Math.round(at[0] * 100) / 100, Math.round(at[1] * 100) / 100]] });
  };
  const drop = (key: number) => {
    set(remove(doc, key));
    choose(null);
  };
  const block = doc.blocks.find((b) => b.key === chosen);
  const signals = doc.blocks.filter((b) => b.kind === "signal");
  const markers = checked === null ? [] : [...checked.errors, ...checked.doubts];
  const openTab = (next: Tab) => {
    setTab(next);
    setTool(next === "calibrate" ? "point" : "select");
  };
  return (
    <div class="editor">
      <header class="top">
        <h1>{t("title")}</h1>
        <a href={`/#/${encodeURIComponent(junction)}`}>{t("back")}</a>
        <span class="grow" />
        <span role="status" class={unsaved ? "unsaved" : ""}>{unsaved ? `${said === t("saved") ? "" : said} ${t("unsaved")}` : said}</span>
        <button onClick={() => act({ do: "undo" })} disabled={history.past.length === 0}>{t("undo")}</button>
        <button onClick={() => act({ do: "redo" })} disabled={history.future.length === 0}>{t("redo")}</button>
        <button class="strong" onClick={() => void save()} disabled={!unsaved}>{t("save")}</button>
      </header>
      <main class="drawing">
      <div class="toolbar" role="group" aria-label={t("tools")}>
        {(["select", ...DRAWN] as const).map((name) => <button key={name} aria-pressed={tool === name} onClick={() => setTool(name)}>{t(name)}</button>)}
        <label class="tick"><input type="checkbox" checked={under} onChange={(e) => setUnder(e.currentTarget.checked)} />{t("underlay")}</label>
        <span class="hint how">{t(tool === "select" ? "how_select" : tool === "point" ? "how_pairs" : "how_draw")}</span>
      </div>
        <Board
          doc={doc} tool={tool} chosen={chosen} paths={under ? paths : NO_PATHS} markers={markers} ghosts={ghost?.theirs ? [ghost.theirs] : []} points={tab === "calibrate" ? pairs.ground : []} focus={focus}
          choose={choose} reshape={(key, points, tag) => set(reshape(doc, key, points), tag && `${key}${tag}`)} drawn={drawn} picked={picked} remove={drop}
        />
      </main>
      <aside class="side" aria-label={t("panel")}>
        <nav class="tabs">{TABS.map((name) => <button key={name} aria-current={name === tab ? "page" : undefined} onClick={() => openTab(name)}>{t(name)}{name === "check" && markers.length > 0 ? ` (${markers.length})` : ""}</button>)}</nav>
        {tab === "objects" && block !== undefined && <Fields key={block.key} block={block} signals={signals.map(idOf)} set={(values: Value) => set(change(doc, block.key, values))} remove={() => drop(block.key)} />}
        {tab === "objects" && <Objects doc={doc} chosen={chosen} choose={choose} addSignal={() => { const made = add(doc, "signal", { id: freeId(doc, "signal"), kind: "vehicle" }); set(made.doc); choose(made.key); }} />}
        {tab === "check" && (
          <>
            {markers.length === 0 && <p class="hint">{t(checked === null ? "checking" : "noFindings")}</p>}
            <Findings title={t("errors")} list={checked?.errors ?? []} show={(at) => setFocus([...at])} />
            <Findings title={t("doubts")} list={checked?.doubts ?? []} show={(at) => setFocus([...at])} />
          </>
        )}
        {tab === "proposal" && <ProposalPanel junction={junction} mine={doc} proposal={proposal} set={setProposal} accept={accept} show={(at) => setFocus([...at])} hover={setGhost} />}
        {tab === "calibrate" && <Calibrate junction={junction} cameras={doc.blocks.filter((b) => b.kind === "camera")} pairs={pairs} set={setPairs} take={(key, calibration) => set(change(doc, key, { calibration }))} />}
        {tab === "code" && <Code text={text} take={(fresh) => set(read(fresh))} />}
      </aside>
    </div>
  );
}

const NO_PATHS: Path[] = [];

function Objects({ doc, chosen, choose, addSignal }: { doc: Doc; chosen: number | null; choose: (key: number) => void; addSignal: () => void }) {
  const { t } = useSite();
  const group = (kind: Drawn | "signal") => {
    const list: Block[] = doc.blocks.filter((b) => b.kind === kind);
    return (
      <details key={kind} open={kind === "stop_line"}>
        <summary>{t(kind)} ({list.length})</summary>
        <ul class="objects">{list.map((b) => <li key={b.key}><button aria-current={b.key === chosen} onClick={() => choose(b.key)}>{idOf(b)}</button></li>)}</ul>
        {kind === "signal" && <button onClick={addSignal}>{t("addSignal")}</button>}
      </details>
    );
  };
  return <>{([...DRAWN, "signal"] as const).map(group)}</>;
}

function Code({ text, take }: { text: string; take: (text: string) => void }) {
  const { t } = useSite();
  const [own, setOwn] = useState(text);
  const [said, setSaid] = useState("");
  useEffect(() => setOwn(text), [text]);
  const apply = () => {
    try {
      take(own);
      setSaid("");
    } catch (error) {
      setSaid(t("failed", { why: (error as Error).message }));
    }
  };
  return (
    <div class="code">
      <textarea aria-label={t("code")} spellcheck={false} value={own} onInput={(e) => setOwn(e.currentTarget.value)} />
      <pre role="alert" class="said">{said}</pre>
      <button disabled={own === text} onClick={apply}>{t("apply")}</button>
    </div>
  );
}

async function start(): Promise<void> {
  const speech = siteSpeech(preferred());
  document.documentElement.lang = HTML_LANG[speech.language];
  document.title = `Passerby: ${speech.t("title")}`;
  const host = document.getElementById("app")!;
  try {
    await api.session();
    const junction = new URLSearchParams(location.search).get("junction") ?? (await api.junctions())[0]?.id;
    if (junction === undefined) return location.assign("/");
    const { toml } = await api.site(junction);
    render(<SiteSpoken.Provider value={speech}><Editor junction={junction} toml={toml} /></SiteSpoken.Provider>, host);
  } catch (error) {
    if (!signedOut(error)) render(<main><p class="hint" role="alert">{speech.t("failed", { why: (error as Error).message })}</p></main>, host);
  }
}
void start();
