import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Density } from "../src/screen/density";
import { BREATH_MS, Director } from "../src/screen/director";
import { Camera, covering, framing, GLIDE_MS, holds } from "../src/screen/camera";
import { clockOf, rows, said, trend } from "../src/screen/figures";
import { Playing } from "../src/screen/playing";
import { Version } from "../src/screen/version";
import type { ReplayEvent, User } from "../src/shared/types";
import { fit, toCanvas } from "../src/shared/view";

const event = (kind: string, severity?: string): ReplayEvent => ({ kind, severity, classes: ["car"], place: [0, 0], frames: [] });

describe("the director", () => {
  let shown: string[];
  let done: (() => void) | null;
  let later: (() => void) | null;
  let now: number;
  const make = () => new Director((e, d) => { shown.push(e.kind); done = d; }, () => now, (run, ms) => { expect(ms).toBe(BREATH_MS); later = run; });
  beforeEach(() => { shown = []; done = later = null; now = 0; });

  it("shows at once what comes while nothing is shown", () => {
    make().take(event("red_light"));
    expect(shown).toEqual(["red_light"]);
  });
  it("keeps one waiting: the graver, of equals the newer", () => {
    const d = make();
    d.take(event("a"));
    d.take(event("b", "serious"));
    d.take(event("c"));
    d.take(event("d", "serious"));
    done!();
    expect(shown).toEqual(["a"]);
    later!();
    expect(shown).toEqual(["a", "d"]);
  });
  it("lets what waits grow, and go", () => {
    const whole: ReplayEvent[] = [];
    let finish: () => void = () => undefined;
    let after: () => void = () => undefined;
    const d = new Director((e, fin) => { whole.push(e); finish = fin; }, () => now, (run) => { after = run; });
    d.take({ ...event("a"), token: "1" });
    d.take({ ...event("b"), token: "2", frames: [[]], lights: [{}] });
    d.more({ token: "2", frames: [[], []], lights: [{}, {}] });
    d.more({ token: "1", frames: [[]] });
    d.more({ token: "never heard", frames: [[]] });
    finish();
    after();
    expect(whole.map((e) => [e.kind, e.frames.length, e.lights?.length])).toEqual([["a", 0, undefined], ["b", 3, 3]]);
    d.take({ ...event("c"), token: "3" });
    d.withdraw("2");
    d.withdraw("3");
    finish();
    after();
    expect(whole).toHaveLength(2);
  });
  it("drops what has waited too long to be news", () => {
    const d = make();
    d.take(event("a"));
    d.take(event("b"));
    now = 60_000;
    done!();
    later!();
    expect(shown).toEqual(["a"]);
    d.take(event("c"));
    expect(shown).toEqual(["a", "c"]);
  });
});

describe("a replay that is played", () => {
  const part = (name: string, x: number, y: number): User => [name, x, y, 90, 10, 1];
  const frame = (k: number): User[] => [part("car", 2 * k, 4), ["car", 3, 3, 0, 0, 0], part("car", 60 - 2 * k, 0)];
  const made = (n: number) => new Playing({ ...event("near_miss"), token: "t", length: 31, frames: Array.from({ length: n }, (_, k) => frame(k)) }, 1000);

  it("keeps two of a class apart, in whatever order they come", () => {
    const playing = made(5);
    playing.add({ token: "t", frames: Array.from({ length: 26 }, (_, k) => frame(k + 5).reverse()) });
    expect(playing.paths).toHaveLength(2);
    expect(playing.paths[0].x).toEqual(Array.from({ length: 31 }, (_, k) => 2 * k));
    expect(new Set(playing.paths[1].y)).toEqual(new Set([0]));
    expect(playing.frames.every((users) => users.length === 1)).toBe(true);
  });
  it("stands at the last frame until more has come, and ends in time", () => {
    const playing = made(5);
    expect(playing.at(1000 + 500)).toBeCloseTo(2.5);
    expect(playing.at(1000 + 3000)).toBe(4);
    playing.add({ token: "t", frames: Array.from({ length: 40 }, (_, k) => frame(k + 5)) });
    expect(playing.frames).toHaveLength(31);
    expect(playing.at(1000 + 3000)).toBe(15);
    expect(playing.moment).toBe(20);
    expect(playing.ended(1000 + 6500)).toBe(false);
    expect(playing.ended(1000 + 7000)).toBe(true);
  });
  it("moves between frames and knows who is out of sight", () => {
    const playing = made(3);
    expect(playing.place_of(playing.paths[0], 1.5)!.slice(0, 2)).toEqual([3, 4]);
    playing.add({ token: "t", frames: [[part("car", 6, 4)], [part("car", 8, 4)]] });
    expect(playing.place_of(playing.paths[1], 4)).toBeNull();
    expect(playing.place_of(playing.paths[0], 4)!.slice(0, 2)).toEqual([8, 4]);
  });
  it("is held whole by the camera, clear of the words", () => {
    const playing = made(20);
    const wide = fit([-50, -50, 50, 50], 1200, 900);
    const view = framing(wide, playing.bounds(5), 250);
    for (const path of playing.paths)
      path.x.forEach((x, i) => {
        const [px, py] = toCanvas(view, x, path.y[i]);
        expect(px).toBeGreaterThan(0);
        expect(px).toBeLessThan(1200);
        expect(py).toBeGreaterThan(0);
        expect(py).toBeLessThan(650);
      });
    expect(holds(view, playing.bounds(2), 250)).toBe(true);
    expect(holds(view, [-500, 0, 0, 0], 250)).toBe(false);
    expect(framing(wide, [0, 0, 1, 1], 0).scale).toBeLessThan(wide.scale * 2.2);
  });
});

describe("density", () => {
  const run = (density: Density, from: number, frames: number, each: number) => {
    let changes = 0;
    for (let i = 0; i < frames; i++) changes += Number(density.frame(from + i * each, true));
    return changes;
  };
  it("falls on a machine that cannot keep up, no further than a third", () => {
    const density = new Density();
    expect(run(density, 0, 400, 16.7)).toBe(0);
    expect(run(density, 10_000, 2000, 40)).toBe(2);
    expect(density.of(5e6)).toBeCloseTo(1 / 3);
    expect(density.of(1e6)).toBe(1 / 2);
    expect([1, 3 / 4, 1 / 2, 1 / 3].map(Density.whole)).toEqual([false, false, true, true]);
  });
  it("is tried finer again, ever more rarely where that was too much", () => {
    const density = new Density();
    run(density, 0, 200, 40);
    let now = 200 * 40;
    const until: number[] = [];
    for (let i = 0; i < 3; i++) {
      const from = now;
      while (density.of(1e6) < 1) density.frame((now += 17), true);
      until.push((now - from) / 60_000);
      while (density.of(1e6) === 1) density.frame((now += 40), true);
    }
    expect(until.map(Math.round)).toEqual([10, 20, 40]);
  });
  it("is not judged by frames that say nothing", () => {
    const density = new Density();
    for (let i = 0; i < 1000; i++) expect(density.frame(i * 100, i % 50 !== 0)).toBe(false);
  });
});

describe("the camera", () => {
  it("goes from one view to the other without a jump", () => {
    const [a, b] = [fit([-50, -50, 50, 50], 1000, 800), { ...fit([-50, -50, 50, 50], 1000, 800), scale: 15, cx: 20, cy: -10 }];
    const camera = new Camera(a);
    camera.glide(b, 0);
    let last = camera.at(0);
    expect(last.cx).toBeCloseTo(a.cx);
    for (let ms = 10; ms <= GLIDE_MS; ms += 10) {
      const next = camera.at(ms);
      expect(Math.abs(next.scale / last.scale - 1)).toBeLessThan(0.02);
      expect(Math.abs(next.cx - last.cx)).toBeLessThan(0.8);
      last = next;
    }
    expect(camera.at(GLIDE_MS)).toBe(b);
  });
  it("passes over nothing on a glide that was not drawn for it", () => {
    const wide = fit([-50, -50, 50, 50], 1000, 800);
    const edges = (v: typeof wide) => [v.cx - 500 / v.scale, v.cy - 400 / v.scale, -v.cx - 500 / v.scale, -v.cy - 400 / v.scale];
    for (const [cx, cy, scale] of [[-48, 0, 15], [60, 40, 9], [0, -55, 15], [3, 4, wide.scale], [-70, 70, 6]])
      for (const [from, to] of [[wide, { ...wide, cx, cy, scale }], [{ ...wide, cx, cy, scale }, wide]]) {
        const camera = new Camera(from);
        camera.glide(to, 0);
        const least = edges(covering(from, to));
        for (let ms = 0; ms <= GLIDE_MS; ms += 20) edges(camera.at(ms)).forEach((edge, i) => expect(edge).toBeGreaterThan(least[i] - 1e-6));
      }
    expect(covering(wide, wide)).toBe(wide);
  });
});

describe("figures", () => {
  const figures = { today: { a: 40, b: null, c: 0 }, last_week: { a: 20, b: 15, d: 60 }, most_dangerous_hour: null, until_min: 870, observed: "most" as const, k: 10 };
  it("come with the most frequent first and without what never happened", () => {
    expect(rows(figures, 4).map((r) => r.kind)).toEqual(["a", "d", "b"]);
    expect(rows(figures, 1)).toHaveLength(1);
    expect(rows(figures, 4)[0].lastWeek).toBe(20);
    expect(rows({ ...figures, last_week: {} }, 4).map((r) => r.lastWeek)).toEqual([undefined]);
    expect(rows({ ...figures, today: {}, last_week: {} }, 4)).toEqual([]);
  });
  it("are not called few where hardly anything looked", () => {
    expect(said(figures)).toBe("nothing");
    expect(said({ ...figures, observed: "part" })).toBe("part");
    expect(said({ ...figures, observed: "nothing" })).toBe("unseen");
    expect(said({ ...figures, observed: "nothing" }, 0)).toBe("soon");
    expect(said({ ...figures, observed: "nothing" }, 3_600_000)).toBe("unseen");
    expect(said({ ...figures, observed: "part" }, 0)).toBe("part");
    expect(said({ ...figures, observed: "nothing", until_min: 0 })).toBe("begun");
    expect([15, 870, 1425].map(clockOf)).toEqual(["00:15", "14:30", "23:45"]);
  });
  it("call a difference one only beyond chance", () => {
    expect(trend(20, 25)).toBe("same");
    expect(trend(20, 45)).toBe("less");
    expect(trend(45, 20)).toBe("more");
    expect(trend(null, 20)).toBe(null);
  });
});

describe("another version", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });
  it("loads the page anew, once, and only when the page is there", async () => {
    let there = false;
    const reload = vi.fn();
    const version = new Version(reload, async () => there, 1000, () => 1);
    version.heard("1");
    version.heard("1");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reload).not.toHaveBeenCalled();
    version.heard("2");
    version.heard("2");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(reload).not.toHaveBeenCalled();
    there = true;
    await vi.advanceTimersByTimeAsync(6000);
    expect(reload).toHaveBeenCalledTimes(1);
  });
});

it("what nobody was seen to do is said for as long as a replay, with nobody in it", () => {
  const playing = new Playing({ kind: "red_light", classes: ["car"], place: [3, 4], frames: [], lights: [], length: 31 }, 0);
  expect(playing.at(3000)).toBe(0);
  expect(playing.ended(6000)).toBe(false);
  expect(playing.ended(7000)).toBe(true);
  expect(playing.bounds(5)).toEqual([-2, -1, 8, 9]);
});
