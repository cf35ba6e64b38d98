/** The editor: one document with its history, drawn on the plan or in a camera's picture. */
import { useCallback, useMemo, useReducer, useState } from "preact/hooks";
import type { Finding, PlateView, Point, TileSource } from "../shared/types";
import { add, change, freeId, fresh, headingAcross, idOf, isDrawn, read, remove, reshape, write, type Block, type Doc, type Drawn, type Value } from "./blocks";
import { Board, hasSpare, nudge } from "./board";
import { BAD_CM, Calibrate, clicked, dragged, pairsOf, type Pairs, type Result, type Side } from "./calibrate";
import { useChecked } from "./checked";
import { Clash, type Theirs } from "./clash";
import { Code } from "./code";
import { accepted, preview, type Difference } from "./compare";
import type { Ghost, Pair, Tool } from "./drawing";
import { Fields } from "./fields";
import { Findings } from "./findings";
import { inPicture, plan, type Frame, type Picture } from "./frame";
import { begin, redo, step, undo, type History } from "./history";
import { useLenses } from "./lenses";
import { Lights } from "./lights";
import { blockOf, mended, turned } from "./mend";
import { Objects } from "./objects";
import { open as undecided, ProposalPanel, type Proposal } from "./proposal";
import { useSaving } from "./saving";
import { useScenery } from "./scenery";
import { addExit, assign, bearing, dropExit, headingAlong, removeSignal, renameCamera, renameSignal, setExit } from "./signals";
import { SiteFields } from "./site_fields";
import { useShortcuts } from "./shortcuts";
import { useSite } from "./spoken";
import { Toolbar } from "./toolbar";
import { LAYERS, type LayerName } from "./underlay";

type Action = { do: "set"; doc: Doc; tag?: string } | { do: "undo" } | { do: "redo" };
const reduce = (h: History<Doc>, a: Action): History<Doc> =>
  a.do === "undo" ? undo(h) : a.do === "redo" ? redo(h) : step(h, a.doc, a.tag ?? null);
const TABS = ["objects", "signals", "check", "proposal", "calibrate", "code"] as const;
type Tab = (typeof TABS)[number];
const NOTHING: never[] = [];
interface Props { junction: string; site: Theirs; tiles: TileSource | null; plates: readonly PlateView[] }

export function Editor({ junction, site: file, tiles, plates }: Props) {
  const { t } = useSite();
  const [history, act] = useReducer(reduce, file.toml, (text) => begin(read(text)));
  const doc = history.now;
  const text = useMemo(() => write(doc), [doc]);
  const [tool, setTool] = useState<Tool>("select");
  const [tab, setTab] = useState<Tab>("objects");
  const [chosen, setChosen] = useState<number | null>(null);
  const [signal, setSignal] = useState<string | null>(null);
  const [layers, setLayers] = useState<ReadonlySet<LayerName>>(new Set(LAYERS));
  const [checked, setChecked] = useChecked(junction, text);
  const [opened, setOpened] = useState<string | null>(null);
  const [focus, setFocus] = useState<{ at: Point } | null>(null);
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const [ghost, setGhost] = useState<Difference | null>(null);
  const [view, setView] = useState("");
  const [local, setLocal] = useState<ReadonlyMap<string, Picture>>(new Map());
  const [calibrated, setCalibrated] = useState<string | null>(null);
  const [drafts, setDrafts] = useState<ReadonlyMap<number, Pairs>>(new Map());
  const [result, setResult] = useState<Result | null>(null);
  const [said, setSaid] = useState("");
  const set = (next: Doc, tag?: string) => act({ do: "set", doc: next, tag });
  const { lenses, cameras } = useLenses(junction, doc);

  const site = doc.blocks.find((b) => b.kind === "site");
  const origin = (Array.isArray(site?.value.origin) ? site.value.origin : [0, 0]) as [number, number];
  const all = doc.blocks.filter((b) => b.kind === "camera");
  const pictureOf = useCallback((id: string): Picture | null => {
    const own = local.get(id);
    if (own !== undefined) return own;
    const plate = plates.find((p) => p.camera === id);
    return plate === undefined ? null : { url: plate.address, size: (lenses.get(id)?.size as [number, number] | null | undefined) ?? plate.size };
  }, [local, plates, lenses]);
  const camera = all.find((b) => idOf(b) === (calibrated ?? (view || undefined))) ?? all[0];
  const calibrating = tab === "calibrate";
  // pairs that are being picked stay until they are taken, whatever else is looked at meanwhile
  const pairs = useMemo(() => (camera === undefined ? undefined : drafts.get(camera.key)) ?? pairsOf(camera), [drafts, camera]);
  const setPairs = (p: Pairs) => camera !== undefined && setDrafts(new Map(drafts).set(camera.key, p));
  const pictured = calibrating ? (camera === undefined ? "" : idOf(camera)) : view;
  const picture = pictured === "" ? null : pictureOf(pictured);
  const onPlan = useMemo(() => plan(origin, cameras), [origin[0], origin[1], cameras]);
  const onPicture = useMemo(() => (picture === null ? null : inPicture(pictured, picture, cameras.get(pictured) ?? null, cameras)), [pictured, picture?.url, picture?.size[0], picture?.size[1], cameras]);
  const frame: Frame = onPicture !== null && !calibrating ? onPicture : onPlan;

  const { seen, look, laid, background, pictureBackground } = useScenery({ junction, plates, lenses, tiles, layers, onPlan, onPicture, url: picture?.url });
  const { unsaved, theirs, save, loadTheirs } = useSaving({
    junction, site: file, text, say: setSaid,
    refused: (errors) => {
      setChecked({ errors, doubts: [] });
      setTab("check");
    },
    load: (other) => {
      set(read(other));
      setChosen(null);
    },
  });
  useShortcuts({ undo: () => act({ do: "undo" }), redo: () => act({ do: "redo" }), save: () => void save(), unsaved });
  const choose = (key: number | null) => {
    setChosen(key);
    if (key !== null && tab !== "objects" && !calibrating) setTab("objects");
  };
  const put = (kind: string, value: Value) => {
    const made = add(doc, kind, value);
    set(made.doc);
    setChosen(made.key);
    return made;
  };
  const drawn = (kind: Drawn, at: Point[], on: Frame) => {
    const id = freeId(doc, kind);
    const ground = at.map((p) => on.toGround(p));
    if (on.camera === null) put(kind, fresh(kind, id, at));
    else if (ground.every((p) => p !== null)) {
      const value = fresh(kind, id, at.map(([x, y]): Point => [x, -y]));
      put(kind, { ...value, ...(kind === "stop_line" ? { heading: headingAcross(ground) } : {}), camera: on.camera });
    } else setSaid(t("noGround"));
    setTool("select");
    setTab("objects");
  };
  const reshaped = (key: number, at: Point[], tag: string, on: Frame) => {
    const b = doc.blocks.find((x) => x.key === key);
    const points = b === undefined ? null : on.keep(b, at);
    if (points !== null) set(reshape(doc, key, points), tag && `${key}${tag}`);
    else setSaid(t("noGround"));
  };
  const heads = doc.blocks.filter((b) => b.kind === "signal").map(idOf);
  const accept = (taken: Difference[]) => {
    set(accepted(doc, taken, proposal!.doc));
    setGhost(null);
  };
  const drop = (key: number) => {
    const b = doc.blocks.find((x) => x.key === key);
    set(b?.kind === "signal" ? removeSignal(doc, key) : remove(doc, key));
    if (b?.kind === "signal" && idOf(b) === signal) setSignal(null);
    setChosen(null);
  };
  const fix = (f: Finding) => {
    setOpened(null);
    const next = mended(doc, f);
    if (next !== null) return set(next);
    const b = blockOf(doc, f.who);
    if (f.fix === "assign" && b !== undefined) {
      setSignal(idOf(b));
      setTool("assign");
      setTab("signals");
    }
    return undefined;
  };
  const block = doc.blocks.find((b) => b.key === chosen);
  const exit = (at: Point, lane: Block | null, on: Frame) => {
    if (block?.kind !== "stop_line") return;
    const ground = on.toGround(at);
    const course = lane === null ? null : onPlan.show(lane);
    const line = onPlan.show(block);
    if (ground === null || line === null) return;
    const [a, b] = [line[0], line[line.length - 1]];
    set(addExit(doc, block.key, course !== null ? headingAlong(course, ground) : bearing([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], ground)));
    setTool("select");
  };
  const openTab = (next: Tab) => {
    setTab(next);
    setTool(next === "calibrate" ? "point" : "select");
    if (next !== "signals") setSignal(null);
    if (next === "proposal") look();
  };
  const addCamera = () => put("camera", { id: freeId(doc, "camera") });
  const rename = (id: string) => {
    if (block === undefined) return;
    if (block.kind === "signal" && idOf(block) === signal) setSignal(id);
    set(block.kind === "signal" ? renameSignal(doc, block.key, id) : block.kind === "camera" ? renameCamera(doc, block.key, id) : change(doc, block.key, { id }));
  };

  const markers = useMemo(() => (checked === null ? NOTHING : [...checked.errors, ...checked.doubts]), [checked]);
  const doubtful = useMemo(() => new Set(markers.map((m) => m.who)), [markers]);
  const turn = useMemo(() => new Set(markers.filter((m) => m.fix === "turn_round").map((m) => m.who)), [markers]);
  const spare = markers.filter((m) => m.fix === "assign");
  const open = markers.find((m) => `${m.who} ${m.message}` === opened) ?? null;
  const still = useMemo(() => (proposal === null ? null : undecided(doc, proposal)), [doc, proposal]);
  const ghosts = useMemo((): Ghost[] => {
    const all = layers.has("proposal") && !calibrating ? (still?.open ?? []) : NOTHING;
    const lit = ghost === null ? NOTHING : preview(ghost).length > 0 ? preview(ghost) : ghost.mine === null ? NOTHING : [ghost.mine];
    return [...all.flatMap(preview).map((block) => ({ block, lit: false })), ...lit.map((block) => ({ block, lit: true }))];
  }, [still, ghost, layers, calibrating]);
  const numbered = (which: "image" | "ground"): readonly Pair[] => (!calibrating ? NOTHING : pairs[which].map(([x, y], i) => ({
    at: which === "image" ? [x, -y] : [x, y], label: String(i + 1), bad: (result?.errors_cm[i] ?? 0) > BAD_CM,
  })));
  const onGround = useMemo(() => numbered("ground"), [pairs, result, calibrating]);
  const onImage = useMemo(() => numbered("image"), [pairs, result, calibrating]);
  const showPlace = (at: Point, f?: Finding) => {
    setFocus({ at: [...at] });
    setOpened(f === undefined ? null : `${f.who} ${f.message}`);
    const b = f === undefined ? undefined : blockOf(doc, f.who);
    if (b !== undefined && isDrawn(b)) setChosen(b.key);
  };
  const board = (on: Frame) => (
    <Board
      key={on.key} frame={on} label={on.camera === null ? t("plan") : t("inCamera", { camera: on.camera })} background={on === onPlan ? background : pictureBackground}
      attribution={on === onPlan && tiles !== null && layers.has("tiles") ? tiles.attribution : ""}
      doc={doc} tool={tool} chosen={chosen} signal={signal} objects={layers.has("drawing")} ghosts={ghosts} pairs={on === onPlan ? onGround : onImage} doubtful={doubtful} turn={turn}
      markers={calibrating ? NOTHING : markers} open={open} openMarker={(f) => setOpened(f === null ? null : `${f.who} ${f.message}`)} fix={fix} focus={focus}
      choose={choose} reshape={(key, at, tag) => reshaped(key, at, tag, on)} drawn={(kind, at) => drawn(kind, at, on)}
      picked={(at) => setPairs(clicked(pairs, side(on), at))} movePair={(i, at) => setPairs(dragged(pairs, side(on), i, at))}
      assign={(key, movement) => signal !== null && set(assign(doc, key, signal, movement))} exit={(at, lane) => exit(at, lane, on)} remove={drop}
    />
  );
  const usable = (name: LayerName) => name === "drawing" || name === "tracks" || (name === "proposal" ? proposal !== null : name === "plate" ? laid.length > 0 : tiles !== null);
  const views = all.map(idOf).filter((id) => pictureOf(id) !== null);
  const here = block === undefined ? null : frame.show(block);
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
        {theirs !== null && <Clash mine={text} gone={!theirs.kept} load={() => loadTheirs(theirs)} overwrite={() => void save(theirs.sha256)} />}
        <Toolbar tool={tool} setTool={setTool} views={views} view={view} setView={setView} calibrating={calibrating} signal={signal} layers={layers} setLayers={setLayers} usable={usable} />
        <div class={calibrating && onPicture !== null ? "boards both" : "boards"}>
          {calibrating && onPicture !== null && board(onPicture)}
          {board(frame)}
          {!calibrating && spare.length > 0 && (
            <div class="tray" role="group" aria-label={t("spareSignals")}>
              <span>{t("spareSignals")}</span>
              {spare.map((f) => <button key={f.who} title={f.message} onClick={() => fix(f)}>{idOf(blockOf(doc, f.who) ?? doc.blocks[0])} !</button>)}
            </div>
          )}
        </div>
      </main>
      <aside class="side" aria-label={t("panel")}>
        <nav class="tabs" aria-label={t("panel")}>{TABS.map((name) => <button key={name} aria-current={name === tab ? "page" : undefined} onClick={() => openTab(name)}>{t(name)}{name === "check" && markers.length > 0 ? ` (${markers.length})` : ""}</button>)}</nav>
        {tab === "objects" && block !== undefined && (
          <Fields
            key={block.key} block={block} signals={heads} points={here}
            set={(values) => set(change(doc, block.key, values))} rename={rename} remove={() => drop(block.key)} turn={() => set(turned(doc, block))}
            exit={{
              picking: tool === "exit", pick: () => setTool(tool === "exit" ? "select" : "exit"),
              set: (i, m) => set(setExit(doc, block.key, i, m)), drop: (i) => set(dropExit(doc, block.key, i)),
            }}
            corner={{
              key: (event, i) => nudge({ doc, chosen, reshape: (key, at, tag) => reshaped(key, at, tag, frame) }, frame, event, i) && event.preventDefault(),
              show: (i) => { const at = here === null ? null : frame.toGround(here[i]); if (at !== null) setFocus({ at }); },
              spare: here !== null && hasSpare(doc, block.key, here.length),
              drop: (i) => here !== null && reshaped(block.key, here.filter((_, k) => k !== i), "", frame),
            }}
          />
        )}
        {tab === "objects" && block === undefined && site !== undefined && (
          <details class="whole"><summary>{t("wholeSite")}</summary><SiteFields block={site} set={(values) => set(change(doc, site.key, values))} /></details>
        )}
        {tab === "objects" && (
          <Objects
            doc={doc} chosen={chosen} doubtful={doubtful} choose={choose} addCamera={addCamera}
            key_={(event) => {
              if (nudge({ doc, chosen, reshape: (key, at, tag) => reshaped(key, at, tag, frame) }, frame, event)) event.preventDefault();
              else if (event.key === "Delete" && chosen !== null) drop(chosen);
            }}
            addSignal={() => put("signal", { id: freeId(doc, "signal"), kind: "vehicle" })}
          />
        )}
        {tab === "signals" && (
          <Lights
            doc={doc} signal={signal} assigning={tool === "assign"} take={setSignal} assign={(on) => setTool(on ? "assign" : "select")}
            add={() => { const id = freeId(doc, "signal"); set(add(doc, "signal", { id, kind: "vehicle" }).doc); setSignal(id); }}
            choose={(key) => { setChosen(key); setTool("select"); setTab("objects"); }}
          />
        )}
        {tab === "check" && (
          <>
            {markers.length === 0 && <p class="hint">{t(checked === null ? "checking" : "noFindings")}</p>}
            <Findings title={t("errors")} list={checked?.errors ?? []} show={showPlace} fix={fix} />
            <Findings title={t("doubts")} list={checked?.doubts ?? []} show={showPlace} fix={fix} />
          </>
        )}
        {tab === "proposal" && <ProposalPanel junction={junction} still={still} proposal={proposal} set={setProposal} seen={seen} look={look} accept={accept} show={(at) => setFocus({ at: [...at] })} hover={setGhost} />}
        {tab === "calibrate" && (
          <Calibrate
            junction={junction} cameras={all} camera={camera} choose={setCalibrated} picture={picture} plate={camera !== undefined && plates.some((p) => p.camera === idOf(camera))}
            takePicture={(p) => camera !== undefined && setLocal(new Map(local).set(idOf(camera), p))} pairs={pairs} set={setPairs} result={result} setResult={setResult}
            take={(key, calibration) => {
              setDrafts(new Map([...drafts].filter(([k]) => k !== key)));
              set(change(doc, key, { calibration }));
            }}
            addCamera={addCamera}
          />
        )}
        {tab === "code" && <Code text={text} take={(typed) => set(read(typed))} />}
      </aside>
    </div>
  );
}

const side = (on: Frame): Side => (on.camera === null ? "ground" : "image");
