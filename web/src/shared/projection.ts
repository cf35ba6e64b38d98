/** A site's ground plane as a projection that a map of tiles can be drawn in. */
import Projection from "ol/proj/Projection";
import { addCoordinateTransforms, addProjection, fromLonLat, get, toLonLat } from "ol/proj";
import { groundAt } from "./geodesy";
import type { Point } from "./types";

/** Metres around the origin that a plan may show. */
const REACH_M = 20_000;

export function groundProjection(origin: readonly [number, number]): Projection {
  const code = `PASSERBY:${origin[0]},${origin[1]}`;
  const known = get(code);
  if (known !== null) return known;
  const projection = new Projection({ code, units: "m", extent: [-REACH_M, -REACH_M, REACH_M, REACH_M] });
  const ground = groundAt(origin);
  addProjection(projection);
  addCoordinateTransforms("EPSG:4326", projection, (at: number[]) => ground.toGround(at as Point), (at: number[]) => ground.toLonLat(at as Point));
  addCoordinateTransforms("EPSG:3857", projection, (at: number[]) => ground.toGround(toLonLat(at) as Point), (at: number[]) => fromLonLat(ground.toLonLat(at as Point)));
  return projection;
}
