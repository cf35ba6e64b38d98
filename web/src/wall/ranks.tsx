/** Places or hours as rows: those with a rate ranked by it, those without by their number, and why they have none. */
import { useState } from "preact/hooks";
import { localeOf } from "../shared/i18n";
import type { RankedPlace, RankRow } from "../shared/types";
import { Scroll } from "./parts";
import { amongSaid, placeSaid } from "./told";
import { useSpeech } from "./words";

/** So many rows of a group at first. */
const FIRST = 16;

/** The rows with a rate, the worst first, and those without, most events first. */
export function groups(rows: readonly RankRow[]): { ranked: RankRow[]; unrated: RankRow[] } {
  const events = (row: RankRow) => row.violations + row.conflicts;
  return { ranked: rows.filter((row) => row.rate != null), unrated: rows.filter((row) => row.rate == null).sort((a, b) => events(b) - events(a)) };
}

export function Ranks({ rows, hours }: { rows: RankRow[]; hours: boolean }) {
  const { t } = useSpeech();
  const [all, setAll] = useState(false);
  if (rows.length === 0) return <p class="hint empty">{t("none")}</p>;
  const { ranked, unrated } = groups(rows);
  const most = rows.reduce((m, r) => Math.max(m, r.violations + r.conflicts), 1);
  const rated = ranked.length > 0;
  const shown = (group: RankRow[]) => (all || hours ? group : group.slice(0, FIRST));
  const listed = shown(ranked).length + shown(unrated).length;
  return (
    <>
      {!hours && (
        <p class="hint">
          {t("rowsListed", { n: listed, all: rows.length })}{" "}
          {(all || listed < rows.length) && <button onClick={() => setAll(!all)}>{all ? t("listFewer") : t("listAll", { n: rows.length })}</button>}
        </p>
      )}
      <Scroll label={t(hours ? "worstHours" : "worstPlaces")}>
        <table class={hours ? "ranks hours" : "ranks"}>
          <thead>
            <tr>
              <th scope="col">{hours ? t("time") : t("place")}</th><td /><th scope="col">{t("violations")}</th><th scope="col">{t("conflicts")}</th><th scope="col">{t("severe")}</th>
              <th scope="col">{t("passings")}</th>{rated && <th scope="col">{t("perThousand")}</th>}
            </tr>
          </thead>
          {rated && <tbody>{shown(ranked).map((row) => <Rank key={row.key} {...{ row, hours, most, rated }} />)}</tbody>}
          {unrated.length > 0 && (
            <tbody>
              <tr><th scope="rowgroup" colSpan={rated ? 7 : 6} class="group">{t(hours ? "unratedHours" : "unrated")}</th></tr>
              {shown(unrated).map((row) => <Rank key={row.key} {...{ row, hours, most, rated }} />)}
            </tbody>
          )}
        </table>
      </Scroll>
    </>
  );
}

function Rank({ row, hours, most, rated }: { row: RankRow; hours: boolean; most: number; rated: boolean }) {
  const spoken = useSpeech();
  const number = new Intl.NumberFormat(localeOf(spoken.language), { maximumSignificantDigits: 2 });
  const whole = new Intl.NumberFormat(localeOf(spoken.language));
  const place: RankedPlace | null = row.place ?? null;
  const among = place === null ? "" : amongSaid(spoken, place);
  return (
    <tr>
      <th scope="row">{hours ? `${row.key.padStart(2, "0")}:00` : place ? placeSaid(spoken, place) : (row.label ?? row.key)}{among !== "" && <small class="among">{among}</small>}</th>
      <td class="barcell"><i class="v" style={{ width: `${(row.violations / most) * 100}%` }} /><i class="c" style={{ width: `${(row.conflicts / most) * 100}%` }} /></td>
      <td>{whole.format(row.violations)}</td><td>{whole.format(row.conflicts)}</td><td>{whole.format(row.severe)}</td><td>{row.passings ? whole.format(row.passings) : "–"}</td>
      {rated && <td class="sum">{row.rate == null ? "–" : number.format(row.rate)}{row.low != null && row.high != null && <>{" "}<small>{number.format(row.low)}–{number.format(row.high)}</small></>}</td>}
    </tr>
  );
}
