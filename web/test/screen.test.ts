import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BREATH_MS, Director } from "../src/screen/director";
import { rows, trend } from "../src/screen/figures";
import { Version } from "../src/screen/version";
import type { ReplayEvent } from "../src/shared/types";

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

describe("figures", () => {
  const figures = { today: { a: 40, b: null, c: 0 }, last_week: { a: 20, b: 15, d: 60 }, most_dangerous_hour: null, k: 10 };
  it("come with the most frequent first and without what never happened", () => {
    expect(rows(figures, 4).map((r) => r.kind)).toEqual(["a", "d", "b"]);
    expect(rows(figures, 1)).toHaveLength(1);
    expect(rows({ today: {}, last_week: {}, most_dangerous_hour: null, k: 10 }, 4)).toEqual([]);
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
