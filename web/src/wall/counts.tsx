/** Counts by class or movement in bins of 5, 15 or 60 minutes. */
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { api } from "../shared/api";
import { localeOf } from "../shared/i18n";
import type { Junction } from "../shared/types";
import { userLabel } from "../shared/words/street";
import { series, type Series } from "./bins";
import { useFetched } from "./fetched";
import { Ready, Switch } from "./parts";
import { fromForm, HOUR_MS, toForm } from "./period";
import { useSpeech } from "./words";

const INKS = ["#8fbcff", "#ffd27a", "#74e3c0", "#ff9d94", "#c7b1ff", "#e8f0f2", "#f2a6d3", "#a5c76b"];
const PAD_S = 1800;
const NEWEST_S = 120;

export function Counts({ junction }: { junction: Junction }) {
  const { t, language } = useSpeech();
  const [bin, setBin] = useState<"5" | "15" | "60">("15");
  const [by, setBy] = useState<"class" | "movement">("class");
  const [since, setSince] = useState(() => toForm((junction.now ? Date.parse(junction.now) : Date.now()) - 12 * HOUR_MS));
  const [until, setUntil] = useState("");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTurn((n) => n + 1), NEWEST_S * 1000);
    return () => clearInterval(timer);
  }, []);
  const fetched = useFetched(
    () => api.counts(junction.id, { bin, since: fromForm(since), until: fromForm(until) }), [junction.id, bin, since, until, turn].join(),
  );
  return (
    <section class="page">
      <div class="tools">
        <Switch label={t("bin")} value={bin} onChange={setBin} options={[["5", t("bin5")], ["15", t("bin15")], ["60", t("bin60")]]} />
        <Switch label={t("counts")} value={by} onChange={setBy} options={[["class", t("perClass")], ["movement", t("perMovement")]]} />
        <label class="choice"><span>{t("since")}</span><input type="datetime-local" value={since} onChange={(e) => setSince(e.currentTarget.value)} /></label>
        <label class="choice"><span>{t("until")}</span><input type="datetime-local" value={until} onChange={(e) => setUntil(e.currentTarget.value)} /></label>
      </div>
      <Ready from={fetched}>
        {({ rows }) => {
          const made = series(rows, (row) => (by === "class" ? userLabel(language, row.class) : `${row.place} · ${row.movement}`), Number(bin));
          if (made.lines.length === 0) return <p class="hint">{t("noCounts")}</p>;
          return (
            <>
              <h2>{t("vehicles", { m: made.minutes })}</h2>
              <Chart data={made} />
              <Totals data={made} />
            </>
          );
        }}
      </Ready>
    </section>
  );
}

function Chart({ data }: { data: Series }) {
  const { t, language, timezone } = useSpeech();
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = host.current!;
    const clock = new Intl.DateTimeFormat(localeOf(language), { hour: "2-digit", minute: "2-digit", timeZone: timezone });
    const axis = { stroke: "#b3c3cb", grid: { stroke: "#22313a", width: 1 }, ticks: { stroke: "#2b3b45" }, font: "13px system-ui" };
    const height = () => Math.max(240, Math.min(440, innerHeight * 0.45));
    const chart = new uPlot(
      {
        width: box.clientWidth, height: height(), legend: { show: false }, cursor: { points: { size: 7 } },
        scales: { x: { range: (_u, min, max) => (max > min ? [min, max] : [min - PAD_S, max + PAD_S]) }, y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.08] } },
        axes: [{ ...axis, values: (_u, ticks) => ticks.map((s) => clock.format(s * 1000)) }, { ...axis, size: 56 }],
        series: [{}, ...data.lines.map((line, i) => ({ label: line.name, stroke: INKS[i % INKS.length], width: 2, points: { show: data.x.length < 3 } }))],
      },
      [data.x, ...data.lines.map((line) => line.values)],
      box,
    );
    const observer = new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: height() }));
    observer.observe(box);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [data, language, timezone]);
  return <div class="chart" ref={host} role="img" aria-label={t("chartOf")} />;
}

function Totals({ data }: { data: Series }) {
  const { t, language } = useSpeech();
  const number = new Intl.NumberFormat(localeOf(language));
  return (
    <table class="totals">
      <thead><tr><th scope="col">{t("class")}</th><th scope="col">{t("total")}</th></tr></thead>
      <tbody>
        {data.lines.map((line, i) => (
          <tr key={line.name}>
            <th scope="row"><span class="key" style={{ background: INKS[i % INKS.length] }} />{line.name}</th>
            <td>{number.format(line.values.reduce((a, b) => a + b, 0))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
