/** Which light governs what: read, assigned, renamed, taken away; the exits of a stop line. */
import { change, idOf, remove, type Block, type Doc, type Value } from "./blocks";
import type { Point } from "../shared/types";

export interface Movement { signal?: string; exit_heading?: number; turn_on_red?: boolean }

export const movementsOf = (b: Block): Movement[] => (Array.isArray(b.value.movement) ? (b.value.movement as Movement[]) : []);

/** Signals that govern an object, in the order of its movements. */
export function signalsOf(b: Block): string[] {
  const all = [b.value.signal, ...movementsOf(b).map((m) => m.signal)];
  return [...new Set(all.filter((s): s is string => typeof s === "string" && s !== ""))];
}

export const governed = (doc: Doc, signal: string): Block[] => doc.blocks.filter((b) => (b.kind === "stop_line" || b.kind === "crosswalk") && signalsOf(b).includes(signal));

/** Let a signal govern an object, or one movement of it; take it away where it governs it already. */
export function assign(doc: Doc, key: number, signal: string, movement: number | null): Doc {
  const b = doc.blocks.find((x) => x.key === key);
  if (b === undefined || (b.kind !== "stop_line" && b.kind !== "crosswalk")) return doc;
  const moves = movementsOf(b);
  if (moves.length === 0) return change(doc, key, { signal: b.value.signal === signal ? undefined : signal });
  const mine = (i: number) => movement === null || movement === i;
  const taken = moves.every((m, i) => !mine(i) || m.signal === signal);
  return change(doc, key, { movement: moves.map((m, i) => (mine(i) ? tidy({ ...m, signal: taken ? undefined : signal }) : m)) });
}

/** A stop line lists another exit; one light for all becomes that of each. */
export function addExit(doc: Doc, key: number, exit_heading: number): Doc {
  const b = doc.blocks.find((x) => x.key === key);
  if (b === undefined || b.kind !== "stop_line") return doc;
  const moves = movementsOf(b);
  const signal = (b.value.signal as string | undefined) ?? moves[0]?.signal;
  const turn_on_red = b.value.turn_on_red as boolean | undefined;
  return change(doc, key, { signal: undefined, turn_on_red: undefined, movement: [...moves, tidy({ signal, exit_heading, turn_on_red })] });
}

export function setExit(doc: Doc, key: number, index: number, values: Movement): Doc {
  const b = doc.blocks.find((x) => x.key === key)!;
  return change(doc, key, { movement: movementsOf(b).map((m, i) => (i === index ? tidy({ ...m, ...values }) : m)) });
}

/** The last exit gone, its light governs all of the line again. */
export function dropExit(doc: Doc, key: number, index: number): Doc {
  const b = doc.blocks.find((x) => x.key === key)!;
  const moves = movementsOf(b);
  const rest = moves.filter((_, i) => i !== index);
  return change(doc, key, rest.length > 0 ? { movement: rest } : { movement: undefined, signal: moves[index].signal });
}

export function renameSignal(doc: Doc, key: number, id: string): Doc {
  const old = idOf(doc.blocks.find((b) => b.key === key)!);
  return referring(change(doc, key, { id }), old, id);
}

/** Takes a signal away, and from all that it governed. */
export function removeSignal(doc: Doc, key: number): Doc {
  const old = idOf(doc.blocks.find((b) => b.key === key)!);
  return referring(remove(doc, key), old, undefined);
}

function referring(doc: Doc, old: string, id: string | undefined): Doc {
  let next = doc;
  for (const b of governed(doc, old)) {
    const values: Value = {};
    if (b.value.signal === old) values.signal = id;
    if (movementsOf(b).length > 0) values.movement = movementsOf(b).map((m) => (m.signal === old ? tidy({ ...m, signal: id }) : m));
    next = change(next, b.key, values);
  }
  return next;
}

/** A camera's new name, everywhere; undefined: it is gone, and so is what only it shows. */
export function renameCamera(doc: Doc, key: number, id: string): Doc {
  const old = idOf(doc.blocks.find((b) => b.key === key)!);
  let next = change(doc, key, { id });
  for (const b of doc.blocks) {
    if (b.value.camera === old) next = change(next, b.key, { camera: id });
    const lamps = b.kind === "signal" && Array.isArray(b.value.lamp) ? (b.value.lamp as Value[]) : [];
    if (lamps.some((l) => l.camera === old)) next = change(next, b.key, { lamp: lamps.map((l) => (l.camera === old ? { ...l, camera: id } : l)) });
  }
  return next;
}

function tidy(m: Movement): Movement {
  return Object.fromEntries(Object.entries(m).filter(([, v]) => v !== undefined && v !== "")) as Movement;
}

/** Degrees clockwise from north, from one point to another. */
export const bearing = (a: Point, b: Point): number => Math.round(((Math.atan2(b[0] - a[0], b[1] - a[1]) * 180) / Math.PI + 360) * 10) / 10 % 360;

/** The heading with which whoever takes this lane has left the junction: that of its course nearest to a point. */
export function headingAlong(lane: readonly Point[], at: Point): number {
  let [best, least] = [1, Infinity];
  for (let i = 1; i < lane.length; i++) {
    const [a, b] = [lane[i - 1], lane[i]];
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const k = Math.min(Math.max(((at[0] - a[0]) * dx + (at[1] - a[1]) * dy) / (dx * dx + dy * dy || 1), 0), 1);
    const d = Math.hypot(at[0] - a[0] - k * dx, at[1] - a[1] - k * dy);
    if (d < least) [best, least] = [i, d];
  }
  return bearing(lane[best - 1], lane[best]);
}
