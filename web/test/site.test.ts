import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import Polygon from "ol/geom/Polygon";
import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { add, change, freeId, fresh, headingAcross, idOf, pointsOf, read, remove, reshape, write, type Doc } from "../src/site/blocks";
import { accepted, compare, lightsOf, preview } from "../src/site/compare";
import { cornersSet } from "../src/site/features";
import { paired } from "../src/site/pairing";
import { restsOnLittle } from "../src/site/proposal";
import { mended, turned, uncrossed } from "../src/site/mend";
import { addExit, assign, bearing, dropExit, headingAlong, removeSignal, renameSignal, signalsOf } from "../src/site/signals";
import { begin, redo, step, undo } from "../src/site/history";
import type { Point } from "../src/shared/types";

const TOML = `# the junction
version = 1

[site]
name = "A / B"   # with a comment
origin = [52.0, 10.0]

[[signal]]
id = "K1"

# the line in the north
[[stop_line]]
id = "north"
points = [
  [0.0, 10.0],
  [3.0, 10.0],
]
heading = 180.0
[[stop_line.movement]]
signal = "K1"
exit_heading = 90.0

[[crosswalk]]
id = "west"
polygon = [[0, 0], [3, 0], [3, 8], [0, 8]]

[[lane]]
id = "in"
centreline = [[1.5, 60.0], [1.5, 10.0]]
width = 3.2

[rules.red_light]
grace_s = 0.3
`;
const find = (doc: ReturnType<typeof read>, id: string) => doc.blocks.find((b) => idOf(b) === id)!;

describe("site.toml in pieces", () => {
  it("comes out as it went in", () => expect(write(read(TOML))).toBe(TOML));
  it("refuses what is no TOML", () => expect(() => read("a = [")).toThrow());
  it("keeps the text of all that is not changed", () => {
    const doc = read(TOML);
    const after = write(reshape(doc, find(doc, "west").key, [[0, 0], [4.004, 0], [4, 8]]));
    expect(after).toContain('# the line in the north\n[[stop_line]]\nid = "north"\npoints = [\n  [0.0, 10.0]');
    expect(after).toContain("# with a comment");
    expect((parse(after).crosswalk as { polygon: Point[] }[])[0].polygon).toEqual([[0, 0], [4, 0], [4, 8]]);
  });
  it("changes, adds and removes as read back", () => {
    let doc = read(TOML);
    doc = change(doc, find(doc, "north").key, { heading: 0 });
    const made = add(doc, "zone", fresh("zone", freeId(doc, "zone"), [[0, 0], [1, 0], [1, 1]]));
    doc = remove(made.doc, find(made.doc, "in").key);
    const back = parse(write(doc)) as Record<string, Record<string, unknown>[]>;
    expect(back.stop_line[0]).toMatchObject({ id: "north", heading: 0, movement: [{ signal: "K1", exit_heading: 90 }] });
    expect(back.zone[0]).toMatchObject({ id: "zone-1", kind: "no_stopping" });
    expect(back.lane).toBeUndefined();
    expect(back.rules).toEqual({ red_light: { grace_s: 0.3 } });
    expect(back.version).toBe(1);
  });
  it("keeps what is drawn in a camera's pixels off the plan", () => {
    expect(pointsOf(read('[[lane]]\nid = "a"\ncamera = "n"\ncentreline = [[1, 2], [3, 4]]\n').blocks[0])).toBeNull();
  });
  it("has traffic cross a line at a right angle", () => {
    expect(headingAcross([[0, 0], [5, 0]])).toBe(0);
    expect(headingAcross([[0, 5], [0, 0]])).toBe(90);
  });
});

describe("undo and redo", () => {
  it("go back and forth, drags as one", () => {
    let h = begin(0);
    h = step(h, 1, "drag");
    h = step(h, 2, "drag");
    h = step(h, 3);
    expect(undo(h).now).toBe(2);
    expect(undo(undo(h)).now).toBe(0);
    expect(redo(undo(undo(h))).now).toBe(2);
    expect(undo(undo(undo(h))).now).toBe(0);
    expect(step(undo(h), 9).future).toEqual([]);
  });
});

describe("a proposal", () => {
  const mine = read(TOML);
  it("finds everything alike in itself", () => {
    expect(compare(mine, read(TOML)).map((d) => d.what)).toEqual(["same", "same", "same"]);
  });
  it("tells new, moved and unseen, and no lane for one that runs the other way", () => {
    let theirs = read(TOML);
    theirs = reshape(theirs, find(theirs, "north").key, [[0, 12], [3, 12]]);
    theirs = reshape(theirs, find(theirs, "in").key, [[1.5, 10], [1.5, 60]]);
    theirs = remove(theirs, find(theirs, "west").key);
    expect(compare(mine, theirs).map((d) => `${d.kind} ${d.what}`).sort()).toEqual(["crosswalk unseen", "lane new", "lane unseen", "stop_line moved"]);
  });
  const zone = (id: string, kind: string, x0: number, x1: number) => `\n[[zone]]\nid = "${id}"\nkind = "${kind}"\npolygon = [[${x0}, 0], [${x1}, 0], [${x1}, 20], [${x0}, 20]]\n`;
  const zones = (...all: string[]) => read(TOML + all.join(""));
  const about = (a: Doc, b: Doc) => compare(a, b).filter((d) => d.kind === "zone");
  it("knows a zone again by its kind and by what both cover, whatever it is called", () => {
    const own = zones(zone("a", "carriageway", 0, 20), zone("b", "junction", 5, 15));
    expect(about(own, zones(zone("x", "junction", 5, 15.1), zone("y", "carriageway", 0, 20.1))).map((d) => [d.what, idOf(d.mine!)])).toEqual([["same", "b"], ["same", "a"]]);
    expect(about(own, zones(zone("x", "junction", 8, 18))).map((d) => [d.what, Math.round(d.apart_m)])).toEqual([["moved", 3]]);
    expect(about(own, zones(zone("b", "junction", 40, 50), zone("a", "no_stopping", 0, 20))).map((d) => d.what)).toEqual(["new", "new"]);
  });
  it("has nothing left to say once all of it was accepted, and drew nothing twice", () => {
    const theirs = zones(zone("carriageway", "carriageway", 0, 20), zone("junction", "junction", 5, 15));
    const once = accepted(mine, compare(mine, theirs), theirs);
    expect(about(once, theirs).map((d) => d.what)).toEqual(["same", "same"]);
    const again = accepted(once, compare(once, theirs).filter((d) => d.what !== "same"), theirs);
    expect(again.blocks.filter((b) => b.kind === "zone").length).toBe(2);
  });
  it("lets a line be a few centimetres elsewhere, and neither turned nor shortened", () => {
    const line = (points: Point[], heading?: number) => {
      const key = find(mine, "north").key;
      const next = reshape(mine, key, points);
      return compare(mine, heading === undefined ? next : change(next, key, { heading })).find((d) => d.kind === "stop_line")!;
    };
    const [p, q] = pointsOf(find(mine, "north"))!;
    const facing = Number(find(mine, "north").value.heading);
    expect(line([[p[0] + 0.1, p[1]], q]).what).toBe("same");
    expect(line([[p[0] + 1, p[1]], q])).toMatchObject({ what: "moved", apart_m: 1 });
    expect(line([p, q], (facing + 180) % 360)).toMatchObject({ what: "moved", apart_m: 0 });
  });
  const stop = (id: string, points: Point[], heading: number, signal = "") => `\n[[stop_line]]\nid = "${id}"\npoints = ${JSON.stringify(points)}\nheading = ${heading}\n${signal === "" ? "" : `signal = "${signal}"\n`}`;
  const said = (a: Doc, b: Doc, kind: string) => compare(a, b).filter((d) => d.kind === kind).map((d) => [d.what, d.mine === null ? "" : idOf(d.mine), ...d.parts.map(idOf)]);
  it("matches lines side by side by what they share of the road, in whatever order they come", () => {
    // each proposed line is nearer to its neighbour's middle than to its own
    const own = read(stop("left", [[0, 0], [3, 0]], 0, "K9") + stop("right", [[3, 0], [9, 0]], 0, "K8"));
    const lines = [stop("a", [[0, 0.4], [3, 0.4]], 0), stop("b", [[3, 0.4], [9, 0.4]], 0)];
    for (const order of [lines, lines.toReversed()]) expect(said(own, read(order.join("")), "stop_line").sort()).toEqual([["same", "left", "a"], ["same", "right", "b"]]);
    // the line of the road across, and one far on, are others
    const far = stop("c", [[0, 0], [0, 6]], 90) + stop("d", [[0, 7], [3, 7]], 0);
    expect(said(read(stop("left", [[0, 0], [3, 0]], 0)), read(far), "stop_line")).toEqual([["new", "", "c"], ["new", "", "d"], ["unseen", "left"]]);
  });
  it("keeps a line that several of adjacent lanes are together, and moves it whole where it is elsewhere", () => {
    const own = read(stop("all", [[0, 0], [9, 0]], 0, "K1"));
    const ragged = (on: number) => read([0, 1, 2].map((i) => stop(`l${i}`, [[3 * i, on + (i % 2 ? 0.6 : -0.3)], [3 * i + 3, on + (i % 2 ? 0.6 : -0.3)]], 0)).join(""));
    expect(said(own, ragged(0), "stop_line").map((all) => all.toSorted())).toEqual([["all", "l0", "l1", "l2", "same"]]);
    const [moved] = compare(own, ragged(3));
    expect(moved.what).toBe("moved");
    expect(preview(moved).map(pointsOf)).toEqual([[[0, 3], [9, 3]]]);
    const after = accepted(own, [moved], ragged(3));
    expect(after.blocks.filter((b) => b.kind === "stop_line").map((b) => [idOf(b), pointsOf(b), b.value.signal])).toEqual([["all", [[0, 3], [9, 3]], "K1"]]);
    // which lanes share a line is for who draws to say
    const shared = read(stop("a", [[0, 0], [6, 0]], 0) + stop("b", [[6, 0], [9, 0]], 0));
    const parted = read(stop("x", [[0, 0.2], [2.8, 0.2]], 0) + stop("y", [[3.2, 0.2], [9, 0.2]], 0));
    expect(said(shared, parted, "stop_line").map(([what]) => what)).toEqual(["same", "same"]);
    // of two lines that one proposed line is together, none is unseen
    const two = read(stop("a", [[0, 0], [3, 0]], 0) + stop("b", [[3, 0], [9, 0]], 0));
    expect(said(two, read(stop("x", [[0, 0.2], [9, 0.2]], 0)), "stop_line").filter(([what]) => what === "unseen")).toEqual([]);
  });
  it("takes two halves for the whole crosswalk, and one half for itself", () => {
    const walk = (id: string, x0: number, x1: number) => `\n[[crosswalk]]\nid = "${id}"\npolygon = [[${x0}, 0], [${x1}, 0], [${x1}, 4], [${x0}, 4]]\n`;
    const own = read(walk("whole", 0, 20));
    expect(said(own, read(walk("a", 0, 8) + walk("b", 12, 20)), "crosswalk").map(([what]) => what)).toEqual(["same"]);
    expect(said(own, read(walk("a", 1, 9)), "crosswalk")).toEqual([["moved", "whole", "a"]]);
    expect(said(own, read(walk("a", 0, 4) + walk("b", 16, 19)), "crosswalk").map(([what]) => what).sort()).not.toContain("same");
  });
  it("pairs for the best sum, not first come", () => {
    expect(paired([[0.9, 0.8], [0.85, 0.1]])).toEqual([1, 0]);
    expect(paired([[0.5], [0.7], [0]])).toEqual([-1, 0, -1]);
    expect(paired([])).toEqual([]);
    let seed = 11;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const sum = (w: number[][], of: number[]) => of.reduce((s, j, i) => s + (j < 0 ? 0 : w[i][j]), 0);
    const bestOf = (w: number[][], i = 0, used: number[] = []): number => (i === w.length ? 0 : Math.max(bestOf(w, i + 1, used), ...w[i].map((v, j) => (used.includes(j) ? 0 : v + bestOf(w, i + 1, [...used, j])))));
    for (let round = 0; round < 60; round++) {
      const columns = 1 + Math.floor(random() * 5);
      const w = Array.from({ length: 1 + Math.floor(random() * 5) }, () => Array.from({ length: columns }, () => (random() < 0.3 ? 0 : random())));
      const found = paired(w);
      expect(new Set(found.filter((j) => j >= 0)).size).toBe(found.filter((j) => j >= 0).length);
      expect(sum(w, found)).toBeCloseTo(bestOf(w), 9);
    }
  });
  it("brings along the heads that the drawing lacks", () => {
    const bare = read('version = 1\n\n[site]\nname = "New"\n');
    const theirs = read(`version = 1\n\n[site]\nname = "New"\n\n[[signal]]\nid = "s0"\nkind = "vehicle"\n\n[[signal]]\nid = "s1"\nkind = "vehicle"\n${stop("in", [[0, 0], [3, 0]], 0, "s0")}`);
    const after = accepted(bare, compare(bare, theirs), theirs);
    expect(after.blocks.filter((b) => b.kind === "signal").map(idOf)).toEqual(["s0"]);
    expect(signalsOf(find(after, "in"))).toEqual(["s0"]);
    expect(compare(after, theirs).map((d) => d.what)).toEqual(["same"]);
  });
  it("takes along only what rests on enough", () => {
    const why = { who: "", message: "", x: null, y: null, road_users: 40, confidence: 0.8 };
    expect([why, { ...why, confidence: 0.29 }, { ...why, road_users: 1 }, undefined].map(restsOnLittle)).toEqual([false, true, true, false]);
  });
});

describe("lights", () => {
  const doc = read(`${TOML}\n[[signal]]\nid = "K2"\n\n[[stop_line]]\nid = "south"\npoints = [[0, -10], [3, -10]]\nheading = 0.0\nsignal = "K1"\n`);
  const key = (id: string) => find(doc, id).key;
  it("govern what is clicked, and no longer when clicked again", () => {
    let next = assign(doc, key("west"), "K2", null);
    expect(signalsOf(find(next, "west"))).toEqual(["K2"]);
    next = assign(next, key("west"), "K2", null);
    expect(signalsOf(find(next, "west"))).toEqual([]);
    next = assign(doc, key("north"), "K2", 0);
    expect(find(next, "north").value.movement).toEqual([{ signal: "K2", exit_heading: 90 }]);
  });
  it("keep governing when exits are told apart and when they are not any more", () => {
    let next = addExit(doc, key("south"), 300);
    next = addExit(next, key("south"), 90);
    expect(find(next, "south").value).toMatchObject({ movement: [{ signal: "K1", exit_heading: 300 }, { signal: "K1", exit_heading: 90 }] });
    expect(find(next, "south").value.signal).toBeUndefined();
    next = dropExit(dropExit(next, key("south"), 0), key("south"), 0);
    expect(find(next, "south").value).toMatchObject({ signal: "K1" });
    expect(find(next, "south").value.movement).toBeUndefined();
  });
  it("have one name everywhere, and none when they are gone", () => {
    const renamed = write(renameSignal(doc, key("K1"), "A"));
    expect(renamed).not.toContain("K1");
    expect((parse(renamed).stop_line as { signal?: string }[])[1].signal).toBe("A");
    expect(write(removeSignal(doc, key("K1")))).not.toContain("K1");
  });
  it("know where a lane leads", () => {
    expect(bearing([0, 0], [5, 0])).toBe(90);
    expect(headingAlong([[0, 0], [0, 10], [10, 10]], [9, 9])).toBe(90);
    expect(headingAlong([[0, 0], [0, 10], [10, 10]], [1, 2])).toBe(0);
  });
});

describe("mending", () => {
  const doc = read(TOML);
  const finding = (who: string, fix: "turn_round" | "uncross" | "assign") => ({ who, message: "", x: 0, y: 0, fix });
  it("turns lines and lanes round", () => {
    expect(find(mended(doc, finding('stop_line "north"', "turn_round"))!, "north").value.heading).toBe(0);
    expect(pointsOf(find(turned(doc, find(doc, "in")), "in"))).toEqual([[1.5, 10], [1.5, 60]]);
  });
  it("leaves decisions to people", () => {
    expect(mended(doc, finding('signal "K1"', "assign"))).toBeNull();
    expect(mended(doc, finding('crosswalk "nowhere"', "uncross"))).toBeNull();
  });
  const simple = (points: readonly Point[]) => {
    const side = (a: Point, b: Point, c: Point) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    const n = points.length;
    for (let i = 0; i < n; i++)
      for (let j = i + 2; j < n; j++) {
        if (i === 0 && j === n - 1) continue;
        const [a, b, c, d] = [points[i], points[i + 1], points[j], points[(j + 1) % n]];
        if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return false;
      }
    return true;
  };
  it("puts the corners of an outline in order, and keeps them", () => {
    expect(uncrossed([[0, 0], [4, 4], [4, 0], [0, 4]])).toEqual([[0, 0], [4, 0], [4, 4], [0, 4]]);
    let seed = 7;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const points = Array.from({ length: 3 + Math.floor(random() * 9) }, (): Point => [random() * 20, random() * 20]);
      const out = uncrossed(points);
      expect(simple(out)).toBe(true);
      expect([...out].sort()).toEqual([...points].sort());
    }
  });
  it("takes lights over from a proposal where there are none", () => {
    const theirs = change(read(TOML), -1, {});
    const lit = read(write(theirs).replace('id = "west"', 'id = "west"\nsignal = "K1"'));
    const [difference] = compare(doc, lit).filter((d) => d.kind === "crosswalk");
    expect(difference.what).toBe("light");
    expect(lightsOf(difference.theirs!, difference.mine, new Set(["K1"]))).toEqual({ signal: "K1" });
    expect(lightsOf(difference.theirs!, difference.mine, new Set(["K9"]))).toEqual({});
  });
});

describe("an object on its way", () => {
  it("has one corner fewer than is drawn, which is the pointer's", () => {
    expect(cornersSet(null)).toBe(0);
    expect(cornersSet(new Feature(new LineString([[0, 0], [5, 5]])))).toBe(1);
    expect(cornersSet(new Feature(new LineString([[0, 0], [5, 5], [6, 6]])))).toBe(2);
    expect(cornersSet(new Feature(new Polygon([[[0, 0], [5, 5], [6, 0], [0, 0]]])))).toBe(2);
  });
});
