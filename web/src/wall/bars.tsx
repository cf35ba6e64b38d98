/** Stacked bars over time, on the junction's clock; what was not observed is shaded. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { localeOf } from "../shared/i18n";
import type { Series } from "./bins";
import { fitted } from "./fitted";
import { clockSpan, useSpeech } from "./words";

export const INKS = ["#8fbcff", "#ffd27a", "#74e3c0", "#ff9d94", "#c7b1ff", "#e8f0f2", "#f2a6d3", "#a5c76b", "#9fb0b8"];
export const CLASS_KEY: Record<string, string> = {
  car: "#8fbcff", pedestrian: "#ffd27a", cyclist: "#74e3c0", truck: "#ff9d94", motorcycle: "#c7b1ff", van: "#c9d8e2", bus: "#f2a6d3", tram: "#a5c76b", other: "#9fb0b8",
};
const HOLE = "rgb(143 188 255 / 0.10)";
const INCREMENTS = [300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000];
/** A bar no wider than this part of the chart: one quarter of an hour is no wall. */
const LEAST_BINS = 12;
export const AXIS = { stroke: "#b3c3cb", grid: { stroke: "#22313a", width: 1 }, ticks: { stroke: "#2b3b45" }, font: "13px system-ui" };

export function BarChart({ data, label, ink }: { data: Series; label: (name: string) => string; ink: (name: string, i: number) => string }) {
  const speech = useSpeech();
  const { t, language, timezone } = speech;
  const host = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const box = host.current!;
    const step = data.minutes * 60;
    const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(localeOf(language), { hour12: false, ...options, timeZone: timezone });
    const clock = of({ hour: "2-digit", minute: "2-digit" });
    const day = of({ day: "numeric", month: "short" });
    const size = () => ({ width: box.clientWidth, height: Math.max(220, Math.min(720, innerHeight * 0.36)) });
    // what is drawn last stands in front: the whole stack first, then each stack without its top
    const stacks = data.lines.map((_, k) => data.x.map((_, i) => data.lines.slice(0, data.lines.length - k).reduce((n, line) => n + line.values[i], 0)));
    const order = data.lines.map((line, i) => ({ line, i })).reverse();
    // uPlot takes a bin that is alone to be as long as the axis
    const bars = uPlot.paths.bars!({ align: 1, size: [data.x.length > 1 ? 0.86 : 0.86 / LEAST_BINS, Infinity] });
    const labels = (ticks: number[], increment: number) => ticks.map((s, i) => {
      const midnight = /^(00|24):00/.test(clock.format(s * 1000));
      return increment >= 86400 || midnight || (i === 0 && ticks.length === 1) ? (increment >= 86400 ? day.format(s * 1000) : `${clock.format(s * 1000)}\n${day.format(s * 1000)}`) : clock.format(s * 1000);
    });
    const chart = new uPlot(
      {
        ...size(), legend: { show: false }, cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
        tzDate: (s) => uPlot.tzDate(new Date(s * 1000), timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
        scales: { x: { range: [data.x[0], data.x[0] + Math.max(data.x.length, LEAST_BINS) * step] }, y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.06] } },
        axes: [
          { ...AXIS, incrs: INCREMENTS.filter((n) => n >= Math.min(step, 3600)), space: 70, size: 48, values: (_u, ticks, _axis, _space, increment) => labels(ticks, increment) },
          { ...AXIS, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000] },
        ],
        series: [{}, ...order.map(({ line, i }) => ({ label: label(line.name), fill: ink(line.name, i), width: 0, paths: bars, points: { show: false } }))],
        hooks: {
          drawClear: [(u) => {
            u.ctx.fillStyle = HOLE;
            data.observed.forEach((seen, i) => {
              if (seen) return;
              const [a, b] = [u.valToPos(data.x[i], "x", true), u.valToPos(data.x[i] + step, "x", true)];
              u.ctx.fillRect(a, u.bbox.top, b - a + 0.5, u.bbox.height);
            });
          }],
          setCursor: [(u) => {
            const left = u.cursor.left ?? -1;
            const i = left < 0 ? -1 : Math.min(Math.floor((u.posToVal(left, "x") - data.x[0]) / step), data.x.length - 1);
            const shown = i < 0 ? "" : data.lines.filter((line) => line.values[i] > 0).map((line) => `${label(line.name)} ${line.values[i]}`).join(" · ");
            said.current!.textContent = i < 0 ? "\u00a0" : `${day.format(data.x[i] * 1000)}, ${clockSpan(speech, data.x[i] * 1000, (data.x[i] + step) * 1000)}: ${data.lines.reduce((n, line) => n + line.values[i], 0)} (${shown || "–"})`;
          }],
        },
      },
      [data.x, ...stacks],
      box,
    );
    return fitted(chart, box, size);
  }, [data, language, timezone]);
  return (
    <>
      <div class="chart" ref={host} role="img" aria-label={t("chartOf")} />
      <p class="readout" ref={said} aria-hidden="true">{"\u00a0"}</p>
    </>
  );
}
