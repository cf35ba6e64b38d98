/** How objects look on the map: by kind, chosen, governed by the light in question, or doubtful. */
import type Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import MultiPoint from "ol/geom/MultiPoint";
import PointGeometry from "ol/geom/Point";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { Point } from "../shared/types";
import { isArea, type Block, type Drawn } from "./blocks";
import type { Frame } from "./frame";
import { movementsOf, signalsOf } from "./signals";

const INK = {
  ground: "#0b1216", text: "#eef4f6", white: "#ffffff", line: "#ff8078", walk: "#ffd27a", traffic: "#8fbcff", cycle: "#74e3c0",
  bus: "#b7a7ff", sidewalk: "#9fb3bd", zone: "#7d96a3", bad: "#ff8078", warn: "#ffb52e", lamp: "#74e3c0", proposed: "#d8ff5a",
} as const;
export interface Look { block: Block; chosen: boolean; governed: boolean; doubtful: boolean; turn: boolean }

const ORDER: Record<Drawn, number> = { zone: 1, lane: 2, crosswalk: 3, stop_line: 4 };
const alpha = (hex: string, a: number) => `${hex}${Math.round(a * 255).toString(16).padStart(2, "0")}`;
const RAD = Math.PI / 180;
const ARROW_PX = 30;
const TURN_PX = 62;
let rootScale: number | undefined;
/** Symbols grow with the page's own text, as on large displays. */
const grow = (): number => (rootScale ??= parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1);
const LABELS_FROM = 0.16;

export function corners(points: readonly Point[], closed: boolean): { corners: Point[]; middles: Point[] } {
  const middles = points.slice(closed ? 0 : 1).map((p, i): Point => {
    const q = closed ? points[(i + 1) % points.length] : points[i];
    return [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
  });
  return { corners: [...points], middles };
}

export const middleOf = (points: readonly Point[]): Point => [points.reduce((s, p) => s + p[0], 0) / points.length, points.reduce((s, p) => s + p[1], 0) / points.length];
const ends = (points: readonly Point[]): Point => {
  const [a, b] = [points[0], points[points.length - 1]];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
};

/** A heading on the ground as a unit vector of the frame, seen from a place of it. */
export function ahead(frame: Frame, at: Point, heading: number): Point | null {
  const ground = frame.toGround(at);
  const tip = ground && frame.fromGround([ground[0] + 0.5 * Math.sin(heading * RAD), ground[1] + 0.5 * Math.cos(heading * RAD)]);
  if (!tip) return null;
  const d = Math.hypot(tip[0] - at[0], tip[1] - at[1]);
  return d > 0 ? [(tip[0] - at[0]) / d, (tip[1] - at[1]) / d] : null;
}

function arrowHead(at: Point, way: Point, ink: string, radius: number, zIndex: number): Style {
  return new Style({
    geometry: new PointGeometry(at), zIndex,
    image: new RegularShape({ points: 3, radius: radius * grow(), rotation: Math.atan2(way[0], way[1]), rotateWithView: true, fill: new Fill({ color: ink }), stroke: new Stroke({ color: INK.ground, width: 1 }) }),
  });
}

/** A lamp beside what it governs, with its id where there is room. */
function lamp(at: Point, id: string, lit: boolean, labelled: boolean, zIndex: number): Style {
  return new Style({
    geometry: new PointGeometry(at), zIndex: zIndex + 20,
    image: new CircleStyle({ radius: (lit ? 8 : 5.5) * grow(), fill: new Fill({ color: lit ? INK.walk : INK.ground }), stroke: new Stroke({ color: lit ? INK.white : INK.lamp, width: 2.5 }) }),
    text: labelled || lit ? label(id, 15 * grow()) : undefined,
  });
}

const label = (text: string, offsetY: number): Text => new Text({
  text, font: `600 ${Math.round(13 * grow())}px system-ui, "Noto Sans", "DejaVu Sans", sans-serif`, offsetY, overflow: true,
  fill: new Fill({ color: INK.text }), stroke: new Stroke({ color: INK.ground, width: 4 }),
});

const LANE_INK: Record<string, string> = { cycle: INK.cycle, bus: INK.bus, sidewalk: INK.sidewalk };

export function objectStyle(frame: Frame, points: readonly Point[], look: Look, resolution: number): Style[] {
  const { block, chosen, governed, doubtful } = look;
  const kind = block.kind as Drawn;
  const z = ORDER[kind] * 100 + (chosen ? 1000 : 0);
  const sub = String(block.value.kind ?? "");
  const labelled = resolution < LABELS_FROM || frame.camera !== null;
  const edge = chosen ? INK.white : governed ? INK.walk : doubtful ? INK.warn : null;
  const styles: Style[] = [];
  if (isArea(kind)) {
    const own = kind === "crosswalk" ? INK.walk : sub === "no_stopping" || sub === "box" ? INK.bad : INK.zone;
    const strong = kind === "crosswalk" ? 0.2 : 0.13;
    styles.push(new Style({
      zIndex: z,
      fill: sub === "carriageway" && !chosen ? undefined : new Fill({ color: alpha(governed ? INK.walk : own, governed ? 0.4 : chosen ? 0.3 : strong) }),
      stroke: new Stroke({ color: edge ?? own, width: edge === null ? 1.6 : 3, lineDash: kind === "zone" ? [7, 5] : undefined }),
    }));
    for (const id of signalsOf(block)) styles.push(lamp(middleOf(points), id, governed, labelled, z));
  } else if (kind === "lane") {
    const own = LANE_INK[sub] ?? INK.traffic;
    const wide = frame.camera === null ? Math.max(Number(block.value.width ?? 3) / resolution, 3) : 10;
    styles.push(new Style({ zIndex: z, stroke: new Stroke({ color: alpha(edge ?? own, chosen ? 0.5 : 0.22), width: wide, lineCap: "butt" }) }));
    styles.push(new Style({ zIndex: z + 1, stroke: new Stroke({ color: alpha(edge ?? own, 0.8), width: 1.4 }) }));
    const ink = look.turn ? INK.warn : (edge ?? own);
    for (let i = 1; i < points.length; i++) {
      const [a, b] = [points[i - 1], points[i]];
      const d = Math.hypot(b[0] - a[0], b[1] - a[1]);
      const way: Point = [(b[0] - a[0]) / (d || 1), (b[1] - a[1]) / (d || 1)];
      if (i === points.length - 1) styles.push(arrowHead([b[0] - way[0] * 5 * resolution, b[1] - way[1] * 5 * resolution], way, ink, 9, z + 2));
      if (d / resolution > 90) styles.push(arrowHead([(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], way, ink, look.turn ? 9 : 6, z + 2));
    }
  } else {
    styles.push(new Style({ zIndex: z, stroke: new Stroke({ color: INK.ground, width: 9 * grow() }) }));
    styles.push(new Style({ zIndex: z + 1, stroke: new Stroke({ color: edge ?? INK.line, width: (governed || chosen ? 6 : 5) * grow() }) }));
    const mid = ends(points);
    const way = typeof block.value.heading === "number" ? ahead(frame, mid, block.value.heading) : null;
    if (way !== null) {
      const reach = (look.turn ? TURN_PX : ARROW_PX) * grow() * resolution;
      const tip: Point = [mid[0] + way[0] * reach, mid[1] + way[1] * reach];
      const ink = look.turn ? INK.warn : INK.text;
      styles.push(new Style({ zIndex: z + 2, geometry: new LineString([mid, tip]), stroke: new Stroke({ color: ink, width: look.turn ? 4 : 2.2 }) }));
      styles.push(arrowHead(tip, way, ink, look.turn ? 10 : 7, z + 3));
    }
    if (movementsOf(block).length === 0 || !(chosen || governed)) {
      const back: Point = way === null ? [0, 0] : [-way[0] * 14 * grow() * resolution, -way[1] * 14 * grow() * resolution];
      signalsOf(block).forEach((id, i) => styles.push(lamp([mid[0] + back[0] + i * 16 * resolution, mid[1] + back[1]], id, governed, labelled, z)));
    }
  }
  return styles;
}

/** The way over a stop line to one of its exits, in the frame; null where it has no place there. */
export function exitPath(frame: Frame, line: readonly Point[], heading: number, exit: number | undefined): Point[] | null {
  const from = frame.toGround(ends(line));
  if (from === null) return null;
  const u: Point = [Math.sin(heading * RAD), Math.cos(heading * RAD)];
  const v: Point = exit === undefined ? u : [Math.sin(exit * RAD), Math.cos(exit * RAD)];
  const bend: Point = [from[0] + 7 * u[0], from[1] + 7 * u[1]];
  const to: Point = [bend[0] + 7 * v[0], bend[1] + 7 * v[1]];
  const path = Array.from({ length: 13 }, (_, i) => {
    const t = i / 12;
    return frame.fromGround([0, 1].map((k) => (1 - t) ** 2 * from[k] + 2 * t * (1 - t) * bend[k] + t * t * to[k]) as Point);
  });
  return path.some((p) => p === null) ? null : (path as Point[]);
}

export function exitStyle(path: readonly Point[], signal: string | undefined, lit: boolean): Style[] {
  const [a, b] = [path[path.length - 2], path[path.length - 1]];
  const d = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  const ink = lit ? INK.walk : INK.text;
  const styles = [
    new Style({ zIndex: 1500, stroke: new Stroke({ color: INK.ground, width: lit ? 8 : 6 }) }),
    new Style({ zIndex: 1501, stroke: new Stroke({ color: ink, width: lit ? 4.5 : 3 }) }),
    arrowHead(b, [(b[0] - a[0]) / d, (b[1] - a[1]) / d], ink, 9, 1502),
  ];
  if (signal !== undefined) styles.push(lamp(path[8], signal, lit, true, 1500));
  return styles;
}

export function handleStyle(points: readonly Point[], closed: boolean): Style[] {
  const { corners: ends_, middles } = corners(points, closed);
  return [
    new Style({ zIndex: 2001, geometry: new MultiPoint(middles), image: new CircleStyle({ radius: 4.5 * grow(), fill: new Fill({ color: alpha(INK.white, 0.55) }), stroke: new Stroke({ color: INK.ground, width: 1.5 }) }) }),
    new Style({ zIndex: 2002, geometry: new MultiPoint(ends_), image: new CircleStyle({ radius: 7 * grow(), fill: new Fill({ color: INK.ground }), stroke: new Stroke({ color: INK.white, width: 2.5 }) }) }),
  ];
}

/** What is proposed, as it would lie; lit: the one that is looked at. */
export function proposedStyle(lit: boolean): Style[] {
  const width = (lit ? 4.5 : 2.2) * grow();
  return [
    new Style({ zIndex: lit ? 2 : 0, fill: new Fill({ color: alpha(INK.proposed, lit ? 0.22 : 0.04) }), stroke: new Stroke({ color: INK.ground, width: width + 3 }) }),
    new Style({ zIndex: lit ? 3 : 1, stroke: new Stroke({ color: INK.proposed, width, lineDash: [9, 6] }) }),
  ];
}
export const DRAFT = new Style({
  fill: new Fill({ color: alpha(INK.walk, 0.12) }), stroke: new Stroke({ color: INK.walk, width: 2.5, lineDash: [6, 4] }),
  image: new CircleStyle({ radius: 5, fill: new Fill({ color: INK.walk }), stroke: new Stroke({ color: INK.ground, width: 1.5 }) }),
});
export const NOTHING = new Style({});

export function pairStyle(feature: Feature): Style {
  const bad = feature.get("bad") === true;
  return new Style({
    image: new CircleStyle({ radius: 10 * grow(), fill: new Fill({ color: bad ? INK.bad : INK.cycle }), stroke: new Stroke({ color: INK.ground, width: 2 }) }),
    text: new Text({ text: String(feature.get("label")), font: `700 ${Math.round(12 * grow())}px system-ui, sans-serif`, fill: new Fill({ color: INK.ground }), offsetY: 1 }),
  });
}

