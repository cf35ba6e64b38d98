/** Which part of the ground is shown: all of the junction, or nearer to what happened; from one to the other in a glide. */
import type { Bounds } from "../shared/types";
import { fit, type View } from "../shared/view";

export const GLIDE_MS = 1000;
/** Nearer than so many times the whole junction's scale nothing is shown: a place must be told by what is around it. */
const NEAREST = 2.1;

/** The view that holds bounds clear of the words over the lowest part of the canvas, `covered` pixels of it. */
export function framing(wide: View, bounds: Bounds, covered: number): View {
  const free = Math.max(wide.height - covered, 1);
  const near = fit(bounds, wide.width, free, 0.06 * Math.min(wide.width, free));
  const scale = Math.min(near.scale, wide.scale * NEAREST);
  return { scale, cx: near.cx, cy: near.cy - covered / 2 / scale, width: wide.width, height: wide.height };
}

/** Whether bounds lie within what a view shows above the covered part. */
export function holds(view: View, bounds: Bounds, covered: number): boolean {
  const [w, h] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
  return (
    bounds[0] >= view.cx - w && bounds[2] <= view.cx + w && bounds[3] <= view.cy + h &&
    bounds[1] >= view.cy - h + covered / view.scale
  );
}

/** The nearest view that shows all that two views do, and so all that is seen on a glide from one to the other. */
export function covering(a: View, b: View): View {
  if (a === b) return a;
  const half = (view: View) => [view.width / 2 / view.scale, view.height / 2 / view.scale];
  const [[aw, ah], [bw, bh]] = [half(a), half(b)];
  const [left, right] = [Math.min(a.cx - aw, b.cx - bw), Math.max(a.cx + aw, b.cx + bw)];
  const [low, high] = [Math.min(a.cy - ah, b.cy - bh), Math.max(a.cy + ah, b.cy + bh)];
  const scale = Math.min(b.width / (right - left), b.height / (high - low));
  return { ...b, scale, cx: (left + right) / 2, cy: (low + high) / 2 };
}

const smooth = (s: number) => s * s * s * (s * (6 * s - 15) + 10);

export class Camera {
  private from: View;
  private began = -Infinity;

  constructor(private to: View) {
    this.from = to;
  }

  /** Where it rests, or will. */
  get target(): View {
    return this.to;
  }

  jump(view: View): void {
    this.from = this.to = view;
    this.began = -Infinity;
  }

  glide(view: View, now: number): void {
    this.from = this.at(now);
    this.to = view;
    this.began = now;
  }

  moving(now: number): boolean {
    return now - this.began < GLIDE_MS;
  }

  /** The view at now: its scale goes evenly in ratio, its middle with it. */
  at(now: number): View {
    if (!this.moving(now)) return this.to;
    const { from, to } = this;
    const s = smooth((now - this.began) / GLIDE_MS);
    const scale = from.scale * (to.scale / from.scale) ** s;
    // the middle moves as the scale does, so that what is looked for does not swerve
    const k = Math.abs(to.scale - from.scale) < 1e-6 ? s : (1 / from.scale - 1 / scale) / (1 / from.scale - 1 / to.scale);
    return { ...to, scale, cx: from.cx + (to.cx - from.cx) * k, cy: from.cy + (to.cy - from.cy) * k };
  }
}
