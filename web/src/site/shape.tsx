/** One object of the drawing. */
import type { Point } from "../shared/types";
import { toCanvas, type View } from "../shared/view";
import { idOf, isArea, pointsOf, type Block, type Drawn } from "./blocks";
import { useSite } from "./spoken";

interface Props { block: Block & { kind: Drawn }; view: View; chosen: boolean; choose: () => void }

export function Shape({ block, view, chosen, choose }: Props) {
  const { t } = useSite();
  const points = pointsOf(block);
  if (points === null || points.length === 0) return null;
  const flat = points.map(([x, y]) => toCanvas(view, x, y).map((v) => v.toFixed(1)).join(",")).join(" ");
  const sub = String(block.value.kind ?? "");
  const width = block.kind === "lane" ? Math.max(Number(block.value.width ?? 3) * view.scale, 2) : Math.max(0.5 * view.scale, 4);
  const enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
    choose();
  };
  return (
    <g class={`shape ${block.kind} ${sub}${chosen ? " chosen" : ""}`} data-key={block.key} tabIndex={0} role="button" aria-pressed={chosen} aria-label={`${t(block.kind)} ${idOf(block)}`} onKeyDown={enter}>
      {isArea(block.kind) ? <polygon points={flat} /> : <polyline points={flat} style={{ strokeWidth: `${width}px` }} />}
      {block.kind === "lane" && <Arrow from={points[points.length - 2]} to={points[points.length - 1]} view={view} />}
      {block.kind === "stop_line" && typeof block.value.heading === "number" && <Heading points={points} heading={block.value.heading} view={view} />}
    </g>
  );
}

function Arrow({ from, to, view }: { from: Point; to: Point; view: View }) {
  const [px, py] = toCanvas(view, ...to);
  const angle = (Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI;
  return <path class="arrow" d="M0 0 L-6 11 L6 11 Z" transform={`translate(${px} ${py}) rotate(${angle})`} />;
}

function Heading({ points, heading, view }: { points: readonly Point[]; heading: number; view: View }) {
  const [a, b] = [points[0], points[points.length - 1]];
  const [px, py] = toCanvas(view, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
  return <path class="arrow" d="M0 -4 V-26 M-6 -19 L0 -27 L6 -19" transform={`translate(${px} ${py}) rotate(${heading})`} />;
}
