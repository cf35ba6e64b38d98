/** A replay while it is played: its frames so far, and the ways of those who were part of it. */
import { SCENE_MS } from "../shared/motion";
import type { Bounds, Lights, MoreEvent, Point, ReplayEvent, User } from "../shared/types";
import { boundsOf } from "../shared/view";

/** Seconds of a replay after what happened. */
const AFTER_S = 2;
const REST_MS = 600;
const MOST_PATHS = 2;
const JUMP_M = 9;
const AHEAD_S = 1.6;

/** One of those who were part of it: x, y, heading (radians) by frame, NaN where unseen. */
export interface Path { name: string; x: number[]; y: number[]; h: number[]; v: number }

export class Playing {
  readonly frames: User[][] = [];
  readonly lights: Lights[] = [];
  readonly paths: Path[] = [];
  readonly length: number;
  /** the frame in which it happened */
  readonly moment: number;

  constructor(readonly event: ReplayEvent, readonly began: number) {
    this.length = Math.max(event.length ?? event.frames.length, 1);
    this.moment = Math.max(this.length - 1 - (AFTER_S * 1000) / SCENE_MS, 0);
    this.add(event);
  }

  get token(): string | undefined {
    return this.event.token;
  }

  get place(): Point {
    return this.event.place;
  }

  /** Take frames that follow. */
  add(more: Omit<MoreEvent, "token"> & { token?: string }): void {
    more.frames.forEach((users, i) => {
      if (this.frames.length >= this.length) return;
      this.frames.push(users.filter((user) => user[5] !== 1));
      this.lights.push(more.lights?.[i] ?? {});
      this.extend(users.filter((user) => user[5] === 1));
    });
  }

  /** Time in frames, no further than they reach: the last one stands until the next has come. */
  at(now: number): number {
    return Math.max(0, Math.min((now - this.began) / SCENE_MS, this.frames.length - 1));
  }

  ended(now: number): boolean {
    return now - this.began > this.length * SCENE_MS + REST_MS;
  }

  /** Where somebody is at a time in frames; null where unseen. */
  place_of(path: Path, f: number): [number, number, number] | null {
    const a = Math.floor(f);
    const b = Math.min(a + 1, path.x.length - 1);
    const k = f - a;
    if (!(path.x[a] <= Infinity)) return null;
    if (k === 0 || b <= a || !(path.x[b] <= Infinity)) return [path.x[a], path.y[a], path.h[a]];
    const turned = path.h[b] - path.h[a];
    const turn = turned - 2 * Math.PI * Math.round(turned / (2 * Math.PI));
    return [path.x[a] + (path.x[b] - path.x[a]) * k, path.y[a] + (path.y[b] - path.y[a]) * k, path.h[a] + turn * k];
  }

  /** What the camera has to hold: the ways so far and, while frames are missing, as far as they will lead. */
  bounds(margin_m: number): Bounds {
    const points: Point[] = [this.place];
    for (const path of this.paths) {
      path.x.forEach((x, i) => x <= Infinity && points.push([x, path.y[i]]));
      const end = path.x.length - 1;
      const left_s = Math.min(((this.length - this.frames.length) * SCENE_MS) / 1000, AHEAD_S);
      if (left_s > 0 && path.x[end] <= Infinity)
        points.push([path.x[end] + Math.sin(path.h[end]) * path.v * left_s, path.y[end] + Math.cos(path.h[end]) * path.v * left_s]);
    }
    return boundsOf(points, margin_m)!;
  }

  /** Lengthen each way by the nearest of those marked in the next frame. */
  private extend(marked: User[]): void {
    const free = new Set(marked);
    for (const path of this.paths) {
      const last = path.x.findLastIndex((x) => x <= Infinity);
      let best: User | null = null;
      let least = JUMP_M * Math.max(1, path.x.length - last);
      for (const user of free) {
        const cost = Math.hypot(user[1] - path.x[last], user[2] - path.y[last]) + (user[0] === path.name ? 0 : 4);
        if (cost < least) [best, least] = [user, cost];
      }
      if (best !== null) free.delete(best);
      grow(path, best);
    }
    for (const user of free) {
      if (this.paths.length >= MOST_PATHS) return;
      const path: Path = { name: user[0], x: [], y: [], h: [], v: 0 };
      while (path.x.length < this.frames.length - 1) grow(path, null);
      grow(path, user);
      this.paths.push(path);
    }
  }
}

function grow(path: Path, user: User | null): void {
  path.x.push(user?.[1] ?? NaN);
  path.y.push(user?.[2] ?? NaN);
  path.h.push(((user?.[3] ?? NaN) * Math.PI) / 180);
  path.v = user?.[4] ?? path.v;
}
