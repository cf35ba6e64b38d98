/** The worst places and times. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import { localeOf } from "../shared/i18n";
import type { Junction, RankRow } from "../shared/types";
import { useFetched } from "./fetched";
import { heatInk } from "./heat";
import { Ready, Switch } from "./parts";
import { useSpeech } from "./words";

type By = "place" | "hour" | "weekday_hour";

export function Ranking({ junction }: { junction: Junction }) {
  const { t } = useSpeech();
  const [by, setBy] = useState<By>("place");
  const fetched = useFetched(() => api.ranking(junction.id, by).then((r) => ({ by, rows: r.rows })), `${junction.id}/${by}`);
  return (
    <section class="page">
      <div class="tools">
        <Switch label={t("ranking")} value={by} onChange={setBy} options={[["place", t("byPlace")], ["hour", t("byHour")], ["weekday_hour", t("byWeek")]]} />
      </div>
      <Ready from={fetched}>
        {(found) => (found.rows.length === 0 ? <p class="hint">{t("none")}</p> : found.by === "weekday_hour" ? <Week rows={found.rows} /> : <Bars rows={found.rows} hours={found.by === "hour"} />)}
      </Ready>
    </section>
  );
}

function Bars({ rows, hours }: { rows: RankRow[]; hours: boolean }) {
  const { t, language } = useSpeech();
  const rated = rows.some((row) => row.rate != null);
  const number = new Intl.NumberFormat(localeOf(language), { maximumSignificantDigits: 2 });
  const most = rows.reduce((m, r) => Math.max(m, r.violations + r.conflicts), 1);
  const name = (row: RankRow) => (hours ? `${row.key.padStart(2, "0")}:00` : (row.label ?? row.key));
  return (
    <table class="ranks">
      <thead><tr><th scope="col">{t("place")}</th><td /><th scope="col">{t("violations")}</th><th scope="col">{t("conflicts")}</th><th scope="col">{t("severe")}</th>{rated && <th scope="col">{t("perThousand")}</th>}</tr></thead>
      <tbody>
        {rows.slice(0, 24).map((row) => (
          <tr key={row.key}>
            <th scope="row">{name(row)}</th>
            <td class="barcell"><i class="v" style={{ width: `${(row.violations / most) * 100}%` }} /><i class="c" style={{ width: `${(row.conflicts / most) * 100}%` }} /></td>
            <td>{row.violations}</td><td>{row.conflicts}</td><td>{row.severe}</td>
            {rated && <td>{row.rate == null ? "–" : number.format(row.rate)}{row.low != null && row.high != null && <small> {number.format(row.low)}–{number.format(row.high)}</small>}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Week({ rows }: { rows: RankRow[] }) {
  const { t } = useSpeech();
  const days = t("monday").split(" ");
  const at = new Map(rows.map((row) => [row.key, row.violations + row.conflicts]));
  const most = Math.max(...at.values(), 1);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={t("byWeek")}>
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
    </div>
  );
}
