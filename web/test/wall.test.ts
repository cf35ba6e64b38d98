import { describe, expect, it } from "vitest";
import { CLASSES, type CountRow, type EventRow, type RankRow, type Sample, type TrackPiece } from "../src/shared/types";
import { cameFrom, movements, peakHour, series, volumes } from "../src/wall/bins";
import { fits, hoursOf, NOTHING, unmarkedAfter, withNew } from "../src/wall/events";
import { anybodyAt, between, lampsAt, lightsAt, poseAt, traces } from "../src/wall/measure";
import { fromForm, midnight, toForm } from "../src/wall/period";
import { groups } from "../src/wall/ranks";
import { nowOf } from "../src/wall/span";
import { clockSpan, moment, type Speech } from "../src/wall/words";

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
  it("knows no speed before it was measured, and leads to it from nowhere", () => {
    const samples: Sample[] = [[0, 0, 0, 0, null], [0.2, 0, 4, 0, null], [0.4, 0, 8, 0, 20], [0.6, 0, 12, 0, 20]];
    expect([0, 0.2, 0.3, 0.4, 0.5].map((dt) => poseAt(samples, dt)!.speed)).toEqual([null, null, null, 20, 20]);
    const one = { ...straight(0, 0, 0, 10), samples };
    const [speeds] = traces([one, straight(0, 90, 180, 10)], 0, 0.6, true).speeds;
    expect(speeds.map((v) => v !== null && Math.round(v))).toEqual([false, false, false, false, 72, 72, 72]);
    expect(between(one, straight(0, 24, 180, 10), 0.1)!.ttc_s).toBeNull();
    expect(between(one, straight(0, 24, 180, 10), 0.5)!.ttc_s).not.toBeNull();
  });
  it("says nobody is there before those involved were seen, whoever else was", () => {
    const late = { ...straight(0, 0, 0, 10), involved: true, samples: [[2, 0, 0, 0, null], [3, 0, 9, 0, 9]] as Sample[] };
    const other = { ...straight(0, 0, 0, 10), involved: false };
    expect([0, 1.9, 2.5, 3.2].map((dt) => anybodyAt([late, other], dt))).toEqual([false, false, true, false]);
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

describe("what is drawn over a replay", () => {
  it("is the line where two are nearest, none where they overlap", () => {
    const met = between(straight(0, 0, 0, 0), straight(0, 24, 0, 0), 0)!;
    expect(met.line!.map(([, y]) => y)).toEqual([2, 22]);
    expect(between(straight(0, 0, 0, 0), straight(0, 1, 0, 0), 0)!.line).toBeNull();
  });
  it("says how long each light has shown its state, and where that is not known", () => {
    const changes: [number, string, string][] = [[-4, "K10", "green"], [0, "K2", "red"], [3, "K10", "amber"]];
    expect(lampsAt(changes, 2)).toEqual([
      { signal: "K2", state: "red", for_s: 2, least: true }, { signal: "K10", state: "green", for_s: 6, least: false },
    ]);
    expect(lampsAt(changes, 3.5)[1]).toEqual({ signal: "K10", state: "amber", for_s: 0.5, least: false });
    expect(lightsAt(changes, 0)).toEqual({ K10: "green", K2: "red" });
  });
  it("has speeds, distances and times to collision where both are seen", () => {
    const found = traces([straight(0, 0, 0, 10), straight(0, 24, 0, 5)], 0, 5, true);
    expect(found.s.length).toBe(51);
    expect(found.speeds[0][0]).toBe(36);
    expect(found.distance[0]).toBeCloseTo(20, 6);
    expect(found.ttc[0]).toBeCloseTo(4, 1);
    expect(found.distance[50]).toBeNull();
  });
});

describe("a list of events", () => {
  const at = (event: string, t: string, more: Partial<EventRow> = {}) => ({ event, t: `2026-03-04T${t}:00Z`, ...more }) as EventRow;
  it("has what came while it was asked for, each once, with the marks that are known", () => {
    const mark = { verdict: "false", note: "" } as EventRow["mark"];
    const found = withNew([at("b", "11:00", { mark }), at("a", "10:00")], [at("c", "12:00"), at("b", "11:00"), at("c", "12:00")]);
    expect(found.map((row) => row.event)).toEqual(["c", "b", "a"]);
    expect(found[1].mark).toEqual(mark);
  });
  it("goes to the next nobody has judged, from the top again, and past what was taken back", () => {
    const rows = [at("a", "12:00"), at("b", "11:00", { mark: { verdict: "confirmed", note: "" } as EventRow["mark"] }), at("c", "10:00"), at("d", "09:00")];
    expect([null, "a", "c", "d"].map((event) => unmarkedAfter(rows, event, new Set()))).toEqual(["a", "c", "d", "a"]);
    expect(unmarkedAfter(rows, "a", new Set(["c", "d"]))).toBeNull();
  });
});

describe("time in forms", () => {
  it("is the junction's, whatever the browser's is", () => {
    expect(fromForm("2026-07-01T12:00", "Asia/Kolkata")).toBe("2026-07-01T06:30:00.000Z");
    expect(fromForm("2026-03-29T01:30", "Europe/Berlin")).toBe("2026-03-29T00:30:00.000Z");
    expect(fromForm("2026-03-29T03:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00.000Z");
    expect(fromForm("", "Europe/Berlin")).toBeNull();
  });
  it("comes back as it was typed", () => {
    for (const zone of ["Europe/Berlin", "Asia/Tokyo", "America/St_Johns", "UTC"])
      for (const text of ["2026-01-15T00:00", "2026-07-15T23:45", "2026-10-25T12:00"]) expect(toForm(Date.parse(fromForm(text, zone)!), zone)).toBe(text);
  });
  it("names the offset where it changes, and only there", () => {
    const speech = { language: "en", timezone: "Europe/Berlin" } as Speech;
    const at = (t: string) => Date.parse(t);
    expect(clockSpan(speech, at("2026-10-25T00:55Z"), at("2026-10-25T01:05Z"))).toBe("02:55 GMT+2–02:05 GMT+1");
    expect(clockSpan(speech, at("2026-10-24T12:55Z"), at("2026-10-24T13:05Z"))).toBe("14:55–15:05");
    expect(moment(speech, "2026-10-25T01:05:00Z", "time")).toContain("GMT+1");
    expect(moment(speech, "2026-10-26T01:05:00Z", "time")).not.toContain("GMT");
  });
  it("goes on after it was read, at the pace of a replay", () => {
    const now = "2026-11-27T18:00:00Z";
    expect(nowOf({ now, read: 1000, rate: 1 }, 61_000)).toBe(Date.parse(now) + 60_000);
    expect(nowOf({ now, read: 1000, rate: 4 }, 61_000)).toBe(Date.parse(now) + 240_000);
    expect(nowOf({}, 61_000)).toBe(61_000);
  });
  it("knows midnight there, also on the day the clock is changed", () => {
    const iso = (t: string, zone: string) => new Date(midnight(Date.parse(t), zone)).toISOString();
    expect(iso("2026-03-29T10:00:00Z", "Europe/Berlin")).toBe("2026-03-28T23:00:00.000Z");
    expect(iso("2026-07-01T20:00:00Z", "Asia/Tokyo")).toBe("2026-07-01T15:00:00.000Z");
  });
});

describe("filters", () => {
  const row = { event: "e", table: "violations", kind: "red_light", t: "2026-07-01T21:30:00Z", x: 0, y: 0, class: "car", confidence: 0.9 } as EventRow;
  it("hold for what just came in", () => {
    expect(fits(row, NOTHING, "Europe/Berlin")).toBe(true);
    expect(fits(row, { ...NOTHING, confidence: "0.95" }, "Europe/Berlin")).toBe(false);
    // 23:30 there
    expect(fits(row, { ...NOTHING, first: "22", last: "5" }, "Europe/Berlin")).toBe(true);
    expect(fits(row, { ...NOTHING, first: "7", last: "22" }, "Europe/Berlin")).toBe(false);
    expect(fits(row, { ...NOTHING, since: "2026-07-01T23:31" }, "Europe/Berlin")).toBe(false);
    expect(hoursOf({ first: "", last: "9" })).toBe("0-9");
  });
});

describe("worst places", () => {
  it("without a rate are a group of their own, most events first, and none is lost", () => {
    const row = (key: string, violations: number, rate: number | null) => ({ key, violations, conflicts: 0, severe: 0, rate }) as RankRow;
    const rows = [...Array.from({ length: 25 }, (_, i) => row(`a${i}`, 3, 50 - i)), row("lane", 12, null), row("south-in-1", 228, null), row("zone", 1, null)];
    const { ranked, unrated } = groups(rows);
    expect(ranked.map((r) => r.key)).toEqual(rows.slice(0, 25).map((r) => r.key));
    expect(unrated.map((r) => r.key)).toEqual(["south-in-1", "lane", "zone"]);
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
  it("tell a quiet five minutes from a quarter in which nobody looked", () => {
    expect(series([row(0, "car", 1), row(35, "car", 1)], (r) => r.class, 5).observed).toEqual([true, true, true, false, false, false, true, true]);
  });
  it("have a peak hour where a whole hour was observed, with the manual's factor", () => {
    // HCM, chapter 4: 1000, 1200, 1100 and 1000 vehicles in four quarters give 4300 / (4 x 1200) = 0.896
    const quarters = [400, 1000, 1200, 1100, 1000, 300].flatMap((n, q) => [0, 5, 10].map((m) => row(15 * q + m, "car", n / 4)));
    const found = peakHour(series(quarters, () => "", 5))!;
    expect(found.t0).toBe(900);
    expect(found.factor).toBeCloseTo(4300 / 4800, 3);
    expect(peakHour(series(quarters.slice(0, 9), () => "", 5))).toBeNull();
  });
  it("side by side are of one set: the factor can be worked out from what stands beside it", () => {
    const sets = [{ name: "lines", places: ["a"] }, { name: "walks", places: ["w"] }];
    const wheels = [300, 350, 400, 393].map((n, q) => ({ ...row(15 * q, "car", n), t1: new Date((15 * q + 15) * 60_000).toISOString() }));
    const feet = wheels.map((r) => ({ ...r, place: "w", class: "pedestrian", n: 105 }));
    const [lines, walks] = volumes([...wheels, ...feet], sets, 15, 3600);
    expect(lines).toEqual({ name: "lines", n: 1443, busiest: { t0: 1800, n: 400 }, peak: { t0: 0, n: 1443, quarter: 400, factor: 1443 / 1600 } });
    expect([walks.n, walks.busiest?.n, walks.peak?.factor]).toEqual([420, 105, 1]);
  });
  it("name no hour and no quarter that is not over", () => {
    const rows = [10, 20, 30, 99].map((n, q) => ({ ...row(15 * q, "car", n), t1: new Date((15 * q + 15) * 60_000).toISOString() }));
    const sets = [{ name: "lines", places: ["a"] }];
    expect(volumes(rows, sets, 15, 3599)[0]).toEqual({ name: "lines", n: 159, busiest: { t0: 1800, n: 30 }, peak: null });
    expect(volumes(rows, sets, 15, 3600)[0].peak?.n).toBe(159);
    expect(volumes(rows, sets, 15, 0)[0]).toEqual({ name: "lines", n: 159, busiest: null, peak: null });
  });
  it("are tabulated by place, movement and class", () => {
    const rows = [row(0, "car", 2), { ...row(5, "car", 3), movement: "through" }, row(5, "cyclist", 1), { ...row(0, "car", 9), place: "b" }];
    const found = movements(rows, ["a"], CLASSES);
    expect(found.classes).toEqual(["cyclist", "car"]);
    expect(found.rows).toEqual([{ place: "a", movement: "left", n: [1, 2], total: 3 }, { place: "a", movement: "through", n: [0, 3], total: 3 }]);
    expect([found.n, found.total]).toEqual([[1, 5], 6]);
  });
  it("come from where the line's traffic comes from", () => {
    const plan = { stop_lines: [{ id: "n", points: [], heading: 180, signal: null }, { id: "w", points: [], heading: 85, signal: null }] } as never;
    expect([cameFrom(plan, "n"), cameFrom(plan, "w")]).toEqual([0, 6]);
  });
});
