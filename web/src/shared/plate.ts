/** Certified background plates: pictures of the street with nobody in it, laid on the ground once. */
import { camera, type Camera } from "./camera";
import type { Bounds, PlateView, Point } from "./types";
import { toCanvas, type View } from "./view";

/** A picture on the ground: north up, from bounds' upper left corner. */
export interface Laid { picture: HTMLCanvasElement; bounds: Bounds }

const FURTHEST_M = 120;
/** One pixel of the picture covers more ground than this: only smear. */
const COARSEST_M = 0.6;
/** About twice the pixels of the largest plate. */
const MOST_PIXELS = 1_000_000;
const FINEST_M = 0.06;
const FADE = 0.3;

/** The plates that a calibration lays on the ground, warped; those that cannot be fetched are left out. */
export async function layPlates(plates: readonly PlateView[]): Promise<Laid[]> {
  const laid = await Promise.all(plates.filter((p) => p.matrix !== null).map((p) => fetchPicture(p).then((pixels) => lay(p, pixels), () => null)));
  return laid.filter((l) => l !== null);
}

async function fetchPicture(plate: PlateView): Promise<ImageData> {
  const image = new Image();
  image.src = plate.address;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = plate.size;
  const ctx = canvas.getContext("2d", { willReadFrequently: true })!;
  ctx.drawImage(image, 0, 0, ...plate.size);
  return ctx.getImageData(0, 0, ...plate.size);
}

export const cameraOf = (plate: PlateView): Camera | null =>
  plate.matrix === null ? null : camera({ matrix: plate.matrix, size: plate.size, distortion: plate.distortion });

/** The ground that the picture shows well enough, and how coarse it is there; null where it shows none. */
export function extentOf(plate: PlateView): { bounds: Bounds; grain: (at: Point) => number } | null {
  const view = cameraOf(plate);
  if (view === null) return null;
  const [w, h] = plate.size;
  const foot = view.toGround([w / 2, h]);
  if (foot === null) return null;
  const grain = (at: Point): number => {
    const px = view.toImage(at);
    if (px === null) return Infinity;
    const [a, b] = [view.toGround([px[0], px[1] - 0.5]), view.toGround([px[0], px[1] + 0.5])];
    return a === null || b === null ? Infinity : Math.hypot(a[0] - b[0], a[1] - b[1]);
  };
  let [x0, y0, x1, y1]: Bounds = [Infinity, Infinity, -Infinity, -Infinity];
  const steps = 64;
  for (let i = 0; i <= steps; i++)
    for (let j = 0; j <= steps; j++) {
      const at = view.toGround([(w * i) / steps, (h * j) / steps]);
      if (at === null || Math.hypot(at[0] - foot[0], at[1] - foot[1]) > FURTHEST_M || grain(at) > COARSEST_M) continue;
      [x0, y0, x1, y1] = [Math.min(x0, at[0]), Math.min(y0, at[1]), Math.max(x1, at[0]), Math.max(y1, at[1])];
    }
  return x1 > x0 && y1 > y0 ? { bounds: [x0, y0, x1, y1], grain } : null;
}

/** Looks for every pixel of the ground where it is in the picture; fades out where the picture grows coarse and at its rim. */
function lay(plate: PlateView, from: ImageData): Laid | null {
  const [view, extent] = [cameraOf(plate), extentOf(plate)];
  if (view === null || extent === null) return null;
  const [x0, y0, x1, y1] = extent.bounds;
  const step = Math.max(FINEST_M, Math.sqrt(((x1 - x0) * (y1 - y0)) / MOST_PIXELS));
  const [width, height] = [Math.ceil((x1 - x0) / step), Math.ceil((y1 - y0) / step)];
  const out = new ImageData(width, height);
  const [w, h] = plate.size;
  const rim = 0.02 * w;
  for (let row = 0; row < height; row++) {
    let grain = Infinity;
    for (let col = 0; col < width; col++) {
      const at: Point = [x0 + (col + 0.5) * step, y1 - (row + 0.5) * step];
      if (col % 8 === 0) grain = extent.grain(at);
      if (grain > COARSEST_M) continue;
      const px = view.toImage(at);
      if (px === null || px[0] < 0 || px[1] < 0 || px[0] >= w || px[1] >= h) continue;
      const edge = Math.min(px[0], w - px[0], px[1], h - px[1], rim) / rim;
      const fade = Math.min(1, (1 - grain / COARSEST_M) / FADE) * edge;
      sample(from, px[0] - 0.5, px[1] - 0.5, out.data, 4 * (row * width + col));
      out.data[4 * (row * width + col) + 3] = 255 * fade;
    }
  }
  const picture = document.createElement("canvas");
  [picture.width, picture.height] = [width, height];
  picture.getContext("2d")!.putImageData(out, 0, 0);
  return { picture, bounds: [x0, y1 - height * step, x0 + width * step, y1] };
}

/** Bilinear. */
function sample(from: ImageData, x: number, y: number, to: Uint8ClampedArray, at: number): void {
  const [u, v] = [Math.min(Math.max(x, 0), from.width - 1.001), Math.min(Math.max(y, 0), from.height - 1.001)];
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const [fu, fv] = [u - i, v - j];
  const k = 4 * (j * from.width + i);
  const down = 4 * from.width;
  for (let c = 0; c < 3; c++) {
    const top = from.data[k + c] * (1 - fu) + from.data[k + 4 + c] * fu;
    const bottom = from.data[k + down + c] * (1 - fu) + from.data[k + down + 4 + c] * fu;
    to[at + c] = top * (1 - fv) + bottom * fv;
  }
}

export function drawLaid(ctx: CanvasRenderingContext2D, laid: readonly Laid[], view: View, alpha: number): void {
  if (laid.length === 0) return;
  ctx.save();
  ctx.globalAlpha = alpha;
  ctx.imageSmoothingQuality = "high";
  for (const { picture, bounds } of laid) {
    const [left, top] = toCanvas(view, bounds[0], bounds[3]);
    ctx.drawImage(picture, left, top, (bounds[2] - bounds[0]) * view.scale, (bounds[3] - bounds[1]) * view.scale);
  }
  ctx.restore();
}
