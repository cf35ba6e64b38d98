/** What the chosen object is, beside its shape. */
import { CLASSES } from "../shared/types";
import { userLabel } from "../shared/words/street";
import { GEOMETRY, idOf, isDrawn, pointsOf, type Block, type Value } from "./blocks";
import { useSite } from "./spoken";

const ZONES = ["no_stopping", "box", "carriageway", "sidewalk", "parking", "waiting", "region"];
const LANES = ["traffic", "bus", "cycle", "sidewalk"];
const SIGNALS = ["vehicle", "bicycle", "pedestrian"];

interface Props { block: Block; signals: string[]; set: (values: Value) => void; remove: () => void }

export function Fields({ block, signals, set, remove }: Props) {
  const { t, language } = useSite();
  const v = block.value;
  const text = (label: string, key: string) => (
    <label class="choice"><span>{label}</span><input value={String(v[key] ?? "")} onChange={(e) => set({ [key]: e.currentTarget.value.trim() || undefined })} /></label>
  );
  const number = (label: string, key: string, step = 0.1) => (
    <label class="choice"><span>{label}</span><input type="number" step={step} value={v[key] === undefined ? "" : Number(v[key])} onChange={(e) => set({ [key]: e.currentTarget.value === "" ? undefined : Number(e.currentTarget.value) })} /></label>
  );
  const pick = (label: string, key: string, options: string[], empty = false) => (
    <label class="choice"><span>{label}</span>
      <select value={String(v[key] ?? "")} onChange={(e) => set({ [key]: e.currentTarget.value || undefined })}>
        {empty && <option value="">{t("none")}</option>}
        {options.map((o) => <option key={o} value={o}>{o}</option>)}
      </select>
    </label>
  );
  const classes = Array.isArray(v.classes) ? (v.classes as string[]) : ["pedestrian"];
  const drawn = isDrawn(block);
  return (
    <div class="fields">
      <h2>{drawn ? t(block.kind) : t("signal")} {idOf(block)}</h2>
      {text(t("id"), "id")}
      {block.kind === "stop_line" && number(t("heading"), "heading", 0.1)}
      {block.kind === "stop_line" && <button onClick={() => set({ heading: (Number(v.heading ?? 0) + 180) % 360 })}>{t("turnRound")}</button>}
      {block.kind === "lane" && pick(t("kind"), "kind", LANES)}
      {block.kind === "lane" && number(t("width"), "width")}
      {block.kind === "lane" && number(t("limit"), "speed_limit_kmh", 5)}
      {block.kind === "lane" && pointsOf(block) !== null && <button onClick={() => set({ [GEOMETRY.lane]: [...pointsOf(block)!].reverse() })}>{t("turnRound")}</button>}
      {block.kind === "zone" && pick(t("kind"), "kind", ZONES)}
      {block.kind === "zone" && number(t("maxStop"), "max_stop_s", 1)}
      {block.kind === "signal" && pick(t("kind"), "kind", SIGNALS)}
      {block.kind === "signal" && number(t("phase"), "phase", 1)}
      {block.kind === "signal" && number(t("group"), "group", 1)}
      {(block.kind === "stop_line" || block.kind === "crosswalk") && v.movement === undefined && pick(t("governs"), "signal", signals, true)}
      {block.kind === "crosswalk" && (
        <fieldset>
          <legend>{t("classes")}</legend>
          {CLASSES.filter((c) => c === "pedestrian" || c === "cyclist").map((c) => (
            <label key={c} class="tick"><input type="checkbox" checked={classes.includes(c)} onChange={(e) => set({ classes: e.currentTarget.checked ? [...classes, c] : classes.filter((x) => x !== c) })} />{userLabel(language, c)}</label>
          ))}
        </fieldset>
      )}
      {drawn && v.camera !== undefined && <p class="hint">{t("inPixels")}</p>}
      <button class="danger" onClick={remove}>{t("remove")}</button>
    </div>
  );
}
