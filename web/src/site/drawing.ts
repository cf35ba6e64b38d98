/** The map on which is drawn: objects of the document as features, changed with the pointer or by key. */
import Collection from "ol/Collection";
import Feature from "ol/Feature";
import type Map from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import { noModifierKeys, primaryAction, shiftKeyOnly, singleClick } from "ol/events/condition";
import PointGeometry from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import Modify from "ol/interaction/Modify";
import Translate from "ol/interaction/Translate";
import type Layer from "ol/layer/Layer";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import { openMap, show } from "../shared/map";
import type { Point } from "../shared/types";
import { isDrawn, type Block, type Doc, type Drawn } from "./blocks";
import { exitsShown } from "./exits";
import { geometry, pointsOf, replaceAll } from "./features";
import type { Frame } from "./frame";
import { Pen } from "./pen";
import { signalsOf } from "./signals";
import { corners, DRAFT, exitStyle, proposedStyle, handleStyle, NOTHING, objectStyle, pairStyle } from "./styles";

export type Tool = "select" | Drawn | "point" | "assign" | "exit";
const isKind = (tool: Tool): tool is Drawn => !["select", "point", "assign", "exit"].includes(tool);
export interface Pair { at: Point; label: string; bad: boolean }
/** An object as it is proposed; lit: it is the one that is looked at. */
export interface Ghost { block: Block; lit: boolean }
export interface Shown {
  doc: Doc; tool: Tool; chosen: number | null; signal: string | null; objects: boolean; ghosts: readonly Ghost[]; pairs: readonly Pair[];
  /** `kind "id"` of what is doubtful, and of what faces the wrong way */
  doubtful: ReadonlySet<string>; turn: ReadonlySet<string>;
}
export interface Handlers {
  choose: (key: number | null) => void;
  reshape: (key: number, points: Point[], tag: string) => void;
  drawn: (kind: Drawn, points: Point[]) => void;
  picked: (at: Point) => void;
  movePair: (index: number, at: Point) => void;
  assign: (key: number, movement: number | null) => void;
  exit: (at: Point, lane: Block | null) => void;
}

const HANDLE_PX = 11;
const HIT_PX = 6;
const NEAR = 14;

export class Drawing {
  readonly map: Map;
  private readonly objects = new VectorSource();
  private readonly exits = new VectorSource();
  private readonly ghosts = new VectorSource();
  private readonly pairs = new VectorSource();
  private readonly objectLayer: VectorLayer;
  private readonly exitLayer: VectorLayer;
  private readonly byKey = new globalThis.Map<number, Feature>();
  private readonly chosen = new Collection<Feature>();
  private readonly handles: VectorLayer;
  private readonly pen: Pen;
  private readonly modify: Modify;
  private readonly translate: Translate;
  private readonly movePairs: Translate;
  private shown: Shown | null = null;

  constructor(host: HTMLElement, private frame: Frame, private readonly handlers: Handlers) {
    const limits = frame.picture === null ? undefined : { finest: 0.05, coarsest: Math.max(...frame.picture.size) / 120 };
    this.map = openMap(host, frame.projection, limits);
    this.pen = new Pen(this.map, handlers.drawn);
    const style = (f: Feature, resolution: number) => this.styleOf(f, resolution);
    this.objectLayer = new VectorLayer({ className: "drawn", source: this.objects, zIndex: 3, updateWhileInteracting: true, updateWhileAnimating: true, renderBuffer: 400, style: (f, r) => style(f as Feature, r) });
    this.exitLayer = new VectorLayer({ className: "drawn", source: this.exits, zIndex: 4, style: (f) => exitStyle(pointsOf(f as Feature), f.get("signal"), f.get("lit") === true) });
    const ghostLayer = new VectorLayer({ className: "drawn", source: this.ghosts, zIndex: 5, style: (f) => proposedStyle((f as Feature).get("lit") === true) });
    const handleSource = new VectorSource({ features: this.chosen });
    this.handles = new VectorLayer({
      className: "drawn", source: handleSource, zIndex: 6, updateWhileInteracting: true,
      style: (f) => (this.shown?.tool === "select" && this.shown.objects ? handleStyle(pointsOf(f as Feature), (f as Feature).getGeometry() instanceof Polygon) : NOTHING),
    });
    const pairLayer = new VectorLayer({ className: "drawn", source: this.pairs, zIndex: 7, style: (f) => pairStyle(f as Feature) });
    for (const layer of [this.objectLayer, this.exitLayer, ghostLayer, this.handles, pairLayer]) this.map.addLayer(layer);

    this.translate = new Translate({ features: this.chosen, hitTolerance: HIT_PX, condition: (e) => primaryAction(e) && noModifierKeys(e) });
    this.modify = new Modify({
      features: this.chosen, pixelTolerance: HANDLE_PX, style: DRAFT, snapToPointer: false,
      condition: (e) => primaryAction(e) && this.nearHandle(e),
      deleteCondition: (e) => shiftKeyOnly(e) && singleClick(e),
    });
    this.movePairs = new Translate({ layers: [pairLayer], hitTolerance: 4 });
    for (const one of [this.translate, this.modify, this.movePairs]) this.map.addInteraction(one);
    this.translate.on("translateend", () => this.report("body"));
    this.modify.on("modifyend", () => this.report("corner"));
    this.movePairs.on("translateend", (e) => e.features.forEach((f) => handlers.movePair(Number(f.get("index")), pointsOf(f)[0])));
    this.map.on("click", (e) => this.clicked(e));
    this.map.on("pointermove", (e) => {
      if (e.dragging || this.shown === null) return;
      const hit = this.shown.tool === "select" || this.shown.tool === "assign" ? this.at(e.pixel) !== null : false;
      this.pointer(this.shown.tool === "select" || this.shown.tool === "assign" ? (hit ? "pointer" : "") : "crosshair");
    });
  }

  close(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  /** The same plane, seen through another calibration. */
  useFrame(frame: Frame): void {
    if (this.frame === frame) return;
    this.frame = frame;
    for (const feature of this.byKey.values()) feature.unset("block", true);
  }

  setBackground(layers: readonly Layer[]): void {
    const mine = this.map.getLayers();
    for (const layer of [...mine.getArray()].filter((l) => l.get("background") === true)) mine.remove(layer);
    for (const layer of layers) {
      layer.set("background", true);
      mine.insertAt(0, layer);
    }
  }

  fit(doc: Doc): void {
    show(this.map, this.frame.whole(doc));
  }

  focus(at: Point): void {
    const view = this.map.getView();
    view.animate({ center: at, resolution: Math.min(view.getResolution()!, this.frame.picture === null ? 0.07 : 1), duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 250 });
  }

  zoom(factor: number): void {
    const view = this.map.getView();
    view.setResolution(view.getConstrainedResolution(view.getResolution()! / factor));
  }

  pan(dx: number, dy: number): void {
    const view = this.map.getView();
    const [x, y] = view.getCenter()!;
    view.setCenter([x + dx * view.getResolution()!, y + dy * view.getResolution()!]);
  }

  /** Whether a key that belongs to drawing was used. */
  key(name: string): boolean {
    return this.pen.key(name);
  }

  update(shown: Shown): void {
    const before = this.shown;
    this.shown = shown;
    const keep = new Set<number>();
    for (const block of shown.doc.blocks) {
      if (!isDrawn(block)) continue;
      const points = this.frame.show(block);
      if (points === null) continue;
      keep.add(block.key);
      let feature = this.byKey.get(block.key);
      if (feature === undefined) {
        feature = new Feature({ geometry: geometry(block, points) });
        feature.set("key", block.key);
        this.byKey.set(block.key, feature);
        this.objects.addFeature(feature);
      } else if (feature.get("block") !== block) feature.setGeometry(geometry(block, points));
      feature.set("block", block, true);
    }
    for (const [key, feature] of this.byKey)
      if (!keep.has(key)) {
        this.objects.removeFeature(feature);
        this.chosen.remove(feature);
        this.byKey.delete(key);
      }
    const wanted = shown.chosen === null ? undefined : this.byKey.get(shown.chosen);
    if (this.chosen.item(0) !== wanted) {
      this.chosen.clear();
      if (wanted !== undefined) this.chosen.push(wanted);
    }
    replaceAll(this.exits, exitsShown(this.frame, this.byKey.values(), shown));
    replaceAll(this.ghosts, shown.ghosts.flatMap(({ block: b, lit }) => {
      const points = this.frame.show(b);
      return points === null || !isDrawn(b) ? [] : [new Feature({ geometry: geometry(b, points), lit })];
    }));
    replaceAll(this.pairs, shown.pairs.map((p, index) => new Feature({ geometry: new PointGeometry([...p.at]), index, label: p.label, bad: p.bad })));
    this.objectLayer.setVisible(shown.objects);
    this.exitLayer.setVisible(shown.objects);
    const selecting = shown.tool === "select" && shown.objects;
    this.modify.setActive(selecting);
    this.translate.setActive(selecting);
    this.movePairs.setActive(shown.tool === "point");
    if (before?.tool !== shown.tool) {
      this.pen.take(isKind(shown.tool) ? shown.tool : null);
      this.pointer("");
    }
    if (before?.tool !== shown.tool || before.doc !== shown.doc || before.chosen !== shown.chosen)
      this.pen.snapTo(shown.tool === "assign" || shown.tool === "exit" || !shown.objects ? null : [...this.byKey.values()].filter((f) => !this.chosen.getArray().includes(f)));
    this.objectLayer.changed();
    this.handles.changed();
  }

  private styleOf(feature: Feature, resolution: number) {
    const block = feature.get("block") as Block;
    const { chosen, signal, doubtful, turn } = this.shown!;
    const who = `${block.kind} "${String(block.value.id ?? "")}"`;
    const look = { block, chosen: block.key === chosen, governed: signal !== null && signalsOf(block).includes(signal), doubtful: doubtful.has(who), turn: turn.has(who) };
    return objectStyle(this.frame, pointsOf(feature), look, resolution);
  }

  private pointer(cursor: string): void {
    const viewport = this.map.getViewport();
    if (viewport !== undefined) viewport.style.cursor = cursor;
  }

  private nearHandle(e: MapBrowserEvent): boolean {
    const feature = this.chosen.item(0);
    if (feature === undefined) return false;
    const { corners: ends, middles } = corners(pointsOf(feature), feature.getGeometry() instanceof Polygon);
    return [...ends, ...middles].some((p) => {
      const px = this.map.getPixelFromCoordinate(p);
      return px !== null && Math.hypot(px[0] - e.pixel[0], px[1] - e.pixel[1]) <= HANDLE_PX;
    });
  }

  private report(what: string): void {
    const feature = this.chosen.item(0);
    if (feature === undefined) return;
    // what the document does not take goes back to where it was
    feature.unset("block", true);
    this.handlers.reshape(Number(feature.get("key")), pointsOf(feature), `${what}${performance.now()}`);
    setTimeout(() => this.shown !== null && this.update(this.shown));
  }

  private at(pixel: number[]): Feature | null {
    let best: Feature | null = null;
    let rank = -1;
    this.map.forEachFeatureAtPixel(pixel, (f) => {
      const block = f.get("block") as Block | undefined;
      const mine = block === undefined ? 9 : ["zone", "lane", "crosswalk", "stop_line"].indexOf(block.kind);
      if (mine > rank) [best, rank] = [f as Feature, mine];
    }, { hitTolerance: HIT_PX, layerFilter: (l) => l === this.objectLayer || l === this.exitLayer });
    return best;
  }

  private clicked(e: MapBrowserEvent): void {
    const tool = this.shown?.tool;
    const at = e.coordinate as Point;
    if (tool === "point") {
      this.handlers.picked(at);
      return;
    }
    if (tool !== "select" && tool !== "assign" && tool !== "exit") return;
    const found = this.at(e.pixel);
    const key = found === null ? null : Number(found.get("key"));
    if (tool === "select") {
      const original = e.originalEvent as MouseEvent;
      if (!original.shiftKey && !(key !== this.shown!.chosen && this.nearHandle(e))) this.handlers.choose(key);
    } else if (tool === "assign") {
      if (key !== null) this.handlers.assign(key, found!.get("movement") ?? null);
    } else {
      const lanes: Block[] = [];
      this.map.forEachFeatureAtPixel(e.pixel, (f) => {
        const block = f.get("block") as Block | undefined;
        if (block?.kind === "lane") lanes.push(block);
      }, { hitTolerance: NEAR, layerFilter: (l) => l === this.objectLayer });
      this.handlers.exit(at, lanes[0] ?? null);
    }
  }
}
