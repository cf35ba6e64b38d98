/** One click that mends what is mechanical to mend. */
import type { Finding, Point } from "../shared/types";
import { change, GEOMETRY, idOf, isArea, isDrawn, reshape, type Block, type Doc } from "./blocks";
import { ownPoints } from "./frame";

/** The object a finding names: `kind "id"`. */
export function blockOf(doc: Doc, who: string): Block | undefined {
  const found = /^([a-z_]+) "(.*)"$/.exec(who);
  return found === null ? undefined : doc.blocks.find((b) => b.kind === found[1] && idOf(b) === found[2]);
}

export function turned(doc: Doc, b: Block): Doc {
  if (b.kind === "stop_line") return change(doc, b.key, { heading: Math.round(((Number(b.value.heading ?? 0) + 180) % 360) * 10) / 10 });
  const points = ownPoints(b);
  return b.kind === "lane" && points !== null ? change(doc, b.key, { [GEOMETRY.lane]: [...points].reverse() }) : doc;
}

/** The document with what was found mended; null where that takes a decision. */
export function mended(doc: Doc, finding: Finding): Doc | null {
  const b = blockOf(doc, finding.who);
  if (b === undefined || !isDrawn(b)) return null;
  if (finding.fix === "turn_round") return turned(doc, b);
  const points = ownPoints(b);
  if (finding.fix === "uncross" && isArea(b.kind) && points !== null) return reshape(doc, b.key, uncrossed(points));
  return null;
}

/** The same corners in an order in which the outline does not cross itself: the fewest stretches turned round. */
export function uncrossed(points: readonly Point[]): Point[] {
  let out = distinct(points);
  // each turn shortens the outline, so this ends
  for (let again = true; again; ) {
    again = false;
    for (let i = 0; i < out.length - 1 && !again; i++)
      for (let j = i + 2; j < out.length; j++) {
        if (i === 0 && j === out.length - 1) continue;
        if (!cross(out[i], out[i + 1], out[j], out[(j + 1) % out.length])) continue;
        out = [...out.slice(0, i + 1), ...out.slice(i + 1, j + 1).reverse(), ...out.slice(j + 1)];
        again = true;
        break;
      }
  }
  return out;
}

function distinct(points: readonly Point[]): Point[] {
  const out = points.filter((p, i) => i === 0 || p[0] !== points[i - 1][0] || p[1] !== points[i - 1][1]);
  const [a, z] = [out[0], out[out.length - 1]];
  return out.length > 1 && a[0] === z[0] && a[1] === z[1] ? out.slice(0, -1) : out;
}

const side = (a: Point, b: Point, c: Point): number => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
const cross = (a: Point, b: Point, c: Point, d: Point): boolean => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
