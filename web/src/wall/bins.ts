/** Count rows as lines of a chart. */
import type { CountRow } from "../shared/types";

export interface Series { minutes: number; x: number[]; lines: { name: string; values: number[] }[] }

/**
 * Sums per bin and group, the largest groups first; bins between the first and the last are all there. Where rows were
 * counted over longer than the bin that was asked for, the bins are as long as theirs.
 */
export function series(rows: readonly CountRow[], group: (row: CountRow) => string, minutes: number, most = 8): Series {
  const shortest = rows.reduce((m, row) => Math.min(m, (Date.parse(row.t1) - Date.parse(row.t0)) / 60_000), Infinity);
  const wide = Number.isFinite(shortest) ? Math.max(minutes, Math.round(shortest)) : minutes;
  const step = wide * 60;
  const starts = rows.map((row) => Date.parse(row.t0) / 1000);
  if (starts.length === 0) return { minutes: wide, x: [], lines: [] };
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
  const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const lines = [...sums].map(([name, values]) => ({ name, values })).sort((a, b) => total(b.values) - total(a.values));
  return { minutes: wide, x: Array.from({ length: n }, (_, i) => first + i * step), lines: lines.slice(0, most) };
}
