/** A histogram of near misses by a time, stacked by severity, with the limit marked. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { localeOf } from "../shared/i18n";
import type { ClosenessSpread } from "../shared/types";
import { AXIS } from "./bars";
import { fitted } from "./fitted";
import { useSpeech } from "./words";

/** Serious ones stand at the foot. */
export const GRADES = ["serious", "moderate", "slight"] as const;
export const GRADE_INK = { serious: "#ff6b62", moderate: "#ffb454", slight: "#c9b98f" } as const;
const LIMIT_INK = "#eef4f6";

export function Histogram({ spread, name }: { spread: ClosenessSpread; name: string }) {
  const { t, language } = useSpeech();
  const host = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const box = host.current!;
    const { bins, limit_s } = spread;
    const number = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 2 });
    const size = () => ({ width: box.clientWidth, height: Math.max(220, Math.min(520, innerHeight * 0.3)) });
    const width = bins[0].to_s - bins[0].from_s;
    const end = bins[bins.length - 1].to_s;
    // what is drawn last stands in front: the whole stack first, then without its top
    const stacks = GRADES.map((_, k) => bins.map((bin) => GRADES.slice(0, GRADES.length - k).reduce((n, grade) => n + bin[grade], 0)));
    const bars = uPlot.paths.bars!({ align: 1, size: [0.92, Infinity] });
    const chart = new uPlot(
      {
        ...size(), legend: { show: false }, cursor: { points: { show: false }, y: false, drag: { x: false, y: false } },
        scales: { x: { time: false, range: [0, end] }, y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.12] } },
        axes: [
          { ...AXIS, incrs: [width, 2 * width, 4 * width, 1, 2, 5, 10], space: 42, size: 40, values: (_u, ticks) => ticks.map((s) => number.format(s)) },
          { ...AXIS, size: 48, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
        ],
        series: [{}, ...[...GRADES].reverse().map((grade) => ({ label: t(grade), fill: GRADE_INK[grade], width: 0, paths: bars, points: { show: false } }))],
        hooks: {
          draw: [(u) => {
            const [x, ctx] = [u.valToPos(limit_s, "x", true), u.ctx];
            const px = devicePixelRatio;
            ctx.save();
            ctx.strokeStyle = LIMIT_INK;
            ctx.lineWidth = 1.5 * px;
            ctx.setLineDash([6 * px, 4 * px]);
            ctx.beginPath();
            ctx.moveTo(x, u.bbox.top);
            ctx.lineTo(x, u.bbox.top + u.bbox.height);
            ctx.stroke();
            ctx.fillStyle = LIMIT_INK;
            ctx.font = `${13 * px}px system-ui`;
            ctx.textAlign = "right";
            ctx.fillText(t("limitS", { s: limit_s }), x - 6 * px, u.bbox.top + 14 * px);
            ctx.restore();
          }],
          setCursor: [(u) => {
            const left = u.cursor.left ?? -1;
            const i = left < 0 ? -1 : Math.min(Math.max(Math.floor(u.posToVal(left, "x") / width), 0), bins.length - 1);
            const shown = i < 0 ? [] : GRADES.filter((grade) => bins[i][grade] > 0).map((grade) => `${t(grade)} ${bins[i][grade]}`);
            said.current!.textContent = i < 0 ? "\u00a0" : `${t("perBin", { from: bins[i].from_s, to: bins[i].to_s })}: ${shown.join(" · ") || "–"}`;
          }],
        },
      },
      [bins.map((bin) => bin.from_s), ...stacks],
      box,
    );
    return fitted(chart, box, size);
  }, [spread, language]);
  return (
    <>
      <div class="chart" ref={host} role="img" aria-label={t("spreadOf", { what: name })} />
      <p class="readout" ref={said} aria-hidden="true">{"\u00a0"}</p>
    </>
  );
}
