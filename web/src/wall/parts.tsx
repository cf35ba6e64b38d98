/** Small parts that every page of the wall uses. */
import type { ComponentChildren } from "preact";
import type { Fetched } from "./fetched";
import { problemSaid } from "../shared/words/problems";
import { useSpeech } from "./words";

/** What was fetched, or that it is on its way, or why not. */
export function Ready<T>({ from, children }: { from: Fetched<T>; children: (data: T) => ComponentChildren }) {
  const { t, language } = useSpeech();
  if (from.data !== null) return <>{children(from.data)}</>;
  if (from.error === null) return <p class="hint" role="status">{t("loading")} …</p>;
  return (
    <p class="hint" role="alert">
      {t("failed", { why: problemSaid(language, from.error) })} <button onClick={from.again}>{t("again")}</button>
    </p>
  );
}

export function Choice<V extends string>(props: {
  label: string; value: V; options: readonly (readonly [V, string])[]; onChange: (value: V) => void;
}) {
  return (
    <label class="choice">
      <span>{props.label}</span>
      <select value={props.value} onChange={(e) => props.onChange(e.currentTarget.value as V)}>
        {props.options.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
      </select>
    </label>
  );
}

/** What is wider than its place scrolls in it, by keys too. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return <div class="scroll" tabIndex={0} role="region" aria-label={label}>{children}</div>;
}

/** Rows under heads, to be read across; a head that is null is that of buttons. */
export function PlainTable({ label, heads, children }: { label: string; heads: readonly (string | null)[]; children: ComponentChildren }) {
  return (
    <Scroll label={label}>
      <table class="plain">
        <thead><tr>{heads.map((head, i) => (head === null ? <td key={i} /> : <th key={i} scope="col">{head}</th>))}</tr></thead>
        <tbody>{children}</tbody>
      </table>
    </Scroll>
  );
}

/** Either-or as a row of buttons. */
export function Switch<V extends string>(props: {
  label: string; value: V; options: readonly (readonly [V, string])[]; onChange: (value: V) => void;
}) {
  return (
    <div class="switch" role="group" aria-label={props.label}>
      {props.options.map(([value, text]) => (
        <button key={value} aria-pressed={value === props.value} onClick={() => props.onChange(value)}>{text}</button>
      ))}
    </div>
  );
}
