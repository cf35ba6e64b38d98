/** Taking data out: exports of the tables, sheets to hand on, and the report. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Junction } from "../shared/types";
import { Choice } from "./parts";
import { fromForm } from "./period";
import { SaveAs, writtenFor } from "./save";
import { TimeField, useSpan } from "./span";
import { useSpeech } from "./words";

export function Take({ junction }: { junction: Junction }) {
  const { t, language } = useSpeech();
  const [table, setTable] = useState<"violations" | "conflicts" | "counts">("violations");
  const [format, setFormat] = useState<"csv" | "parquet" | "geojson">("csv");
  const [span, spanFields] = useSpan(junction, "lastWeek");
  const [study, setStudy] = useState({ b0: "", b1: "", a0: "", a1: "" });
  const kept = junction.ttl?.[table];
  const at = (text: string) => fromForm(text, junction.timezone);
  const period = (from: string, to: string) => (from && to ? `${at(from)}/${at(to)}` : null);
  const compared = { before: period(study.b0, study.b1), after: period(study.a0, study.a1) };
  const own = writtenFor(language);
  const report = { ...span, language: own, ...(compared.before && compared.after ? compared : {}) };
  const time = (key: keyof typeof study, label: string) => <TimeField label={label} value={study[key]} onChange={(value) => setStudy({ ...study, [key]: value })} />;
  return (
    <section class="page">
      <div class="tools">{spanFields}<p class="hint">{t("clockOf", { zone: junction.timezone })}</p></div>
      <div class="columns">
        <section class="panelbox">
          <h2>{t("download")}</h2>
          <div class="tools">
            <Choice label={t("table")} value={table} onChange={setTable} options={[["violations", t("violations")], ["conflicts", t("conflicts")], ["counts", t("counts")]]} />
            <Choice label={t("format")} value={format} onChange={setFormat} options={[["csv", "CSV"], ["parquet", "Parquet"], ["geojson", "GeoJSON"]]} />
            <a class="button strong" download href={api.exportUrl(junction.id, { table, format, ...span })}>{t("download")}</a>
          </div>
          <p class="hint">{t("exportNote")} {kept == null ? t("keptOn") : t("kept", { n: Math.round(kept) })}.</p>
          <ul class="sheetlist">
            {(["map", "ranking", "counts"] as const).map((what) => (
              <li key={what}><span>{t(what)}</span><SaveAs address={(file) => api.sheetUrl(junction.id, what, { ...span, ...file })} /></li>
            ))}
          </ul>
        </section>
        <section class="panelbox">
          <h2>{t("report")}</h2>
          <div class="study">
            {time("b0", `${t("before")}: ${t("since")}`)}{time("b1", `${t("before")}: ${t("until")}`)}
            {time("a0", `${t("after")}: ${t("since")}`)}{time("a1", `${t("after")}: ${t("until")}`)}
          </div>
          <div class="tools">
            <a class="button strong" target="_blank" rel="noopener" href={api.reportUrl(junction.id, { format: "html", ...report })}>{t("openReport")}</a>
            <a class="button" download href={api.reportUrl(junction.id, { format: "pdf", ...report })}>{t("reportPdf")}</a>
          </div>
          {own !== language && <p class="hint">{t("reportLanguages")}</p>}
        </section>
      </div>
    </section>
  );
}
