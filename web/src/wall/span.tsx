/** The period a page is about: a usual one, or typed on the junction's own clock. */
import { useState } from "preact/hooks";
import type { Junction } from "../shared/types";
import { Choice } from "./parts";
import { DAY_MS, fromForm, HOUR_MS, midnight, toForm } from "./period";
import { useSpeech } from "./words";

const USUAL = ["lastHours", "wholeDay", "lastWeek", "lastMonth", "everKept", "ownPeriod"] as const;
type Usual = (typeof USUAL)[number];
export interface Span { since: string | null; until: string | null }
export interface Chosen { usual: Usual; from: string; to: string }

/** The junction's time (ms): what it was when it was read, and what has passed there since. */
export function nowOf({ now, read, rate = 1 }: Pick<Junction, "now" | "read" | "rate">, clock = Date.now()): number {
  return now === undefined ? clock : Date.parse(now) + (read === undefined ? 0 : (clock - read) * rate);
}
export const chosen = (usual: Usual): Chosen => ({ usual, from: "", to: "" });

/** The instants a choice means at this moment. */
export function spanOf({ usual, from, to }: Chosen, now: number, zone: string | undefined): Span {
  const since = { lastHours: now - 12 * HOUR_MS, wholeDay: midnight(now, zone), lastWeek: now - 7 * DAY_MS, lastMonth: now - 30 * DAY_MS };
  if (usual === "ownPeriod") return { since: fromForm(from, zone), until: fromForm(to, zone) };
  return { since: usual === "everKept" ? null : new Date(since[usual]).toISOString(), until: null };
}

export function useSpan(junction: Junction, usual: Usual): [Span, preact.JSX.Element] {
  const [choice, set] = useState(chosen(usual));
  return [spanOf(choice, nowOf(junction), junction.timezone), <SpanFields key="span" junction={junction} choice={choice} change={set} />];
}

export function SpanFields({ junction, choice, change }: { junction: Junction; choice: Chosen; change: (c: Chosen) => void }) {
  const { t } = useSpeech();
  const take = (usual: Usual) => {
    const now = nowOf(junction);
    const typed = { from: choice.from || toForm(now - DAY_MS, junction.timezone), to: choice.to || toForm(now, junction.timezone) };
    change({ usual, ...(usual === "ownPeriod" ? typed : { from: choice.from, to: choice.to }) });
  };
  return (
    <>
      <Choice label={t("period")} value={choice.usual} onChange={take} options={USUAL.map((u) => [u, t(u)] as const)} />
      {choice.usual === "ownPeriod" && <TimeField label={t("since")} value={choice.from} onChange={(from) => change({ ...choice, from })} />}
      {choice.usual === "ownPeriod" && <TimeField label={t("until")} value={choice.to} onChange={(to) => change({ ...choice, to })} />}
    </>
  );
}

export function TimeField({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  const { timezone } = useSpeech();
  return (
    <label class="choice"><span>{label}{timezone && <small> {timezone}</small>}</span><input type="datetime-local" value={value} onChange={(e) => onChange(e.currentTarget.value)} /></label>
  );
}
