/** The worst places, hours of the day and hours of the week. */
import { api } from "../shared/api";
import type { Junction, RankRow } from "../shared/types";
import { useFetched } from "./fetched";
import { heatInk } from "./heat_ink";
import { Ready, Scroll } from "./parts";
import { Ranks } from "./ranks";
import { SaveAs } from "./save";
import { useSpan } from "./span";
import { useSpeech } from "./words";

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
        <Ready from={places}>{({ rows }) => <Ranks rows={rows} hours={false} />}</Ready>
      </section>
      <div class="columns rankings">
        <section class="panelbox">
          <h2>{t("worstHours")}</h2>
          <Ready from={hours}>{({ rows }) => <Ranks rows={rows} hours />}</Ready>
        </section>
        <section class="panelbox">
          <h2>{t("worstWeek")}</h2>
          <Ready from={week}>{({ rows }) => <Week rows={rows} />}</Ready>
        </section>
      </div>
    </section>
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
