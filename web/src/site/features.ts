/** Objects of the drawing as features of the map, and back. */
import type Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import PointGeometry from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import type VectorSource from "ol/source/Vector";
import type { Point } from "../shared/types";
import { isArea, type Block, type Drawn } from "./blocks";

export function geometry(block: Block & { kind: Drawn }, points: readonly Point[]): LineString | Polygon {
  return isArea(block.kind) ? new Polygon([[...points.map((p) => [...p]), [...points[0]]]]) : new LineString(points.map((p) => [...p]));
}

/** A feature's corners, each once. */
export function pointsOf(feature: Feature): Point[] {
  const shape = feature.getGeometry();
  if (shape instanceof Polygon) return shape.getCoordinates()[0].slice(0, -1).map(flat);
  if (shape instanceof LineString) return shape.getCoordinates().map(flat);
  return shape instanceof PointGeometry ? [flat(shape.getCoordinates())] : [];
}

/** How many corners of an object on its way are set: OpenLayers draws one more, at the pointer. */
export const cornersSet = (sketch: Feature | null): number => (sketch === null ? 0 : Math.max(pointsOf(sketch).length - 1, 0));

const flat = (c: number[]): Point => [c[0], c[1]];

export function replaceAll(source: VectorSource, features: Feature[]): void {
  if (features.length === 0 && source.isEmpty()) return;
  source.clear(true);
  source.addFeatures(features);
}
