/** What lies under the drawing: map tiles, plates laid on the ground, ways that road users took. */
import type Layer from "ol/layer/Layer";
import { USER_INK } from "../shared/colours";
import type { Lens } from "../shared/camera";
import { Painted } from "../shared/map";
import type { PlateView, Point } from "../shared/types";
import { toCanvas } from "../shared/view";
import type { Frame } from "./frame";

export interface Path { class: string; points: Point[] }
export const LAYERS = ["drawing", "proposal", "tracks", "plate", "tiles"] as const;
export type LayerName = (typeof LAYERS)[number];
const UNSHRUNK_PX = 960;

/** Plates as the drawing's own calibrations have them, saved or not. */
export function relaid(plates: readonly PlateView[], lenses: ReadonlyMap<string, Lens>): PlateView[] {
  return plates.map((p) => {
    const lens = lenses.get(p.camera);
    if (lens === undefined) return { ...p, matrix: null };
    const known = lens.size !== null || p.matrix !== null || p.size[0] < UNSHRUNK_PX;
    if (!known) return p;
    const [sx, sy] = lens.size === null ? [1, 1] : [lens.size[0] / p.size[0], lens.size[1] / p.size[1]];
    return { ...p, matrix: lens.matrix.map(([a, b, c]) => [a * sx, b * sy, c]), distortion: lens.distortion };
  });
}

/** Ways in the frame; parts that have no place in it are left out. */
export function pathLayer(paths: readonly Path[], frame: Frame): Layer {
  return new Painted((ctx, view) => {
    ctx.globalAlpha = paths.length > 400 ? 0.2 : 0.34;
    ctx.lineWidth = 1.3;
    for (const path of paths) {
      ctx.strokeStyle = USER_INK[path.class] ?? USER_INK.other;
      ctx.beginPath();
      let on = false;
      for (const p of path.points) {
        const at = frame.fromGround(p);
        if (at === null) on = false;
        else {
          const [px, py] = toCanvas(view, ...at);
          if (on) ctx.lineTo(px, py);
          else ctx.moveTo(px, py);
          on = true;
        }
      }
      ctx.stroke();
    }
    ctx.globalAlpha = 1;
  }, { zIndex: 2 });
}
