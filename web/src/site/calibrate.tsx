/** Calibration by clicking: a point in the picture, the same point on the plan, and how well the pairs agree. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Point } from "../shared/types";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "../wall/fetched";
import { idOf, type Block, type Value } from "./blocks";
import type { Picture } from "./frame";
import { useSite } from "./spoken";

export interface Pairs { image: Point[]; ground: Point[] }
export type Result = Awaited<ReturnType<typeof api.calibrate>>;
const GRAIN = { image: 10, ground: 100 } as const;
export type Side = keyof typeof GRAIN;
const onSide = (side: Side, [x, y]: Point): Point => [round(x, GRAIN[side]), round(side === "image" ? -y : y, GRAIN[side])];
const round = (v: number, per: number): number => Math.round(v * per) / per;

/** A point clicked in the picture (y upwards negative) or on the ground; the same side clicked twice corrects the point. */
export function clicked(pairs: Pairs, side: Side, at: Point): Pairs {
  const other = side === "image" ? "ground" : "image";
  const list = pairs[side].length > pairs[other].length ? pairs[side].slice(0, -1) : pairs[side];
  return { ...pairs, [side]: [...list, onSide(side, at)] };
}
export const dragged = (pairs: Pairs, side: Side, index: number, at: Point): Pairs => ({ ...pairs, [side]: pairs[side].map((p, i) => (i === index ? onSide(side, at) : p)) });

interface Props {
  junction: string; cameras: readonly Block[]; camera: Block | undefined; choose: (id: string) => void; picture: Picture | null; plate: boolean;
  takePicture: (p: Picture) => void; pairs: Pairs; set: (pairs: Pairs) => void; result: Result | null; setResult: (r: Result | null) => void;
  take: (key: number, calibration: Value) => void; addCamera: () => void;
}
const ASK_MS = 400;
export const LEAST_PAIRS = 4;
export const BAD_CM = 30;

/** The pairs that a camera has already. */
export function pairsOf(camera: Block | undefined): Pairs {
  const c = (camera?.value.calibration ?? {}) as { image?: Point[]; ground?: Point[] };
  return { image: Array.isArray(c.image) ? c.image : [], ground: Array.isArray(c.ground) ? c.ground : [] };
}

export function Calibrate({ junction, cameras, camera, choose, picture, plate, takePicture, pairs, set, result, setResult, take, addCamera }: Props) {
  const { t, language } = useSite();
  const [said, setSaid] = useState("");
  const n = Math.min(pairs.image.length, pairs.ground.length);
  const whole = n >= LEAST_PAIRS && pairs.image.length === pairs.ground.length;
  const before = (camera?.value.calibration ?? {}) as Value;
  const distortion = Number(before.distortion ?? 0);
  const size = picture?.size ?? (Array.isArray(before.size) ? (before.size as [number, number]) : null);

  useEffect(() => {
    setResult(null);
    setSaid("");
    if (!whole) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      api.calibrate(junction, { image: pairs.image, ground: pairs.ground, size, distortion: size === null ? 0 : distortion }).then(
        (found) => {
          if (!current) return;
          setResult(found);
          setSaid(found.message ?? "");
        },
        (error: Error) => current && !signedOut(error) && setSaid(t("failed", { why: problemSaid(language, error) })),
      );
    }, ASK_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [pairs, junction, size?.[0], size?.[1]]);

  const chooseFile = (file: File | undefined) => {
    if (file === undefined) return;
    const reader = new FileReader();
    reader.onload = () => {
      const image = new Image();
      image.onload = () => takePicture({ url: image.src, size: [image.naturalWidth, image.naturalHeight] });
      image.onerror = () => setSaid(t("noPicture"));
      image.src = String(reader.result);
    };
    reader.readAsDataURL(file);
  };
  const drop = (i: number) => set({ image: pairs.image.filter((_, k) => k !== i), ground: pairs.ground.filter((_, k) => k !== i) });
  const edit = (which: "image" | "ground", i: number, axis: 0 | 1, value: number) =>
    set({ ...pairs, [which]: pairs[which].map((p, k): Point => (k === i ? (axis === 0 ? [value, p[1]] : [p[0], value]) : p)) });
  const field = (which: "image" | "ground", i: number, axis: 0 | 1) => {
    const value = pairs[which][i]?.[axis];
    return value === undefined ? "…" : <input type="number" step="any" aria-label={`${t(which === "image" ? "px" : "ground")} ${"xy"[axis]} ${i + 1}`} value={Math.round(value * 100) / 100} onChange={(e) => edit(which, i, axis, Number(e.currentTarget.value))} />;
  };
  if (camera === undefined)
    return (
      <div class="calibrate">
        <p class="hint">{t("noCamera")}</p>
        <button class="strong" onClick={addCamera}>{t("addCamera")}</button>
      </div>
    );
  const waiting = pairs.image.length > pairs.ground.length ? "clickPlan" : pairs.ground.length > pairs.image.length ? "clickPicture" : "how_pairs";
  return (
    <div class="calibrate">
      <label class="choice"><span>{t("camera")}</span><select value={idOf(camera)} onChange={(e) => choose(e.currentTarget.value)}>{cameras.map((c) => <option key={c.key} value={idOf(c)}>{idOf(c)}</option>)}</select></label>
      {plate ? <p class="hint">{t("plateThere")}</p> : <label class="choice"><span>{t("picture")}</span><input type="file" accept="image/*" onChange={(e) => chooseFile(e.currentTarget.files?.[0])} /></label>}
      <p class={waiting === "how_pairs" ? "hint" : "said"} role="status">{t(waiting, { n: Math.max(pairs.image.length, pairs.ground.length) })}</p>
      {Math.max(pairs.image.length, pairs.ground.length) > 0 && (
        <div class="wide">
          <table>
            <thead><tr><th scope="col">{t("pairs")}</th><th scope="col" colSpan={2}>{t("px")}</th><th scope="col" colSpan={2}>{t("ground")}</th><th scope="col">{t("error")}</th><th scope="col">{t("left")}</th><td /></tr></thead>
            <tbody>
              {Array.from({ length: Math.max(pairs.image.length, pairs.ground.length) }, (_, i) => (
                <tr key={i}>
                  <th scope="row">{i + 1}</th><td>{field("image", i, 0)}</td><td>{field("image", i, 1)}</td><td>{field("ground", i, 0)}</td><td>{field("ground", i, 1)}</td>
                  <td class={(result?.errors_cm[i] ?? 0) > BAD_CM ? "bad" : ""}>{result?.errors_cm[i]?.toFixed(0) ?? "–"}</td>
                  <td>{result?.leave_one_out_cm?.[i]?.toFixed(0) ?? "–"}</td>
                  <td><button aria-label={`${t("remove")} ${i + 1}`} onClick={() => drop(i)}>×</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p role="status" class="said">{said}</p>
      {result !== null && <button class="strong" onClick={() => take(camera.key, { image: pairs.image, ground: pairs.ground, ...(size ? { size } : {}), ...(size && distortion ? { distortion } : {}) })}>{t("takePose")}</button>}
    </div>
  );
}
