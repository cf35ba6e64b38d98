/** Where near misses happen, on the plan. */
import { useEffect, useRef } from "preact/hooks";
import { api } from "../shared/api";
import { asPublic, drawGround, heart } from "../shared/ground";
import type { Heat, Junction } from "../shared/types";
import { fit, toCanvas } from "../shared/view";
import { useFetched } from "./fetched";
import { Ready } from "./parts";
import { useSpeech } from "./words";

/** From few to many, told apart by lightness as well as by hue. */
export function heatInk(share: number): string {
  const k = Math.min(Math.max(share, 0), 1);
  return `hsl(${Math.round(265 - 215 * k)} ${Math.round(55 + 40 * k)}% ${Math.round(34 + 38 * k)}%)`;
}

export function HeatMap({ junction }: { junction: Junction }) {
  const { t } = useSpeech();
  const fetched = useFetched(() => api.heat(junction.id, { cell_m: 1 }), junction.id);
  return (
    <section class="page wide">
      <Ready from={fetched}>
        {(heat) => (
          <>
            <h2>{t("heatNote", { m: heat.cell_m })}</h2>
            <Map junction={junction} heat={heat} />
            <p class="scale" aria-hidden="true"><span>{t("fewest")}</span><i style={{ background: `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(heatInk).join(",")})` }} /><span>{t("most")} ({heat.cells.reduce((m, c) => Math.max(m, c[3] ?? c[2]), 0)})</span></p>
          </>
        )}
      </Ready>
    </section>
  );
}

function Map({ junction, heat }: { junction: Junction; heat: Heat }) {
  const { t } = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const target = canvas.current!;
    const paint = () => {
      const ratio = Math.min(devicePixelRatio, 2);
      const [width, height] = [target.clientWidth, target.clientHeight];
      target.width = Math.round(width * ratio);
      target.height = Math.round(height * ratio);
      const ctx = target.getContext("2d", { alpha: false })!;
      ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      const plan = asPublic(junction.plan);
      const view = fit(heart(plan), width, height);
      drawGround(ctx, plan, view);
      const most = heat.cells.reduce((m, c) => Math.max(m, c[2]), 1);
      const r = Math.max(heat.cell_m * view.scale * 0.62, 3);
      for (const [x, y, n] of [...heat.cells].sort((a, b) => a[2] - b[2])) {
        const [px, py] = toCanvas(view, x, y);
        const share = Math.sqrt(n / most);
        ctx.globalAlpha = 0.55 + 0.4 * share;
        ctx.fillStyle = heatInk(share);
        ctx.beginPath();
        ctx.arc(px, py, r * (0.8 + 0.6 * share), 0, 2 * Math.PI);
        ctx.fill();
      }
      ctx.globalAlpha = 1;
    };
    const observer = new ResizeObserver(paint);
    observer.observe(target);
    return () => observer.disconnect();
  }, [junction, heat]);
  return <canvas ref={canvas} class="map" role="img" aria-label={t("heatOf")} />;
}
