/** Labelled fields of an object's values. */
import { useSite } from "./spoken";

interface Of<V> { label: string; value: V | undefined; set: (value: V | undefined) => void }

export function TextInput({ label, value, set, required = false }: Of<string> & { required?: boolean }) {
  return (
    <label class="choice"><span>{label}</span>
      <input value={value ?? ""} required={required} onChange={(e) => {
        const typed = e.currentTarget.value.trim();
        if (typed !== "" || !required) set(typed || undefined);
        else e.currentTarget.value = value ?? "";
      }} />
    </label>
  );
}

export function NumberInput({ label, value, set, step = 0.1 }: Of<number> & { step?: number | "any" }) {
  return (
    <label class="choice"><span>{label}</span>
      <input type="number" step={step} value={value ?? ""} onChange={(e) => set(e.currentTarget.value === "" ? undefined : Number(e.currentTarget.value))} />
    </label>
  );
}

export function Pick({ label, value, set, options, empty = false, word = (o) => o }: Of<string> & { options: readonly string[]; empty?: boolean; word?: (option: string) => string }) {
  const { t } = useSite();
  return (
    <label class="choice"><span>{label}</span>
      <select value={value ?? ""} onChange={(e) => set(e.currentTarget.value || undefined)}>
        {empty && <option value="">{t("none")}</option>}
        {options.map((o) => <option key={o} value={o}>{word(o)}</option>)}
      </select>
    </label>
  );
}
