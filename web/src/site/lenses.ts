/** What the cameras' calibrations say, as they are drawn now: matrices as written, pairs fitted by the server. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../shared/api";
import { camera, type Camera, type Lens } from "../shared/camera";
import type { Point } from "../shared/types";
import { signedOut } from "../wall/fetched";
import { idOf, type Doc, type Value } from "./blocks";

const LEAST = 4;

export function useLenses(junction: string, doc: Doc): { lenses: ReadonlyMap<string, Lens>; cameras: ReadonlyMap<string, Camera> } {
  const wanted = JSON.stringify(doc.blocks.filter((b) => b.kind === "camera" && b.value.calibration !== undefined).map((b) => [idOf(b), b.value.calibration]));
  const [fitted, setFitted] = useState<ReadonlyMap<string, number[][]>>(new Map());
  const all = useMemo(() => (JSON.parse(wanted) as [string, Value][]).map(([id, c]) => ({ id, key: JSON.stringify(c), ...parts(c) })), [wanted]);
  useEffect(() => {
    let current = true;
    for (const c of all) {
      if (c.matrix !== null || fitted.has(c.key) || c.image.length < LEAST || c.image.length !== c.ground.length) continue;
      api.calibrate(junction, { image: c.image, ground: c.ground, size: c.size, distortion: c.distortion }).then(
        (found) => current && setFitted((old) => new Map(old).set(c.key, found.matrix)),
        signedOut,
      );
    }
    return () => {
      current = false;
    };
  }, [all]);
  return useMemo(() => {
    const lenses = new Map<string, Lens>();
    const cameras = new Map<string, Camera>();
    for (const c of all) {
      const matrix = c.matrix ?? fitted.get(c.key);
      if (matrix === undefined) continue;
      const lens = { matrix, size: c.size, distortion: c.distortion };
      const view = camera(lens);
      if (view === null) continue;
      lenses.set(c.id, lens);
      cameras.set(c.id, view);
    }
    return { lenses, cameras };
  }, [all, fitted]);
}

function parts(c: Value): { image: Point[]; ground: Point[]; size: [number, number] | null; distortion: number; matrix: number[][] | null } {
  const list = (v: unknown) => (Array.isArray(v) ? v : []);
  return {
    image: list(c.image) as Point[], ground: list(c.ground) as Point[], size: Array.isArray(c.size) ? (c.size as [number, number]) : null,
    distortion: Number(c.distortion ?? 0), matrix: Array.isArray(c.matrix) ? (c.matrix as number[][]) : null,
  };
}
