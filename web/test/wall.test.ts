import { describe, expect, it } from "vitest";
import type { CountRow, Sample, TrackPiece } from "../src/shared/types";
import { series } from "../src/wall/bins";
import { between, lightsAt, poseAt } from "../src/wall/measure";

const straight = (x: number, y: number, heading: number, speed: number): TrackPiece => ({
  track: 1, class: "car", length: 4, width: 2,
  samples: Array.from({ length: 41 }, (_, k): Sample => {
    const [s, c] = [Math.sin((heading * Math.PI) / 180), Math.cos((heading * Math.PI) / 180)];
    return [k / 10, x + (s * speed * k) / 10, y + (c * speed * k) / 10, heading, speed];
  }),
});

describe("a replay", () => {
  it("is between its samples, and turns the short way", () => {
    expect(poseAt([[0, 0, 0, 350, 4], [1, 2, 4, 10, 6]], 0.5)).toEqual({ x: 1, y: 2, heading: 360, speed: 5 });
    expect(poseAt([[0, 0, 0, 0, 4]], 3)).toBeNull();
    expect(poseAt([], 0)).toBeNull();
  });
  it("measures between footprints", () => {
    const follow = between(straight(0, 0, 0, 10), straight(0, 24, 0, 5), 0)!;
    expect(follow.distance_m).toBeCloseTo(20, 6);
    expect(follow.ttc_s).toBeCloseTo(4, 1);
    expect(between(straight(0, 0, 0, 5), straight(0, 24, 0, 10), 0)!.ttc_s).toBeNull();
    const cross = between(straight(0, -20, 0, 10), straight(-20, 0, 90, 10), 0)!;
    expect(cross.ttc_s).toBeGreaterThan(1.5);
    expect(cross.ttc_s).toBeLessThan(2.1);
  });
  it("knows what the lights showed", () => {
    const changes: [number, string, string][] = [[0, "K1", "green"], [0, "K2", "red"], [3, "K1", "amber"]];
    expect(lightsAt(changes, 2.9)).toEqual({ K1: "green", K2: "red" });
    expect(lightsAt(changes, 3)).toEqual({ K1: "amber", K2: "red" });
  });
});

describe("counts", () => {
  const row = (minute: number, cls: string, n: number): CountRow => ({
    t0: new Date(minute * 60_000).toISOString(), t1: new Date((minute + 5) * 60_000).toISOString(), place: "a", movement: "left", class: cls, n,
  });
  it("become lines without holes, the largest first", () => {
    const made = series([row(0, "car", 1), row(10, "car", 2), row(10, "car", 3), row(5, "bus", 9)], (r) => r.class, 5);
    expect(made.x).toEqual([0, 300, 600]);
    expect(made.lines).toEqual([{ name: "bus", values: [0, 9, 0] }, { name: "car", values: [1, 0, 5] }]);
    expect(series([{ ...row(0, "car", 4), t1: new Date(15 * 60_000).toISOString() }], (r) => r.class, 5).minutes).toBe(15);
    expect(series([], (r) => r.class, 5).lines).toEqual([]);
  });
});
