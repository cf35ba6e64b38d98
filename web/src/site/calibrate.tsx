/** Calibration by clicking: a point in the picture, the same point on the plan, and how well the pairs agree. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Point } from "../shared/types";
import { signedOut } from "../wall/fetched";
import { idOf, type Block, type Value } from "./blocks";
import { useSite } from "./spoken";

export interface Pairs { image: Point[]; ground: Point[]; size: [number, number] | null }
interface Props { junction: string; cameras: Block[]; pairs: Pairs; set: (pairs: Pairs) => void; take: (key: number, calibration: Value) => void }
type Result = Awaited<ReturnType<typeof api.calibrate>>;
const ASK_MS = 400;
const LEAST = 4;

export function Calibrate({ junction, cameras, pairs, set, take }: Props) {
  const { t } = useSite();
  const [camera, setCamera] = useState(cameras[0]?.key ?? -1);
  const [picture, setPicture] = useState<string | null>(null);
  const [result, setResult] = useState<Result | null>(null);
  const [said, setSaid] = useState("");
  const n = Math.min(pairs.image.length, pairs.ground.length);

  useEffect(() => {
    setResult(null);
    if (n < LEAST || pairs.image.length !== pairs.ground.length) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      api.calibrate(junction, { image: pairs.image, ground: pairs.ground, size: pairs.size }).then(
        (found) => {
          if (!current) return;
          setResult(found);
          setSaid(found.message ?? "");
        },
        (error: Error) => current && !signedOut(error) && setSaid(t("failed", { why: error.message })),
      );
    }, ASK_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [pairs, junction]);

  const choose = (file: File | undefined) => {
    if (file === undefined) return;
    const reader = new FileReader();
    reader.onload = () => setPicture(String(reader.result));
    reader.readAsDataURL(file);
  };
  const clicked = (event: MouseEvent) => {
    const image = event.currentTarget as HTMLImageElement;
    const box = image.getBoundingClientRect();
    const size: [number, number] = [image.naturalWidth, image.naturalHeight];
    const at: Point = [((event.clientX - box.left) / box.width) * size[0], ((event.clientY - box.top) / box.height) * size[1]];
    const kept = pairs.image.length > pairs.ground.length ? pairs.image.slice(0, -1) : pairs.image;
    set({ ...pairs, size, image: [...kept, [Math.round(at[0] * 10) / 10, Math.round(at[1] * 10) / 10]] });
  };
  const drop = (i: number) => set({ ...pairs, image: pairs.image.filter((_, k) => k !== i), ground: pairs.ground.filter((_, k) => k !== i) });
  const edit = (which: "image" | "ground", i: number, axis: 0 | 1, value: number) =>
    set({ ...pairs, [which]: pairs[which].map((p, k): Point => (k === i ? (axis === 0 ? [value, p[1]] : [p[0], value]) : p)) });

  if (cameras.length === 0) return <p class="hint">{t("noCamera")}</p>;
  const field = (which: "image" | "ground", i: number, axis: 0 | 1) => {
    const value = pairs[which][i]?.[axis];
    return value === undefined ? "…" : <input type="number" step="0.1" aria-label={`${t(which === "image" ? "px" : "ground")} ${"xy"[axis]} ${i + 1}`} value={Math.round(value * 100) / 100} onChange={(e) => edit(which, i, axis, Number(e.currentTarget.value))} />;
  };
  return (
    <div class="calibrate">
      <label class="choice"><span>{t("camera")}</span><select value={camera} onChange={(e) => setCamera(Number(e.currentTarget.value))}>{cameras.map((c) => <option key={c.key} value={c.key}>{idOf(c)}</option>)}</select></label>
      <label class="choice"><span>{t("picture")}</span><input type="file" accept="image/*" onChange={(e) => choose(e.currentTarget.files?.[0])} /></label>
      <p class="hint">{t("how_pairs")}</p>
      {picture !== null && (
        <div class="picture">
          <img src={picture} alt={t("px")} onClick={clicked} />
          {pairs.size !== null && pairs.image.map(([x, y], i) => <span key={i} style={{ left: `${(x / pairs.size![0]) * 100}%`, top: `${(y / pairs.size![1]) * 100}%` }}>{i + 1}</span>)}
        </div>
      )}
      {pairs.image.length > 0 && (
        <table>
          <thead><tr><th scope="col">{t("pairs")}</th><th scope="col" colSpan={2}>{t("px")}</th><th scope="col" colSpan={2}>{t("ground")}</th><th scope="col">{t("error")}</th><th scope="col">{t("left")}</th><td /></tr></thead>
          <tbody>
            {pairs.image.map((_, i) => (
              <tr key={i}>
                <th scope="row">{i + 1}</th><td>{field("image", i, 0)}</td><td>{field("image", i, 1)}</td><td>{field("ground", i, 0)}</td><td>{field("ground", i, 1)}</td>
                <td class={(result?.errors_cm[i] ?? 0) > 30 ? "bad" : ""}>{result?.errors_cm[i]?.toFixed(0) ?? "–"}</td>
                <td>{result?.leave_one_out_cm?.[i]?.toFixed(0) ?? "–"}</td>
                <td><button aria-label={`${t("remove")} ${i + 1}`} onClick={() => drop(i)}>×</button></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p role="status">{said} {result?.pose?.height_m != null && t("pose", { h: Math.round(result.pose.height_m * 10) / 10 })}</p>
      {result !== null && <button class="strong" onClick={() => take(camera, { image: pairs.image, ground: pairs.ground, ...(pairs.size ? { size: pairs.size } : {}) })}>{t("takePose")}</button>}
    </div>
  );
}
