/**
 * Scenes come five a second and without ids. Between them everybody goes on as they went (dead reckoning); where the next
 * scene has somebody of the class close to where one would be, the step is taken smoothly, else it is faded. Only the last
 * two scenes are held: who is taken for whom is forgotten with the next one.
 */
import { CLASSES, type User } from "./types";

export const SCENE_MS = 200;
const BLEND_MS = 200;
const FADE_MS = 140;
/** How far anybody goes on without a scene: seconds of the junction, or at a replay's pace a little more than a scene. */
const FURTHEST_S = 0.6;
const FURTHEST_SCENES = 1.25;
const FORGOTTEN_MS = 4000;
const GONE_MS = 1500;
const NEAR_M = 1.2;

const CODES = new Map<string, number>(CLASSES.map((name, code) => [name, code]));
const OTHER = CODES.get("other")!;

/** Where (x, y) is after dt seconds on the same heading at the same speed. */
export function reckon(x: number, y: number, heading_deg: number, speed_mps: number, dt_s: number): [number, number] {
  const h = (heading_deg * Math.PI) / 180;
  return [x + Math.sin(h) * speed_mps * dt_s, y + Math.cos(h) * speed_mps * dt_s];
}

/** Added to a class for who was no part of what a replay shows. */
export const BYSTANDER = 128;

export type Emit = (cls: number, x: number, y: number, heading_rad: number, speed_mps: number, alpha: number) => void;

/** n users: class codes; x, y, heading, speed, and by how much of each of the first three the step is smoothed. */
interface Still {
  n: number;
  at: number;
  cls: Uint8Array;
  rows: Float32Array;
  /** whether somebody of the other scene of the two was taken for this one */
  met: Uint8Array;
}

const WIDTH = 7;
const still = (room: number): Still =>
  ({ n: 0, at: -Infinity, cls: new Uint8Array(room), rows: new Float32Array(room * WIDTH), met: new Uint8Array(room) });

export class Crowd {
  rate = 1;
  private now_ = still(256);
  private last = still(256);

  /** Take a scene that arrived at now (ms), dt seconds of the junction after the last; the arrival's jitter is smoothed. */
  push(users: readonly User[], now: number, dt_s?: number): void {
    const apart = dt_s === undefined ? SCENE_MS : Math.min(Math.max((dt_s * 1000) / this.rate, 20), GONE_MS);
    const fresh = this.last;
    this.last = this.now_;
    const late = now - this.last.at - apart;
    const at = Math.abs(late) < SCENE_MS ? this.last.at + apart + late * (dt_s === undefined ? 0.25 : 0.08) : now;
    this.now_ = fill(fresh, users, at);
    meet(this.last, this.now_, this.rate);
  }

  clear(): void {
    this.now_.n = this.last.n = 0;
    this.now_.at = this.last.at = -Infinity;
  }

  /** Everybody as they are at now. */
  draw(now: number, emit: Emit): void {
    const age = now - this.now_.at;
    const gone = age > GONE_MS ? Math.max(0, 1 - (age - GONE_MS) / (FORGOTTEN_MS - GONE_MS)) : 1;
    if (gone === 0) return;
    const fresh = Math.min(Math.max(age / FADE_MS, 0), 1);
    if (fresh < 1 && this.now_.at - this.last.at < GONE_MS) this.each(this.last, now, 0, (1 - fresh) * gone, emit);
    this.each(this.now_, now, gone, fresh * gone, emit);
  }

  /** How long ago the last scene came, ms. */
  silence(now: number): number {
    return now - this.now_.at;
  }

  /** Those who were met in the other scene with one alpha, the others with another. */
  private each(scene: Still, now: number, met: number, unmet: number, emit: Emit): void {
    const { rows } = scene;
    const furthest = Math.max(FURTHEST_S, ((FURTHEST_SCENES * SCENE_MS) / 1000) * this.rate);
    const dt = Math.min(Math.max((now - scene.at) / 1000, -0.2) * this.rate, furthest);
    const left = blend(now - scene.at);
    for (let i = 0, j = 0; i < scene.n; i++, j += WIDTH) {
      const alpha = scene.met[i] === 1 ? met : unmet;
      if (alpha <= 0) continue;
      const [h, v] = [rows[j + 2], rows[j + 3]];
      const x = rows[j] + Math.sin(h) * v * dt + rows[j + 4] * left;
      const y = rows[j + 1] + Math.cos(h) * v * dt + rows[j + 5] * left;
      emit(scene.cls[i], x, y, h + rows[j + 6] * left, v, alpha);
    }
  }
}

/** How much of a correction is left at an age in ms: from 1 to 0 without a jerk at either end. */
function blend(age_ms: number): number {
  const s = Math.min(Math.max(age_ms / BLEND_MS, 0), 1);
  return 1 - s * s * (3 - 2 * s);
}

function fill(scene: Still, users: readonly User[], at: number): Still {
  if (users.length > scene.cls.length) Object.assign(scene, still(2 ** Math.ceil(Math.log2(users.length))));
  scene.n = users.length;
  scene.at = at;
  scene.met.fill(0);
  for (let i = 0, j = 0; i < users.length; i++, j += WIDTH) {
    const [name, x, y, heading, speed, part] = users[i];
    scene.cls[i] = (CODES.get(name) ?? OTHER) + (part === 0 ? BYSTANDER : 0);
    scene.rows[j] = x;
    scene.rows[j + 1] = y;
    scene.rows[j + 2] = (heading * Math.PI) / 180;
    scene.rows[j + 3] = speed ?? 0;
    scene.rows.fill(0, j + 4, j + WIDTH);
  }
  return scene;
}

const TURN = 2 * Math.PI;

/** Who of the newer scene stands where one of the older would be by then: the nearest first, each once. */
function meet(old: Still, fresh: Still, rate: number): void {
  old.met.fill(0);
  const dt = ((fresh.at - old.at) / 1000) * rate;
  if (!(dt > 0) || fresh.at - old.at > GONE_MS) return;
  const left = blend(fresh.at - old.at);
  const pairs: [number, number, number, number, number][] = [];
  for (let k = 0, l = 0; k < old.n; k++, l += WIDTH) {
    const [h, v] = [old.rows[l + 2], old.rows[l + 3]];
    const x = old.rows[l] + Math.sin(h) * v * dt + old.rows[l + 4] * left;
    const y = old.rows[l + 1] + Math.cos(h) * v * dt + old.rows[l + 5] * left;
    for (let i = 0, j = 0; i < fresh.n; i++, j += WIDTH) {
      if (fresh.cls[i] !== old.cls[k]) continue;
      const [dx, dy] = [x - fresh.rows[j], y - fresh.rows[j + 1]];
      const reach = NEAR_M + 0.5 * dt * Math.max(v, fresh.rows[j + 3]);
      if (dx * dx + dy * dy < reach * reach) pairs.push([dx * dx + dy * dy, k, i, dx, dy]);
    }
  }
  pairs.sort((a, b) => a[0] - b[0]);
  for (const [, k, i, dx, dy] of pairs) {
    if (old.met[k] === 1 || fresh.met[i] === 1) continue;
    old.met[k] = fresh.met[i] = 1;
    const j = i * WIDTH;
    const turned = old.rows[k * WIDTH + 2] + old.rows[k * WIDTH + 6] * left - fresh.rows[j + 2];
    fresh.rows[j + 4] = dx;
    fresh.rows[j + 5] = dy;
    fresh.rows[j + 6] = turned - TURN * Math.round(turned / TURN);
  }
}
