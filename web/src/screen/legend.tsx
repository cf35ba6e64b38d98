/** What the silhouettes stand for. */
import { useEffect, useRef } from "preact/hooks";
import { USER_INK } from "../shared/colours";
import { SIZE, silhouette } from "../shared/silhouettes";
import type { Language } from "../shared/types";
import { userLabel } from "../shared/words/street";

const SHOWN = ["pedestrian", "cyclist", "car", "truck", "bus", "tram"] as const;
const SIDE_PX = 120;

export function Legend({ language }: { language: Language }) {
  return <ul class="legend">{SHOWN.map((name) => <li key={name}><Figure name={name} />{userLabel(language, name)}</li>)}</ul>;
}

function Figure({ name }: { name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const ctx = canvas.current!.getContext("2d")!;
    const [l, w] = SIZE[name];
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, SIDE_PX, SIDE_PX);
    ctx.translate(SIDE_PX / 2, SIDE_PX / 2);
    ctx.rotate(Math.PI / 2);
    const s = name === "pedestrian" ? 60 : Math.min(SIDE_PX / l, 0.6 * SIDE_PX / w);
    ctx.scale(s, s);
    silhouette(ctx, name, USER_INK[name]);
  }, [name]);
  return <canvas ref={canvas} width={SIDE_PX} height={SIDE_PX} aria-hidden="true" />;
}
