/** How often each rule was right, among the events that operators judged, and how many wait to be judged. */
import { api } from "../shared/api";
import type { Junction } from "../shared/types";
import { kindLabel } from "../shared/words/street";
import { useFetched } from "./fetched";
import { Ready, Scroll } from "./parts";
import { amount, useSpeech } from "./words";

export function Quality({ junction, review }: { junction: Junction; review: (kind: string) => void }) {
  const { t, language } = useSpeech();
  const fetched = useFetched(() => api.precision(junction.id), junction.id);
  const share = (v: number | null) => amount(language, v === null ? null : v * 100, "%", 0);
  return (
    <section class="page">
      <section class="panelbox">
        <h2>{t("precision")}</h2>
        <p class="hint">{t("qualityNote")}</p>
        <Ready from={fetched}>
          {({ rows }) => rows.length === 0 ? <p class="hint empty">{t("notMarked")}</p> : (
            <Scroll label={t("precision")}>
              <table class="ranks precision">
                <thead>
                  <tr>
                    <th scope="col">{t("rule")}</th><th scope="col">{t("confirmed")}</th><th scope="col">{t("false")}</th><th scope="col">{t("share")}</th>
                    <th scope="col" class="left">{t("interval")}</th><th scope="col">{t("markedShare")}</th><td />
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => {
                    const [stored, open] = [row.stored ?? 0, row.unmarked ?? 0];
                    return (
                      <tr key={row.kind}>
                        <th scope="row">{kindLabel(language, row.kind, 2)}</th><td>{row.confirmed}</td><td>{row.false}</td><td class="sum">{share(row.precision)}</td>
                        <td class="left">
                          {row.low === null || row.high === null ? "–" : (
                            <span class="ci"><i style={{ left: `${row.low * 100}%`, width: `${(row.high - row.low) * 100}%` }} /><b style={{ left: `${(row.precision ?? 0) * 100}%` }} /></span>
                          )}
                          {row.low !== null && row.high !== null && <small>{amount(language, row.low * 100, "", 0).trim()}–{share(row.high)}</small>}
                        </td>
                        <td>{stored === 0 ? "–" : `${stored - open} / ${stored}`}</td>
                        <td>{open > 0 && <button onClick={() => review(row.kind)}>{t("review")}</button>}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </Scroll>
          )}
        </Ready>
      </section>
    </section>
  );
}
