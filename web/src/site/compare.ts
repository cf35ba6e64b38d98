/** A proposal beside the drawing, object by object: new, elsewhere, alike, or drawn but not seen in the tracks. */
import type { Point } from "../shared/types";
import { add, change, freeId, GEOMETRY, idOf, isDrawn, pointsOf, type Block, type Doc, type Drawn } from "./blocks";
import { movementsOf, signalsOf } from "./signals";

export type Difference =
  | { kind: Drawn; what: "new"; theirs: Block; mine: null; apart_m: number }
  | { kind: Drawn; what: "moved" | "same" | "light"; theirs: Block; mine: Block; apart_m: number }
  | { kind: Drawn; what: "unseen"; theirs: null; mine: Block; apart_m: number };

const FURTHEST_M: Record<Drawn, number> = { stop_line: 6, crosswalk: 6, lane: 2.2, zone: 6 };
const SAME_M = 0.3;

const middle = (points: readonly Point[]): Point => [
  points.reduce((s, p) => s + p[0], 0) / points.length, points.reduce((s, p) => s + p[1], 0) / points.length,
];

/** Metres between two objects: ends of lanes nearest to the junction, middles of the rest; far where lanes run opposite. */
export function apart(kind: Drawn, a: readonly Point[], b: readonly Point[]): number {
  if (kind === "lane") {
    const way = (p: readonly Point[]): Point => [p[p.length - 1][0] - p[0][0], p[p.length - 1][1] - p[0][1]];
    const [u, v] = [way(a), way(b)];
    if (u[0] * v[0] + u[1] * v[1] <= 0) return Infinity;
    const near = (p: Point, line: readonly Point[]) => Math.min(...line.slice(1).map((q, i) => toSegment(p, line[i], q)));
    return Math.min(near(middle(a), b), near(middle(b), a));
  }
  const [p, q] = [middle(a), middle(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1]);
}

function toSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const k = Math.min(Math.max(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(p[0] - a[0] - k * dx, p[1] - a[1] - k * dy);
}

export function compare(mine: Doc, theirs: Doc): Difference[] {
  const found: Difference[] = [];
  const free = new Set(mine.blocks.filter((b) => pointsOf(b) !== null && b.kind !== "zone"));
  for (const b of theirs.blocks) {
    const points = pointsOf(b);
    if (points === null || !isDrawn(b)) continue;
    let [best, least]: [Block | null, number] = [null, FURTHEST_M[b.kind]];
    for (const own of free) {
      if (own.kind !== b.kind) continue;
      const d = apart(b.kind, pointsOf(own)!, points) + (idOf(own) === idOf(b) ? -0.01 : 0);
      if (d < least) [best, least] = [own, d];
    }
    if (best === null) found.push({ kind: b.kind, what: "new", theirs: b, mine: null, apart_m: Infinity });
    else {
      free.delete(best);
      const alike = JSON.stringify(best.value[GEOMETRY[b.kind]]) === JSON.stringify(b.value[GEOMETRY[b.kind]]);
      const far = Math.max(least, 0);
      const here = alike || (far < SAME_M && b.kind !== "stop_line");
      found.push({ kind: b.kind, what: !here ? "moved" : unlit(best) && signalsOf(b).length > 0 ? "light" : "same", theirs: b, mine: best, apart_m: far });
    }
  }
  for (const own of free) if (isDrawn(own)) found.push({ kind: own.kind, what: "unseen", theirs: null, mine: own, apart_m: 0 });
  return found;
}

const unlit = (b: Block): boolean => signalsOf(b).length === 0 && movementsOf(b).length === 0;

/** What a proposed object says about lights, as far as its drawn counterpart says nothing and the site has the heads. */
export function lightsOf(theirs: Block, mine: Block | null, heads: ReadonlySet<string>): Record<string, unknown> {
  if ((mine !== null && !unlit(mine)) || !signalsOf(theirs).every((s) => heads.has(s))) return {};
  const { signal, movement, classes } = theirs.value;
  return Object.fromEntries(Object.entries({ signal, movement, ...(mine === null ? { classes } : {}) }).filter(([, v]) => v !== undefined));
}

/** The drawing with what was accepted of a proposal: ids and lights that are there stay. */
export function accepted(doc: Doc, taken: readonly Difference[]): Doc {
  const heads = new Set(doc.blocks.filter((b) => b.kind === "signal").map(idOf));
  let next = doc;
  for (const d of taken) {
    if (d.theirs === null) continue;
    const { id, signal: _signal, movement: _movement, ...rest } = d.theirs.value;
    const lights = lightsOf(d.theirs, d.mine, heads);
    if (d.mine === null) {
      const used = next.blocks.some((b) => b.kind === d.kind && idOf(b) === id);
      next = add(next, d.kind, { id: used ? freeId(next, d.kind) : id, ...rest, ...lights }).doc;
    } else {
      const heading = d.kind === "stop_line" ? { heading: rest.heading } : {};
      next = change(next, d.mine.key, d.what === "light" ? lights : { [GEOMETRY[d.kind]]: rest[GEOMETRY[d.kind]], ...heading, ...lights });
    }
  }
  return next;
}
