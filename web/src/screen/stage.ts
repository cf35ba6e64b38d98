/** The plan with everybody on it: three canvases over each other, and a camera that goes nearer for a replay. */
import { INK } from "../shared/colours";
import { drawGround, drawLights, heart } from "../shared/ground";
import { BYSTANDER, Crowd, SCENE_MS, withSpeeds } from "../shared/motion";
import { sprites, type Sprite } from "../shared/silhouettes";
import type { Lights, Point, PublicPlan, ReplayEvent, User } from "../shared/types";
import { closeUp, cssBetween, fit, toCanvas, type View } from "../shared/view";

export const REPLAY_ZOOM = 1.7;
const GLIDE_MS = 900;
const BYSTANDER_ALPHA = 0.4;
const JUDGED_FRAMES = 240;
const SLOW_MS = 28;
const LEAST_QUALITY = 0.45;
const MOST_PIXELS = 3840 * 2160;

interface Shown { frames: User[][]; lights: Lights[]; place: Point; began: number; next: number }

export class Stage {
  readonly crowd = new Crowd();
  private readonly replayed = new Crowd();
  private readonly holder: HTMLElement;
  private readonly ground: HTMLCanvasElement;
  private readonly lamps: HTMLCanvasElement;
  private readonly movers: HTMLCanvasElement;
  private wide: View = fit([0, 0, 1, 1], 1, 1);
  private view: View = this.wide;
  private figures: Sprite[] = [];
  private ratio = 1;
  private lights: Lights = {};
  private shown: Shown | null = null;
  private request = 0;
  private glide: Animation | null = null;
  private readonly observer: ResizeObserver;
  /** How much of the display's resolution is drawn: less on a machine that cannot keep up. */
  private quality = 1;
  private counted = 0;
  private countedFrom = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(private readonly host: HTMLElement, private readonly plan: PublicPlan, private readonly inset: () => [number, number]) {
    this.holder = document.createElement("div");
    this.holder.className = "stage-holder";
    const layer = () => {
      const canvas = document.createElement("canvas");
      this.holder.append(canvas);
      return canvas;
    };
    this.ground = layer();
    this.lamps = layer();
    this.movers = layer();
    host.append(this.holder);
    this.observer = new ResizeObserver(() => this.layOut());
    this.observer.observe(host);
    this.layOut();
    this.request = requestAnimationFrame(this.frame);
  }

  close(): void {
    cancelAnimationFrame(this.request);
    this.observer.disconnect();
    this.holder.remove();
  }

  showLights(lights: Lights): void {
    if (this.shown !== null || same(lights, this.lights)) {
      if (this.shown !== null) this.lights = { ...lights };
      return;
    }
    this.lights = { ...lights };
    this.paintLights(this.lights);
  }

  /** Show what happened, then call done; the live scene goes on unseen meanwhile. */
  replay(event: ReplayEvent, done: () => void): void {
    const count = event.frames.length;
    const lights = Array.isArray(event.lights) ? event.lights : Array.from({ length: count }, () => (event.lights as Lights) ?? {});
    this.replayed.clear();
    this.shown = { frames: withSpeeds(event.frames).map((f) => f.sort((a, b) => (a[5] ?? 0) - (b[5] ?? 0))), lights, place: event.place, began: performance.now(), next: 0 };
    this.moveTo(closeUp(this.wide, event.place, REPLAY_ZOOM));
    window.setTimeout(() => {
      this.shown = null;
      this.moveTo(this.wide);
      this.paintLights(this.lights);
      done();
    }, count * SCENE_MS + 600);
  }

  private layOut(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === 0 || height === 0) return;
    this.ratio = Math.min(devicePixelRatio, 2, Math.sqrt(MOST_PIXELS / (width * height))) * this.quality;
    for (const canvas of [this.ground, this.lamps, this.movers]) {
      canvas.width = Math.round(width * this.ratio);
      canvas.height = Math.round(height * this.ratio);
    }
    const [top, bottom] = this.inset();
    const inner = fit(heart(this.plan), width, Math.max(height - top - bottom, 1), 8);
    this.wide = { ...inner, height, cy: inner.cy + (top - bottom) / 2 / inner.scale };
    this.draw(this.shown === null ? this.wide : closeUp(this.wide, this.shown.place, REPLAY_ZOOM));
  }

  private draw(view: View): void {
    this.view = view;
    const ctx = this.ground.getContext("2d", { alpha: false })!;
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawGround(ctx, this.plan, view);
    const least = Math.max(9, Math.min(view.width, view.height) / 68) * this.ratio;
    this.figures = sprites(view.scale * this.ratio, least);
    this.paintLights(this.shown?.lights[0] ?? this.lights);
    this.wipe();
  }

  private paintLights(lights: Lights): void {
    const ctx = this.lamps.getContext("2d")!;
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.view.width, this.view.height);
    drawLights(ctx, this.plan, this.view, lights);
    if (this.shown !== null) {
      const [px, py] = toCanvas(this.view, ...this.shown.place);
      const r = 6 * this.view.scale;
      const halo = ctx.createRadialGradient(px, py, r * 0.35, px, py, r * 1.5);
      halo.addColorStop(0, "rgba(255,210,122,0.02)");
      halo.addColorStop(0.5, "rgba(255,210,122,0.20)");
      halo.addColorStop(1, "rgba(255,210,122,0)");
      ctx.fillStyle = halo;
      ctx.fillRect(px - 2 * r, py - 2 * r, 4 * r, 4 * r);
      ctx.strokeStyle = INK.place;
      ctx.lineWidth = Math.max(0.16 * this.view.scale, 2.5);
      ctx.beginPath();
      ctx.arc(px, py, r, 0, 2 * Math.PI);
      ctx.stroke();
    }
  }

  /** Glide between views: always drawn in the wider one while it moves, crisp again when it rests. */
  private moveTo(wanted: View): void {
    this.glide?.cancel();
    const from = this.view;
    if (this.still.matches || from.scale === wanted.scale) {
      this.draw(wanted);
      return;
    }
    const outer = from.scale < wanted.scale ? from : wanted;
    this.draw(outer);
    const glide = this.holder.animate(
      [{ transform: cssBetween(outer, from) }, { transform: cssBetween(outer, wanted) }],
      { duration: GLIDE_MS, easing: "cubic-bezier(.4,0,.15,1)", fill: "forwards" },
    );
    this.glide = glide;
    glide.onfinish = () => {
      if (this.glide !== glide) return;
      this.glide = null;
      if (outer !== wanted) this.draw(wanted);
      glide.cancel();
    };
  }

  private wipe(): CanvasRenderingContext2D {
    const ctx = this.movers.getContext("2d")!;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, this.movers.width, this.movers.height);
    return ctx;
  }

  /** What drawing one frame costs the script, ms, over n frames; read by the checks. */
  measure(n: number): number {
    const began = performance.now();
    for (let i = 0; i < n; i++) this.paint(began);
    return (performance.now() - began) / n;
  }

  private readonly frame = (): void => {
    this.request = requestAnimationFrame(this.frame);
    const now = performance.now();
    this.paint(now);
    this.keepUp(now);
  };

  /** Draws coarser where frames have come too late for seconds; a hidden page says nothing about that. */
  private keepUp(now: number): void {
    if (document.hidden || this.glide !== null) this.counted = 0;
    if (this.counted++ === 0) this.countedFrom = now;
    else if (this.counted > JUDGED_FRAMES) {
      const slow = (now - this.countedFrom) / JUDGED_FRAMES > SLOW_MS;
      this.counted = 0;
      if (slow && this.quality > LEAST_QUALITY) {
        this.quality *= 0.75;
        this.layOut();
      }
    }
  }


  private paint(now: number): void {
    const ctx = this.wipe();
    if (this.shown !== null) {
      this.step(this.shown, now);
      this.replayed.draw(now, this.put(ctx));
    } else this.crowd.draw(now, this.put(ctx));
    ctx.globalAlpha = 1;
  }

  private step(shown: Shown, now: number): void {
    const wanted = Math.min(Math.floor((now - shown.began) / SCENE_MS), shown.frames.length - 1);
    if (wanted < shown.next) return;
    this.replayed.push(shown.frames[wanted], shown.began + wanted * SCENE_MS);
    const lights = shown.lights[wanted];
    if (lights !== undefined && (wanted === 0 || !same(lights, shown.lights[shown.next - 1] ?? {}))) this.paintLights(lights);
    shown.next = wanted + 1;
  }

  private putter: ((cls: number, x: number, y: number, h: number, v: number, alpha: number) => void) | null = null;
  private put(ctx: CanvasRenderingContext2D) {
    this.putter ??= (cls, x, y, h, _v, alpha) => {
      const { view, ratio } = this;
      const px = (view.width / 2 + (x - view.cx) * view.scale) * ratio;
      const py = (view.height / 2 - (y - view.cy) * view.scale) * ratio;
      const dim = cls >= BYSTANDER;
      const { image, x: ox, y: oy, reach } = this.figures[dim ? cls - BYSTANDER : cls];
      if (px < -reach || py < -reach || px > this.movers.width + reach || py > this.movers.height + reach) return;
      const cos = Math.cos(h);
      const sin = Math.sin(h);
      ctx.globalAlpha = dim ? alpha * BYSTANDER_ALPHA : alpha;
      ctx.setTransform(cos, sin, -sin, cos, px, py);
      ctx.drawImage(image, -ox, -oy);
    };
    return this.putter;
  }
}

function same(a: Lights, b: Lights): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
