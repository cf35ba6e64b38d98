/** The plan of a junction on a canvas: what does not move, and the lamps. */
import { INK, lampInk } from "./colours";
import { drawLaid, type Laid } from "./plate";
import { boundsOf, toCanvas, type View } from "./view";
import type { Bounds, Lights, OperatorPlan, Point, PublicPlan } from "./types";

type Ctx = CanvasRenderingContext2D;

export function asPublic(plan: OperatorPlan): PublicPlan {
  return {
    bounds: plan.bounds, carriageway: plan.carriageway, sidewalks: plan.sidewalks ?? [], lanes: plan.lanes,
    crosswalks: plan.crosswalks.map((c) => c.polygon), stop_lines: plan.stop_lines.map((s) => s.points),
  };
}

/** The middle of the junction, where stop lines and crosswalks are; all of it where there are none. */
export function heart(plan: PublicPlan, margin_m = 9): Bounds {
  const core = boundsOf([...plan.stop_lines.flat(), ...plan.crosswalks.flat()], margin_m);
  return core ?? plan.bounds;
}

export function trace(ctx: Ctx, view: View, points: readonly Point[], close: boolean): void {
  points.forEach(([x, y], i) => {
    const [px, py] = toCanvas(view, x, y);
    if (i === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
  });
  if (close) ctx.closePath();
}

function line(ctx: Ctx, view: View, points: readonly Point[], ink: string, width_m: number): void {
  ctx.strokeStyle = ink;
  ctx.lineWidth = Math.max(width_m * view.scale, 1);
  ctx.beginPath();
  trace(ctx, view, points, false);
  ctx.stroke();
}

function area(ctx: Ctx, view: View, polygon: readonly Point[], ink: string): void {
  ctx.fillStyle = ink;
  ctx.beginPath();
  trace(ctx, view, polygon, true);
  ctx.fill();
}

const LANE_INK: Record<string, string> = { cycle: INK.cycle, bus: INK.bus, sidewalk: INK.sidewalk };

/** How much of the street's surface is drawn over a picture of it. */
const VEIL = 0.4;
const DIMMED = 0.5;

/** The ground, over pictures of it (certified plates) where there are any. */
export function drawGround(ctx: Ctx, plan: PublicPlan, view: View, laid: readonly Laid[] = []): void {
  ctx.fillStyle = INK.ground;
  ctx.fillRect(0, 0, view.width, view.height);
  drawLaid(ctx, laid, view, DIMMED);
  drawPlan(ctx, plan, view, laid.length > 0 ? VEIL : 1);
}

/** What is drawn of the ground alone; veil: opacity of its surfaces. */
export function drawPlan(ctx: Ctx, plan: PublicPlan, view: View, veil: number): void {
  ctx.lineJoin = "round";
  ctx.lineCap = "butt";
  ctx.globalAlpha = veil;
  for (const polygon of plan.sidewalks ?? []) area(ctx, view, polygon, INK.sidewalk);
  for (const polygon of plan.carriageway) {
    ctx.strokeStyle = INK.sidewalk;
    ctx.lineWidth = 5 * view.scale;
    ctx.beginPath();
    trace(ctx, view, polygon, true);
    ctx.stroke();
  }
  for (const lane of plan.lanes) {
    if (lane.kind === "sidewalk") line(ctx, view, lane.centreline, INK.sidewalk, lane.width);
    else line(ctx, view, lane.centreline, INK.road, lane.width + 0.4);
  }
  for (const polygon of plan.carriageway) {
    area(ctx, view, polygon, INK.road);
    ctx.strokeStyle = INK.roadEdge;
    ctx.lineWidth = Math.max(0.18 * view.scale, 1);
    ctx.beginPath();
    trace(ctx, view, polygon, true);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  for (const lane of plan.lanes) {
    if (lane.kind === "cycle" || lane.kind === "bus") line(ctx, view, lane.centreline, LANE_INK[lane.kind], lane.width);
    if (lane.kind !== "sidewalk") edge(ctx, view, lane.centreline, -lane.width / 2);
  }
  for (const polygon of plan.crosswalks) zebra(ctx, view, polygon, INK.zebra, 0.42);
  for (const points of plan.stop_lines) line(ctx, view, points, INK.mark, 0.45);
}

/** A dashed lane edge, offset metres to the right of the centreline. */
function edge(ctx: Ctx, view: View, centreline: readonly Point[], offset: number): void {
  ctx.setLineDash([2.2 * view.scale, 2.8 * view.scale]);
  line(ctx, view, shifted(centreline, offset), INK.lane, 0.14);
  ctx.setLineDash([]);
}

export function shifted(points: readonly Point[], offset: number): Point[] {
  return points.map(([x, y], i) => {
    const [ax, ay] = points[Math.max(i - 1, 0)];
    const [bx, by] = points[Math.min(i + 1, points.length - 1)];
    const length = Math.hypot(bx - ax, by - ay) || 1;
    return [x + ((by - ay) / length) * offset, y - ((bx - ax) / length) * offset];
  });
}

/** Bars across the way people walk: along the longer side of the polygon. */
function zebra(ctx: Ctx, view: View, polygon: readonly Point[], ink: string, alpha: number): void {
  const { centre, along, half } = axis(polygon);
  const pieces = Math.max(2, Math.round(half / 0.55));
  const step = (2 * half) / pieces;
  const across = 30;
  ctx.save();
  ctx.globalAlpha = alpha;
  ctx.beginPath();
  trace(ctx, view, polygon, true);
  ctx.clip();
  ctx.fillStyle = ink;
  for (let i = 0; i < pieces; i++) {
    const s = -half + (i + 0.25) * step;
    const e = s + step / 2;
    const corner = (t: number, n: number): Point =>
      [centre[0] + along[0] * t - along[1] * n, centre[1] + along[1] * t + along[0] * n];
    ctx.beginPath();
    trace(ctx, view, [corner(s, -across), corner(e, -across), corner(e, across), corner(s, across)], true);
    ctx.fill();
  }
  ctx.restore();
}

function axis(polygon: readonly Point[]): { centre: Point; along: Point; half: number } {
  let longest = -1;
  let along: Point = [1, 0];
  polygon.forEach(([x, y], i) => {
    const [u, v] = polygon[(i + 1) % polygon.length];
    const length = Math.hypot(u - x, v - y);
    if (length > longest) [longest, along] = [length, [(u - x) / (length || 1), (v - y) / (length || 1)]];
  });
  const ts = polygon.map(([x, y]) => x * along[0] + y * along[1]);
  const ns = polygon.map(([x, y]) => -x * along[1] + y * along[0]);
  const mid = (a: number[]) => (Math.min(...a) + Math.max(...a)) / 2;
  const [t, n] = [mid(ts), mid(ns)];
  return {
    centre: [along[0] * t - along[1] * n, along[1] * t + along[0] * n], along,
    half: (Math.max(...ts) - Math.min(...ts)) / 2,
  };
}

/** What the heads show: stop lines in the colour of their lamp, crosswalks with their edges in it. */
export function drawLights(ctx: Ctx, plan: PublicPlan, view: View, lights: Lights): void {
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  plan.crosswalks.forEach((polygon, i) => {
    const ink = lampInk(lights[`c${i}`]);
    if (ink === null) return;
    ctx.globalAlpha = 0.16;
    area(ctx, view, polygon, ink);
    ctx.globalAlpha = 0.9;
    const { centre, along, half } = axis(polygon);
    for (const end of [-1, 1]) {
      const [px, py] = toCanvas(view, centre[0] + along[0] * half * end, centre[1] + along[1] * half * end);
      lamp(ctx, px, py, 0.55 * view.scale, ink, lights[`c${i}`] === "walk" || lights[`c${i}`] === "green");
    }
  });
  ctx.globalAlpha = 1;
  plan.stop_lines.forEach((points, i) => {
    const ink = lampInk(lights[`s${i}`]);
    if (ink === null) return;
    ctx.globalAlpha = 0.22;
    line(ctx, view, points, ink, 1.9);
    ctx.globalAlpha = 1;
    line(ctx, view, points, ink, lights[`s${i}`] === "green" ? 0.3 : 0.75);
  });
  ctx.lineCap = "butt";
}

/** A lamp: a ring where one may go, full where not, so that it is told apart without colour. */
function lamp(ctx: Ctx, px: number, py: number, r: number, ink: string, open: boolean): void {
  ctx.beginPath();
  ctx.arc(px, py, Math.max(r, 2.5), 0, 2 * Math.PI);
  ctx.fillStyle = open ? INK.ground : ink;
  ctx.fill();
  if (!open) return;
  ctx.strokeStyle = ink;
  ctx.lineWidth = Math.max(r * 0.55, 1.5);
  ctx.stroke();
}

/** Lights by signal id as lights by index of the public plan. */
export function lightsByIndex(plan: OperatorPlan, bySignal: Lights): Lights {
  const lights: Lights = {};
  const take = (key: string, signal: string | null) => {
    if (signal !== null && bySignal[signal] !== undefined) lights[key] = bySignal[signal];
  };
  plan.stop_lines.forEach((s, i) => take(`s${i}`, s.signal));
  plan.crosswalks.forEach((c, i) => take(`c${i}`, c.signal));
  return lights;
}
