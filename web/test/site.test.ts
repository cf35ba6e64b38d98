import { parse } from "smol-toml";
import { describe, expect, it } from "vitest";
import { add, change, freeId, fresh, headingAcross, idOf, pointsOf, read, remove, reshape, write } from "../src/site/blocks";
import { compare } from "../src/site/compare";
import { begin, redo, step, undo } from "../src/site/history";
import { snap } from "../src/site/snap";
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

describe("snapping", () => {
  const shapes = [{ points: [[0, 0], [10, 0]] as Point[], closed: false }];
  it("prefers corners, then edges, then leaves the point alone", () => {
    expect(snap([0.4, 0.3], shapes, 1)).toEqual([0, 0]);
    expect(snap([5, 0.3], shapes, 1)).toEqual([5, 0]);
    expect(snap([5, 3], shapes, 1)).toEqual([5, 3]);
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
});
