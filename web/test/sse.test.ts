import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoff, openStream, type Source } from "../src/shared/sse";

class Fake implements Source {
  static all: Fake[] = [];
  onopen: Source["onopen"] = null;
  onerror: Source["onerror"] = null;
  closed = false;
  listeners = new Map<string, (event: { data: string }) => void>();
  constructor(readonly url: string) {
    Fake.all.push(this);
  }
  addEventListener(type: string, listener: (event: { data: string }) => void) {
    this.listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  say(type: string, data: string) {
    this.listeners.get(type)?.({ data });
  }
}
const open = () => Fake.all.filter((f) => !f.closed);

beforeEach(() => {
  vi.useFakeTimers();
  Fake.all = [];
});
afterEach(() => vi.useRealTimers());

const stream = (on: Record<string, (data: never) => void> = {}, onState?: (open: boolean) => void) =>
  openStream({ url: "/s", on, onState, open: (url) => new Fake(url), random: () => 1, silence_ms: 10_000, first_ms: 100, longest_ms: 1000 });

describe("a stream", () => {
  it("backs off by doubling, up to the longest wait, half of it by chance", () => {
    expect([0, 1, 2, 3, 9].map((n) => backoff(n, 100, 1000, () => 1))).toEqual([100, 200, 400, 800, 1000]);
    expect(backoff(3, 100, 1000, () => 0)).toBe(400);
    expect(backoff(5000, 100, 1000, () => 1)).toBe(1000);
  });
  it("comes back after errors, one connection at a time", () => {
    const s = stream();
    for (const wait of [100, 200, 400, 800, 1000, 1000]) {
      open()[0].onerror!(undefined as never);
      expect(open()).toHaveLength(0);
      vi.advanceTimersByTime(wait - 1);
      expect(open()).toHaveLength(0);
      vi.advanceTimersByTime(1);
      expect(open()).toHaveLength(1);
    }
    s.close();
  });
  it("waits short again once it has heard something", () => {
    const s = stream({ scene: () => undefined });
    for (const wait of [100, 200, 400]) {
      open()[0].onerror!(undefined as never);
      vi.advanceTimersByTime(wait);
    }
    open()[0].say("scene", "{}");
    open()[0].onerror!(undefined as never);
    vi.advanceTimersByTime(100);
    expect(open()).toHaveLength(1);
    s.close();
  });
  it("takes long silence for a dead connection", () => {
    const states: boolean[] = [];
    const s = stream({}, (v) => states.push(v));
    Fake.all[0].onopen!(undefined as never);
    vi.advanceTimersByTime(12_500);
    expect(Fake.all[0].closed).toBe(true);
    expect(Fake.all.length).toBeGreaterThan(1);
    expect(states).toEqual([true, false]);
    s.close();
  });
  it("does not wait for long for an answer that does not come", () => {
    const s = openStream({ url: "/s", on: {}, open: (url) => new Fake(url), random: () => 1, silence_ms: 25_000, opening_ms: 10_000, first_ms: 100, longest_ms: 10_000 });
    vi.advanceTimersByTime(15_100);
    expect(Fake.all).toHaveLength(2);
    open()[0].onopen!(undefined as never);
    vi.advanceTimersByTime(24_000);
    expect(Fake.all).toHaveLength(2);
    s.close();
  });
  it("of a thousand none comes back later than the longest wait, and not all at once", () => {
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const waits = Array.from({ length: 1000 }, () => backoff(20, 1000, 10_000, random));
    const perSecond = new Map<number, number>();
    for (const wait of waits) perSecond.set(Math.floor(wait / 1000), (perSecond.get(Math.floor(wait / 1000)) ?? 0) + 1);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(Math.max(...perSecond.values())).toBeLessThan(260);
  });
  it("hears nothing of a connection it has given up, and lives through what is no JSON", () => {
    const heard: unknown[] = [];
    const s = stream({ scene: (d: unknown) => heard.push(d) });
    const first = Fake.all[0];
    first.say("scene", "not json");
    first.say("scene", "[1]");
    first.onerror!(undefined as never);
    first.say("scene", "[2]");
    first.onerror!(undefined as never);
    vi.advanceTimersByTime(100);
    expect(open()).toHaveLength(1);
    expect(heard).toEqual([[1]]);
    s.close();
  });
  it("is alive while the server says that it is there", () => {
    const s = stream();
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(8000);
      open()[0].say("ping", "{}");
    }
    expect(Fake.all).toHaveLength(1);
    s.close();
  });
  it("is not misled by a clock that is set", () => {
    const s = stream({ scene: () => undefined });
    for (const by of [3_600_000, -7_200_000, 86_400_000]) {
      vi.advanceTimersByTime(1000);
      open()[0].say("scene", "{}");
      vi.setSystemTime(Date.now() + by);
      vi.advanceTimersByTime(1500);
      open()[0].say("scene", "{}");
      expect(Fake.all).toHaveLength(1);
    }
    vi.advanceTimersByTime(12_500);
    expect(Fake.all.length).toBeGreaterThan(1);
    s.close();
  });
  it("connects anew at once after a sleep", () => {
    const s = stream({ scene: () => undefined });
    open()[0].say("scene", "{}");
    vi.advanceTimersByTime(2000);
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    vi.advanceTimersByTime(2010);
    expect(Fake.all).toHaveLength(2);
    expect(open()).toHaveLength(1);
    s.close();
  });
  it("stays closed once closed", () => {
    const s = stream();
    s.close();
    vi.advanceTimersByTime(100_000);
    expect(open()).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
