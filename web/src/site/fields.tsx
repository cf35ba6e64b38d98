/** What the chosen object is, beside its shape. */
import { CLASSES, type Point } from "../shared/types";
import { userLabel } from "../shared/words/street";
import { partKind } from "../shared/words/drawing";
import { idOf, isDrawn, type Block, type Value } from "./blocks";
import { NumberInput, Pick, TextInput } from "./inputs";
import { movementsOf, type Movement } from "./signals";
import { useSite } from "./spoken";

const ZONES = ["no_stopping", "box", "carriageway", "sidewalk", "parking", "waiting", "region"];
const LANES = ["traffic", "bus", "cycle", "sidewalk"];
const SIGNALS = ["vehicle", "bicycle", "pedestrian"];

interface Props {
  block: Block; signals: string[]; points: readonly Point[] | null;
  set: (values: Value) => void; rename: (id: string) => void; remove: () => void; turn: () => void;
  exit: { pick: () => void; picking: boolean; set: (i: number, m: Movement) => void; drop: (i: number) => void };
  corner: { key: (event: KeyboardEvent, i: number) => void; show: (i: number) => void; spare: boolean; drop: (i: number) => void };
}

export function Fields({ block, signals, points, set, rename, remove, turn, exit, corner }: Props) {
  const { t, language } = useSite();
  const v = block.value;
  const text = (key: string) => v[key] as string | undefined;
  const number = (key: string) => v[key] as number | undefined;
  const classes = Array.isArray(v.classes) ? (v.classes as string[]) : ["pedestrian"];
  const drawn = isDrawn(block);
  const moves = movementsOf(block);
  const kind = block.kind as "stop_line" | "crosswalk" | "lane" | "zone" | "signal" | "camera";
  return (
    <div class="fields">
      <h2>{t(kind)} {idOf(block)}</h2>
      <TextInput label={t("id")} value={text("id")} set={(id) => id !== undefined && rename(id)} required />
      {kind === "stop_line" && <NumberInput label={t("heading")} value={number("heading")} set={(heading) => set({ heading })} />}
      {(kind === "stop_line" || kind === "lane") && <button onClick={turn}>{t("turnRound")}</button>}
      {kind === "lane" && <Pick label={t("kind")} value={text("kind") ?? "traffic"} set={(k) => set({ kind: k })} options={LANES} word={(k) => partKind(language, "lane", k)} />}
      {kind === "lane" && <NumberInput label={t("width")} value={number("width")} set={(width) => set({ width })} />}
      {kind === "lane" && <NumberInput label={t("limit")} value={number("speed_limit_kmh")} set={(limit) => set({ speed_limit_kmh: limit })} step={5} />}
      {kind === "zone" && <Pick label={t("kind")} value={text("kind")} set={(k) => set({ kind: k })} options={ZONES} word={(k) => partKind(language, "zone", k)} />}
      {kind === "zone" && <NumberInput label={t("maxStop")} value={number("max_stop_s")} set={(s) => set({ max_stop_s: s })} step={1} />}
      {kind === "signal" && <Pick label={t("kind")} value={text("kind") ?? "vehicle"} set={(k) => set({ kind: k })} options={SIGNALS} word={(k) => partKind(language, "signal", k)} />}
      {kind === "signal" && <NumberInput label={t("phase")} value={number("phase")} set={(phase) => set({ phase })} step={1} />}
      {kind === "signal" && <NumberInput label={t("group")} value={number("group")} set={(group) => set({ group })} step={1} />}
      {kind === "camera" && <TextInput label={t("source")} value={text("source")} set={(source) => set({ source })} />}
      {(kind === "stop_line" || kind === "crosswalk") && moves.length === 0 && <Pick label={t("governs")} value={text("signal")} set={(signal) => set({ signal })} options={signals} empty />}
      {kind === "crosswalk" && (
        <fieldset>
          <legend>{t("classes")}</legend>
          {CLASSES.filter((c) => c === "pedestrian" || c === "cyclist").map((c) => (
            <label key={c} class="tick"><input type="checkbox" checked={classes.includes(c)} onChange={(e) => set({ classes: e.currentTarget.checked ? [...classes, c] : classes.filter((x) => x !== c) })} />{userLabel(language, c)}</label>
          ))}
        </fieldset>
      )}
      {kind === "stop_line" && (
        <fieldset class="exits">
          <legend>{t("exits")}</legend>
          {moves.length === 0 && <p class="hint">{t("allExits")}</p>}
          {moves.map((m, i) => (
            <div class="exit" key={i}>
              <NumberInput label={`${t("leaves")} ${i + 1}`} value={m.exit_heading} set={(exit_heading) => exit.set(i, { exit_heading })} />
              <Pick label={`${t("governs")} ${i + 1}`} value={m.signal} set={(signal) => exit.set(i, { signal })} options={signals} empty />
              <label class="tick"><input type="checkbox" checked={m.turn_on_red === true} onChange={(e) => exit.set(i, { turn_on_red: e.currentTarget.checked || undefined })} />{t("turnOnRed")}</label>
              <button aria-label={`${t("remove")} ${t("leaves")} ${i + 1}`} onClick={() => exit.drop(i)}>×</button>
            </div>
          ))}
          <button aria-pressed={exit.picking} onClick={exit.pick}>{t("addExit")}</button>
          {exit.picking && <p class="hint" role="status">{t("how_exit")}</p>}
        </fieldset>
      )}
      {drawn && v.camera !== undefined && <p class="hint">{t("inPixels", { camera: String(v.camera) })}</p>}
      {drawn && points !== null && (
        <details class="corners">
          <summary>{t("corners", { n: points.length })}</summary>
          <p class="hint">{t("how_corners")}</p>
          <ol>
            {points.map(([x, y], i) => (
              <li key={i}>
                <button onKeyDown={(e) => corner.key(e, i)} onClick={() => corner.show(i)}>{i + 1}: {x.toFixed(2)}, {Math.abs(y).toFixed(2) === "0.00" ? "0.00" : y.toFixed(2)}</button>
                {corner.spare && <button aria-label={`${t("remove")} ${t("corner", { n: i + 1, id: idOf(block) })}`} onClick={() => corner.drop(i)}>×</button>}
              </li>
            ))}
          </ol>
        </details>
      )}
      <button class="danger" onClick={remove}>{t("remove")}</button>
    </div>
  );
}
