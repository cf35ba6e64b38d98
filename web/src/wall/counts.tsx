/** Counts by class or movement in bins of 5, 15 or 60 minutes, turning movements, and the peak hour. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../shared/api";
import { localeOf } from "../shared/i18n";
import { CLASSES, type CountRow, type Junction } from "../shared/types";
import { userLabel } from "../shared/words/street";
import { cameFrom, movements, series, volumes, type Series } from "./bins";
import { BarChart, CLASS_KEY, INKS } from "./bars";
import { useFetched } from "./fetched";
import { Choice, Ready, Scroll, Switch } from "./parts";
import { SaveAs } from "./save";
import { nowOf, useSpan } from "./span";
import { clockSpan, useSpeech, type WallKey } from "./words";

const NEWEST_S = 120;
type Bin = "5" | "15" | "60";
type By = "class" | "movement";

export function Counts({ junction }: { junction: Junction }) {
  const { t } = useSpeech();
  const [bin, setBin] = useState<Bin>("15");
  const [by, setBy] = useState<By>("class");
  const [place, setPlace] = useState("");
  const [span, spanFields] = useSpan(junction, "lastHours");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), NEWEST_S * 1000);
    return () => clearInterval(timer);
  }, []);
  const fetched = useFetched(() => api.counts(junction.id, { bin, ...span }), [junction.id, bin, span.since?.slice(0, 15), span.until, turn].join());
  const { stop_lines, crosswalks, zones } = junction.plan;
  const lines = stop_lines.map((s) => s.id);
  const walks = crosswalks.map((c) => c.id);
  const all = place === "" ? [...lines, ...walks] : [place];
  const taken = { ...span, bin };
  return (
    <section class="page counts">
      <div class="tools">
        {spanFields}
        <Choice label={t("place")} value={place} onChange={setPlace} options={[["", t("all")], ...[...lines, ...walks, ...zones.map((z) => z.id)].map((id) => [id, id] as const)]} />
        <Switch label={t("bin")} value={bin} onChange={setBin} options={[["5", `${t("bin5")} min`], ["15", `${t("bin15")} min`], ["60", `${t("bin60")} min`]]} />
        <Switch label={t("counts")} value={by} onChange={setBy} options={[["class", t("perClass")], ["movement", t("perMovement")]]} />
        <SaveAs address={(file) => api.sheetUrl(junction.id, "counts", { ...taken, ...file })} more={<a class="button" download href={api.exportUrl(junction.id, { table: "counts", format: "csv", ...taken })} aria-label={t("csvShown")} title={t("csvShown")}>CSV</a>} />
      </div>
      <Ready from={fetched}>{({ rows }) => <Shown junction={junction} rows={rows} places={all} by={by} bin={Number(bin)} />}</Ready>
    </section>
  );
}

/** A movement's name: a turn, a way in or out, or where to. */
export const moveKey = (movement: string): WallKey => `mv_${movement}` as WallKey;

function Shown({ junction, rows, places, by, bin }: { junction: Junction; rows: CountRow[]; places: string[]; by: By; bin: number }) {
  const { t, language, timezone } = useSpeech();
  const mine = useMemo(() => rows.filter((row) => places.includes(row.place)), [rows, places.join()]);
  const data = useMemo(
    () => series(mine, (row) => (by === "class" ? row.class : `${row.place} · ${t(moveKey(row.movement))}`), bin, by === "class" ? 9 : 8),
    [mine, by, bin, language],
  );
  const wheels = junction.plan.stop_lines.map((s) => s.id);
  const walks = junction.plan.crosswalks.map((c) => c.id);
  const zones = junction.plan.zones.map((z) => z.id);
  if (data.lines.length === 0) return <p class="hint empty">{t("noCounts")} {timezone && t("clockOf", { zone: timezone })}</p>;
  const label = (name: string) => (by === "class" ? userLabel(language, name) : name);
  const ink = (name: string, i: number) => (by === "class" ? (CLASS_KEY[name] ?? INKS[i % INKS.length]) : INKS[i % INKS.length]);
  return (
    <>
      <Facts junction={junction} data={data} rows={mine} bin={bin} />
      <section class="panelbox">
        <h2>{t("vehicles", { m: data.minutes })}</h2>
        <ul class="keys">{data.lines.map((line, i) => <li key={line.name}><span class="key" style={{ background: ink(line.name, i) }} />{label(line.name)}</li>)}</ul>
        <BarChart data={data} label={label} ink={ink} />
        <p class="hint">{data.observed.some((o) => !o) && t("notObserved")} {timezone && t("clockOf", { zone: timezone })}</p>
      </section>
      <div class="columns">
        <Table title="turningTable" rows={mine} places={wheels} name={(place) => `${t("fromThe", { where: t(`from_${cameFrom(junction.plan, place)}` as WallKey) })} · ${place}`} />
        <Table title="walkTable" rows={mine} places={walks} name={(place) => place} />
        {zones.some((z) => places.includes(z)) && <Table title="zoneTable" rows={mine} places={zones} name={(place) => place} />}
      </div>
    </>
  );
}

const SETS = { stop_lines: "overStopLines", crosswalks: "overCrosswalks", zones: "throughZones" } as const satisfies Record<string, WallKey>;
type SetName = keyof typeof SETS;

/** Figures side by side are of one and the same set of passings, which is named above them. */
function Facts({ junction, data, rows, bin }: { junction: Junction; data: Series; rows: CountRow[]; bin: number }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const number = new Intl.NumberFormat(localeOf(language));
  const share = new Intl.NumberFormat(localeOf(language), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const sets = (Object.keys(SETS) as SetName[]).map((name) => ({ name, places: junction.plan[name].map(({ id }) => id) }));
  const span = (t0: number, s: number) => clockSpan(speech, t0 * 1000, (t0 + s) * 1000);
  return (
    <>
      {volumes(rows, sets, bin, nowOf(junction) / 1000).map(({ name, n, busiest, peak }) => (
        <section key={name} class="volume">
          <h3>{t(SETS[name as SetName])}</h3>
          <dl class="figures">
            <div><dt>{t("total")}</dt><dd>{number.format(n)}</dd></div>
            <div><dt>{t("busiest", { m: data.minutes })}</dt><dd>{busiest === null ? <small>{t("notOver")}</small> : <>{number.format(busiest.n)} <small>{span(busiest.t0, data.minutes * 60)}</small></>}</dd></div>
            <div><dt>{t("peakHour")}</dt><dd>{peak === null ? <small>{t("noPeak")}</small> : <>{number.format(peak.n)} <small>{span(peak.t0, 3600)}</small></>}</dd></div>
            {peak?.factor != null && <div><dt>{t("peakFactor")}</dt><dd>{share.format(peak.factor)} <small>{number.format(peak.n)} / (4 × {number.format(peak.quarter!)})</small></dd></div>}
          </dl>
        </section>
      ))}
    </>
  );
}

function Table({ title, rows, places, name }: { title: "turningTable" | "walkTable" | "zoneTable"; rows: CountRow[]; places: string[]; name: (place: string) => string }) {
  const { t, language } = useSpeech();
  const number = new Intl.NumberFormat(localeOf(language));
  const found = movements(rows, places, CLASSES);
  if (found.rows.length === 0) return null;
  const heads = found.rows.filter((row, i) => i === 0 || found.rows[i - 1].place !== row.place).map((row) => row.place);
  return (
    <section class="panelbox">
      <h2>{t(title)}</h2>
      <Scroll label={t(title)}>
        <table class="moves">
          <thead>
            <tr><th scope="col">{t("approach")}</th><th scope="col" class="left">{t("movement")}</th>{found.classes.map((c) => <th key={c} scope="col">{userLabel(language, c)}</th>)}<th scope="col">{t("total")}</th></tr>
          </thead>
          {heads.map((place) => {
            const mine = found.rows.filter((row) => row.place === place);
            return (
              <tbody key={place}>
                {mine.map((row, i) => (
                  <tr key={row.movement}>
                    {i === 0 && <th scope="rowgroup" rowSpan={mine.length}>{name(place)}</th>}
                    <th scope="row">{t(moveKey(row.movement))}</th>
                    {row.n.map((n, c) => <td key={found.classes[c]} class={n === 0 ? "zero" : ""}>{number.format(n)}</td>)}
                    <td class="sum">{number.format(row.total)}</td>
                  </tr>
                ))}
              </tbody>
            );
          })}
          <tfoot><tr><th scope="row" colSpan={2}>{t("total")}</th>{found.n.map((n, c) => <td key={found.classes[c]}>{number.format(n)}</td>)}<td class="sum">{number.format(found.total)}</td></tr></tfoot>
        </table>
      </Scroll>
    </section>
  );
}
