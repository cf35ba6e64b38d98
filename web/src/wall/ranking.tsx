/** The worst places, hours of the day and hours of the week. */
import { api } from "../shared/api";
import { localeOf } from "../shared/i18n";
import type { Junction, RankRow } from "../shared/types";
import { useFetched } from "./fetched";
import { heatInk } from "./heat_ink";
import { Ready, Scroll } from "./parts";
import { SaveAs } from "./save";
import { useSpan } from "./span";
import { placeSaid } from "./told";
import { useSpeech } from "./words";

const LISTED = 16;

export function Ranking({ junction }: { junction: Junction }) {
  const { t, timezone } = useSpeech();
  const [span, spanFields] = useSpan(junction, "everKept");
  const key = `${junction.id}/${span.since?.slice(0, 15)}/${span.until}`;
  const of = (by: "place" | "hour" | "weekday_hour") => useFetched(() => api.ranking(junction.id, { by, ...span }), `${key}/${by}`);
  const [places, hours, week] = [of("place"), of("hour"), of("weekday_hour")];
  return (
    <section class="page">
      <div class="tools">
        {spanFields}
        <SaveAs address={(file) => api.sheetUrl(junction.id, "ranking", { ...span, by: "place", ...file })} />
      </div>
      <p class="hint">{t("rankedBy")} {timezone && t("clockOf", { zone: timezone })}</p>
      <section class="panelbox">
        <h2>{t("worstPlaces")}</h2>
        <Ready from={places}>{({ rows }) => <Bars rows={rows} hours={false} />}</Ready>
      </section>
      <div class="columns">
        <section class="panelbox">
          <h2>{t("worstHours")}</h2>
          <Ready from={hours}>{({ rows }) => <Bars rows={rows} hours />}</Ready>
        </section>
        <section class="panelbox">
          <h2>{t("worstWeek")}</h2>
          <Ready from={week}>{({ rows }) => <Week rows={rows} />}</Ready>
        </section>
      </div>
    </section>
  );
}

function Bars({ rows, hours }: { rows: RankRow[]; hours: boolean }) {
  const spoken = useSpeech();
  const { t, language } = spoken;
  if (rows.length === 0) return <p class="hint empty">{t("none")}</p>;
  const rated = rows.some((row) => row.rate != null);
  const number = new Intl.NumberFormat(localeOf(language), { maximumSignificantDigits: 2 });
  const whole = new Intl.NumberFormat(localeOf(language));
  const most = rows.reduce((m, r) => Math.max(m, r.violations + r.conflicts), 1);
  const name = (row: RankRow) => (hours ? `${row.key.padStart(2, "0")}:00` : row.place ? placeSaid(spoken, row.place) : (row.label ?? row.key));
  const title = t(hours ? "worstHours" : "worstPlaces");
  return (
    <Scroll label={title}>
      <table class="ranks">
        <thead>
          <tr>
            <th scope="col">{hours ? t("time") : t("place")}</th><td /><th scope="col">{t("violations")}</th><th scope="col">{t("conflicts")}</th><th scope="col">{t("severe")}</th>
            <th scope="col">{t("passings")}</th>{rated && <th scope="col">{t("perThousand")}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, LISTED).map((row) => (
            <tr key={row.key}>
              <th scope="row">{name(row)}</th>
              <td class="barcell"><i class="v" style={{ width: `${(row.violations / most) * 100}%` }} /><i class="c" style={{ width: `${(row.conflicts / most) * 100}%` }} /></td>
              <td>{row.violations}</td><td>{row.conflicts}</td><td>{row.severe}</td><td>{row.passings ? whole.format(row.passings) : "–"}</td>
              {rated && <td class="sum">{row.rate == null ? "–" : number.format(row.rate)}{row.low != null && row.high != null && <small> {number.format(row.low)}–{number.format(row.high)}</small>}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Week({ rows }: { rows: RankRow[] }) {
  const { t } = useSpeech();
  const days = t("monday").split(" ");
  const at = new Map(rows.map((row) => [row.key, row.violations + row.conflicts]));
  const most = Math.max(...at.values(), 1);
  return (
    <Scroll label={t("byWeek")}>
      <table class="week">
        <thead><tr><td />{Array.from({ length: 24 }, (_, h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
        <tbody>
          {days.map((day, d) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              {Array.from({ length: 24 }, (_, h) => {
                const n = at.get(`${d}-${h}`) ?? 0;
                return <td key={h} style={n > 0 ? { background: heatInk(n / most), color: n / most > 0.35 ? "#0b1216" : "#fff" } : undefined}>{n > 0 ? n : ""}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
