/** A plane to draw on: the map, findings where they are, keys, zoom, whose map it is. */
import type Layer from "ol/layer/Layer";
import Overlay from "ol/Overlay";
import { render } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Finding, Point } from "../shared/types";
import { leastPoints, isDrawn, type Doc } from "./blocks";
import { Drawing, type Handlers, type Shown } from "./drawing";
import type { Frame } from "./frame";
import { FixButton } from "./findings";
import { SiteSpoken, useSite } from "./spoken";

interface Props extends Shown, Handlers {
  frame: Frame;
  label: string;
  background: readonly Layer[];
  attribution: string;
  markers: readonly Finding[];
  open: Finding | null;
  openMarker: (f: Finding | null) => void;
  fix: (f: Finding) => void;
  focus: { at: Point } | null;
  remove: (key: number) => void;
}

export function Board(props: Props) {
  const { frame, doc, chosen, tool } = props;
  const speech = useSite();
  const { t } = speech;
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const [drawing, setDrawing] = useState<Drawing | null>(null);

  useEffect(() => {
    const handlers: Handlers = {
      choose: (key) => latest.current.choose(key),
      reshape: (key, points, tag) => latest.current.reshape(key, points, tag),
      drawn: (kind, points) => latest.current.drawn(kind, points),
      picked: (at) => latest.current.picked(at),
      movePair: (index, at) => latest.current.movePair(index, at),
      assign: (key, movement) => latest.current.assign(key, movement),
      exit: (at, lane) => latest.current.exit(at, lane),
    };
    const made = new Drawing(host.current!, frame, handlers);
    made.fit(latest.current.doc);
    // read by the checks: where on the page a place of this plane is
    Object.assign(host.current!, { pixelOf: (at: Point) => made.map.getPixelFromCoordinate(at) });
    setDrawing(made);
    return () => {
      setDrawing(null);
      made.close();
    };
  }, [frame.key, frame.projection.getCode()]);
  useLayoutEffect(() => drawing?.useFrame(frame), [drawing, frame]);
  useLayoutEffect(() => drawing?.update(props), [drawing, frame, doc, tool, chosen, props.signal, props.objects, props.ghosts, props.pairs, props.doubtful, props.turn]);
  useEffect(() => drawing?.setBackground(props.background), [drawing, props.background]);
  useEffect(() => {
    if (drawing === null || props.focus === null) return;
    const at = frame.fromGround(props.focus.at);
    if (at !== null) drawing.focus(at);
  }, [drawing, props.focus]);
  useEffect(() => {
    if (drawing === null) return undefined;
    const placed = props.markers.flatMap((m) => {
      const at = m.x === null || m.y === null ? null : frame.fromGround([m.x, m.y]);
      return at === null ? [] : [{ m, at }];
    });
    const overlays = placed.map(({ m, at }) => {
      const element = document.createElement("div");
      const open = props.open === m;
      render(
        <SiteSpoken.Provider value={speech}>
          <div class={open ? "marker open" : "marker"}>
            <button class="flag" title={`${m.who}: ${m.message}`} aria-label={`${m.who}: ${m.message}`} aria-expanded={open} onClick={() => props.openMarker(open ? null : m)}><span aria-hidden="true">!</span></button>
            {open && <p class="card"><b>{m.who}</b> <span lang="en">{m.message}</span> <FixButton finding={m} fix={props.fix} /></p>}
          </div>
        </SiteSpoken.Provider>,
        element,
      );
      const overlay = new Overlay({ element, position: at, positioning: "bottom-center", stopEvent: true, className: open ? "ol-overlay-container above" : "ol-overlay-container" });
      drawing.map.addOverlay(overlay);
      return { overlay, element };
    });
    return () => overlays.forEach(({ overlay, element }) => {
      drawing.map.removeOverlay(overlay);
      render(null, element);
    });
  }, [drawing, frame, props.markers, props.open]);

  const keyed = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (drawing === null || event.ctrlKey || event.metaKey || target.closest("input, select, textarea") !== null) return;
    const block = doc.blocks.find((b) => b.key === chosen);
    if (drawing.key(event.key)) return event.preventDefault();
    if (event.key === "Delete" && block !== undefined) props.remove(block.key);
    else if (event.key === "Escape") props.choose(null);
    else if (event.key === "+" || event.key === "=") drawing.zoom(1.4);
    else if (event.key === "-") drawing.zoom(1 / 1.4);
    else if (event.key.startsWith("Arrow")) {
      const way = WAYS[event.key];
      if (block !== undefined && isDrawn(block)) nudge(props, frame, event);
      else drawing.pan(80 * way[0], 80 * way[1]);
    } else return;
    event.preventDefault();
  };
  return (
    <div class="board" onKeyDown={keyed}>
      <div ref={host} class="plane" tabIndex={0} role="application" aria-label={props.label} />
      <div class="zoom">
        <button aria-label={t("zoomIn")} onClick={() => drawing?.zoom(1.4)}>+</button>
        <button aria-label={t("zoomOut")} onClick={() => drawing?.zoom(1 / 1.4)}>−</button>
        <button onClick={() => drawing?.fit(doc)}>{t("fit")}</button>
      </div>
      {props.attribution !== "" && <p class="attribution">{props.attribution}</p>}
    </div>
  );
}

const WAYS: Record<string, Point> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Arrow keys move what is chosen, or one corner of it, by 10 cm or a pixel; with Shift ten times that. */
export function nudge(props: { doc: Doc; chosen: number | null; reshape: Handlers["reshape"] }, frame: Frame, event: KeyboardEvent, corner: number | null = null): boolean {
  const block = props.doc.blocks.find((b) => b.key === props.chosen);
  const way = WAYS[event.key];
  const points = block === undefined ? null : frame.show(block);
  if (block === undefined || way === undefined || points === null) return false;
  const by = (frame.camera === null ? 0.1 : 1) * (event.shiftKey ? 10 : 1);
  props.reshape(block.key, points.map(([x, y], i): Point => (corner === null || corner === i ? [x + way[0] * by, y + way[1] * by] : [x, y])), `keys${corner ?? ""}`);
  return true;
}

/** Whether an object can do without one of its corners. */
export const hasSpare = (doc: Doc, key: number, corners: number): boolean => {
  const block = doc.blocks.find((b) => b.key === key);
  return block !== undefined && isDrawn(block) && corners > leastPoints(block.kind);
};
