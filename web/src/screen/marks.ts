/** What marks those who were part of it in a replay: their ways, a ring around each, and the moment itself. */
import { INK } from "../shared/colours";
import { SIZE } from "../shared/silhouettes";
import type { Point } from "../shared/types";
import { toCanvas, type View } from "../shared/view";
import type { Path, Playing } from "./playing";

type Ctx = CanvasRenderingContext2D;
type Place = [number, number, number] | null;

/** The first and the second of them: apart in lightness and hue, also to eyes that see no red or green. */
const WAY = [INK.place, "#8fbcff"] as const;
const CASING = "rgb(6 11 14 / 0.85)";
const MOMENT_FRAMES = 7;

const unit = (view: View) => Math.min(view.width, view.height) / 100;

/** The way up to now, the older the fainter. */
export function drawTrail(ctx: Ctx, view: View, playing: Playing, path: Path, which: number, f: number): void {
  const here = playing.place_of(path, f);
  const points: Point[] = [];
  for (let i = 0; i <= Math.floor(f); i++) if (path.x[i] <= Infinity) points.push(toCanvas(view, path.x[i], path.y[i]));
  if (here !== null) points.push(toCanvas(view, here[0], here[1]));
  if (points.length < 2) return;
  const u = unit(view);
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const [ink, width] of [[CASING, 1.5], [WAY[which % 2], 0.85]] as const) {
    ctx.strokeStyle = ink;
    ctx.lineWidth = width * u;
    // in four pieces of growing strength: pieces as small as frames would show their joints
    const pieces = 4;
    for (let k = 0; k < pieces; k++) {
      const [a, b] = [Math.floor((k * (points.length - 1)) / pieces), Math.floor(((k + 1) * (points.length - 1)) / pieces)];
      if (b <= a) continue;
      ctx.globalAlpha = 0.35 + (0.6 * (k + 1)) / pieces;
      ctx.lineCap = k === 0 ? "round" : "butt";
      ctx.beginPath();
      for (let i = a; i <= b; i++) ctx.lineTo(...points[i]);
      ctx.stroke();
    }
  }
  ctx.globalAlpha = 1;
}

/** A ring that goes with somebody. */
export function drawRing(ctx: Ctx, view: View, place: NonNullable<Place>, name: string, which: number): void {
  const [px, py] = toCanvas(view, place[0], place[1]);
  const u = unit(view);
  const [length, width] = SIZE[name] ?? SIZE.other;
  const r = Math.max(Math.min(Math.hypot(length, width) / 2, 7) * view.scale * 1.12, 2.8 * u);
  for (const [ink, line] of [[CASING, 1.15], [WAY[which % 2], 0.6]] as const) {
    ctx.strokeStyle = ink;
    ctx.lineWidth = line * u;
    ctx.beginPath();
    ctx.arc(px, py, r, 0, 2 * Math.PI);
    ctx.stroke();
  }
}

/** How close two came: a line between them around the moment; since: frames since it. */
export function drawLink(ctx: Ctx, view: View, [a, b]: Place[], since: number): void {
  const strength = 1 - Math.min(Math.abs(since) / MOMENT_FRAMES, 1);
  if (a === null || b === null || strength === 0) return;
  const u = unit(view);
  ctx.globalAlpha = strength;
  ctx.strokeStyle = INK.text;
  ctx.lineWidth = 0.5 * u;
  ctx.setLineDash([1.1 * u, 0.8 * u]);
  ctx.beginPath();
  ctx.moveTo(...toCanvas(view, a[0], a[1]));
  ctx.lineTo(...toCanvas(view, b[0], b[1]));
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** One slow ring that widens and pales from where it happened; since: frames since then. */
export function drawMoment(ctx: Ctx, view: View, place: Point, since: number): void {
  const s = since / MOMENT_FRAMES;
  if (s < 0 || s > 1) return;
  const [px, py] = toCanvas(view, ...place);
  const u = unit(view);
  ctx.globalAlpha = 0.8 * (1 - s) ** 2;
  ctx.strokeStyle = INK.place;
  ctx.lineWidth = 0.7 * u;
  ctx.beginPath();
  ctx.arc(px, py, (3 + 11 * (1 - (1 - s) ** 3)) * u, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** An edge around all of it: this is not now. */
export function drawFrame(ctx: Ctx, view: View): void {
  const u = unit(view);
  ctx.strokeStyle = INK.place;
  ctx.lineWidth = 1.2 * u;
  ctx.strokeRect(0, 0, view.width, view.height);
}
