/** The planes that are drawn on: the ground in metres, or a camera's picture in its pixels (y upwards negative). */
import Projection from "ol/proj/Projection";
import type { Camera } from "../shared/camera";
import { groundProjection } from "../shared/projection";
import type { Bounds, Point } from "../shared/types";
import { boundsOf } from "../shared/view";
import { GEOMETRY, isDrawn, type Block, type Doc } from "./blocks";

export interface Picture { url: string; size: [number, number] }
/** Cameras of the drawing that have a calibration, by id. */
export type Cameras = ReadonlyMap<string, Camera>;

export interface Frame {
  key: string;
  projection: Projection;
  /** An object's points as they lie here; null where they cannot be shown. */
  show: (block: Block) => Point[] | null;
  /** What is drawn here as the object's own points; null where they have no place in its plane. */
  keep: (block: Block, points: readonly Point[]) => Point[] | null;
  fromGround: (at: Point) => Point | null;
  toGround: (at: Point) => Point | null;
  whole: (doc: Doc) => Bounds;
  /** Set where new objects are drawn in this camera's pixels. */
  camera: string | null;
  picture: Picture | null;
}

const flip = ([x, y]: Point): Point => [x, -y];
const all = (points: readonly (Point | null)[]): Point[] | null => (points.some((p) => p === null) ? null : (points as Point[]));

export function ownPoints(block: Block): Point[] | null {
  if (!isDrawn(block)) return null;
  const points = block.value[GEOMETRY[block.kind]];
  const sound = Array.isArray(points) && points.length > 0 && points.every((p) => Array.isArray(p) && p.length === 2 && p.every(Number.isFinite));
  return sound ? (points as Point[]) : null;
}

/** An object's points in metres, also where it is drawn in a camera's pixels. */
export function groundPoints(block: Block, cameras: Cameras): Point[] | null {
  const points = ownPoints(block);
  if (points === null || block.value.camera === undefined) return points;
  const view = cameras.get(String(block.value.camera));
  return view === undefined ? null : all(points.map((p) => view.toGround(p)));
}

export function plan(origin: readonly [number, number], cameras: Cameras): Frame {
  const same = (at: Point): Point => at;
  return {
    key: "", projection: groundProjection(origin), camera: null, picture: null, fromGround: same, toGround: same,
    show: (block) => groundPoints(block, cameras),
    keep: (block, points) => {
      if (block.value.camera === undefined) return [...points];
      const view = cameras.get(String(block.value.camera));
      return view === undefined ? null : all(points.map((p) => view.toImage(p)));
    },
    whole: (doc) => {
      const points = (kinds: readonly string[]) => doc.blocks.filter((b) => kinds.includes(b.kind)).flatMap((b) => groundPoints(b, cameras) ?? []);
      const core = points(["stop_line", "crosswalk"]);
      return boundsOf(core.length > 0 ? core : points(["lane", "zone"]), 12) ?? [-40, -40, 40, 40];
    },
  };
}

/** view: null where the camera is not calibrated; then only its own objects are seen. */
export function inPicture(id: string, picture: Picture, view: Camera | null, cameras: Cameras): Frame {
  const [w, h] = picture.size;
  const fromGround = (at: Point) => {
    const px = view?.toImage(at) ?? null;
    return px === null ? null : flip(px);
  };
  const toGround = (at: Point) => view?.toGround(flip(at)) ?? null;
  return {
    key: `camera ${id}`, projection: new Projection({ code: `PASSERBY:PICTURE:${w}x${h}`, units: "pixels", extent: [0, -h, w, 0] }),
    camera: id, picture, fromGround, toGround,
    show: (block) => {
      if (block.value.camera === id) return ownPoints(block)?.map(flip) ?? null;
      return all((groundPoints(block, cameras) ?? [null]).map((p) => (p === null ? null : fromGround(p))));
    },
    keep: (block, points) => {
      if (block.value.camera === id) return points.map(flip);
      const ground = all(points.map(toGround));
      if (ground === null || block.value.camera === undefined) return ground;
      const other = cameras.get(String(block.value.camera));
      return other === undefined ? null : all(ground.map((p) => other.toImage(p)));
    },
    whole: () => [0, -h, w, 0],
  };
}
