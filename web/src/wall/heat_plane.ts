/** The map under the conflicts: tiles, plates, the plan, and the conflicts over it. */
import type Map from "ol/Map";
import { asPublic, drawPlan, heart } from "../shared/ground";
import { openMap, Painted, plateLayer, show, tileLayer } from "../shared/map";
import { layPlates } from "../shared/plate";
import { groundProjection } from "../shared/projection";
import type { Heat, OperatorPlan, PlateView, PublicPlan, TileSource } from "../shared/types";
import { toCanvas, type View } from "../shared/view";
import { heatInk } from "./heat_ink";

export interface Layers { plate: boolean; tiles: boolean }
const VEIL = 0.45;
const PAN_PX = 80;

export class HeatPlane {
  private readonly map: Map;
  private readonly plan: PublicPlan;
  private readonly tiles;
  private plates: Painted | null = null;
  private readonly drawn: Painted;
  private readonly cells = new Painted(() => undefined, { zIndex: 4 });
  private veil = 1;

  constructor(host: HTMLElement, plan: OperatorPlan, origin: readonly [number, number], tiles: TileSource | null) {
    this.plan = asPublic(plan);
    this.map = openMap(host, groundProjection(origin));
    this.tiles = tiles === null ? null : tileLayer(tiles);
    if (this.tiles !== null) this.map.addLayer(this.tiles);
    this.drawn = new Painted((ctx, view) => drawPlan(ctx, this.plan, view, this.veil), { zIndex: 3 });
    this.map.addLayer(this.drawn);
    this.map.addLayer(this.cells);
    show(this.map, heart(this.plan), 0);
  }

  close(): void {
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  /** Which backgrounds there are, once the plates are laid. */
  async lay(plates: readonly PlateView[]): Promise<Layers> {
    const laid = await layPlates(plates);
    if (laid.length > 0) {
      this.plates = plateLayer(laid);
      this.map.addLayer(this.plates);
    }
    return { plate: laid.length > 0, tiles: this.tiles !== null };
  }

  showLayers({ plate, tiles }: Layers): void {
    this.plates?.setVisible(plate);
    this.tiles?.setVisible(tiles);
    this.veil = (plate && this.plates !== null) || (tiles && this.tiles !== null) ? VEIL : 1;
    this.drawn.changed();
  }

  showHeat(heat: Heat): void {
    this.cells.repaint((ctx, view) => drawHeat(ctx, heat, view));
  }

  /** Arrow keys move the map, + and - go nearer and further; whether a key was one of them. */
  key(name: string): boolean {
    const view = this.map.getView();
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[name];
    const factor = { "+": 1.4, "=": 1.4, "-": 1 / 1.4 }[name];
    if (way === undefined && factor === undefined) return false;
    const [x, y] = view.getCenter()!;
    const resolution = view.getResolution()!;
    if (way !== undefined) view.setCenter([x + way[0] * PAN_PX * resolution, y + way[1] * PAN_PX * resolution]);
    else view.setResolution(view.getConstrainedResolution(resolution / factor!));
    return true;
  }
}

function drawHeat(ctx: CanvasRenderingContext2D, heat: Heat, view: View): void {
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
}
