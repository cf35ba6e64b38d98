/** The pen: objects drawn corner after corner, which snap to what is there unless Alt is held. */
import Collection from "ol/Collection";
import type Feature from "ol/Feature";
import type Map from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import Draw from "ol/interaction/Draw";
import Snap from "ol/interaction/Snap";
import type { Point } from "../shared/types";
import { isArea, leastPoints, type Drawn } from "./blocks";
import { cornersSet, pointsOf } from "./features";
import { DRAFT } from "./styles";

const SNAP_PX = 9;

/** Holding Alt, nothing snaps. */
class SnapUnlessAlt extends Snap {
  override handleEvent(event: MapBrowserEvent): boolean {
    const original = event.originalEvent as Partial<MouseEvent> | undefined;
    return original?.altKey === true ? true : super.handleEvent(event);
  }
}

export class Pen {
  private draw: Draw | null = null;
  private sketch: Feature | null = null;
  private least = 0;
  private snap: SnapUnlessAlt | null = null;

  constructor(private readonly map: Map, private readonly drawn: (kind: Drawn, points: Point[]) => void) {}

  /** Whether a key that belongs to drawing was used. */
  key(name: string): boolean {
    if (this.draw === null) return false;
    if (name === "Escape") this.draw.abortDrawing();
    else if (name === "Enter") this.finish();
    else if (name === "Backspace") this.draw.removeLastPoint();
    else return false;
    return true;
  }

  /** Ends what is drawn; with fewer corners than it needs it stays under the pen, as with a double click. */
  private finish(): void {
    if (cornersSet(this.sketch) >= this.least) this.draw?.finishDrawing();
  }

  /** Takes up what is to be drawn, or puts the pen down. */
  take(kind: Drawn | null): void {
    if (this.draw !== null) this.map.removeInteraction(this.draw);
    this.draw = this.sketch = null;
    if (kind === null) return;
    this.least = leastPoints(kind);
    const draw = new Draw({
      type: isArea(kind) ? "Polygon" : "LineString", minPoints: this.least, style: DRAFT, stopClick: true, snapTolerance: 10,
      condition: (e) => (e.originalEvent as PointerEvent).button === 0, freehandCondition: () => false,
    });
    draw.on("drawstart", (e) => void (this.sketch = e.feature));
    draw.on("drawabort", () => void (this.sketch = null));
    draw.on("drawend", (e) => {
      this.sketch = null;
      const points = pointsOf(e.feature);
      // adding an object takes the tool away, which must not happen inside its own event
      setTimeout(() => this.drawn(kind, points));
    });
    this.draw = draw;
    this.map.addInteraction(draw);
  }

  /** What corners snap to; null for nothing. */
  snapTo(features: Feature[] | null): void {
    if (this.snap !== null) this.map.removeInteraction(this.snap);
    this.snap = null;
    if (features === null) return;
    this.snap = new SnapUnlessAlt({ features: new Collection(features), pixelTolerance: SNAP_PX });
    this.map.addInteraction(this.snap);
  }
}
