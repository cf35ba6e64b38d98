/** Where near misses happen, on the plan. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../shared/api";
import { KINDS, type Background, Heat, Junction } from "../shared/types";
import { kindLabel } from "../shared/words/street";
import { useFetched, type Fetched } from "./fetched";
import type { HeatPlane, Layers } from "./heat_plane";
import { heatInk } from "./heat_ink";
import { Choice, Ready } from "./parts";
import { SaveAs } from "./save";
import { useSpan } from "./span";
import { useSpeech } from "./words";

export { heatInk } from "./heat_ink";

export function HeatMap({ junction }: { junction: Junction }) {
  const { t, language } = useSpeech();
  const [span, spanFields] = useSpan(junction, "everKept");
  const [kind, setKind] = useState("");
  const [severity, setSeverity] = useState("");
  // a severity is what near misses have, and those are what no kind of violation is chosen for
  const violations = kind !== "";
  const wanted = { ...span, kind, severity: violations ? "" : severity };
  const ground = useFetched(() => api.background(junction.id), junction.id);
  const fetched = useFetched(() => api.heat(junction.id, { cell_m: 1, ...wanted }), JSON.stringify([junction.id, span.since?.slice(0, 15), span.until, kind, wanted.severity]));
  const all = ["", t("all")] as const;
  return (
    <section class="page wide">
      <div class="tools">
        {spanFields}
        <Choice label={t("kind")} value={kind} onChange={setKind} options={[["", t("conflicts")], ["violations", t("violations")], ...KINDS.filter((k) => k !== "near_miss").map((k) => [k, kindLabel(language, k, 2)] as const)]} />
        {!violations && <Choice label={t("severity")} value={severity} onChange={setSeverity} options={[all, ["serious", t("serious")], ["moderate", t("moderate")], ["slight", t("slight")]]} />}
        <SaveAs address={(file) => api.sheetUrl(junction.id, "map", { ...wanted, ...file })} />
      </div>
      <Ready from={both(fetched, ground)}>
        {([heat, ground]) => (
          <>
            <h2>{t(violations ? "violationsNote" : "heatNote", { m: heat.cell_m })}</h2>
            {heat.cells.length === 0 && <p class="hint" role="status">{t("none")}</p>}
            <Map junction={junction} heat={heat} ground={ground} />
            <p class="scale" aria-hidden="true"><span>{t("fewest")}</span><i style={{ background: `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(heatInk).join(",")})` }} /><span>{t("most")} ({heat.cells.reduce((m, c) => Math.max(m, c[3] ?? c[2]), 0)})</span></p>
          </>
        )}
      </Ready>
    </section>
  );
}

const both = <A, B>(a: Fetched<A>, b: Fetched<B>): Fetched<[A, B]> => ({
  data: a.data === null || b.data === null ? null : [a.data, b.data], error: a.error ?? b.error, status: a.status ?? b.status,
  again: () => { a.again(); b.again(); },
});

function Map({ junction, heat, ground }: { junction: Junction; heat: Heat; ground: Background }) {
  const { t } = useSpeech();
  const host = useRef<HTMLDivElement>(null);
  const [plane, setPlane] = useState<HeatPlane | null>(null);
  const [layers, setLayers] = useState<Layers>({ plate: true, tiles: true });
  const [there, setThere] = useState<Layers>({ plate: false, tiles: false });
  useEffect(() => {
    let made: HeatPlane | null = null;
    let gone = false;
    // maps are large, and only this page of the wall shows one
    void import("./heat_plane").then(async ({ HeatPlane: Plane }) => {
      if (gone) return;
      made = new Plane(host.current!, junction.plan, ground.origin, ground.tiles);
      setPlane(made);
      setThere(await made.lay(ground.plates));
    });
    return () => {
      gone = true;
      setPlane(null);
      made?.close();
    };
  }, [junction, ground]);
  useEffect(() => plane?.showHeat(heat), [plane, heat]);
  useEffect(() => plane?.showLayers(layers), [plane, layers, there]);
  const keyed = (event: KeyboardEvent) => {
    if (plane?.key(event.key) === true) event.preventDefault();
  };
  const names = (["plate", "tiles"] as const).filter((name) => there[name]);
  return (
    <div class="heat" onKeyDown={keyed}>
      <div ref={host} class="map" role="application" tabIndex={0} aria-label={t("heatOf")} />
      {names.length > 0 && (
        <div class="heat-layers">{names.map((name) => <label key={name} class="tick"><input type="checkbox" checked={layers[name]} onChange={(e) => setLayers({ ...layers, [name]: e.currentTarget.checked })} />{t(name === "plate" ? "plateLayer" : "mapLayer")}</label>)}</div>
      )}
      {there.tiles && layers.tiles && <p class="attribution">{ground.tiles?.attribution}</p>}
    </div>
  );
}
