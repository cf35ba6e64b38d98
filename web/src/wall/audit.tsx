/** The audit log, with its filter and whether its chain of hashes holds, for administrators. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { AuditEntry } from "../shared/types";
import { useFetched } from "./fetched";
import { Choice, PlainTable, Ready } from "./parts";
import { auditSaid } from "./told";
import { moment, useSpeech } from "./words";

const PAGE = 50;

export function Audit() {
  const speech = useSpeech();
  const { t } = speech;
  const [event, setEvent] = useState("");
  const [user, setUser] = useState("");
  const [pages, setPages] = useState<(number | null)[]>([null]);
  const before = pages[pages.length - 1];
  const fetched = useFetched(() => api.audit({ event, user, before, limit: PAGE }), `${event}/${user}/${before}`);
  const chain = useFetched(api.auditChain, "chain");
  const filter = (run: () => void) => {
    run();
    setPages([null]);
  };
  return (
    <section class="page">
      <Ready from={chain}>
        {({ holds, entries, said }) => <p class={holds ? "chain holds" : "chain broken"} role="status">{holds ? t("chainHolds", { n: entries }) : t("chainBroken", { why: said ?? "" })}</p>}
      </Ready>
      <section class="panelbox">
        <h2>{t("audit")}</h2>
        <Ready from={fetched}>
          {(page) => (
            <>
              <div class="tools">
                <Choice label={t("auditEvent")} value={event} onChange={(v) => filter(() => setEvent(v))} options={[["", t("all")], ...page.events.map((e) => [e, auditSaid(speech, e)] as const)]} />
                <label class="choice"><span>{t("auditUser")}</span><input value={user} onInput={(e) => { const v = e.currentTarget.value; filter(() => setUser(v)); }} /></label>
                <button disabled={pages.length === 1} onClick={() => setPages([null])}>{t("newest")}</button>
                <button disabled={page.next === null} onClick={() => setPages([...pages, page.next])}>{t("earlier")}</button>
              </div>
              {page.entries.length === 0 ? <p class="hint empty">{t("noEntries")}</p> : (
                <PlainTable label={t("audit")} heads={["#", t("time"), t("auditEvent"), t("auditUser"), t("details")]}>
                  {page.entries.map((entry) => <Entry key={entry.n} entry={entry} />)}
                </PlainTable>
              )}
            </>
          )}
        </Ready>
      </section>
    </section>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const speech = useSpeech();
  const { user, ...rest } = entry.details;
  const said = Object.entries(rest).filter(([, v]) => v !== null).map(([k, v]) => `${k.replaceAll("_", " ")}: ${typeof v === "object" ? JSON.stringify(v) : String(v)}`);
  return (
    <tr>
      <th scope="row" title={entry.hash}>{entry.n}</th><td>{moment(speech, entry.t, "both")}</td><td>{auditSaid(speech, entry.event)}</td><td>{String(user ?? "–")}</td><td class="wrap" lang="en">{said.join(" · ")}</td>
    </tr>
  );
}
