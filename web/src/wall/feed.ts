/** The one stream of all junctions: what comes, to whoever listens for the junction it is about. */
import { api } from "../shared/api";
import { openStream } from "../shared/sse";
import type { CameraHealth, EventRow, SceneEvent } from "../shared/types";

type Of<T> = T & { junction: string };
export interface Listener { scene?: (scene: SceneEvent, rate: number) => void; event?: (row: EventRow) => void; health?: (cameras: CameraHealth[]) => void }
export interface WallFeed { listen: (junction: string | null, listener: Listener) => () => void; close: () => void }

/** listen(null, ...) hears all junctions; what it returns ends the listening. */
export function openFeed(onLost: () => void): WallFeed {
  const listeners = new Set<[string | null, Listener]>();
  const rates: Record<string, number> = {};
  const tell = (junction: string, run: (listener: Listener) => void) => {
    for (const [wanted, listener] of listeners) if (wanted === null || wanted === junction) run(listener);
  };
  const stream = openStream({
    url: api.wallStream(),
    on: {
      hello: (hello: { rates?: Record<string, number> }) => void Object.assign(rates, hello.rates),
      scene: (scene: Of<SceneEvent>) => tell(scene.junction, (l) => l.scene?.(scene, rates[scene.junction] ?? 1)),
      event: (row: Of<EventRow>) => tell(row.junction, (l) => l.event?.(row)),
      withdrawn: (row: Of<EventRow>) => tell(row.junction, (l) => l.event?.(row)),
      health: (health: Of<{ cameras: CameraHealth[] }>) => tell(health.junction, (l) => l.health?.(health.cameras)),
    },
    onState: (open) => !open && onLost(),
  });
  return {
    listen(junction, listener) {
      const entry: [string | null, Listener] = [junction, listener];
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    close: () => stream.close(),
  };
}
