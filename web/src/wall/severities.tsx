/** How close near misses came, and how severe they were: for all, two classes that met, or a type of conflict. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import { localeOf } from "../shared/i18n";
import type { ClosenessSpread, Junction, Severities as Found, SeverityGroup } from "../shared/types";
import { userLabel } from "../shared/words/street";
import { useFetched } from "./fetched";
import { GRADES, GRADE_INK, Histogram } from "./histogram";
import { Choice, Ready, Scroll } from "./parts";
import { useSpan } from "./span";
import { useSpeech, type Speech, type WallKey } from "./words";

const total = (row: { slight: number; moderate: number; serious: number }) => row.slight + row.moderate + row.serious;
const kindName = ({ t }: Speech, kind: string): string => t(`ct_${kind}` as WallKey);
const pairName = ({ t, language }: Speech, [a, b]: readonly string[]): string => t("twoOf", { a: userLabel(language, a), b: userLabel(language, b) });

export function Severities({ junction }: { junction: Junction }) {
  const speech = useSpeech();
  const { t } = speech;
  const [span, spanFields] = useSpan(junction, "lastMonth");
  const [classes, setClasses] = useState("");
  const [kind, setKind] = useState("");
  const wanted = { ...span, classes, kind };
  const fetched = useFetched(() => api.severities(junction.id, wanted), JSON.stringify([junction.id, span.since?.slice(0, 15), span.until, classes, kind]));
  // what is chosen stays to be chosen where the period has none of it
  const listed = <V extends string>(chosen: V, keys: V[]): V[] => (chosen === "" || keys.includes(chosen) ? keys : [...keys, chosen]);
  const pairs = listed(classes, fetched.data?.classes.map((row) => row.key.join(",")) ?? []);
  const kinds = listed(kind, fetched.data?.kinds.map(({ key: [k] }) => k) ?? []);
  return (
    <section class="page">
      <div class="tools">
        {spanFields}
        <Choice label={t("whoMet")} value={classes} onChange={setClasses} options={[["", t("all")], ...pairs.map((p) => [p, pairName(speech, p.split(","))] as const)]} />
        <Choice label={t("howMet")} value={kind} onChange={setKind} options={[["", t("all")], ...kinds.map((k) => [k, kindName(speech, k)] as const)]} />
        <span class="saveas"><span>{t("saveAs")}</span><a class="button" download href={api.severitiesUrl(junction.id, wanted)} aria-label={`${t("saveAs")} CSV`}>CSV</a></span>
      </div>
      <Ready from={fetched}>{(found) => <Shown found={found} />}</Ready>
    </section>
  );
}

function Shown({ found }: { found: Found }) {
  const speech = useSpeech();
  const { t } = speech;
  if (found.classes.length === 0) return <p class="hint empty">{t("noNearMisses")}</p>;
  return (
    <>
      <div class="columns">
        <Measure name={t("ttcSpread")} spread={found.ttc} />
        <Measure name={t("petSpread")} spread={found.pet} />
      </div>
      <p class="hint">{t("spreadNote")}</p>
      <div class="columns">
        <Groups title={t("byWho")} what={t("whoMet")} rows={found.classes} name={(row) => pairName(speech, row.key)} />
        <Groups title={t("byHow")} what={t("howMet")} rows={found.kinds} name={(row) => kindName(speech, row.key[0])} />
      </div>
    </>
  );
}

function Measure({ name, spread }: { name: string; spread: ClosenessSpread }) {
  const { t, language } = useSpeech();
  const number = new Intl.NumberFormat(localeOf(language));
  return (
    <section class="panelbox">
      <h2>{name} <small>{t("ofNearMisses", { n: spread.n })}</small></h2>
      {spread.n === 0 ? <p class="hint empty">{t("nobodyHas")}</p> : (
        <>
          <ul class="keys">{GRADES.map((grade) => <li key={grade}><span class="key" style={{ background: GRADE_INK[grade] }} />{t(grade)}</li>)}</ul>
          <Histogram spread={spread} name={name} />
          <details>
            <summary>{t("numbers")}</summary>
            <Scroll label={t("spreadOf", { what: name })}>
              <table class="moves">
                <thead><tr><th scope="col">{name.replace(/.*\(|\).*/g, "")}</th>{GRADES.map((grade) => <th key={grade} scope="col">{t(grade)}</th>)}<th scope="col">{t("total")}</th></tr></thead>
                <tbody>
                  {spread.bins.filter((bin) => bin.to_s <= spread.limit_s + 1e-9 || total(bin) > 0).map((bin) => (
                    <tr key={bin.from_s}>
                      <th scope="row">{t("perBin", { from: bin.from_s, to: bin.to_s })}</th>
                      {GRADES.map((grade) => <td key={grade} class={bin[grade] === 0 ? "zero" : ""}>{number.format(bin[grade])}</td>)}<td class="sum">{number.format(total(bin))}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          </details>
        </>
      )}
    </section>
  );
}

function Groups({ title, what, rows, name }: { title: string; what: string; rows: SeverityGroup[]; name: (row: SeverityGroup) => string }) {
  const { t, language } = useSpeech();
  const number = new Intl.NumberFormat(localeOf(language));
  const seconds = new Intl.NumberFormat(localeOf(language), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const sum = (of: (row: SeverityGroup) => number) => number.format(rows.reduce((n, row) => n + of(row), 0));
  return (
    <section class="panelbox">
      <h2>{title}</h2>
      <Scroll label={title}>
        <table class="moves">
          <thead><tr><th scope="col" class="left">{what}</th>{GRADES.map((grade) => <th key={grade} scope="col">{t(grade)}</th>)}<th scope="col">{t("total")}</th><th scope="col">{t("medianTtc")}</th><th scope="col">{t("medianPet")}</th></tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key.join()}>
                <th scope="row">{name(row)}</th>
                {GRADES.map((grade) => <td key={grade} class={row[grade] === 0 ? "zero" : ""}>{number.format(row[grade])}</td>)}
                <td class="sum">{number.format(total(row))}</td><td>{row.ttc_s === null ? "–" : seconds.format(row.ttc_s)}</td><td>{row.pet_s === null ? "–" : seconds.format(row.pet_s)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot><tr><th scope="row">{t("total")}</th>{GRADES.map((grade) => <td key={grade}>{sum((row) => row[grade])}</td>)}<td class="sum">{sum(total)}</td><td /><td /></tr></tfoot>
        </table>
      </Scroll>
    </section>
  );
}
