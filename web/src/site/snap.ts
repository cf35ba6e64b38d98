/** Snapping to corners that are there already, else to the nearest edge, else not at all. */
import type { Point } from "../shared/types";

export function snap(at: Point, shapes: readonly { points: readonly Point[]; closed: boolean }[], reach_m: number): Point {
  let best: Point | null = null;
  let least = reach_m;
  for (const { points } of shapes)
    for (const p of points) {
      const d = Math.hypot(p[0] - at[0], p[1] - at[1]);
      if (d < least) [best, least] = [p, d];
    }
  if (best !== null) return best;
  least = reach_m / 2;
  for (const { points, closed } of shapes)
    for (let i = 0; i < points.length - (closed ? 0 : 1); i++) {
      const [a, b] = [points[i], points[(i + 1) % points.length]];
      const q = nearestOn(at, a, b);
      const d = Math.hypot(q[0] - at[0], q[1] - at[1]);
      if (d < least) [best, least] = [q, d];
    }
  return best ?? at;
}

export function nearestOn(at: Point, a: Point, b: Point): Point {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const k = Math.min(Math.max(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return [a[0] + k * dx, a[1] + k * dy];
}
