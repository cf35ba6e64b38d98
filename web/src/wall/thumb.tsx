/** A junction in small, live; only a few are connected at once, browsers allow six connections to a server. */
import { useEffect, useRef } from "preact/hooks";
import { publicApi } from "../shared/api";
import { drawGround, drawLights, heart } from "../shared/ground";
import { Crowd } from "../shared/motion";
import { sprites, type Sprite } from "../shared/silhouettes";
import { openStream } from "../shared/sse";
import type { Hello, Lights, PublicPlan, SceneEvent } from "../shared/types";
import { fit } from "../shared/view";

const WIDTH = 248;
const HEIGHT = 140;
const FRAME_MS = 50;

const plans = new Map<string, Promise<PublicPlan>>();
const planOf = (id: string): Promise<PublicPlan> => {
  const known = plans.get(id) ?? publicApi.junction(id).then((j) => j.plan);
  plans.set(id, known);
  known.catch(() => plans.delete(id));
  return known;
};

export function Thumb({ id, live }: { id: string; live: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    let closed = false;
    let close = () => undefined as void;
    planOf(id).then((plan) => {
      if (!closed) close = show(canvas.current!, plan, id, live);
    }, () => undefined);
    return () => {
      closed = true;
      close();
    };
  }, [id, live]);
  return <canvas ref={canvas} class="thumb" width={WIDTH * 2} height={HEIGHT * 2} aria-hidden="true" />;
}

function show(canvas: HTMLCanvasElement, plan: PublicPlan, id: string, live: boolean): () => void {
  const ratio = 2;
  const view = fit(heart(plan, 6), WIDTH * ratio, HEIGHT * ratio);
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
  if (!live) return () => undefined;
  const figures: Sprite[] = sprites(view.scale, 5 * ratio);
  const crowd = new Crowd();
  let shown = "";
  const stream = openStream({
    url: publicApi.stream(id),
    on: {
      hello: (hello: Hello) => (crowd.rate = hello.rate ?? 1),
      scene: (scene: SceneEvent) => {
        crowd.push(scene.users, performance.now());
        const lights = JSON.stringify(scene.lights);
        if (lights !== shown) paint(scene.lights);
        shown = lights;
      },
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
    stream.close();
  };
}
