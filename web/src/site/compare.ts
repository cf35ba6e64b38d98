/** A proposal beside the drawing, object by object: new, elsewhere, alike, or drawn but not seen in the tracks. */
import type { Point } from "../shared/types";
import { add, change, freeId, GEOMETRY, idOf, isDrawn, pointsOf, type Block, type Doc, type Drawn } from "./blocks";
import { movementsOf, signalsOf } from "./signals";

export type Difference =
  | { kind: Drawn; what: "new"; theirs: Block; mine: null; apart_m: number }
  | { kind: Drawn; what: "moved" | "same" | "light"; theirs: Block; mine: Block; apart_m: number }
  | { kind: Drawn; what: "unseen"; theirs: null; mine: Block; apart_m: number };

const FURTHEST_M: Record<Exclude<Drawn, "zone">, number> = { stop_line: 6, crosswalk: 6, lane: 2.2 };
/** Zones are large and often around the same middle: those of one kind are one where they share a third of their area. */
const LEAST_SHARED = 1 / 3;
const SAME_SHARED = 0.95;
const SAME_M = 0.3;
const SAME_DEG = 5;
const GRID = 100;

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
  const free = new Set(mine.blocks.filter((b) => pointsOf(b) !== null));
  for (const b of theirs.blocks) {
    const points = pointsOf(b);
    if (points === null || !isDrawn(b)) continue;
    let [best, least]: [Block | null, number] = [null, Infinity];
    for (const own of free) {
      if (own.kind !== b.kind) continue;
      const d = unlikeness(b.kind, own, b) + (idOf(own) === idOf(b) ? -0.01 : 0);
      if (d < least) [best, least] = [own, d];
    }
    if (best === null) found.push({ kind: b.kind, what: "new", theirs: b, mine: null, apart_m: Infinity });
    else {
      free.delete(best);
      const far = elsewhere(b.kind, pointsOf(best)!, points);
      found.push({ kind: b.kind, what: !agree(b.kind, best, b) ? "moved" : unlit(best) && signalsOf(b).length > 0 ? "light" : "same", theirs: b, mine: best, apart_m: far });
    }
  }
  // zones are drawn for their purpose: that traffic does not show them says nothing against them
  for (const own of free) if (isDrawn(own) && own.kind !== "zone") found.push({ kind: own.kind, what: "unseen", theirs: null, mine: own, apart_m: 0 });
  return found;
}

/** How badly two objects of a kind fit each other, Infinity where they are two. */
function unlikeness(kind: Drawn, own: Block, other: Block): number {
  const [a, b] = [pointsOf(own)!, pointsOf(other)!];
  if (kind !== "zone") {
    const d = apart(kind, a, b);
    return d < FURTHEST_M[kind] ? d : Infinity;
  }
  const shared = own.value.kind === other.value.kind ? overlap(a, b) : 0;
  return shared >= LEAST_SHARED ? 1 - shared : Infinity;
}

/** Whether two objects are the same within what a proposal can tell. */
function agree(kind: Drawn, own: Block, other: Block): boolean {
  const [a, b] = [pointsOf(own)!, pointsOf(other)!];
  if (kind !== "stop_line" && JSON.stringify(a) === JSON.stringify(b)) return true;
  if (kind === "zone") return overlap(a, b) >= SAME_SHARED;
  return elsewhere(kind, a, b) < SAME_M && (kind !== "stop_line" || turnedBy(own.value.heading, other.value.heading) < SAME_DEG);
}

/** Metres by which an object lies elsewhere: as `apart`, of stop lines the farther end, of zones the farthest corner from the other's outline. */
function elsewhere(kind: Drawn, a: readonly Point[], b: readonly Point[]): number {
  // around the same middle a line may be turned or too short, and a zone larger
  if (kind === "stop_line") return Math.max(...[0, -1].map((i) => Math.hypot(a.at(i)![0] - b.at(i)![0], a.at(i)![1] - b.at(i)![1])));
  if (kind !== "zone") return apart(kind, a, b);
  const from = (p: Point, outline: readonly Point[]) => Math.min(...outline.map((q, i) => toSegment(p, q, outline[(i + 1) % outline.length])));
  return Math.max(...a.map((p) => from(p, b)), ...b.map((p) => from(p, a)));
}

const turnedBy = (a: unknown, b: unknown): number => (typeof a !== "number" || typeof b !== "number" ? 0 : Math.abs(((a - b + 540) % 360) - 180));

/** Shared area of two outlines by the area of both together, on a grid of a hundredth of what they span. */
export function overlap(a: readonly Point[], b: readonly Point[]): number {
  const xs = [...a, ...b].map((p) => p[0]);
  const ys = [...a, ...b].map((p) => p[1]);
  const [x0, y0, w, h] = [Math.min(...xs), Math.min(...ys), Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)];
  if (beside(a, b)) return 0;
  let [both, either] = [0, 0];
  for (let i = 0; i < GRID; i++)
    for (let j = 0; j < GRID; j++) {
      const at: Point = [x0 + (w * (i + 0.5)) / GRID, y0 + (h * (j + 0.5)) / GRID];
      const [p, q] = [within(at, a), within(at, b)];
      both += Number(p && q);
      either += Number(p || q);
    }
  return either === 0 ? 0 : both / either;
}

/** Whether the boxes around two outlines share nothing. */
const beside = (a: readonly Point[], b: readonly Point[]): boolean => ([0, 1] as const).some((k) => {
  const [p, q] = [a.map((at) => at[k]), b.map((at) => at[k])];
  return Math.max(...p) <= Math.min(...q) || Math.max(...q) <= Math.min(...p);
});

function within([x, y]: Point, outline: readonly Point[]): boolean {
  let inside = false;
  outline.forEach(([ax, ay], i) => {
    const [bx, by] = outline[(i + 1) % outline.length];
    if (ay > y !== by > y && x < ax + ((y - ay) * (bx - ax)) / (by - ay)) inside = !inside;
  });
  return inside;
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
