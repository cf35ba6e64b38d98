/** What holds for all of the junction. */
import type { Block, Value } from "./blocks";
import { partKind } from "../shared/words/drawing";
import { NumberInput, Pick, TextInput } from "./inputs";
import { useSite } from "./spoken";

export function SiteFields({ block, set }: { block: Block; set: (values: Value) => void }) {
  const { t, language } = useSite();
  const v = block.value;
  const origin = Array.isArray(v.origin) ? (v.origin as number[]) : [0, 0];
  const move = (k: 0 | 1, value: number | undefined) => value !== undefined && set({ origin: k === 0 ? [value, origin[1]] : [origin[0], value] });
  return (
    <div class="fields">
      <TextInput label={t("name")} value={v.name as string} set={(name) => set({ name })} required />
      <TextInput label={t("timezone")} value={v.timezone as string | undefined} set={(timezone) => set({ timezone })} />
      <NumberInput label={t("latitude")} value={origin[0]} set={(value) => move(0, value)} step="any" />
      <NumberInput label={t("longitude")} value={origin[1]} set={(value) => move(1, value)} step="any" />
      <Pick label={t("drivesOn")} value={(v.drives_on as string | undefined) ?? "right"} set={(drives_on) => set({ drives_on })} options={["right", "left"]} word={(k) => partKind(language, "side", k)} />
      <NumberInput label={t("limit")} value={v.speed_limit_kmh as number | undefined} set={(limit) => set({ speed_limit_kmh: limit })} step={5} />
    </div>
  );
}
