/** A junction in small, live from the stream of all junctions. */
import { useEffect, useRef } from "preact/hooks";
import { publicApi } from "../shared/api";
import { drawGround, drawLights, heart } from "../shared/ground";
import { Crowd } from "../shared/motion";
import { sprites, type Sprite } from "../shared/silhouettes";
import type { Lights, PublicPlan } from "../shared/types";
import { fit } from "../shared/view";
import type { WallFeed } from "./feed";

const FRAME_MS = 50;

const plans = new Map<string, Promise<PublicPlan>>();
const planOf = (id: string): Promise<PublicPlan> => {
  const known = plans.get(id) ?? publicApi.junction(id).then((j) => j.plan);
  plans.set(id, known);
  known.catch(() => plans.delete(id));
  return known;
};

interface Props { id: string; feed: WallFeed | null; width?: number; height?: number }

export function Thumb({ id, feed, width = 248, height = 140 }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let closed = false;
    let close = () => undefined as void;
    planOf(id).then((plan) => {
      if (!closed) close = show(canvas.current!, plan, id, feed);
    }, () => undefined);
    return () => {
      closed = true;
      close();
    };
  }, [id, feed]);
  return <canvas ref={canvas} class="thumb" width={width * 2} height={height * 2} aria-hidden="true" />;
}

function show(canvas: HTMLCanvasElement, plan: PublicPlan, id: string, feed: WallFeed | null): () => void {
  const ratio = 2;
  const view = fit(heart(plan, 6), canvas.width, canvas.height);
  const ground = document.createElement("canvas");
  ground.width = canvas.width;
  ground.height = canvas.height;
  const under = ground.getContext("2d", { alpha: false })!;
  const ctx = canvas.getContext("2d", { alpha: false })!;
  const paint = (lights: Lights) => {
    drawGround(under, plan, view);
    drawLights(under, plan, view, lights);
  };
  paint({});
  ctx.drawImage(ground, 0, 0);
  if (feed === null) return () => undefined;
  const figures: Sprite[] = sprites(view.scale, 5 * ratio);
  const crowd = new Crowd();
  let shown = "";
  const deaf = feed.listen(id, {
    scene: (scene, rate) => {
      crowd.rate = rate;
      crowd.push(scene.users, performance.now(), scene.dt);
      const lights = JSON.stringify(scene.lights);
      if (lights !== shown) paint(scene.lights);
      shown = lights;
    },
  });
  const timer = setInterval(() => {
    if (document.hidden) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = 1;
    ctx.drawImage(ground, 0, 0);
    crowd.draw(performance.now(), (cls, x, y, h, _v, alpha) => {
      const { image, x: ox, y: oy } = figures[cls];
      ctx.globalAlpha = alpha;
      ctx.setTransform(Math.cos(h), Math.sin(h), -Math.sin(h), Math.cos(h), view.width / 2 + (x - view.cx) * view.scale, view.height / 2 - (y - view.cy) * view.scale);
      ctx.drawImage(image, -ox, -oy);
    });
  }, FRAME_MS);
  return () => {
    clearInterval(timer);
    deaf();
  };
}
