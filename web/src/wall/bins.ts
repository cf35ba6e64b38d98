/** Count rows as bars of a chart, turning movements as a table, and the peak hour. */
import type { CountRow, OperatorPlan } from "../shared/types";

const QUARTER_S = 900;
export interface Series {
  minutes: number; x: number[];
  /** false where nobody was counted anywhere in the bin's quarter of an hour: most likely nobody looked */
  observed: boolean[];
  lines: { name: string; values: number[] }[];
}

const total = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const start = (row: CountRow) => Date.parse(row.t0) / 1000;

/**
 * Sums per bin and group, the largest groups first; bins between the first and the last are all there. Where rows were
 * counted over longer than the bin that was asked for, the bins are as long as theirs.
 */
export function series(rows: readonly CountRow[], group: (row: CountRow) => string, minutes: number, most = 8): Series {
  const shortest = rows.reduce((m, row) => Math.min(m, (Date.parse(row.t1) - Date.parse(row.t0)) / 60_000), Infinity);
  const wide = Number.isFinite(shortest) ? Math.max(minutes, Math.round(shortest)) : minutes;
  const step = wide * 60;
  const starts = rows.map(start);
  if (starts.length === 0) return { minutes: wide, x: [], observed: [], lines: [] };
  const first = starts.reduce((a, b) => Math.min(a, b));
  const last = starts.reduce((a, b) => Math.max(a, b));
  const n = Math.round((last - first) / step) + 1;
  const sums = new Map<string, number[]>();
  rows.forEach((row, i) => {
    const name = group(row);
    let line = sums.get(name);
    if (line === undefined) sums.set(name, (line = new Array<number>(n).fill(0)));
    line[Math.round((starts[i] - first) / step)] += row.n;
  });
  const seen = new Set(starts.map((t) => Math.floor(t / Math.max(QUARTER_S, step))));
  const x = Array.from({ length: n }, (_, i) => first + i * step);
  const lines = [...sums].map(([name, values]) => ({ name, values })).sort((a, b) => total(b.values) - total(a.values));
  return { minutes: wide, x, observed: x.map((t) => seen.has(Math.floor(t / Math.max(QUARTER_S, step)))), lines: lines.slice(0, most) };
}

/** quarter: the most in a quarter of the hour; both null where bins are too long to tell */
export interface Peak { t0: number; n: number; quarter: number | null; factor: number | null }

/** The busiest hour that was observed whole, and its peak hour factor V / (4 V15) (HCM, chapter 4); null under an hour. */
export function peakHour({ x, observed, lines, minutes }: Series): Peak | null {
  const bins = Math.round(60 / minutes);
  const sums = x.map((_, i) => total(lines.map((line) => line.values[i])));
  let best: Peak | null = null;
  for (let i = 0; i + bins <= x.length; i++) {
    if (!observed.slice(i, i + bins).every(Boolean)) continue;
    const hour = sums.slice(i, i + bins);
    const n = total(hour);
    if (n === 0 || (best !== null && n <= best.n)) continue;
    const quarters = bins >= 4 ? [0, 1, 2, 3].map((q) => total(hour.slice((q * bins) / 4, ((q + 1) * bins) / 4))) : null;
    const quarter = quarters && Math.max(...quarters);
    best = { t0: x[i], n, quarter, factor: quarter && n / (4 * quarter) };
  }
  return best;
}

/** Of one set of passings: how many, the busiest bin, the peak hour. */
export interface Volume { name: string; n: number; busiest: { t0: number; n: number } | null; peak: Peak | null }

/**
 * The volume of each set of places at which anybody was counted; busiest and peak are of bins that are over.
 * A quarter of an hour in which anybody was counted anywhere was observed everywhere. now: epoch s
 */
export function volumes(rows: readonly CountRow[], sets: readonly { name: string; places: readonly string[] }[], minutes: number, now: number): Volume[] {
  const setOf = (row: CountRow) => sets.find(({ places }) => places.includes(row.place))?.name ?? "";
  const over = rows.filter((row) => Date.parse(row.t1) / 1000 <= now);
  const each = series(over, setOf, minutes, Infinity);
  return sets.flatMap(({ name }) => {
    const mine = rows.filter((row) => setOf(row) === name);
    if (mine.length === 0) return [];
    const line = each.lines.find((l) => l.name === name);
    const most = line === undefined ? -1 : line.values.indexOf(Math.max(...line.values));
    return [{
      name, n: total(mine.map((row) => row.n)),
      busiest: line === undefined ? null : { t0: each.x[most], n: line.values[most] },
      peak: line === undefined ? null : peakHour({ ...each, lines: [line] }),
    }];
  });
}

export interface Movements { classes: string[]; rows: { place: string; movement: string; n: number[]; total: number }[]; n: number[]; total: number }

/** Sums per place, movement and class: of places that are wanted, in their order; movements in the order of MOVES. */
export function movements(rows: readonly CountRow[], places: readonly string[], classes: readonly string[]): Movements {
  const mine = rows.filter((row) => places.includes(row.place));
  const used = classes.filter((c) => mine.some((row) => row.class === c));
  const found = new Map<string, number[]>();
  for (const row of mine) {
    const key = `${places.indexOf(row.place)}\t${row.movement}`;
    const n = found.get(key) ?? used.map(() => 0);
    n[used.indexOf(row.class)] += row.n;
    found.set(key, n);
  }
  const split = [...found].map(([key, n]) => ({ at: Number(key.split("\t")[0]), movement: key.split("\t")[1], n, total: total(n) }));
  split.sort((a, b) => a.at - b.at || MOVES.indexOf(a.movement) - MOVES.indexOf(b.movement));
  return {
    classes: used, rows: split.map(({ at, ...row }) => ({ place: places[at], ...row })),
    n: used.map((_, i) => total(split.map((row) => row.n[i]))), total: total(split.map((row) => row.total)),
  };
}

const COMPASS = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];
const MOVES = ["left", "through", "right", "u_turn", "unknown", "in", "out", ...COMPASS.map((c) => `${c}bound`)];

/** Which of eight compass points a stop line's traffic comes from, 0 north. */
export function cameFrom(plan: OperatorPlan, line: string): number {
  const heading = plan.stop_lines.find((s) => s.id === line)?.heading ?? 180;
  return Math.round((((heading + 180) % 360) + 360) / 45) % 8;
}
