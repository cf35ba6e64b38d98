/** What is measured between two road users of a replay at one moment. */
import type { Sample, TrackPiece } from "../shared/types";

export interface Pose { x: number; y: number; heading: number; speed: number | null }

/** Where a road user is at dt, between its samples; null before the first and after the last. */
export function poseAt(samples: readonly Sample[], dt: number): Pose | null {
  const n = samples.length;
  if (n === 0 || dt < samples[0][0] - 0.05 || dt > samples[n - 1][0] + 0.05) return null;
  let [low, high] = [0, n - 1];
  while (high - low > 1) {
    const mid = (low + high) >> 1;
    if (samples[mid][0] <= dt) low = mid;
    else high = mid;
  }
  const [a, b] = [samples[low], samples[high]];
  const k = b[0] > a[0] ? Math.min(Math.max((dt - a[0]) / (b[0] - a[0]), 0), 1) : 0;
  const turn = ((b[3] - a[3] + 540) % 360) - 180;
  const mix = (from: number, to: number) => from + (to - from) * k;
  // a speed that was not known yet is none, and no way to it leads from 0
  const speed = k === 0 ? a[4] : k === 1 ? b[4] : a[4] === null || b[4] === null ? null : mix(a[4], b[4]);
  return { x: mix(a[1], b[1]), y: mix(a[2], b[2]), heading: a[3] + turn * k, speed };
}

/** Whether any of those involved is there at dt. */
export const anybodyAt = (tracks: readonly TrackPiece[], dt: number): boolean =>
  tracks.some((piece) => (piece.involved ?? piece.track <= 2) && poseAt(piece.samples, dt) !== null);

type Corner = [number, number];

function corners(p: Pose, length: number, width: number): Corner[] {
  const [s, c] = [Math.sin((p.heading * Math.PI) / 180), Math.cos((p.heading * Math.PI) / 180)];
  return [[1, 1], [1, -1], [-1, -1], [-1, 1]].map(([f, r]): Corner => [
    p.x + (s * f * length) / 2 + (c * r * width) / 2, p.y + (c * f * length) / 2 - (s * r * width) / 2,
  ]);
}

function onSegment([px, py]: Corner, [ax, ay]: Corner, [bx, by]: Corner): Corner {
  const [dx, dy] = [bx - ax, by - ay];
  const k = Math.min(Math.max(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return [ax + k * dx, ay + k * dy];
}

function separated(a: Corner[], b: Corner[]): boolean {
  for (const shape of [a, b])
    for (let i = 0; i < 4; i++) {
      const [n, m] = [shape[i], shape[(i + 1) % 4]];
      const [nx, ny] = [m[1] - n[1], n[0] - m[0]];
      const on = (c: Corner) => c[0] * nx + c[1] * ny;
      const [pa, pb] = [a.map(on), b.map(on)];
      if (Math.max(...pa) < Math.min(...pb) || Math.max(...pb) < Math.min(...pa)) return true;
    }
  return false;
}

/** Where two footprints are nearest to each other; null where they overlap. */
function nearest(a: Corner[], b: Corner[]): [Corner, Corner] | null {
  if (!separated(a, b)) return null;
  let best: [Corner, Corner] = [a[0], b[0]];
  const take = (p: Corner, q: Corner) => {
    if (length(p, q) < length(...best)) best = [p, q];
  };
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      take(a[i], onSegment(a[i], b[j], b[(j + 1) % 4]));
      take(onSegment(b[i], a[j], a[(j + 1) % 4]), b[i]);
    }
  return best;
}
const length = (p: Corner, q: Corner) => Math.hypot(p[0] - q[0], p[1] - q[1]);

/** Metres between two footprints, 0 where they overlap. */
export function gap(a: Corner[], b: Corner[]): number {
  const found = nearest(a, b);
  return found === null ? 0 : length(...found);
}

/** line: from the one to the other where they are nearest, null where they overlap */
export interface Between { distance_m: number; ttc_s: number | null; line: [Corner, Corner] | null }

const SIZE_DEFAULT = [4.5, 1.8] as const;

/** Distance of the footprints, and seconds to their collision if both go on as they go; null where they do not meet or a speed is not known. */
export function between(one: TrackPiece, two: TrackPiece, dt: number, longest_s = 6): Between | null {
  const [p, q] = [poseAt(one.samples, dt), poseAt(two.samples, dt)];
  if (p === null || q === null) return null;
  const later = (pose: Pose, s: number): Pose => {
    const h = (pose.heading * Math.PI) / 180;
    const far = (pose.speed ?? 0) * s;
    return { ...pose, x: pose.x + Math.sin(h) * far, y: pose.y + Math.cos(h) * far };
  };
  const shape = (t: TrackPiece, pose: Pose) => corners(pose, t.length ?? SIZE_DEFAULT[0], t.width ?? SIZE_DEFAULT[1]);
  const at = (s: number) => gap(shape(one, later(p, s)), shape(two, later(q, s)));
  let ttc: number | null = null;
  for (let s = 0; s <= longest_s && p.speed !== null && q.speed !== null; s += 0.05)
    if (at(s) === 0) {
      ttc = s;
      break;
    }
  return { distance_m: at(0), ttc_s: ttc, line: nearest(shape(one, p), shape(two, q)) };
}

/** What each signal shows at dt; changes are [dt, signal, state] in order of time. */
export function lightsAt(changes: readonly [number, string, string][], dt: number): Record<string, string> {
  const lights: Record<string, string> = {};
  for (const [t, signal, state] of changes) if (t <= dt + 1e-6) lights[signal] = state;
  return lights;
}

export interface LampNow { signal: string; state: string; for_s: number; least: boolean }

/** Every signal at dt with how long it has shown its state; least: since before anybody looked, so for longer. */
export function lampsAt(changes: readonly [number, string, string][], dt: number): LampNow[] {
  const now = new Map<string, LampNow>();
  for (const [t, signal, state] of changes)
    if (t <= dt + 1e-6) now.set(signal, { signal, state, for_s: dt - t, least: t === 0 });
  return [...now.values()].sort((a, b) => a.signal.localeCompare(b.signal, undefined, { numeric: true }));
}

export interface Traces { s: number[]; speeds: (number | null)[][]; distance: (number | null)[]; ttc: (number | null)[] }

/** Speeds (km/h), distance (m) and time to collision (s) of those involved, every tenth of a second from t0 to t1. */
export function traces(pair: readonly TrackPiece[], t0: number, t1: number, both: boolean): Traces {
  const s = Array.from({ length: Math.max(Math.round((t1 - t0) * 10) + 1, 2) }, (_, i) => t0 + i / 10);
  const met = s.map((dt) => (both && pair.length === 2 ? between(pair[0], pair[1], dt) : null));
  return {
    s, speeds: pair.map((piece) => s.map((dt) => { const pose = poseAt(piece.samples, dt); return pose === null || pose.speed === null ? null : pose.speed * 3.6; })),
    distance: met.map((m) => m?.distance_m ?? null), ttc: met.map((m) => m?.ttc_s ?? null),
  };
}
