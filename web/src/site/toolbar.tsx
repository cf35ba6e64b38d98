/** What is drawn on, with what, and what lies under it. */
import { DRAWN } from "./blocks";
import type { Tool } from "./drawing";
import { useSite } from "./spoken";
import { LAYERS, type LayerName } from "./underlay";

interface Props {
  tool: Tool; setTool: (t: Tool) => void; views: readonly string[]; view: string; setView: (id: string) => void; calibrating: boolean; signal: string | null;
  layers: ReadonlySet<LayerName>; setLayers: (l: ReadonlySet<LayerName>) => void; usable: (name: LayerName) => boolean;
}
const HOW = { select: "how_select", point: "how_pairs", assign: "how_assign", exit: "how_exit", stop_line: "how_draw", crosswalk: "how_draw", lane: "how_draw", zone: "how_draw" } as const;

export function Toolbar({ tool, setTool, views, view, setView, calibrating, signal, layers, setLayers, usable }: Props) {
  const { t } = useSite();
  return (
    <div class="toolbar">
      {views.length > 0 && !calibrating && (
        <div class="switch" role="group" aria-label={t("view")}>
          {["", ...views].map((id) => <button key={id} aria-pressed={view === id} onClick={() => setView(id)}>{id === "" ? t("onPlan") : t("inCamera", { camera: id })}</button>)}
        </div>
      )}
      {!calibrating && (
        <div class="tools" role="group" aria-label={t("tools")}>
          {(["select", ...DRAWN] as const).map((name) => <button key={name} aria-pressed={tool === name} onClick={() => setTool(name)}>{t(name)}</button>)}
        </div>
      )}
      <div class="layers" role="group" aria-label={t("layers")}>
        {LAYERS.filter(usable).map((name) => (
          <label key={name} class="tick"><input type="checkbox" checked={layers.has(name)} onChange={(e) => setLayers(new Set(LAYERS.filter((l) => (l === name ? e.currentTarget.checked : layers.has(l)))))} />{t(`layer_${name}`)}</label>
        ))}
      </div>
      <span class="hint how">{t(HOW[tool], { id: signal ?? "" })}</span>
    </div>
  );
}
