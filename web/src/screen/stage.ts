/** The plan with everybody on it, on one opaque canvas: what rests is drawn once beside it and copied under each frame. */
import { INK } from "../shared/colours";
import { drawGround, drawLights, heart } from "../shared/ground";
import { BYSTANDER, Crowd, SCENE_MS, type Emit } from "../shared/motion";
import { sprites, type Sprite } from "../shared/silhouettes";
import type { Laid } from "../shared/plate";
import { CLASSES, type Lights, type MoreEvent, type PublicPlan, type ReplayEvent } from "../shared/types";
import { fit, type View } from "../shared/view";
import { Camera, covering, framing, holds } from "./camera";
import { Density } from "./density";
import { drawFrame, drawLink, drawMoment, drawRing, drawTrail } from "./marks";
import { Playing } from "./playing";

const BYSTANDER_ALPHA = 0.45;
const MOST_PIXELS = 3840 * 2160;
const AROUND_M = 7;

export class Stage {
  readonly crowd = new Crowd();
  private readonly bystanders = new Crowd();
  private readonly canvas = document.createElement("canvas");
  private readonly ctx = this.canvas.getContext("2d", { alpha: false })!;
  /** the ground alone, and with its lights, both in the view `drawn` */
  private readonly ground = document.createElement("canvas");
  private readonly rest = document.createElement("canvas");
  private drawn: View = fit([0, 0, 1, 1], 1, 1);
  private readonly camera = new Camera(this.drawn);
  private wide: View = this.drawn;
  private figures: Sprite[] = [];
  /** what they are drawn for */
  private figured = "";
  private ratio = 1;
  private lights: Lights = {};
  private lit: Lights | null = null;
  private playing: Playing | null = null;
  private framed = false;
  private stepped = -1;
  private done: (() => void) | null = null;
  private request = 0;
  private readonly observer: ResizeObserver;
  private readonly density_ = new Density();
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  private laid: readonly Laid[] = [];

  /** covered: how many pixels at the bottom words lie over, now. */
  constructor(private readonly host: HTMLElement, private readonly plan: PublicPlan, private readonly covered: () => number) {
    host.append(this.canvas);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(host);
    this.layOut();
    this.request = requestAnimationFrame(this.frame);
  }

  close(): void {
    cancelAnimationFrame(this.request);
    this.observer.disconnect();
    this.canvas.remove();
  }

  /** Pictures of the empty street, to lie under the plan. */
  lay(laid: readonly Laid[]): void {
    this.laid = laid;
    this.drawGround(this.drawn);
  }

  showLights(lights: Lights): void {
    this.lights = lights;
  }

  /** Show what happened, then call done; the live scene goes on unseen meanwhile. */
  replay(event: ReplayEvent, done: () => void): void {
    this.playing = new Playing(event, performance.now());
    this.bystanders.clear();
    this.stepped = -1;
    this.framed = false;
    this.done = done;
  }

  /** Frames that follow those of the replay that is on. */
  more(event: MoreEvent): void {
    if (this.playing !== null && this.playing.token === event.token) {
      this.playing.add(event);
      const needed = this.playing.bounds(2);
      if (this.framed && !holds(this.camera.target, needed, this.covered())) this.look(this.playing);
    }
  }

  /** End the replay that is on, if it is the one named: it has been taken back. */
  withdraw(token: string): void {
    if (this.playing?.token === token) this.end();
  }

  private end(): void {
    this.playing = null;
    this.moveTo(this.wide);
    this.done?.();
    this.done = null;
  }

  private look(playing: Playing): void {
    this.framed = true;
    this.moveTo(framing(this.wide, playing.bounds(AROUND_M), this.covered()));
  }

  private moveTo(view: View): void {
    const now = performance.now();
    if (this.still.matches) this.camera.jump(view);
    else this.camera.glide(view, now);
    this.drawGround(covering(this.camera.at(now), view));
  }

  private layOut(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === 0 || height === 0) return;
    const full = Math.min(devicePixelRatio, 2, Math.sqrt(MOST_PIXELS / (width * height)));
    const share = this.density_.of(width * height * full ** 2);
    this.ratio = full * share;
    this.canvas.style.imageRendering = Density.whole(share) ? "pixelated" : "auto";
    for (const canvas of [this.canvas, this.ground, this.rest]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    this.wide = fit(heart(this.plan), width, height, 0.012 * Math.min(width, height));
    this.camera.jump(this.wide);
    if (this.playing !== null && this.framed) this.camera.jump(framing(this.wide, this.playing.bounds(AROUND_M), this.covered()));
    this.drawGround(this.camera.target);
    // a canvas of another size is empty: it is not left so until the next frame
    this.paint(performance.now());
  }

  /** What never moves, in a view. */
  private drawGround(view: View): void {
    this.drawn = view;
    const ctx = this.ground.getContext("2d", { alpha: false })!;
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawGround(ctx, this.plan, view, this.laid);
    fadeOut(ctx, view);
    const least = Math.max(9, Math.min(view.width, view.height) / 50) * this.ratio;
    const scale = this.camera.target.scale * this.ratio;
    const wanted = `${scale} ${least}`;
    if (wanted !== this.figured) this.figures = sprites(scale, least, this.figures);
    this.figured = wanted;
    this.lit = null;
  }

  /** The lights over it, drawn anew when one of them changes. */
  private light(lights: Lights): void {
    if (this.lit !== null && same(this.lit, lights)) return;
    this.lit = { ...lights };
    const ctx = this.rest.getContext("2d", { alpha: false })!;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.drawImage(this.ground, 0, 0);
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawLights(ctx, this.plan, this.drawn, lights);
  }

  private readonly frame = (): void => {
    this.request = requestAnimationFrame(this.frame);
    const now = performance.now();
    this.paint(now);
    if (this.density_.frame(now, !document.hidden && !this.camera.moving(now))) this.layOut();
  };

  private paint(now: number): void {
    const { playing } = this;
    if (playing !== null) {
      if (playing.ended(now)) this.end();
      else if (!this.framed) this.look(playing);
    }
    const shown = this.playing;
    const f = shown?.at(now) ?? 0;
    const lights = shown === null || shown.frames.length === 0 ? this.lights : (shown.lights[Math.floor(f)] ?? {});
    this.light(lights);
    const view = this.camera.at(now);
    if (view !== this.drawn && !this.camera.moving(now)) {
      this.drawGround(view);
      this.light(lights);
    }
    this.under(view);
    this.view = view;
    if (shown === null) this.crowd.draw(now, this.put);
    else this.act(shown, f, view, now);
  }

  /** What rests, as it looks in a view. */
  private under(view: View): void {
    const { ctx, drawn, ratio } = this;
    ctx.globalAlpha = 1;
    if (view === drawn) {
      ctx.setTransform(1, 0, 0, 1, 0, 0);
      ctx.drawImage(this.rest, 0, 0);
      return;
    }
    // nothing of the frame before shows through where what rests does not reach
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.fillStyle = INK.ground;
    ctx.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const s = view.scale / drawn.scale;
    const w = this.canvas.width / 2;
    const h = this.canvas.height / 2;
    ctx.setTransform(s, 0, 0, s, w + (drawn.cx - view.cx) * view.scale * ratio - s * w, h - (drawn.cy - view.cy) * view.scale * ratio - s * h);
    ctx.drawImage(this.rest, 0, 0);
  }

  private act(playing: Playing, f: number, view: View, now: number): void {
    const { ctx, ratio } = this;
    const upto = Math.min(Math.floor(f), playing.frames.length - 1);
    while (this.stepped < upto) {
      this.stepped++;
      this.bystanders.push(playing.frames[this.stepped], playing.began + this.stepped * SCENE_MS);
    }
    const time = playing.began + f * SCENE_MS;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    playing.paths.forEach((path, i) => drawTrail(ctx, view, playing, path, i, f));
    // what nobody was seen to do is said over the street as it is
    if (playing.frames.length === 0) this.crowd.draw(now, this.put);
    else this.bystanders.draw(time, this.put);
    const places = playing.paths.map((path) => playing.place_of(path, f));
    places.forEach((place, i) => place && this.put(CODE.get(playing.paths[i].name) ?? 0, ...place, 0, 1));
    ctx.globalAlpha = 1;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (places.length > 1) drawLink(ctx, view, places, f - playing.moment);
    places.forEach((place, i) => place && drawRing(ctx, view, place, playing.paths[i].name, i));
    if (!this.still.matches) drawMoment(ctx, view, playing.place, (now - playing.began) / SCENE_MS - playing.moment);
    drawFrame(ctx, view);
  }

  private view: View = this.drawn;
  private readonly put: Emit = (cls, x, y, h, _v, alpha) => {
    const { view, ratio, ctx } = this;
    const px = (view.width / 2 + (x - view.cx) * view.scale) * ratio;
    const py = (view.height / 2 - (y - view.cy) * view.scale) * ratio;
    const dim = cls >= BYSTANDER;
    const { image, x: ox, y: oy, reach } = this.figures[dim ? cls - BYSTANDER : cls];
    if (px < -reach || py < -reach || px > this.canvas.width + reach || py > this.canvas.height + reach) return;
    // drawn for where the camera will rest
    const s = view.scale / this.camera.target.scale;
    const cos = s * Math.cos(h);
    const sin = s * Math.sin(h);
    ctx.globalAlpha = dim ? alpha * BYSTANDER_ALPHA : alpha;
    ctx.setTransform(cos, sin, -sin, cos, px, py);
    ctx.drawImage(image, -ox, -oy);
  };

  /** What drawing one frame costs the script, ms, over n frames; read by the checks. */
  measure(n: number): number {
    const began = performance.now();
    for (let i = 0; i < n; i++) this.paint(began);
    return (performance.now() - began) / n;
  }

  /** How much of the display's resolution is drawn; read by the checks. */
  get density(): number {
    return this.ratio / devicePixelRatio;
  }
}

const CODE = new Map<string, number>(CLASSES.map((name, code) => [name, code]));

/** Towards the words above, the plan fades into what is behind them. */
function fadeOut(ctx: CanvasRenderingContext2D, view: View): void {
  const depth = 0.07 * view.height;
  const shade = ctx.createLinearGradient(0, 0, 0, depth);
  shade.addColorStop(0, INK.ground);
  shade.addColorStop(1, `${INK.ground}00`);
  ctx.fillStyle = shade;
  ctx.fillRect(0, 0, view.width, depth);
}

function same(a: Lights, b: Lights): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
