/** The replay of an incident in plan view: who moved how, what the lights showed, drawn for the operator. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { INK, lampInk, USER_INK } from "../shared/colours";
import { asPublic, drawGround, drawLights, lightsByIndex } from "../shared/ground";
import { SIZE, silhouette } from "../shared/silhouettes";
import type { EventDetail, OperatorPlan } from "../shared/types";
import { fit, toCanvas, type View } from "../shared/view";
import { userLabel } from "../shared/words/street";
import { anybodyAt, between, lampsAt, lightsAt, poseAt, traces, type Between } from "./measure";
import { Trace } from "./trace";
import { amount, lampKey, useSpeech } from "./words";

const REACH_M = 24;
const TRACE_INK = ["#8fbcff", "#ffd27a"];

export function Player({ plan, detail }: { plan: OperatorPlan; detail: EventDetail }) {
  const { t, language } = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  const length = Math.max(...detail.tracks.flatMap((p) => p.samples.map((s) => s[0])), 1);
  const happenedAt = Math.min(Math.max((Date.parse(detail.event.t) - Date.parse(detail.window.t0)) / 1000, 0), length);
  const [dt, setDt] = useState(Math.max(happenedAt - 4, 0));
  const [playing, setPlaying] = useState(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  const [slow, setSlow] = useState(false);

  useEffect(() => {
    if (!playing) return undefined;
    let request = 0;
    let last = performance.now();
    const step = (now: number) => {
      const passed = ((now - last) / 1000) * (slow ? 0.5 : 1);
      last = now;
      setDt((old) => (old + passed > length ? 0 : old + passed));
      request = requestAnimationFrame(step);
    };
    request = requestAnimationFrame(step);
    return () => cancelAnimationFrame(request);
  }, [playing, slow, length]);

  useEffect(() => {
    // a button of the list keeps the focus once its event is shown, and opens by Enter
    const others = (event: KeyboardEvent) => (event.target as HTMLElement).closest("input, select, textarea, summary, button:not(.event), a") !== null;
    const onKey = (event: KeyboardEvent) => {
      if (others(event)) return;
      if (event.key === " ") setPlaying((p) => !p);
      else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
        setPlaying(false);
        setDt((old) => Math.min(Math.max(old + (event.key === "ArrowLeft" ? -0.1 : 0.1), 0), length));
      } else return;
      event.preventDefault();
    };
    // some browsers click a button as Space comes up
    const onUp = (event: KeyboardEvent) => event.key === " " && !others(event) && event.preventDefault();
    addEventListener("keydown", onKey);
    addEventListener("keyup", onUp);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("keyup", onUp);
    };
  }, [length]);

  const jump = (to: number) => {
    setPlaying(false);
    setDt(Math.min(Math.max(to, 0), length));
  };
  useEffect(() => paint(canvas.current!, plan, detail, dt), [plan, detail, dt]);
  useEffect(() => {
    const observer = new ResizeObserver(() => paint(canvas.current!, plan, detail, dt));
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, [plan, detail]);

  const pair = useMemo(() => detail.tracks.filter((p) => p.involved !== false).slice(0, 2), [detail]);
  const met = detail.event.table === "conflicts" && pair.length === 2;
  const measured = met ? between(pair[0], pair[1], dt) : null;
  const lines = useMemo(() => traces(pair, 0, length, met), [pair, length, met]);
  return (
    <>
    <div class="player">
      <div class="seen">
        <canvas ref={canvas} role="img" aria-label={t("replayOf")} />
        <Lamps changes={detail.signals} dt={dt} own={detail.event.signal ?? null} />
      </div>
      <div class="bar">
        <button class="strong" onClick={() => setPlaying(!playing)}>{t(playing ? "pause" : "play")}</button>
        <input
          type="range" min={0} max={length} step={0.1} value={dt} aria-label={t("timeIn")}
          aria-valuetext={t("at", { t: amount(language, dt, "s") })} style={{ "--at": `${(happenedAt / length) * 100}%` }}
          onInput={(e) => {
            setPlaying(false);
            setDt(Number(e.currentTarget.value));
          }}
        />
        <output>{amount(language, dt - happenedAt, "s")}</output>
        <label class="tick"><input type="checkbox" checked={slow} onChange={(e) => setSlow(e.currentTarget.checked)} />{t("halfSpeed")}</label>
      </div>
      <dl class="now">
        {pair.map((piece) => {
          const pose = poseAt(piece.samples, dt);
          return (
            <div key={piece.track}>
              <dt><span class="key" style={{ background: TRACE_INK[pair.indexOf(piece)] }} />{t("track", { n: piece.track })} {userLabel(language, piece.class)}</dt>
              <dd>{pose === null || pose.speed === null ? "–" : amount(language, pose.speed * 3.6, "km/h", 0)}</dd>
            </div>
          );
        })}
        {measured !== null && <div><dt>{t("distance")}</dt><dd>{amount(language, measured.distance_m, "m")}</dd></div>}
        {measured !== null && <div><dt>{t("ttc")}</dt><dd>{amount(language, measured.ttc_s, "s")}</dd></div>}
      </dl>
    </div>
    <div class="traces" aria-label={t("overTime")} role="group" title={t("replayJump")}>
      <Trace title={t("speedKmh")} x={lines.s} ys={lines.speeds} inks={TRACE_INK} zero={happenedAt} at={dt} go={jump} />
      {met && <Trace title={t("distanceM")} x={lines.s} ys={[lines.distance]} inks={["#ff9d94"]} zero={happenedAt} at={dt} go={jump} />}
      {met && lines.ttc.some((v) => v !== null) && <Trace title={t("ttcS")} x={lines.s} ys={[lines.ttc]} inks={["#c7b1ff"]} zero={happenedAt} at={dt} go={jump} />}
    </div>
    </>
  );
}

function Lamps({ changes, dt, own }: { changes: EventDetail["signals"]; dt: number; own: string | null }) {
  const { t, language } = useSpeech();
  const lamps = lampsAt(changes, dt);
  if (lamps.length === 0) return null;
  const ordered = own === null ? lamps : [...lamps.filter((l) => l.signal === own), ...lamps.filter((l) => l.signal !== own)];
  return (
    <div class="lamps" tabIndex={0} role="region" aria-label={t("signals")}><table>
      <tbody>
        {ordered.map((lamp) => (
          <tr key={lamp.signal} class={lamp.signal === own ? "own" : ""}>
            <th scope="row"><span class="lamp" style={{ background: lampInk(lamp.state) ?? "none" }} aria-hidden="true" />{lamp.signal}</th>
            <td>{t(lampKey(lamp.state))}</td>
            <td>{t(lamp.least ? "atLeastSeconds" : "forSeconds", { s: amount(language, lamp.for_s, "s", lamp.least ? 0 : 1) })}</td>
          </tr>
        ))}
      </tbody>
    </table></div>
  );
}

function paint(canvas: HTMLCanvasElement, plan: OperatorPlan, detail: EventDetail, dt: number): void {
  const ratio = Math.min(devicePixelRatio, 2);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (width === 0 || height === 0) return;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d", { alpha: false })!;
  const { x, y } = detail.event;
  const view = fit([x - REACH_M, y - REACH_M, x + REACH_M, y + REACH_M], width, height);
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawGround(ctx, asPublic(plan), view);
  drawLights(ctx, asPublic(plan), view, lightsByIndex(plan, lightsAt(detail.signals, dt)));
  const pieces = [...detail.tracks].sort((a, b) => Number(a.involved ?? a.track <= 2) - Number(b.involved ?? b.track <= 2));
  for (const piece of pieces) {
    const involved = piece.involved ?? piece.track <= 2;
    if (involved) trail(ctx, view, piece.samples.filter((s) => s[0] <= dt && s[0] > dt - 5), USER_INK[piece.class] ?? USER_INK.other);
    const pose = poseAt(piece.samples, dt);
    if (pose === null) continue;
    const [px, py] = toCanvas(view, pose.x, pose.y);
    const [l, w] = SIZE[piece.class] ?? SIZE.other;
    ctx.save();
    ctx.globalAlpha = involved ? 1 : 0.45;
    ctx.translate(px, py);
    ctx.rotate((pose.heading * Math.PI) / 180);
    ctx.scale((view.scale * (piece.width ?? w)) / w, (view.scale * (piece.length ?? l)) / l);
    silhouette(ctx, piece.class, USER_INK[piece.class] ?? USER_INK.other);
    ctx.restore();
    if (involved) label(ctx, px, py, String(piece.track));
  }
  const pair = detail.tracks.filter((p) => p.involved !== false).slice(0, 2);
  if (detail.event.table === "conflicts" && pair.length === 2) distanceLine(ctx, view, between(pair[0], pair[1], dt));
  if (!anybodyAt(detail.tracks, dt)) return;
  const [px, py] = toCanvas(view, x, y);
  ctx.strokeStyle = INK.place;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.arc(px, py, 3.2 * view.scale, 0, 2 * Math.PI);
  ctx.stroke();
}

function distanceLine(ctx: CanvasRenderingContext2D, view: View, found: Between | null): void {
  if (found?.line == null) return;
  const [a, b] = found.line.map(([x, y]) => toCanvas(view, x, y));
  ctx.strokeStyle = "#ff9d94";
  ctx.lineWidth = 2;
  ctx.setLineDash([5, 4]);
  ctx.beginPath();
  ctx.moveTo(...a);
  ctx.lineTo(...b);
  ctx.stroke();
  ctx.setLineDash([]);
  if (Math.hypot(a[0] - b[0], a[1] - b[1]) < 28) return;
  ctx.font = "600 13px system-ui, sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 4;
  ctx.strokeStyle = INK.ground;
  const [text, x, y] = [`${found.distance_m.toFixed(1)} m`, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 10];
  ctx.strokeText(text, x, y);
  ctx.fillStyle = "#ffd0cb";
  ctx.fillText(text, x, y);
}

function trail(ctx: CanvasRenderingContext2D, view: View, samples: EventDetail["tracks"][0]["samples"], ink: string): void {
  ctx.strokeStyle = ink;
  ctx.globalAlpha = 0.5;
  ctx.lineWidth = 2;
  ctx.beginPath();
  samples.forEach((s, i) => {
    const [px, py] = toCanvas(view, s[1], s[2]);
    if (i === 0) ctx.moveTo(px, py);
    else ctx.lineTo(px, py);
  });
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function label(ctx: CanvasRenderingContext2D, px: number, py: number, text: string): void {
  ctx.font = "600 13px system-ui, sans-serif";
  ctx.fillStyle = INK.place;
  ctx.beginPath();
  ctx.arc(px + 17, py - 17, 10, 0, 2 * Math.PI);
  ctx.fill();
  ctx.fillStyle = "#14100a";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, px + 17, py - 16.5);
}
