/** Beside the plan: today against last week, the most dangerous hour, what is being done. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { localeOf, type Translate } from "../shared/i18n";
import type { Figures, Language, PublicJunction } from "../shared/types";
import { kindLabel } from "../shared/words/street";
import { clockOf, rows, said } from "./figures";
import { Legend } from "./legend";
import { Day } from "./day";
import type { ScreenKey } from "./words";

interface Props {
  junction: PublicJunction;
  figures: Figures | null;
  /** a recording has a clock that is not the street's: no time is named */
  recorded: boolean;
  /** the street is seen now */
  watched: boolean;
  language: Language;
  t: Translate<ScreenKey>;
}

/** The most that may be shown first: what does not fit gives way to the next. Figures go before the legend. */
const LEVELS = [
  { rows: 4, large: true, legend: true },
  { rows: 4, large: true, legend: false },
  { rows: 4, large: false, legend: true },
  { rows: 4, large: false, legend: false },
  { rows: 3, large: false, legend: false },
  { rows: 2, large: false, legend: false },
  { rows: 1, large: false, legend: false },
];
const TURN_MS = 12_000;
const MARK = { less: "↓", more: "↑", same: "≈" } as const;

export function Panel({ junction, figures, recorded, watched, language, t }: Props) {
  const aside = useRef<HTMLElement>(null);
  const level = useRoom(aside, figures);
  return (
    <aside class="panel" ref={aside}>
      <section class="today">
        <h2>{heading(figures, recorded, t)}</h2>
        {figures !== null && <Today figures={figures} level={level} watched={watched} language={language} t={t} />}
      </section>
      <section class="hour">
        <Hour worst={figures?.most_dangerous_hour ?? null} {...{ recorded, language, t }} timezone={junction.timezone} />
      </section>
      {junction.measures.length > 0 && (
        <section class="doing">
          <h2>{t("doing")}</h2>
          <Measures list={junction.measures} />
        </section>
      )}
      {level.legend && <Legend language={language} />}
      <p class="privacy">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 2 4 5v6c0 5 3.4 9.3 8 11 4.6-1.7 8-6 8-11V5z" fill="none" stroke="currentColor" stroke-width="1.8" />
          <path d="m8.5 12 2.5 2.5 4.5-5" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
        </svg>
        <span>{t("privacy")}</span>
      </p>
    </aside>
  );
}

function Today({ figures, level, watched, language, t }: { figures: Figures; level: Level; watched: boolean; language: Language; t: Translate<ScreenKey> }) {
  const shown = rows(figures, level.rows);
  const k = figures.k;
  const watched_ms = useFor(watched);
  if (shown.length === 0) return <p class="quiet">{t(said(figures, watched_ms), { k })}</p>;
  const number = new Intl.NumberFormat(localeOf(language));
  const longest = Math.max(...shown.map((row) => Math.max(row.today ?? k, row.lastWeek ?? 0)));
  return (
    <ul class={`figures ${level.large ? `of-${shown.length}` : "close"}`}>
      {shown.map(({ kind, today, lastWeek, trend }) => (
        <li key={kind}>
          <span class={today === null ? "n few" : "n"} style={today === null ? undefined : { "--digits": number.format(today).length }}>
            {today === null ? t("few", { k }) : number.format(today)}
          </span>
          <span class="what">
            <span class="kind">{kindLabel(language, kind, today ?? k)}</span>
            {typeof lastWeek === "number" && today !== null && (
              <span class="bars" aria-hidden="true">
                <i style={{ width: `${(100 * today) / longest}%` }} />
                <i class="then" style={{ width: `${(100 * lastWeek) / longest}%` }} />
              </span>
            )}
            {lastWeek !== undefined && (
              <span class="before">
                {trend !== null && <span class={`trend ${trend}`} role="img" aria-label={t(trend)}>{MARK[trend]}</span>}
                {lastWeek === null ? t("lastWeekFew", { k }) : t("lastWeek", { n: lastWeek })}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function heading(figures: Figures | null, recorded: boolean, t: Translate<ScreenKey>): string {
  if (figures === null) return t("today");
  // before the first quarter is over, and where nobody looked, there is no time to name
  const untimed = recorded || figures.until_min === 0 || figures.observed === "nothing";
  const said = untimed ? t("today") : t(figures.observed === "part" ? "partUntil" : "todayUntil", { time: clockOf(figures.until_min) });
  return rows(figures, 1).length > 0 ? t("rounded", { heading: said }) : said;
}

function Hour({ worst, recorded, language, timezone, t }: { worst: number | null; recorded: boolean; language: Language; timezone?: string; t: Translate<ScreenKey> }) {
  const now = useNow(60_000);
  const hourNow = Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone: timezone }).format(now));
  const clock = (hour: number) =>
    language === "de" ? String(hour) : `${String(hour).padStart(2, "0")}:00`;
  return (
    <>
      <h2>{t("hour")}</h2>
      <p class={worst === null ? "unknown" : "big"}>
        {worst === null ? t("hourUnknown") : t("hourOf", { from: clock(worst), to: clock((worst + 1) % 24 || 24) })}
      </p>
      {worst !== null && <Day worst={worst} now={recorded ? null : hourNow} />}
    </>
  );
}

type Level = (typeof LEVELS)[number];

/** As much as the panel has room for, found again whenever it or the figures change. */
function useRoom(panel: { current: HTMLElement | null }, figures: Figures | null): Level {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    const again = () => setLevel(0);
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  useLayoutEffect(() => setLevel(0), [figures]);
  useLayoutEffect(() => {
    const { scrollHeight, clientHeight } = panel.current!;
    if (scrollHeight > clientHeight + 1 && level < LEVELS.length - 1) setLevel(level + 1);
  });
  return LEVELS[level];
}

function Measures({ list }: { list: string[] }) {
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (list.length < 2) return undefined;
    const timer = setInterval(() => setTurn((n) => (n + 1) % list.length), TURN_MS);
    return () => clearInterval(timer);
  }, [list]);
  return (
    <ul class="measures">
      {list.map((text, i) => (
        <li key={text} class={i === turn % list.length ? "on" : "off"} aria-hidden={i !== turn % list.length}>{text}</li>
      ))}
    </ul>
  );
}

export function useNow(every_ms: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}

/** For how long (ms) something has been so, null where it is not; looked at again each minute. */
function useFor(on: boolean): number | null {
  const since = useRef<number | null>(null);
  const now = useNow(60_000).getTime();
  since.current = on ? (since.current ?? now) : null;
  return since.current === null ? null : Math.max(0, now - since.current);
}
