import { describe, expect, it } from "vitest";
import { BYSTANDER, Crowd, reckon, SCENE_MS } from "../src/shared/motion";
import type { User } from "../src/shared/types";

interface Seen { cls: number; x: number; y: number; alpha: number }
const seen = (crowd: Crowd, now: number): Seen[] => {
  const list: Seen[] = [];
  crowd.draw(now, (cls, x, y, _h, _v, alpha) => list.push({ cls, x, y, alpha }));
  return list;
};
const car = (x: number, y: number, heading = 90, speed = 10): User => ["car", x, y, heading, speed];

describe("dead reckoning", () => {
  it("goes where the heading points, clockwise from north", () => {
    expect(reckon(0, 0, 0, 5, 2).map((v) => Math.round(v * 1e9) / 1e9)).toEqual([0, 10]);
    expect(reckon(0, 0, 90, 5, 2).map((v) => Math.round(v * 1e9) / 1e9)).toEqual([10, 0]);
  });
  it("moves evenly from scene to scene and never grows pale", () => {
    const crowd = new Crowd();
    for (let k = 0; k < 20; k++) crowd.push([car(2 * k, 0)], 1000 + k * SCENE_MS);
    const start = 1000 + 19 * SCENE_MS;
    for (let ms = 0; ms < SCENE_MS; ms += 16) {
      const now = seen(crowd, start + ms);
      expect(now.map((u) => u.alpha)).toEqual([1]);
      for (const u of now) expect(u.x).toBeCloseTo(38 + ms / 100, 1);
    }
  });
  it("goes at the replay's rate", () => {
    const crowd = new Crowd();
    crowd.rate = 4;
    crowd.push([car(0, 0)], 1000);
    expect(seen(crowd, 1150).at(-1)!.x).toBeCloseTo(6, 5);
  });
  it("stops guessing, fades, and is gone when scenes stop coming", () => {
    const crowd = new Crowd();
    crowd.push([car(0, 0)], 1000);
    expect(seen(crowd, 2400)[0].x).toBeLessThan(6.5);
    expect(seen(crowd, 4000)[0].alpha).toBeLessThan(0.6);
    expect(seen(crowd, 6000)).toEqual([]);
  });
  it("goes hardly further than a scene at a replay's pace, where nobody knows who turns", () => {
    const crowd = new Crowd();
    crowd.rate = 10;
    crowd.push([car(0, 0)], 1000);
    expect(seen(crowd, 1200).at(-1)!.x).toBeCloseTo(20, 5);
    expect(seen(crowd, 2400)[0].x).toBeLessThan(26);
  });
  it("smooths the jitter of arrivals", () => {
    const crowd = new Crowd();
    for (let k = 0; k < 10; k++) crowd.push([car(2 * k, 0)], 1000 + k * SCENE_MS + (k % 2) * 60);
    expect(Math.abs(seen(crowd, 1000 + 9 * SCENE_MS + 60 + 145).at(-1)!.x - 20)).toBeLessThan(0.6);
  });
  it("knows how far apart scenes are when it is told", () => {
    const crowd = new Crowd();
    crowd.rate = 4;
    let [t, x] = [1000, 0];
    crowd.push([car(0, 0)], t);
    for (const dt of [0.8, 0.6, 1.0, 0.7, 0.9]) {
      t += (dt * 1000) / 4;
      x += 10 * dt;
      crowd.push([car(x, 0)], t + (dt > 0.8 ? 40 : 0), dt);
    }
    for (const u of seen(crowd, t + 100)) expect(Math.abs(u.x - (x + 4))).toBeLessThan(0.4);
  });
  it("takes the step to the next scene without a jerk", () => {
    const crowd = new Crowd();
    crowd.push([car(0, 0), car(0, 9)], 1000);
    crowd.push([car(0.5, 9.3, 60), car(3, 0.6)], 1000 + SCENE_MS);
    let last = seen(crowd, 1000 + SCENE_MS);
    expect(Math.min(...last.map((u) => Math.hypot(u.x - 2, u.y)))).toBeLessThan(1e-4);
    for (let ms = 8; ms <= 400; ms += 8) {
      const next = seen(crowd, 1000 + SCENE_MS + ms);
      expect(next).toHaveLength(2);
      next.forEach((u, i) => expect(Math.hypot(u.x - last[i].x, u.y - last[i].y)).toBeLessThan(0.2));
      last = next;
    }
    const truth = reckon(3, 0.6, 90, 10, 0.4);
    expect(Math.min(...last.map((u) => Math.hypot(u.x - truth[0], u.y - truth[1])))).toBeLessThan(1e-4);
  });
  it("takes nobody for somebody of another class, or from elsewhere", () => {
    const crowd = new Crowd();
    crowd.push([car(0, 0, 90, 0), ["pedestrian", 30, 0, 0, 0]], 1000);
    crowd.push([["cyclist", 0, 0, 90, 0], ["pedestrian", 34, 0, 0, 0]], 1000 + SCENE_MS);
    const half = seen(crowd, 1000 + SCENE_MS + 70);
    expect(half).toHaveLength(4);
    for (const u of half) expect(u.alpha).toBeCloseTo(0.5, 2);
    expect(seen(crowd, 1000 + SCENE_MS + 150)).toHaveLength(2);
  });
  it("takes any number of users, and none", () => {
    const crowd = new Crowd();
    crowd.push(Array.from({ length: 1500 }, (_, i) => car(i, 0)), 1000);
    expect(seen(crowd, 1150)).toHaveLength(1500);
    crowd.push([], 1200);
    expect(seen(crowd, 1500)).toEqual([]);
    crowd.push([["hovercraft", 0, 0, 0, 0]], 1700);
    expect(seen(crowd, 1850)).toHaveLength(1);
  });
  it("tells who was part of it", () => {
    const crowd = new Crowd();
    crowd.push([["car", 0, 0, 0, 0, 1], ["car", 5, 0, 0, 0, 0]], 1000);
    expect(seen(crowd, 1150).map((u) => u.cls >= BYSTANDER)).toEqual([false, true]);
  });
});
