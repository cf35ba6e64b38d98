/** Road users seen from above: one shape and one size per class, the same for everybody of it. */
import { USER_INK } from "./colours";
import { CLASSES } from "./types";

/** length and width in metres */
export const SIZE: Record<string, [number, number]> = {
  pedestrian: [0.5, 0.75],
  cyclist: [1.85, 0.8],
  motorcycle: [2.1, 0.85],
  car: [4.5, 1.85],
  van: [5.6, 2.1],
  truck: [8.5, 2.5],
  bus: [12, 2.55],
  tram: [27, 2.65],
  other: [1.5, 1.2],
};

type Ctx = CanvasRenderingContext2D;

/** The outline of a class about (0, 0), facing up (-y), one unit to the metre. */
export function silhouette(ctx: Ctx, name: string, ink: string): void {
  const [l, w] = SIZE[name] ?? SIZE.other;
  const box = (x: number, y: number, bw: number, bh: number, r: number) => {
    ctx.beginPath();
    ctx.roundRect(x, y, bw, bh, r);
    ctx.fill();
  };
  const oval = (x: number, y: number, rx: number, ry: number) => {
    ctx.beginPath();
    ctx.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    ctx.fill();
  };
  const shade = "rgba(9,15,19,0.62)";
  ctx.fillStyle = ink;
  switch (name) {
    case "pedestrian":
      oval(0, 0.04, w / 2, l / 2.3);
      ctx.fillStyle = "rgba(9,15,19,0.5)";
      oval(0, -0.03, 0.165, 0.175);
      ctx.fillStyle = ink;
      oval(0, -0.03, 0.125, 0.135);
      break;
    case "cyclist":
    case "motorcycle":
      box(-0.09 * (w / 0.7), -l / 2, 0.18 * (w / 0.7), l, 0.08);
      box(-w / 2, -l / 2 + 0.42, w, 0.1, 0.05);
      oval(0, 0.12, w * 0.42, l * 0.17);
      ctx.fillStyle = "rgba(9,15,19,0.5)";
      oval(0, -0.02, 0.15, 0.16);
      ctx.fillStyle = ink;
      oval(0, -0.02, 0.11, 0.12);
      break;
    case "car":
      box(-w / 2, -l / 2, w, l, 0.62);
      ctx.fillStyle = shade;
      box(-w * 0.39, -l * 0.2, w * 0.78, l * 0.14, 0.22);
      box(-w * 0.36, l * 0.27, w * 0.72, l * 0.1, 0.16);
      break;
    case "van":
      box(-w / 2, -l / 2, w, l, 0.45);
      ctx.fillStyle = shade;
      box(-w * 0.41, -l * 0.36, w * 0.82, l * 0.11, 0.2);
      break;
    case "truck":
      box(-w / 2 + 0.08, -l / 2, w - 0.16, 1.9, 0.35);
      box(-w / 2, -l / 2 + 2.1, w, l - 2.1, 0.14);
      ctx.fillStyle = shade;
      box(-w * 0.4, -l / 2 + 0.42, w * 0.8, 0.5, 0.14);
      break;
    case "bus":
      box(-w / 2, -l / 2, w, l, 0.4);
      ctx.fillStyle = shade;
      box(-w * 0.41, -l / 2 + 0.28, w * 0.82, 0.52, 0.18);
      box(-w * 0.24, -l * 0.16, w * 0.48, 1.3, 0.14);
      box(-w * 0.24, l * 0.2, w * 0.48, 1.3, 0.14);
      break;
    case "tram": {
      const car = (l - 0.8) / 3;
      for (let i = 0; i < 3; i++) box(-w / 2, -l / 2 + i * (car + 0.4), w, car, i === 1 ? 0.2 : 0.7);
      ctx.fillStyle = shade;
      box(-w * 0.37, -l / 2 + 0.4, w * 0.74, 0.6, 0.25);
      break;
    }
    default:
      oval(0, 0, w / 2, l / 2);
  }
}

/** A picture with its middle at (x, y): as narrow as the class is, so that little is drawn for nothing. */
export interface Sprite { image: HTMLCanvasElement; x: number; y: number; reach: number }

const GROWN_AT_MOST: Record<string, number> = { pedestrian: 3.5, cyclist: 2.1, motorcycle: 2.1 };

/**
 * One picture per class, drawn once for a scale (canvas pixels per metre); small classes no smaller than can be seen.
 * used: sprites that are no longer needed, whose canvases are taken.
 */
export function sprites(scale: number, least_px: number, used: readonly Sprite[] = []): Sprite[] {
  return CLASSES.map((name, code) => {
    const [l, w] = SIZE[name];
    const s = scale * Math.min(Math.max(1, least_px / (Math.min(l, w) * scale)), GROWN_AT_MOST[name] ?? 1.25);
    const glow = Math.min(Math.max(2, 0.35 * s), 8);
    const x = Math.ceil((w / 2) * s + glow);
    const y = Math.ceil((l / 2) * s + glow);
    const image = used[code]?.image ?? document.createElement("canvas");
    image.width = 2 * x;
    image.height = 2 * y;
    const ctx = image.getContext("2d")!;
    ctx.translate(x, y);
    ctx.scale(s, s);
    ctx.shadowColor = "rgba(0,0,0,0.5)";
    ctx.shadowBlur = glow;
    silhouette(ctx, name, USER_INK[name]);
    ctx.shadowColor = "transparent";
    silhouette(ctx, name, USER_INK[name]);
    return { image, x, y, reach: Math.hypot(x, y) };
  });
}
