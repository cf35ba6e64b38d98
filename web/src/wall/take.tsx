/** Taking data out: exports of the tables, and the report. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Junction } from "../shared/types";
import { Choice } from "./parts";
import { fromForm, HOUR_MS, toForm } from "./period";
import { useSpeech } from "./words";

export function Take({ junction }: { junction: Junction }) {
  const { t } = useSpeech();
  const now = junction.now ? Date.parse(junction.now) : Date.now();
  const day = 24 * HOUR_MS;
  const [table, setTable] = useState<"violations" | "conflicts" | "counts">("violations");
  const [format, setFormat] = useState<"csv" | "parquet" | "geojson">("csv");
  const [span, setSpan] = useState({ since: toForm(now - 7 * day), until: toForm(now + HOUR_MS) });
  const [study, setStudy] = useState({ b0: "", b1: "", a0: "", a1: "" });
  const kept = junction.ttl?.[table];
  const period = (from: string, to: string) => (from && to ? `${fromForm(from)}/${fromForm(to)}` : null);
  const compared = { before: period(study.b0, study.b1), after: period(study.a0, study.a1) };
  const time = (label: string, value: string, set: (value: string) => void) => (
    <label class="choice"><span>{label}</span><input type="datetime-local" value={value} onChange={(e) => set(e.currentTarget.value)} /></label>
  );
  return (
    <section class="page">
      <h2>{t("download")}</h2>
      <div class="tools">
        <Choice label={t("table")} value={table} onChange={setTable} options={[["violations", t("violations")], ["conflicts", t("conflicts")], ["counts", t("counts")]]} />
        <Choice label={t("format")} value={format} onChange={setFormat} options={[["csv", "CSV"], ["parquet", "Parquet"], ["geojson", "GeoJSON"]]} />
        {time(t("since"), span.since, (since) => setSpan({ ...span, since }))}
        {time(t("until"), span.until, (until) => setSpan({ ...span, until }))}
        <a class="button strong" download href={api.exportUrl(junction.id, { table, format, since: fromForm(span.since), until: fromForm(span.until) })}>{t("download")}</a>
      </div>
      <p class="hint">{t("exportNote")} {kept == null ? t("keptOn") : t("kept", { n: Math.round(kept) })}.</p>
      <h2>{t("report")}</h2>
      <div class="tools">
        {time(`${t("before")}: ${t("since")}`, study.b0, (b0) => setStudy({ ...study, b0 }))}
        {time(`${t("before")}: ${t("until")}`, study.b1, (b1) => setStudy({ ...study, b1 }))}
        {time(`${t("after")}: ${t("since")}`, study.a0, (a0) => setStudy({ ...study, a0 }))}
        {time(`${t("after")}: ${t("until")}`, study.a1, (a1) => setStudy({ ...study, a1 }))}
        <a class="button strong" target="_blank" rel="noopener" href={api.reportUrl(junction.id, { format: "html", ...compared })}>{t("openReport")}</a>
        <a class="button" download href={api.reportUrl(junction.id, { format: "pdf", ...compared })}>{t("reportPdf")}</a>
      </div>
    </section>
  );
}
