/**
 * Scenes come five a second and without ids. Between them everybody goes on as they went (dead reckoning), and the
 * next scene is faded in over the last: nobody is matched with anybody, and nothing but two scenes is held.
 */
import { CLASSES, type User } from "./types";

export const SCENE_MS = 200;
const FADE_IN_MS = 90;
const FADE_OUT_MS = 50;
const FURTHEST_S = 0.6;
const FORGOTTEN_MS = 4000;
const GONE_MS = 1500;

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

interface Still {
  n: number;
  at: number;
  cls: Uint8Array;
  rows: Float32Array;
}

const still = (room: number): Still => ({ n: 0, at: -Infinity, cls: new Uint8Array(room), rows: new Float32Array(room * 4) });

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
  }

  clear(): void {
    this.now_.n = this.last.n = 0;
    this.now_.at = this.last.at = -Infinity;
  }

  /** Everybody as they are at now; alpha of the older scene stays 1 until the newer one has come in. */
  draw(now: number, emit: Emit): void {
    const age = now - this.now_.at;
    const gone = age > GONE_MS ? Math.max(0, 1 - (age - GONE_MS) / (FORGOTTEN_MS - GONE_MS)) : 1;
    if (gone === 0) return;
    const fresh = Math.min(Math.max(age / FADE_IN_MS, 0), 1);
    const old = Math.min(Math.max(1 - (age - FADE_IN_MS) / FADE_OUT_MS, 0), 1);
    const lastAge = this.now_.at - this.last.at;
    if (old > 0 && lastAge < GONE_MS) this.each(this.last, now, old * gone, emit);
    if (fresh > 0) this.each(this.now_, now, fresh * gone, emit);
  }

  /** How long ago the last scene came, ms. */
  silence(now: number): number {
    return now - this.now_.at;
  }

  private each(scene: Still, now: number, alpha: number, emit: Emit): void {
    const dt = Math.min(Math.max((now - scene.at) / 1000, -0.2), FURTHEST_S) * this.rate;
    for (let i = 0, j = 0; i < scene.n; i++, j += 4) {
      const h = scene.rows[j + 2];
      const v = scene.rows[j + 3];
      emit(scene.cls[i], scene.rows[j] + Math.sin(h) * v * dt, scene.rows[j + 1] + Math.cos(h) * v * dt, h, v, alpha);
    }
  }
}

function fill(scene: Still, users: readonly User[], at: number): Still {
  if (users.length > scene.cls.length) {
    const roomy = still(2 ** Math.ceil(Math.log2(users.length)));
    scene.cls = roomy.cls;
    scene.rows = roomy.rows;
  }
  scene.n = users.length;
  scene.at = at;
  for (let i = 0, j = 0; i < users.length; i++, j += 4) {
    const [name, x, y, heading, speed, part] = users[i];
    scene.cls[i] = (CODES.get(name) ?? OTHER) + (part === 0 ? BYSTANDER : 0);
    scene.rows[j] = x;
    scene.rows[j + 1] = y;
    scene.rows[j + 2] = (heading * Math.PI) / 180;
    scene.rows[j + 3] = speed ?? 0;
  }
  return scene;
}

/**
 * Frames of a replay with a speed in every row: where it is missing, from the nearest of the class in the next frame
 * that lies ahead. The pairing lives for the length of this call.
 */
export function withSpeeds(frames: readonly User[][], step_s = SCENE_MS / 1000, fastest_mps = 30): User[][] {
  return frames.map((users, f) => {
    const next = frames[f + 1];
    return users.map((user): User => {
      if (user[4] !== undefined || next === undefined) return user;
      const [sin, cos] = [Math.sin((user[3] * Math.PI) / 180), Math.cos((user[3] * Math.PI) / 180)];
      let best = Infinity;
      let ahead = 0;
      for (const other of next) {
        if (other[0] !== user[0]) continue;
        const [dx, dy] = [other[1] - user[1], other[2] - user[2]];
        const along = dx * sin + dy * cos;
        const cost = Math.hypot(dx, dy) + 2 * Math.abs(dx * cos - dy * sin);
        if (along > -0.3 && cost < best && along < fastest_mps * step_s) [best, ahead] = [cost, along];
      }
      return [user[0], user[1], user[2], user[3], best < Infinity ? Math.max(ahead, 0) / step_s : 0, user[5]];
    });
  });
}
