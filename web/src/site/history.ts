/** Undo and redo over immutable values. */
export interface History<T> { readonly past: readonly T[]; readonly now: T; readonly future: readonly T[]; readonly tag: string | null }

const DEEPEST = 200;
export const begin = <T>(now: T): History<T> => ({ past: [], now, future: [], tag: null });

/** Steps with the same tag one after another (a drag, typing in a field) are undone together. */
export function step<T>(h: History<T>, now: T, tag: string | null = null): History<T> {
  if (now === h.now) return h;
  if (tag !== null && tag === h.tag) return { ...h, now, future: [] };
  return { past: [...h.past, h.now].slice(-DEEPEST), now, future: [], tag };
}
export function undo<T>(h: History<T>): History<T> {
  if (h.past.length === 0) return h;
  return { past: h.past.slice(0, -1), now: h.past[h.past.length - 1], future: [h.now, ...h.future], tag: null };
}
export function redo<T>(h: History<T>): History<T> {
  if (h.future.length === 0) return h;
  return { past: [...h.past, h.now], now: h.future[0], future: h.future.slice(1), tag: null };
}
