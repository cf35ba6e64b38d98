/** A map in a site's own metres: configured tiles, plates laid on the ground, and whatever is drawn over them. */
import "ol/ol.css";
import Map from "ol/Map";
import OlView from "ol/View";
import { defaults as controls } from "ol/control/defaults";
import { defaults as interactions } from "ol/interaction/defaults";
import Layer from "ol/layer/Layer";
import ImageLayer from "ol/layer/Image";
import TileLayer from "ol/layer/Tile";
import type Projection from "ol/proj/Projection";
import Static from "ol/source/ImageStatic";
import Source from "ol/source/Source";
import XYZ from "ol/source/XYZ";
import { drawLaid, type Laid } from "./plate";
import type { Bounds, TileSource } from "./types";
import type { View } from "./view";

const DEEPEST_TILES = 19;
/** Metres a pixel. */
const FINEST = 0.004;
const COARSEST = 5;

type Paint = (ctx: CanvasRenderingContext2D, view: View) => void;

/** A layer that is painted anew by a function in metres whenever the map moves. */
export class Painted extends Layer<Source> {
  private readonly canvas = document.createElement("canvas");
  // a bare canvas would be drawn on by the layers above it
  private readonly holder = document.createElement("div");
  constructor(private paint: Paint, options: { opacity?: number; zIndex?: number } = {}) {
    super({ source: new Source({ state: "ready" }), ...options });
    for (const element of [this.holder, this.canvas]) Object.assign(element.style, { position: "absolute", inset: "0", width: "100%", height: "100%", pointerEvents: "none" });
    this.holder.append(this.canvas);
  }
  repaint(paint: Paint): void {
    this.paint = paint;
    this.changed();
  }
  override render(frame: Parameters<Layer<Source>["render"]>[0]): HTMLElement | null {
    if (frame === null) return null;
    const [width, height] = frame.size;
    const ratio = frame.pixelRatio;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = Math.round(width * ratio);
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = Math.round(height * ratio);
    const { center, resolution } = frame.viewState;
    const ctx = this.canvas.getContext("2d")!;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    const layer = frame.layerStatesArray[frame.layerIndex];
    this.canvas.style.opacity = String(layer?.opacity ?? 1);
    this.paint(ctx, { scale: 1 / resolution, cx: center[0], cy: center[1], width, height });
    return this.holder;
  }
}

export function tileLayer(tiles: TileSource): TileLayer<XYZ> {
  return new TileLayer({
    zIndex: 0, className: "tiles", opacity: BACK,
    source: new XYZ({ url: tiles.url, maxZoom: DEEPEST_TILES, crossOrigin: undefined, referrerPolicy: "origin" }),
  });
}

/** Tiles and plates lie back, so that what is drawn over them stands out. */
export const BACK = 0.62;

export const plateLayer = (laid: readonly Laid[]): Painted => new Painted((ctx, view) => drawLaid(ctx, laid, view, 1), { zIndex: 1, opacity: BACK });

/** A picture in its own pixels, y downwards as negative. */
export function pictureLayer(url: string, size: readonly [number, number], projection: Projection): ImageLayer<Static> {
  return new ImageLayer({ zIndex: 0, className: "picture", source: new Static({ url, imageExtent: [0, -size[1], size[0], 0], projection, interpolate: true }) });
}

export function openMap(target: HTMLElement, projection: Projection, limits: { finest: number; coarsest: number } = { finest: FINEST, coarsest: COARSEST }): Map {
  return new Map({
    target,
    controls: controls({ attribution: false, rotate: false, zoom: false }),
    interactions: interactions({ altShiftDragRotate: false, pinchRotate: false, doubleClickZoom: false, keyboard: false }),
    view: new OlView({
      projection, center: [0, 0], resolution: 0.2, minResolution: limits.finest, maxResolution: limits.coarsest,
      enableRotation: false, constrainOnlyCenter: true, multiWorld: true, smoothExtentConstraint: false,
    }),
  });
}

export function show(map: Map, bounds: Bounds, padding = 12): void {
  map.updateSize();
  map.getView().fit(bounds, { padding: [padding, padding, padding, padding] });
}
