import { describe, expect, it } from "vitest";
import { camera, inverse } from "../src/shared/camera";
import { groundAt } from "../src/shared/geodesy";
import { extentOf } from "../src/shared/plate";
import type { Point } from "../src/shared/types";

const near = (a: readonly number[] | null, b: readonly number[], digits: number) => a!.forEach((v, i) => expect(v).toBeCloseTo(b[i], digits));

describe("the ground plane", () => {
  // passerby.site.geodesy.to_lonlat(x, y, (52.2745, 10.5436))
  const known: [Point, Point][] = [
    [[0, 0], [10.5436, 52.2745]],
    [[150.25, -80.5], [10.545801198641295, 52.273776530657884]],
    [[-3000, 4000], [10.499612973255037, 52.31043947223347]],
  ];
  const ground = groundAt([52.2745, 10.5436]);
  it("is the one the server has", () => known.forEach(([xy, lonLat]) => near(ground.toLonLat(xy), lonLat, 10)));
  it("leads back", () => known.forEach(([xy, lonLat]) => near(ground.toGround(lonLat), xy, 5)));
});

describe("a camera", () => {
  // passerby.site.calibration.homography, to_ground and to_image of five pairs and distortion = -0.08
  const matrix = [
    [0.03609326017331333, -0.001580762747411169, -10.3529531468926],
    [-0.0013116470762836268, -0.028393049238448615, 14.778766327474056],
    [-0.00010652569392933258, 0.0021633196804360004, -0.10883275544605353],
  ];
  const view = camera({ matrix, size: [640, 480], distortion: -0.08 })!;
  it("sees the ground where the server does", () => {
    near(view.toGround([333, 222]), [3.9152560234770544, 23.92934348725889], 9);
    near(view.toGround([50, 470]), [-10.6295529664817, 1.017015244709315], 9);
    near(view.toImage([2, 9]), [332.2849793982823, 326.4559711141324], 9);
    near(view.toImage([5, 20]), [349.2382752165168, 240.6018268344012], 9);
  });
  it("sees nothing above the horizon and nothing behind it", () => {
    expect(view.toGround([320, 5])).toBeNull();
    expect(view.toImage([3, -60])).toBeNull();
  });
  it("is none where its matrix has no inverse", () => expect(camera({ matrix: [[1, 2, 3], [2, 4, 6], [0, 0, 1]], size: null, distortion: 0 })).toBeNull());
  it("has an inverse that is one", () => {
    const back = inverse(matrix)!;
    const both = matrix.map((row) => [0, 1, 2].map((j) => row.reduce((s, v, k) => s + v * back[k][j], 0)));
    both.forEach((row, i) => row.forEach((v, j) => expect(v).toBeCloseTo(i === j ? 1 : 0, 9)));
  });
});

describe("a plate on the ground", () => {
  const pinhole = (h: number, tilt: number, focal: number) => {
    const [s, c] = [Math.sin(tilt), Math.cos(tilt)];
    // from pixels of 768x576 to metres right and ahead of the mast's foot
    const [cx, cy] = [384, 288];
    return [[h, 0, -h * cx], [0, -h * s, h * (focal * c + cy * s)], [0, c, focal * s - cy * c]];
  };
  const plate = { camera: "n", address: "", size: [768, 576] as [number, number], matrix: pinhole(9, 0.35, 560), distortion: 0 };
  it("reaches as far as its pixels are fine", () => {
    const { bounds, grain } = extentOf(plate)!;
    expect(bounds[1]).toBeGreaterThan(0);
    expect(bounds[3]).toBeGreaterThan(30);
    expect(bounds[3]).toBeLessThan(80);
    expect(grain([0, 20])).toBeLessThan(grain([0, 40]));
    expect(grain([0, -5])).toBe(Infinity);
  });
  it("is nowhere without a calibration", () => expect(extentOf({ ...plate, matrix: null })).toBeNull());
});
