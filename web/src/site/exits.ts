/** Where vehicles leave a stop line: of the chosen line, of all while lights are assigned, of the light that is chosen. */
import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import type { Block } from "./blocks";
import type { Shown } from "./drawing";
import { pointsOf } from "./features";
import type { Frame } from "./frame";
import { movementsOf } from "./signals";
import { exitPath } from "./styles";

export function exitsShown(frame: Frame, objects: Iterable<Feature>, shown: Pick<Shown, "chosen" | "signal" | "tool">): Feature[] {
  const features: Feature[] = [];
  for (const feature of objects) {
    const block = feature.get("block") as Block;
    const moves = block.kind === "stop_line" ? movementsOf(block) : [];
    const heading = block.value.heading;
    if (moves.length === 0 || typeof heading !== "number") continue;
    moves.forEach((m, movement) => {
      const lit = shown.signal !== null && m.signal === shown.signal;
      if (block.key !== shown.chosen && shown.tool !== "assign" && !lit) return;
      const path = exitPath(frame, pointsOf(feature), heading, m.exit_heading);
      if (path !== null) features.push(new Feature({ geometry: new LineString(path), key: block.key, movement, signal: m.signal, lit }));
    });
  }
  return features;
}
