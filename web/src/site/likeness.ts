/** How far two objects of a kind are the same thing: place, direction, what both cover; and how far apart they lie. */
import type { Point } from "../shared/types";
import { isArea, pointsOf, type Block, type Drawn } from "./blocks";

/** Beyond this many metres a line, beyond this a lane, is another one. */
const FURTHEST_LINE_M = 6;
const FURTHEST_LANE_M = 2.2;
const FURTHEST_CROSSWALK_M = 6;
/** Crosswalks that share less are two, unless their middles are this near. */
const LEAST_CROSSED = 0.1;
const NEAR_M = 3;
/** Zones are large and often around the same middle: those of one kind are one where they share a third of their area. */
const LEAST_SHARED = 1 / 3;
const LEAST_LANE = 0.5;
const SAME_WAY_DEG = 60;
const STEP_M = 3;
/** Between lines of adjacent lanes there may be so much that is nobody's. */
const GAP_M = 1;
const STEP_ACROSS_M = 0.25;
const ROWS = 100;
const RAD = Math.PI / 180;

const middle = (points: readonly Point[]): Point => [
  points.reduce((s, p) => s + p[0], 0) / points.length, points.reduce((s, p) => s + p[1], 0) / points.length,
];
const apartDeg = (a: number, b: number): number => Math.abs(((a - b + 540) % 360) - 180);
export const turnedBy = (a: unknown, b: unknown): number => (typeof a !== "number" || typeof b !== "number" ? 0 : apartDeg(a, b));

/** From 0, two things, to 1, the very same. */
export function likeness(kind: Drawn, own: Block, other: Block): number {
  const [a, b] = [pointsOf(own)!, pointsOf(other)!];
  if (kind === "stop_line") {
    const beside = alongside(own, other);
    return beside === null ? 0 : (1 - beside.off / FURTHEST_LINE_M) * (beside.shared / beside.either) * (beside.facing ? 1 : 0.3);
  }
  if (kind === "lane") {
    const [there, back] = [along(a, b), along(b, a)];
    const share = Math.max(there.share, back.share);
    return share < LEAST_LANE ? 0 : (1 - there.off / FURTHEST_LANE_M) * share;
  }
  if (kind === "zone") {
    const shared = own.value.kind === other.value.kind ? overlap(a, b) : 0;
    return shared >= LEAST_SHARED ? shared : 0;
  }
  const [p, q] = [middle(a), middle(b)];
  const [shared, d] = [overlap(a, b), Math.hypot(p[0] - q[0], p[1] - q[1])];
  if (shared < LEAST_CROSSED && d >= NEAR_M) return 0;
  return (shared + Math.max(1 - d / FURTHEST_CROSSWALK_M, 0)) / 2 * (forOthers(own, other) ? 0.5 : 1);
}

/** Share of an object that lies in or on another one of its kind, from 0 to 1. */
export function within(kind: Drawn, part: Block, whole: Block): number {
  const [a, b] = [pointsOf(part)!, pointsOf(whole)!];
  if (kind === "lane") return along(a, b).share;
  if (isArea(kind)) return covered(a, b);
  const beside = alongside(part, whole);
  return beside === null || !beside.facing ? 0 : beside.shared / beside.length;
}

/** Metres by which an object lies elsewhere than others that together are one; of stop lines see `lineApart`. */
export function elsewhere(kind: Exclude<Drawn, "stop_line">, own: Block, others: readonly Block[]): number {
  const a = pointsOf(own)!;
  const points = others.map((o) => pointsOf(o)!);
  if (kind === "lane") {
    const found = points.map((b) => along(a, b)).filter((f) => f.n > 0);
    return found.reduce((s, f) => s + f.off * f.n, 0) / Math.max(found.reduce((s, f) => s + f.n, 0), 1);
  }
  if (kind === "crosswalk") {
    const [p, q] = [middle(a), middle(points[0])];
    return Math.hypot(p[0] - q[0], p[1] - q[1]);
  }
  const from = (p: Point, outline: readonly Point[]) => Math.min(...outline.map((q, i) => toSegment(p, q, outline[(i + 1) % outline.length])));
  return Math.max(...a.map((p) => from(p, points[0])), ...points[0].map((p) => from(p, a)));
}

/** A line seen by the traffic that crosses it: from lo to hi metres to the right, at(d) metres on. */
interface Seen { lo: number; hi: number; at: (d: number) => number }
export function seenFrom(points: readonly Point[], heading: number): Seen {
  const [s, c] = [Math.sin(heading * RAD), Math.cos(heading * RAD)];
  const placed = points.map(([x, y]) => ({ d: x * c - y * s, s: x * s + y * c })).sort((p, q) => p.d - q.d);
  const at = (d: number): number => {
    const i = Math.min(Math.max(placed.findIndex((p) => p.d >= d), 1), placed.length - 1);
    const j = d > placed[placed.length - 1].d ? placed.length - 1 : i;
    const [p, q] = [placed[j - 1], placed[j]];
    const k = q.d === p.d ? 0.5 : Math.min(Math.max((d - p.d) / (q.d - p.d), 0), 1);
    return p.s + k * (q.s - p.s);
  };
  return { lo: placed[0].d, hi: placed[placed.length - 1].d, at };
}

/** Back from what traffic with a heading sees to metres on the ground. */
export const onGround = (d: number, on: number, heading: number): Point => {
  const [s, c] = [Math.sin(heading * RAD), Math.cos(heading * RAD)];
  return [d * c + on * s, on * c - d * s];
};

export function headingOf(line: Block): number {
  if (typeof line.value.heading === "number") return line.value.heading;
  const points = pointsOf(line)!;
  const [a, b] = [points[0], points[points.length - 1]];
  return Math.atan2(-(b[1] - a[1]), b[0] - a[0]) / RAD;
}

/** What two stop lines share across their traffic; null where they lie beside each other, too far on, or across. */
function alongside(own: Block, other: Block): { off: number; shared: number; either: number; length: number; facing: boolean } | null {
  const heading = headingOf(own);
  const turned = turnedBy(own.value.heading, other.value.heading);
  if (turned > SAME_WAY_DEG && turned < 180 - SAME_WAY_DEG) return null;
  const [a, b] = [seenFrom(pointsOf(own)!, heading), seenFrom(pointsOf(other)!, heading)];
  const [lo, hi] = [Math.max(a.lo, b.lo), Math.min(a.hi, b.hi)];
  if (hi <= lo) return null;
  const off = mean([0.1, 0.3, 0.5, 0.7, 0.9].map((k) => Math.abs(a.at(lo + k * (hi - lo)) - b.at(lo + k * (hi - lo)))));
  if (off >= FURTHEST_LINE_M) return null;
  return { off, shared: hi - lo, either: Math.max(a.hi, b.hi) - Math.min(a.lo, b.lo), length: a.hi - a.lo, facing: turned <= SAME_WAY_DEG };
}

/** Where lines cross the way of the traffic over one of them: [right, on] in metres, evenly over all of them. */
export function samples(lines: readonly Block[], heading: number): Point[] {
  return lines.flatMap((l) => {
    const seen = seenFrom(pointsOf(l)!, heading);
    const n = Math.max(Math.round((seen.hi - seen.lo) / 0.5), 4);
    return Array.from({ length: n + 1 }, (_, i): Point => {
      const d = seen.lo + (i / n) * (seen.hi - seen.lo);
      return [d, seen.at(d)];
    });
  });
}

/**
 * How far on others lie, on average over a third of a line's width, and over how many metres of its width one of both is
 * alone. Which lanes share a line is a matter of the drawing: all lines of the approach, drawn or proposed, count there.
 */
export function lineApart(own: Block, parts: readonly Block[], drawn: readonly Block[], proposed: readonly Block[]): { on: number; aside: number; at: Point[] } {
  const heading = headingOf(own);
  const mine = seenFrom(pointsOf(own)!, heading);
  const near = [...new Set([...parts, ...proposed.filter((b) => sameApproach(own, b))])];
  const width = mine.hi - mine.lo;
  const steps = Math.max(Math.round(width / STEP_ACROSS_M), 3);
  const across = Array.from({ length: steps }, (_, i) => mine.lo + ((i + 0.5) * width) / steps);
  const beyond = samples(parts, heading).map(([d]) => d).filter((d) => d < mine.lo || d > mine.hi);
  const unseen = without(across, near, heading).length * (width / steps);
  const over = without(beyond, [own, ...drawn.filter((b) => sameApproach(own, b))], heading);
  const aside = Math.max(unseen, ...over.map((d) => Math.max(mine.lo - d, d - mine.hi)));
  const at = samples(near, heading).filter(([d]) => d > mine.lo - 1e-9 && d < mine.hi + 1e-9);
  const on = [0, 1, 2].map((k) => {
    const here = at.filter(([d]) => d >= mine.lo + (k * width) / 3 - 1e-9 && d <= mine.lo + ((k + 1) * width) / 3 + 1e-9);
    return here.length === 0 ? 0 : Math.abs(mean(here.map(([d, s]) => s - mine.at(d))));
  });
  return { on: Math.max(...on), aside, at };
}

/** Whether traffic that faces the same way crosses another line no farther on or back than a line may be off. */
function sameApproach(own: Block, other: Block): boolean {
  if (turnedBy(own.value.heading, other.value.heading) > SAME_WAY_DEG) return false;
  const [a, b] = [own, other].map((l) => seenFrom(pointsOf(l)!, headingOf(own)));
  const d = Math.max(a.lo, Math.min(a.hi, (b.lo + b.hi) / 2));
  return Math.abs(a.at(d) - b.at(d)) < FURTHEST_LINE_M;
}

/** Places across the traffic that no line covers; small gaps between lines are covered too. */
function without(at: readonly number[], lines: readonly Block[], heading: number): number[] {
  const spans = lines.map((l) => seenFrom(pointsOf(l)!, heading)).sort((p, q) => p.lo - q.lo);
  const whole: Point[] = [];
  for (const { lo, hi } of spans) {
    const last = whole[whole.length - 1];
    if (last !== undefined && lo - last[1] < GAP_M) last[1] = Math.max(last[1], hi);
    else whole.push([lo, hi]);
  }
  return at.filter((d) => !whole.some(([lo, hi]) => d >= lo - 1e-9 && d <= hi + 1e-9));
}

const mean = (values: readonly number[]): number => values.reduce((s, v) => s + v, 0) / values.length;

/** How much of a course another one follows the same way, and how far beside it on average. */
function along(course: readonly Point[], other: readonly Point[]): { share: number; off: number; n: number } {
  let [n, near, sum] = [0, 0, 0];
  for (let i = 1; i < course.length; i++) {
    const [a, b] = [course[i - 1], course[i]];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const length = Math.hypot(dx, dy);
    const steps = Math.max(Math.round(length / STEP_M), 1);
    for (let k = 0; k < steps; k++) {
      n += length / steps;
      const p: Point = [a[0] + (dx * (k + 0.5)) / steps, a[1] + (dy * (k + 0.5)) / steps];
      let [best, way] = [Infinity, 0];
      for (let j = 1; j < other.length; j++) {
        const d = toSegment(p, other[j - 1], other[j]);
        if (d < best) [best, way] = [d, (other[j][0] - other[j - 1][0]) * dx + (other[j][1] - other[j - 1][1]) * dy];
      }
      if (best >= FURTHEST_LANE_M || way <= 0) continue;
      near += length / steps;
      sum += (best * length) / steps;
    }
  }
  return { share: n === 0 ? 0 : near / n, off: near === 0 ? FURTHEST_LANE_M : sum / near, n: near };
}

/** Whether two crosswalks are for people who have nothing in common. */
function forOthers(a: Block, b: Block): boolean {
  const who = (w: Block): string[] => (Array.isArray(w.value.classes) ? (w.value.classes as string[]) : ["pedestrian"]);
  return !who(a).some((name) => who(b).includes(name));
}

function toSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const k = Math.min(Math.max(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(p[0] - a[0] - k * dx, p[1] - a[1] - k * dy);
}

/** Shared area of two outlines by the area of both together. */
export function overlap(a: readonly Point[], b: readonly Point[]): number {
  const { both, first, second } = areas(a, b);
  return both === 0 ? 0 : both / (first + second - both);
}

/** Shared area of an outline and others that are apart from each other, by the area of all together. */
export function together(a: readonly Point[], others: readonly (readonly Point[])[]): number {
  const both = others.reduce((sum, b) => sum + covered(b, a) * area(b), 0);
  return both / (area(a) + others.reduce((sum, b) => sum + area(b), 0) - both);
}

const area = (outline: readonly Point[]): number => Math.abs(outline.reduce((sum, [ax, ay], i) => {
  const [bx, by] = outline[(i + 1) % outline.length];
  return sum + ax * by - bx * ay;
}, 0)) / 2;

/** Share of an outline's area that lies in another. */
const covered = (part: readonly Point[], whole: readonly Point[]): number => {
  const { both, first } = areas(part, whole);
  return both === 0 ? 0 : both / first;
};

/** Areas that lie in both of two outlines, in the first, in the second, each by a hundred rows. */
function areas(a: readonly Point[], b: readonly Point[]): { both: number; first: number; second: number } {
  const sum = { both: 0, first: 0, second: 0 };
  if (beside(a, b)) return sum;
  const ys = [...a, ...b].map((p) => p[1]);
  const [y0, h] = [Math.min(...ys), Math.max(...ys) - Math.min(...ys)];
  const length = (spans: readonly Point[]): number => spans.reduce((s, [from, to]) => s + to - from, 0);
  for (let j = 0; j < ROWS; j++) {
    const y = y0 + (h * (j + 0.5)) / ROWS;
    const [p, q] = [spansAt(y, a), spansAt(y, b)];
    sum.first += length(p);
    sum.second += length(q);
    for (const [from, to] of p) for (const [low, high] of q) sum.both += Math.max(Math.min(to, high) - Math.max(from, low), 0);
  }
  return sum;
}

/** Where a row runs inside an outline, from x to x. */
function spansAt(y: number, outline: readonly Point[]): Point[] {
  const xs: number[] = [];
  outline.forEach(([ax, ay], i) => {
    const [bx, by] = outline[(i + 1) % outline.length];
    if (ay > y !== by > y) xs.push(ax + ((y - ay) * (bx - ax)) / (by - ay));
  });
  xs.sort((p, q) => p - q);
  return Array.from({ length: Math.floor(xs.length / 2) }, (_, i) => [xs[2 * i], xs[2 * i + 1]]);
}

/** Whether the boxes around two outlines share nothing. */
const beside = (a: readonly Point[], b: readonly Point[]): boolean => ([0, 1] as const).some((k) => {
  const [p, q] = [a.map((at) => at[k]), b.map((at) => at[k])];
  return Math.max(...p) <= Math.min(...q) || Math.max(...q) <= Math.min(...p);
});
