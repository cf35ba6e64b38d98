/** The list of events with its filters; new ones come in at the top as they are committed. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api } from "../shared/api";
import { CLASSES, KINDS, type EventRow, type Junction } from "../shared/types";
import { kindLabel, userLabel } from "../shared/words/street";
import { signedOut } from "./fetched";
import { Incident } from "./incident";
import { LivePlan, type Feed } from "./live";
import { Choice } from "./parts";
import { fromForm } from "./period";
import { moment, useSpeech } from "./words";

const PAGE = 60;
const MOST_ROWS = 1000;
const NOTHING = { table: "", kind: "", class: "", place: "", severity: "", mark: "", since: "", until: "" };
type Filters = typeof NOTHING;

/** Whether a row that just came in belongs to what is listed; only marks are not known of it yet. */
export function fits(row: EventRow, f: Filters): boolean {
  const users = [row.class, row.class_a, row.class_b];
  return (
    (f.table === "" || row.table === f.table) &&
    (f.kind === "" || row.kind === f.kind || (f.kind === "near_miss" && row.table === "conflicts")) &&
    (f.class === "" || users.includes(f.class)) && (f.place === "" || row.place === f.place) &&
    (f.severity === "" || row.severity === f.severity) && (f.mark === "" || f.mark === "none") &&
    (f.since === "" || Date.parse(row.t) >= Date.parse(f.since)) && (f.until === "" || Date.parse(row.t) < Date.parse(f.until))
  );
}

interface Props { junction: Junction; feed: Feed; arrived: EventRow[]; chosen: string | null; choose: (event: string | null) => void }

export function Events({ junction, feed, arrived, chosen, choose }: Props) {
  const { t } = useSpeech();
  const [filters, setFilters] = useState<Filters>(NOTHING);
  const [rows, setRows] = useState<EventRow[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<string | null>(null);
  const [ready, setReady] = useState(false);
  const turn = useRef(0);

  const load = useCallback(async (cursor: string | null) => {
    const mine = ++turn.current;
    try {
      const { since, until, ...rest } = filters;
      const page = await api.events(junction.id, { ...rest, since: fromForm(since), until: fromForm(until), limit: PAGE, cursor });
      if (mine !== turn.current) return;
      setRows((old) => (cursor === null ? page.events : [...old, ...page.events]).slice(0, MOST_ROWS));
      setNext(page.next);
      setError(null);
    } catch (problem) {
      if (!signedOut(problem)) setError((problem as Error).message);
    }
    setReady(true);
  }, [filters, junction.id]);
  useEffect(() => void load(null), [load]);

  useEffect(() => {
    const wanted = arrived.filter((row) => fits(row, filters));
    if (wanted.length === 0) return;
    setRows((old) => {
      const ids = new Set(wanted.map((row) => row.event));
      return [...wanted, ...old.filter((row) => !ids.has(row.event))].sort((a, b) => Date.parse(b.t) - Date.parse(a.t)).slice(0, MOST_ROWS);
    });
    setFresh(new Set(wanted.map((row) => row.event)));
  }, [arrived]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input, select, textarea") !== null) return;
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (step === 0 || rows.length === 0) return;
      const at = rows.findIndex((row) => row.event === chosen);
      choose(rows[Math.min(Math.max(at + step, 0), rows.length - 1)].event);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [rows, chosen]);

  const marked = (event: string, mark: EventRow["mark"]) =>
    setRows((old) => old.map((row) => (row.event === event ? { ...row, mark } : row)));

  return (
    <div class="events">
      <div class="found">
        <FilterBar junction={junction} filters={filters} change={setFilters} />
        <p class="hint" role="status">
          {error !== null ? t("failed", { why: error }) : ready ? (rows.length === 0 ? t("none") : t(next === null ? "eventsFound" : "eventsMore", { n: rows.length })) : `${t("loading")} …`}
        </p>
        <ul class="list">
          {rows.map((row) => (
            <li key={row.event} class={fresh.has(row.event) ? "fresh" : ""}>
              <EventButton row={row} chosen={row.event === chosen} fresh={fresh.has(row.event)} choose={() => choose(row.event)} />
            </li>
          ))}
        </ul>
        {next !== null && <button class="more" onClick={() => void load(next)}>{t("more")}</button>}
      </div>
      <section class="shown" aria-label={t("incident")}>
        {chosen === null ? <><LivePlan junction={junction} feed={feed} /><p class="hint pick">{t("pick")} {t("keys")}</p></> : <Incident key={chosen} junction={junction} event={chosen} choose={choose} marked={marked} />}
      </section>
    </div>
  );
}

function EventButton({ row, chosen, fresh, choose }: { row: EventRow; chosen: boolean; fresh: boolean; choose: () => void }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const users = (row.table === "conflicts" ? [row.class_a, row.class_b] : [row.class]).map((name) => userLabel(language, name ?? "other"));
  return (
    <button class="event" aria-current={chosen} onClick={choose}>
      <span class={`dot ${row.table === "conflicts" ? (row.severity ?? "slight") : "violation"}`} aria-hidden="true" />
      <span class="title">{kindLabel(language, row.kind, 1)}</span>
      <span class="when">{moment(speech, row.t)}</span>
      <span class="who">{users.join(" / ")}{row.place ? ` · ${row.place}` : ""}{row.severity ? ` · ${severityLabel(t, row.severity)}` : ""}</span>
      <span class="flags">
        {fresh && <b class="new">{t("fresh")}</b>}
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
      <label class="choice"><span>{t("since")}</span><input type="datetime-local" value={filters.since} onChange={(e) => set("since")(e.currentTarget.value)} /></label>
      <label class="choice"><span>{t("until")}</span><input type="datetime-local" value={filters.until} onChange={(e) => set("until")(e.currentTarget.value)} /></label>
      <button type="button" onClick={() => change(NOTHING)}>{t("clear")}</button>
    </form>
  );
}
