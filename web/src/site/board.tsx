/** The plan on which is drawn: tracks underneath, objects, handles, findings, pan and zoom. */
import { useEffect, useRef, useState } from "preact/hooks";
import { INK, USER_INK } from "../shared/colours";
import type { Finding, Point } from "../shared/types";
import { boundsOf, fit, pan, toCanvas, toGround, zoomAt, type View } from "../shared/view";
import { idOf, isArea, isDrawn, leastPoints, pointsOf, type Block, type Doc, type Drawn } from "./blocks";
import { snap } from "./snap";
import { Shape } from "./shape";
import { useSite } from "./spoken";

export type Tool = "select" | Drawn | "point";
export interface Path { class: string; points: Point[] }
interface Props {
  doc: Doc;
  tool: Tool;
  chosen: number | null;
  paths: readonly Path[];
  markers: readonly Finding[];
  ghosts: readonly Block[];
  points: readonly Point[];
  focus: Point | null;
  choose: (key: number | null) => void;
  reshape: (key: number, points: Point[], tag: string) => void;
  drawn: (kind: Drawn, points: Point[]) => void;
  picked: (at: Point) => void;
  remove: (key: number) => void;
}

const SNAP_PX = 9;
type Drag = { what: "pan"; x: number; y: number; moved: boolean } | { what: "corner"; index: number } | { what: "body"; from: Point; points: Point[]; moved: boolean };

export function Board(props: Props) {
  const { doc, tool, chosen, markers, focus } = props;
  const { t } = useSite();
  const svg = useRef<SVGSVGElement>(null);
  const under = useRef<HTMLCanvasElement>(null);
  const drag = useRef<Drag | null>(null);
  const [view, setView] = useState<View | null>(null);
  const [draft, setDraft] = useState<Point[]>([]);
  const [hover, setHover] = useState<Point | null>(null);

  const whole = (width: number, height: number): View => {
    const core = doc.blocks.flatMap((b) => (b.kind === "stop_line" || b.kind === "crosswalk" ? (pointsOf(b) ?? []) : []));
    const all = core.length > 0 ? core : doc.blocks.flatMap((b) => pointsOf(b) ?? []).concat(props.paths.flatMap((p) => p.points));
    return fit(boundsOf(all, 12) ?? [-40, -40, 40, 40], width, height, 10);
  };
  useEffect(() => {
    const box = svg.current!.parentElement!;
    const observer = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = box;
      setView((old) => (old === null ? whole(width, height) : { ...old, width, height }));
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  useEffect(() => setDraft([]), [tool]);
  useEffect(() => {
    if (focus !== null) setView((v) => v && { ...v, cx: focus[0], cy: focus[1], scale: Math.max(v.scale, 14) });
  }, [focus]);
  useEffect(() => {
    if (view !== null && under.current !== null) paintPaths(under.current, view, props.paths);
  }, [view, props.paths]);

  const block = doc.blocks.find((b) => b.key === chosen);
  const shapes = () => doc.blocks.filter((b) => b.key !== chosen).flatMap((b) => {
    const points = pointsOf(b);
    return points === null || !isDrawn(b) ? [] : [{ points, closed: isArea(b.kind) }];
  });
  const at = (event: MouseEvent): Point => {
    const box = svg.current!.getBoundingClientRect();
    return toGround(view!, event.clientX - box.left, event.clientY - box.top);
  };
  const snapped = (event: MouseEvent): Point => (event.altKey ? at(event) : snap(at(event), shapes(), SNAP_PX / view!.scale));

  const finish = () => {
    if (tool !== "select" && tool !== "point" && draft.length >= leastPoints(tool)) props.drawn(tool, draft);
    setDraft([]);
  };
  const down = (event: PointerEvent) => {
    if (view === null || event.button > 1) return;
    svg.current!.setPointerCapture(event.pointerId);
    const target = event.target as Element;
    const corner = target.getAttribute("data-corner");
    const key = target.closest("[data-key]")?.getAttribute("data-key");
    if (tool !== "select" && event.button === 0) drag.current = { what: "pan", x: event.clientX, y: event.clientY, moved: false };
    else if (corner !== null) drag.current = { what: "corner", index: Number(corner) };
    else if (key != null && Number(key) === chosen && block !== undefined) drag.current = { what: "body", from: at(event), points: pointsOf(block)!, moved: false };
    else {
      if (key != null) props.choose(Number(key));
      drag.current = { what: "pan", x: event.clientX, y: event.clientY, moved: key != null };
    }
  };
  const move = (event: PointerEvent) => {
    const d = drag.current;
    if (view === null) return;
    if (tool !== "select" && tool !== "point") setHover(snapped(event));
    if (d === null) return;
    if (d.what === "pan") {
      const [dx, dy] = [event.clientX - d.x, event.clientY - d.y];
      if (!d.moved && Math.hypot(dx, dy) < 4) return;
      drag.current = { what: "pan", x: event.clientX, y: event.clientY, moved: true };
      setView(pan(view, dx, dy));
    } else if (block !== undefined && d.what === "corner") {
      props.reshape(block.key, pointsOf(block)!.map((p, i) => (i === d.index ? snapped(event) : p)), `corner${d.index}`);
    } else if (block !== undefined && d.what === "body") {
      const [x, y] = at(event);
      const [dx, dy] = [x - d.from[0], y - d.from[1]];
      if (!d.moved && Math.hypot(dx, dy) * view.scale < 4) return;
      drag.current = { ...d, moved: true };
      props.reshape(block.key, d.points.map(([px, py]) => [px + dx, py + dy]), "body");
    }
  };
  const up = (event: PointerEvent) => {
    const d = drag.current;
    drag.current = null;
    if (view === null || d === null || d.what !== "pan" || d.moved || event.button !== 0) return;
    if (tool === "select") props.choose(null);
    else if (tool === "point") props.picked(at(event));
    else setDraft((old) => [...old, snapped(event)]);
  };
  const twice = (event: MouseEvent) => {
    if (tool !== "select") {
      setDraft((old) => old.slice(0, -1));
      finish();
    } else if (block !== undefined && isDrawn(block)) {
      const points = pointsOf(block)!;
      const index = edgeAt(points, isArea(block.kind), at(event), SNAP_PX / view!.scale);
      if (index !== null) props.reshape(block.key, [...points.slice(0, index + 1), at(event), ...points.slice(index + 1)], "");
    }
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const box = svg.current!.getBoundingClientRect();
    setView((v) => v && zoomAt(v, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top));
  };
  useEffect(() => {
    const target = svg.current!;
    target.addEventListener("wheel", wheel, { passive: false });
    return () => target.removeEventListener("wheel", wheel);
  }, []);
  const keyed = (event: KeyboardEvent) => {
    if (event.key === "Escape") setDraft([]);
    else if (event.key === "Enter" && draft.length > 0) finish();
    else if (event.key === "Delete" && block !== undefined) props.remove(block.key);
    else if (event.key.startsWith("Arrow") && block !== undefined && pointsOf(block) !== null) {
      const by = event.shiftKey ? 1 : 0.1;
      const [dx, dy] = ({ ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, by], ArrowDown: [0, -by] } as Record<string, Point>)[event.key];
      const corner = (event.target as Element).getAttribute("data-corner");
      props.reshape(block.key, pointsOf(block)!.map(([x, y], i): Point => (corner === null || Number(corner) === i ? [x + dx, y + dy] : [x, y])), "keys");
    } else return;
    event.preventDefault();
  };
  const line = (points: readonly Point[]) => points.map(([x, y]) => toCanvas(view!, x, y).map((v) => v.toFixed(1)).join(",")).join(" ");

  return (
    <div class="board" onKeyDown={keyed}>
      <canvas ref={under} aria-hidden="true" />
      <svg ref={svg} class={tool === "select" ? "selecting" : "drawing"} role="group" aria-label={t("plan")} onPointerDown={down} onPointerMove={move} onPointerUp={up} onDblClick={twice}>
        {view !== null && (
          <>
            {doc.blocks.filter(isDrawn).sort((a, b) => ORDER[a.kind] - ORDER[b.kind]).map((b) => <Shape key={b.key} block={b} view={view} chosen={b.key === chosen} choose={() => props.choose(b.key)} />)}
            {props.ghosts.map((b) => {
              const points = pointsOf(b);
              return points === null ? null : isDrawn(b) && isArea(b.kind) ? <polygon key={b.key} class="ghost" points={line(points)} /> : <polyline key={b.key} class="ghost" points={line(points)} />;
            })}
            {block !== undefined && pointsOf(block)?.map(([x, y], i) => {
              const [px, py] = toCanvas(view, x, y);
              return <circle key={i} class="corner" data-corner={i} cx={px} cy={py} r={7} tabIndex={0} role="button" aria-label={t("corner", { n: i + 1, id: idOf(block) })} />;
            })}
            {draft.length > 0 && <polyline class="draft" points={line(hover === null ? draft : [...draft, hover])} />}
            {draft.map((p, i) => { const [px, py] = toCanvas(view, ...p); return <circle key={i} class="draftcorner" cx={px} cy={py} r={4} />; })}
            {markers.map((m, i) => {
              if (m.x === null || m.y === null) return null;
              const [px, py] = toCanvas(view, m.x, m.y);
              return <g key={`m${i}`} class="marker" transform={`translate(${px} ${py})`}><title>{`${m.who}: ${m.message}`}</title><path d="M0 0 L-11 -22 A12 12 0 1 1 11 -22 Z" /><text y={-22} text-anchor="middle">!</text></g>;
            })}
            {props.points.map((p, i) => { const [px, py] = toCanvas(view, ...p); return <g key={`p${i}`} class="pair" transform={`translate(${px} ${py})`}><circle r={10} /><text text-anchor="middle" dy="4">{i + 1}</text></g>; })}
          </>
        )}
      </svg>
      <div class="zoom">
        <button aria-label={t("zoomIn")} onClick={() => setView((v) => v && zoomAt(v, 1.4, v.width / 2, v.height / 2))}>+</button>
        <button aria-label={t("zoomOut")} onClick={() => setView((v) => v && zoomAt(v, 1 / 1.4, v.width / 2, v.height / 2))}>−</button>
        <button onClick={() => setView((v) => v && whole(v.width, v.height))}>{t("fit")}</button>
      </div>
    </div>
  );
}

const ORDER: Record<Drawn, number> = { zone: 0, lane: 1, crosswalk: 2, stop_line: 3 };

function edgeAt(points: readonly Point[], closed: boolean, at: Point, reach_m: number): number | null {
  for (let i = 0; i < points.length - (closed ? 0 : 1); i++) {
    const [q] = [snap(at, [{ points: [points[i], points[(i + 1) % points.length]], closed: false }], reach_m * 2)];
    if (q !== at && !points.includes(q)) return i;
  }
  return null;
}

function paintPaths(canvas: HTMLCanvasElement, view: View, paths: readonly Path[]): void {
  const ratio = Math.min(devicePixelRatio, 2);
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = INK.ground;
  ctx.fillRect(0, 0, view.width, view.height);
  ctx.globalAlpha = paths.length > 400 ? 0.16 : 0.28;
  ctx.lineWidth = 1.2;
  for (const path of paths) {
    ctx.strokeStyle = USER_INK[path.class] ?? USER_INK.other;
    ctx.beginPath();
    path.points.forEach(([x, y], i) => {
      const [px, py] = toCanvas(view, x, y);
      if (i === 0) ctx.moveTo(px, py);
      else ctx.lineTo(px, py);
    });
    ctx.stroke();
  }
}
