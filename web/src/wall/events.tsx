/** The list of events with its filters; new ones come in at the top as they are committed. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { api } from "../shared/api";
import { CLASSES, KINDS, type EventRow, type Junction } from "../shared/types";
import { problemSaid } from "../shared/words/problems";
import { kindLabel, userLabel } from "../shared/words/street";
import { signedOut } from "./fetched";
import { Incident } from "./incident";
import { LivePlan, type Feed } from "./live";
import { narrow, scrolled, scrollTo, type Scrolled } from "./narrow";
import { Choice } from "./parts";
import { ahead, fromForm } from "./period";
import { TimeField } from "./span";
import { moment, useSpeech } from "./words";

const PAGE = 60;
const MOST_ROWS = 1000;
const HOURS = Array.from({ length: 24 }, (_, h) => String(h));
export const NOTHING = { table: "", kind: "", class: "", place: "", severity: "", mark: "", confidence: "", first: "", last: "", since: "", until: "" };
export type Filters = typeof NOTHING;

/** Whether a row that just came in belongs to what is listed; only marks are not known of it yet. */
export function fits(row: EventRow, f: Filters, zone?: string): boolean {
  const users = [row.class, row.class_a, row.class_b];
  return (
    (f.table === "" || row.table === f.table) &&
    (f.kind === "" || row.kind === f.kind || (f.kind === "near_miss" && row.table === "conflicts")) &&
    (f.class === "" || users.includes(f.class)) && (f.place === "" || row.place === f.place) &&
    (f.severity === "" || row.severity === f.severity) && (f.mark === "" || f.mark === "none") &&
    (f.confidence === "" || (row.confidence ?? 1) >= Number(f.confidence)) && inHours(row.t, f, zone) &&
    (f.since === "" || Date.parse(row.t) >= Date.parse(fromForm(f.since, zone)!)) && (f.until === "" || Date.parse(row.t) < Date.parse(fromForm(f.until, zone)!))
  );
}

function inHours(t: string, f: Filters, zone: string | undefined): boolean {
  const wanted = hoursOf(f);
  if (wanted === "") return true;
  const [first, last] = wanted.split("-").map(Number);
  const at = Date.parse(t);
  const hour = new Date(at + ahead(at, zone)).getUTCHours();
  return (hour - first + 24) % 24 <= (last - first + 24) % 24;
}

/** The hours of the day asked for, "7-9"; where only one end is given the other is the day's. */
export const hoursOf = (f: Pick<Filters, "first" | "last">): string => (f.first === "" && f.last === "" ? "" : `${f.first || 0}-${f.last || 23}`);

/** A list with rows that came in, newest first, each once; marks that are known stay. */
export function withNew(old: readonly EventRow[], came: readonly EventRow[]): EventRow[] {
  const marks = new Map(old.map((row) => [row.event, row.mark]));
  const told = new Map(came.map((row) => [row.event, { ...row, mark: row.mark ?? marks.get(row.event) ?? null }]));
  return [...told.values(), ...old.filter((row) => !told.has(row.event))].sort((a, b) => Date.parse(b.t) - Date.parse(a.t));
}

/** The next event nobody has judged, after the one given and from the top again; null where there is none. */
export function unmarkedAfter(rows: readonly EventRow[], event: string | null, withdrawn: ReadonlySet<string>): string | null {
  const at = rows.findIndex((row) => row.event === event);
  const open = (row: EventRow) => row.mark == null && !withdrawn.has(row.event) && row.event !== event;
  return (rows.slice(at + 1).find(open) ?? rows.find(open))?.event ?? null;
}

interface Props {
  junction: Junction; feed: Feed; arrived: EventRow[]; withdrawn: ReadonlySet<string>; filters: Filters; setFilters: (f: Filters) => void;
  chosen: string | null; choose: (event: string | null) => void;
}

export function Events({ junction, feed, arrived, withdrawn, filters, setFilters, chosen, choose }: Props) {
  const { t, language } = useSpeech();
  const [total, setTotal] = useState<number | null>(null);
  const [rows, setRows] = useState<EventRow[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const [ready, setReady] = useState(false);
  const [takenBack, setTakenBack] = useState(false);
  const turn = useRef(0);
  const since = useRef<EventRow[]>([]);
  const list = useRef<HTMLUListElement>(null);
  const shown = useRef<HTMLElement>(null);
  const left = useRef<{ at: Scrolled; event: string } | null>(null);

  const load = useCallback(async (cursor: string | null) => {
    const mine = ++turn.current;
    if (cursor === null) since.current = [];
    try {
      const { since: from, until, first, last, ...rest } = filters;
      const zone = junction.timezone;
      const page = await api.events(junction.id, { ...rest, hours: hoursOf({ first, last }), since: fromForm(from, zone), until: fromForm(until, zone), limit: PAGE, cursor });
      if (mine !== turn.current) return;
      setRows((old) => (cursor === null ? withNew(page.events, since.current) : [...old, ...page.events]).slice(0, MOST_ROWS));
      setNext(page.next);
      setTotal(page.total ?? null);
      setError(null);
    } catch (problem) {
      if (!signedOut(problem)) setError(problem);
    }
    setReady(true);
  }, [filters, junction.id]);
  useEffect(() => void load(null), [load]);

  useEffect(() => {
    const wanted = arrived.filter((row) => fits(row, filters, junction.timezone));
    if (wanted.length === 0) return;
    // a list that was asked for before they came, and is answered after, does not hold them
    since.current = [...since.current, ...wanted].slice(-MOST_ROWS);
    setRows((old) => withNew(old, wanted).slice(0, MOST_ROWS));
    setFresh(new Set(wanted.map((row) => row.event)));
  }, [arrived]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input, select, textarea") !== null) return;
      if (event.key === "n") return nextUnmarked();
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (step === 0 || rows.length === 0) return;
      const at = rows.findIndex((row) => row.event === chosen);
      choose(rows[Math.min(Math.max(at + step, 0), rows.length - 1)].event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [rows, chosen]);

  useLayoutEffect(() => {
    if (chosen !== null) return void (narrow() && shown.current?.scrollIntoView({ block: "start" }));
    if (left.current === null || !narrow()) return;
    const { at, event } = left.current;
    left.current = null;
    list.current?.querySelector<HTMLElement>(`[data-event="${CSS.escape(event)}"]`)?.focus({ preventScroll: true });
    scrollTo(list.current, at);
  }, [chosen]);
  const pick = (event: string) => {
    if (chosen === null) left.current = { at: scrolled(list.current), event };
    setTakenBack(false);
    choose(event);
  };
  const nextUnmarked = () => {
    setTakenBack(false);
    const found = unmarkedAfter(rows, chosen, withdrawn);
    if (found !== null) choose(found);
  };
  /** What is listed may have been taken back meanwhile: that is said, and the next one shown. */
  const gone = (event: string) => {
    if (!rows.some((row) => row.event === event)) return;
    setTakenBack(true);
    setRows(rows.filter((row) => row.event !== event));
    setTotal((n) => (n === null ? null : n - 1));
    choose(unmarkedAfter(rows, event, withdrawn));
  };
  const marked = (event: string, mark: EventRow["mark"]) =>
    setRows((old) => old.map((row) => (row.event === event ? { ...row, mark } : row)));

  return (
    <div class={chosen === null ? "events" : "events chosen"}>
      <div class="found">
        <FilterBar junction={junction} filters={filters} change={setFilters} />
        <p class="hint" role="status">
          {error !== null ? t("failed", { why: problemSaid(language, error) }) : ready ? (rows.length === 0 ? t("none") : `${t("eventsFound", { n: total ?? rows.length })}`) : `${t("loading")} …`}
        </p>
        <ul class="list" ref={list}>
          {rows.map((row) => (
            <li key={row.event} class={withdrawn.has(row.event) ? "gone" : fresh.has(row.event) ? "fresh" : ""}>
              <EventButton row={row} gone={withdrawn.has(row.event)} chosen={row.event === chosen} fresh={fresh.has(row.event)} choose={() => pick(row.event)} />
            </li>
          ))}
        </ul>
        {next !== null && <button class="more" onClick={() => void load(next)}>{t("more")}</button>}
      </div>
      <section class="shown" ref={shown} aria-label={t("incident")}>
        <button class="back" onClick={() => choose(null)}>← {t("backToList")}</button>
        {takenBack && <p class="notice" role="status">{t("takenBack")}</p>}
        {chosen === null ? <><LivePlan junction={junction} feed={feed} /><p class="hint pick">{t("pick")} {t("keys")} {t("reviewKeys")}</p></> : <Incident key={chosen} junction={junction} event={chosen} withdrawn={withdrawn.has(chosen)} choose={choose} next={nextUnmarked} marked={marked} gone={gone} />}
      </section>
    </div>
  );
}

function EventButton({ row, gone, chosen, fresh, choose }: { row: EventRow; gone: boolean; chosen: boolean; fresh: boolean; choose: () => void }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const users = (row.table === "conflicts" ? [row.class_a, row.class_b] : [row.class]).map((name) => userLabel(language, name ?? "other"));
  return (
    <button class="event" data-event={row.event} aria-current={chosen} onClick={choose}>
      <span class={`dot ${row.table === "conflicts" ? (row.severity ?? "slight") : "violation"}`} aria-hidden="true" />
      <span class="title">{kindLabel(language, row.kind, 1)}</span>
      <span class="when">{moment(speech, row.t)}</span>
      <span class="who">{users.join(" / ")}{row.place ? ` · ${row.place}` : ""}{row.severity ? ` · ${severityLabel(t, row.severity)}` : ""}</span>
      <span class="flags">
        {gone && <b class="false">{t("withdrawn")}</b>}
        {fresh && !gone && <b class="new">{t("fresh")}</b>}
        {row.mark && <b class={row.mark.verdict}>{t(row.mark.verdict)}</b>}
      </span>
    </button>
  );
}

export function severityLabel(t: ReturnType<typeof useSpeech>["t"], severity: string): string {
  return severity === "slight" || severity === "moderate" || severity === "serious" ? t(severity) : severity;
}

function FilterBar({ junction, filters, change }: { junction: Junction; filters: Filters; change: (f: Filters) => void }) {
  const { t, language } = useSpeech();
  const set = (key: keyof Filters) => (value: string) => change({ ...filters, [key]: value });
  const all = ["", t("all")] as const;
  const { stop_lines, crosswalks, lanes, zones } = junction.plan;
  const places = [...stop_lines, ...crosswalks, ...lanes, ...zones].map(({ id }) => [id, id] as const);
  return (
    <form class="filters" onSubmit={(e) => e.preventDefault()}>
      <Choice label={t("table")} value={filters.table} onChange={set("table")} options={[all, ["violations", t("violations")], ["conflicts", t("conflicts")]]} />
      <Choice label={t("kind")} value={filters.kind} onChange={set("kind")} options={[all, ...KINDS.map((k) => [k, kindLabel(language, k, 1)] as const)]} />
      <Choice label={t("class")} value={filters.class} onChange={set("class")} options={[all, ...CLASSES.map((c) => [c, userLabel(language, c)] as const)]} />
      <Choice label={t("place")} value={filters.place} onChange={set("place")} options={[all, ...places]} />
      <Choice label={t("severity")} value={filters.severity} onChange={set("severity")} options={[all, ["serious", t("serious")], ["moderate", t("moderate")], ["slight", t("slight")]]} />
      <Choice label={t("mark")} value={filters.mark} onChange={set("mark")} options={[all, ["none", t("marked_none")], ["confirmed", t("confirmed")], ["false", t("false")]]} />
      <Choice label={t("confidence")} value={filters.confidence} onChange={set("confidence")} options={[all, ...["0.5", "0.8", "0.9", "0.95", "0.99"].map((v) => [v, `≥ ${Math.round(Number(v) * 100)} %`] as const)]} />
      <Choice label={t("hourFrom")} value={filters.first} onChange={set("first")} options={[all, ...HOURS.map((h) => [h, `${h.padStart(2, "0")}:00`] as const)]} />
      <Choice label={t("hourTo")} value={filters.last} onChange={set("last")} options={[all, ...HOURS.map((h) => [h, `${h.padStart(2, "0")}:59`] as const)]} />
      <TimeField label={t("since")} value={filters.since} onChange={set("since")} />
      <TimeField label={t("until")} value={filters.until} onChange={set("until")} />
      <button type="button" onClick={() => change(NOTHING)}>{t("clear")}</button>
    </form>
  );
}
