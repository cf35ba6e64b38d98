/** From a camera's picture to the ground and back: a lens straightened out, then a homography (passerby/site/calibration.py). */
import type { Point } from "./types";

export type Matrix = readonly (readonly number[])[];
export interface Lens { matrix: Matrix; size: readonly [number, number] | null; distortion: number }
/** null: above the horizon, or behind the camera */
export interface Camera { toGround: (px: Point) => Point | null; toImage: (ground: Point) => Point | null }

export function camera(lens: Lens): Camera | null {
  const back = inverse(lens.matrix);
  if (back === null) return null;
  const scale = Math.hypot(lens.matrix[2][0], lens.matrix[2][1]) + Math.abs(lens.matrix[2][2]);
  return {
    toGround(px) {
      const [x, y, w] = times(lens.matrix, straightened(lens, px));
      return w > 1e-9 * scale ? [x / w, y / w] : null;
    },
    toImage(ground) {
      const [x, y, w] = times(back, ground);
      const px: Point = [x / w, y / w];
      const [, , front] = times(lens.matrix, px);
      return Number.isFinite(px[0]) && front > 1e-9 * scale ? bent(lens, px) : null;
    },
  };
}

/** Division model: a pixel at distance r from the middle, in half diagonals, belongs at r / (1 + k r²). */
export function straightened({ size, distortion }: Lens, px: Point): Point {
  if (size === null || distortion === 0) return px;
  const [cx, cy] = [size[0] / 2, size[1] / 2];
  const r2 = ((px[0] - cx) ** 2 + (px[1] - cy) ** 2) / (cx * cx + cy * cy);
  return [cx + (px[0] - cx) / (1 + distortion * r2), cy + (px[1] - cy) / (1 + distortion * r2)];
}

/** The other way; null for what no picture of this lens can show. */
export function bent({ size, distortion }: Lens, px: Point): Point | null {
  if (size === null || distortion === 0) return px;
  const [cx, cy] = [size[0] / 2, size[1] / 2];
  const r2 = ((px[0] - cx) ** 2 + (px[1] - cy) ** 2) / (cx * cx + cy * cy);
  const root = 1 - 4 * distortion * r2;
  if (root < 0) return null;
  const k = 2 / (1 + Math.sqrt(root));
  return [cx + (px[0] - cx) * k, cy + (px[1] - cy) * k];
}

export function times(m: Matrix, [x, y]: readonly number[]): [number, number, number] {
  return [m[0][0] * x + m[0][1] * y + m[0][2], m[1][0] * x + m[1][1] * y + m[1][2], m[2][0] * x + m[2][1] * y + m[2][2]];
}

export function inverse(m: Matrix): Matrix | null {
  const [[a, b, c], [d, e, f], [g, h, i]] = m;
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (!Number.isFinite(det) || Math.abs(det) < 1e-30) return null;
  return [
    [(e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det],
    [(f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det],
    [(d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det],
  ];
}
