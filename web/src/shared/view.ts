/** From the ground (metres, north up) to the canvas (pixels, y down) and back. */
import type { Bounds, Point } from "./types";

export interface View {
  /** pixels per metre */
  scale: number;
  /** the ground point in the middle of the canvas */
  cx: number;
  cy: number;
  width: number;
  height: number;
}

/** The largest view in which all of bounds is seen, with a margin in pixels. */
export function fit(bounds: Bounds, width: number, height: number, margin = 0): View {
  const w = Math.max(bounds[2] - bounds[0], 1);
  const h = Math.max(bounds[3] - bounds[1], 1);
  const scale = Math.max(Math.min((width - 2 * margin) / w, (height - 2 * margin) / h), 0.01);
  return { scale, cx: (bounds[0] + bounds[2]) / 2, cy: (bounds[1] + bounds[3]) / 2, width, height };
}

export function toCanvas(view: View, x: number, y: number): Point {
  return [view.width / 2 + (x - view.cx) * view.scale, view.height / 2 - (y - view.cy) * view.scale];
}

export function toGround(view: View, px: number, py: number): Point {
  return [view.cx + (px - view.width / 2) / view.scale, view.cy - (py - view.height / 2) / view.scale];
}

/** Scaled by factor about a point of the canvas that stays where it is. */
export function zoomAt(view: View, factor: number, px: number, py: number): View {
  const [x, y] = toGround(view, px, py);
  const scale = Math.min(Math.max(view.scale * factor, 0.2), 400);
  return { ...view, scale, cx: x - (px - view.width / 2) / scale, cy: y + (py - view.height / 2) / scale };
}

export function pan(view: View, dx: number, dy: number): View {
  return { ...view, cx: view.cx - dx / view.scale, cy: view.cy + dy / view.scale };
}

export function boundsOf(points: Iterable<Point>, margin_m = 0): Bounds | null {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    x0 = Math.min(x0, x); y0 = Math.min(y0, y); x1 = Math.max(x1, x); y1 = Math.max(y1, y);
  }
  return x0 <= x1 ? [x0 - margin_m, y0 - margin_m, x1 + margin_m, y1 + margin_m] : null;
}
