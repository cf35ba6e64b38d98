import { describe, expect, it } from "vitest";
import { boundsOf, fit, pan, toCanvas, toGround, zoomAt } from "../src/shared/view";

const view = fit([-40, -30, 60, 50], 1200, 800, 20);

describe("views", () => {
  it("show all of the bounds and keep north up", () => {
    const [left, bottom] = toCanvas(view, -40, -30);
    const [right, top] = toCanvas(view, 60, 50);
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(19.9);
    expect(right).toBeLessThanOrEqual(1180.1);
    expect(bottom).toBeLessThanOrEqual(780.1);
    expect(top).toBeLessThan(bottom);
  });
  it("go there and back", () => {
    for (const [x, y] of [[0, 0], [12.3, -7.9], [-39, 49]]) {
      const [gx, gy] = toGround(view, ...toCanvas(view, x, y));
      expect(gx).toBeCloseTo(x, 9);
      expect(gy).toBeCloseTo(y, 9);
    }
  });
  it("zoom about a point that stays", () => {
    const before = toGround(view, 300, 200);
    const after = toGround(zoomAt(view, 2.5, 300, 200), 300, 200);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
  });
  it("pan with the hand", () => {
    expect(toCanvas(pan(view, 15, -8), 3, 4)).toEqual([toCanvas(view, 3, 4)[0] + 15, toCanvas(view, 3, 4)[1] - 8]);
  });
  it("survive having no size and no points", () => {
    expect(fit([0, 0, 0, 0], 0, 0).scale).toBeGreaterThan(0);
    expect(boundsOf([])).toBeNull();
  });
});
