/** A quantity over the time of a replay, with a cursor that moves with it; a click goes there. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { fitted } from "./fitted";

interface Props { title: string; x: number[]; ys: (number | null)[][]; inks: string[]; zero: number; at: number; go: (to: number) => void }
const AXIS = { stroke: "#b3c3cb", grid: { stroke: "#22313a", width: 1 }, ticks: { show: false }, font: "11px system-ui" };
const HEIGHT = 104;

export function Trace({ title, x, ys, inks, zero, at, go }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const cursor = useRef<HTMLElement>(null);
  const plot = useRef<uPlot | null>(null);
  const now = useRef(at);
  now.current = at;
  const place = () => {
    const [u, mark] = [plot.current, cursor.current];
    if (u === null || mark === null) return;
    mark.style.transform = `translateX(${(u.bbox.left / devicePixelRatio + u.valToPos(now.current, "x")).toFixed(1)}px)`;
  };
  useEffect(() => {
    const box = host.current!;
    const size = () => ({ width: Math.max(box.clientWidth, 80), height: HEIGHT });
    const made = new uPlot(
      {
        ...size(), legend: { show: false }, cursor: { show: false }, padding: [6, 6, 0, 0],
        scales: { x: { time: false, range: [x[0], x[x.length - 1]] }, y: { range: (_u, min, max) => [Math.min(0, min ?? 0), Math.max(max ?? 1, 1) * 1.08] } },
        axes: [
          { ...AXIS, size: 20, space: 46, splits: (u) => { const [a, b] = [u.scales.x.min!, u.scales.x.max!]; const out = []; for (let s = Math.ceil((a - zero) / 2) * 2; s + zero <= b; s += 2) out.push(s + zero); return out; }, values: (_u, ticks) => ticks.map((s) => `${Math.round(s - zero)} s`) },
          { ...AXIS, size: 34, space: 28 },
        ],
        series: [{}, ...ys.map((_, i) => ({ stroke: inks[i % inks.length], width: 2, points: { show: false }, spanGaps: false }))],
        hooks: {
          draw: [(u) => {
            const px = Math.round(u.valToPos(zero, "x", true));
            u.ctx.save();
            u.ctx.strokeStyle = "#ffd27a";
            u.ctx.setLineDash([4, 4]);
            u.ctx.beginPath();
            u.ctx.moveTo(px, u.bbox.top);
            u.ctx.lineTo(px, u.bbox.top + u.bbox.height);
            u.ctx.stroke();
            u.ctx.restore();
          }],
        },
      },
      [x, ...ys] as uPlot.AlignedData,
      box,
    );
    plot.current = made;
    made.over.addEventListener("click", (event) => go(made.posToVal(event.offsetX, "x")));
    const end = fitted(made, box, size, () => requestAnimationFrame(place));
    requestAnimationFrame(place);
    return () => {
      end();
      plot.current = null;
    };
  }, [x, ys[0], zero]);
  useEffect(place, [at]);
  return (
    <figure class="trace">
      <figcaption>{title}</figcaption>
      <div ref={host}><i class="cursor" ref={cursor} aria-hidden="true" /></div>
    </figure>
  );
}
