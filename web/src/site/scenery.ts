/** What lies under a drawing: the tracks of the last half hour, plates laid on the ground, a map, a camera's picture. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type Layer from "ol/layer/Layer";
import { api } from "../shared/api";
import { pictureLayer, plateLayer, tileLayer } from "../shared/map";
import { layPlates, type Laid } from "../shared/plate";
import type { PlateView, TileSource } from "../shared/types";
import { signedOut } from "../wall/fetched";
import type { Frame } from "./frame";
import type { useLenses } from "./lenses";
import type { Seen } from "./proposal";
import { pathLayer, relaid, type LayerName, type Path } from "./underlay";

interface Wanted {
  junction: string; plates: readonly PlateView[]; lenses: ReturnType<typeof useLenses>["lenses"]; tiles: TileSource | null;
  layers: ReadonlySet<LayerName>; onPlan: Frame; onPicture: Frame | null;
  /** of the picture that is drawn on */
  url: string | undefined;
}
/** look asks anew who was seen */
interface Scenery { seen: Seen | null; look: () => void; laid: readonly Laid[]; background: Layer[]; pictureBackground: Layer[] }

export function useScenery({ junction, plates, lenses, tiles, layers, onPlan, onPicture, url }: Wanted): Scenery {
  const [paths, setPaths] = useState<Path[]>([]);
  const [seen, setSeen] = useState<Seen | null>(null);
  const [laid, setLaid] = useState<readonly Laid[]>([]);
  const look = () => void api.paths(junction).then((found) => {
    setPaths(found.paths);
    setSeen({ road_users: found.road_users ?? found.paths.length, seen_s: found.seen_s ?? 0 });
  }, signedOut);
  useEffect(look, [junction]);
  useEffect(() => {
    let current = true;
    void layPlates(relaid(plates, lenses)).then((found) => current && setLaid(found));
    return () => {
      current = false;
    };
  }, [plates, lenses]);
  const background = useMemo((): Layer[] => {
    const found: Layer[] = [];
    if (layers.has("tracks") && paths.length > 0) found.push(pathLayer(paths, onPlan));
    if (layers.has("plate") && laid.length > 0) found.push(plateLayer(laid));
    if (layers.has("tiles") && tiles !== null) found.push(tileLayer(tiles));
    return found;
  }, [layers, paths, laid, tiles, onPlan]);
  const pictureBackground = useMemo((): Layer[] => {
    if (onPicture?.picture == null || url === undefined) return [];
    const under: Layer = pictureLayer(url, onPicture.picture.size, onPicture.projection);
    return layers.has("tracks") && paths.length > 0 ? [pathLayer(paths, onPicture), under] : [under];
  }, [onPicture, url, layers, paths]);
  return { seen, look, laid, background, pictureBackground };
}
