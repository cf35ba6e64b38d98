/** What the tracks say the junction looks like, to accept object by object. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Finding, Point } from "../shared/types";
import { signedOut } from "../wall/fetched";
import { idOf, pointsOf, read, type Doc } from "./blocks";
import { compare, type Difference } from "./compare";
import { Findings } from "./findings";
import { useSite } from "./spoken";

export interface Proposal { doc: Doc; findings: Finding[]; unclear: Finding[]; put_off: ReadonlySet<number> }
interface Props {
  junction: string; mine: Doc; proposal: Proposal | null; set: (p: Proposal | null) => void;
  accept: (all: Difference[]) => void; show: (at: Point) => void; hover: (d: Difference | null) => void;
}

/** What is still to be decided, and how many objects are alike. */
export function open(mine: Doc, proposal: Proposal): { open: Difference[]; alike: number } {
  const all = compare(mine, proposal.doc);
  const keyOf = (d: Difference) => (d.theirs ?? d.mine).key;
  return { open: all.filter((d) => d.what !== "same" && !proposal.put_off.has(keyOf(d))), alike: all.filter((d) => d.what === "same").length };
}

export function ProposalPanel({ junction, mine, proposal, set, accept, show, hover }: Props) {
  const { t } = useSite();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const learn = async () => {
    setBusy(true);
    setSaid("");
    try {
      const found = await api.propose(junction);
      set({ doc: read(found.toml), findings: found.findings, unclear: found.unclear, put_off: new Set() });
    } catch (error) {
      if (!signedOut(error)) setSaid(t("failed", { why: (error as Error).message }));
    }
    setBusy(false);
  };
  const still = proposal === null ? null : open(mine, proposal);
  const takeable = still?.open.filter((d) => d.what === "new" || d.what === "moved") ?? [];
  const off = (d: Difference) => set({ ...proposal!, put_off: new Set([...proposal!.put_off, (d.theirs ?? d.mine).key]) });
  return (
    <div class="proposal">
      <button class="strong" disabled={busy} onClick={() => void learn()}>{t(busy ? "proposing" : "propose")}</button>
      <p role="status" class="said">{said}</p>
      {still !== null && (
        <>
          <p class="hint">{still.open.length === 0 ? t("nothingLeft") : ""} {t("alike", { n: still.alike })}</p>
          {takeable.length > 1 && <button onClick={() => accept(takeable)}>{t("acceptAll")}</button>}
          <ul class="findings">
            {still.open.map((d) => {
              const b = d.theirs ?? d.mine;
              const at = pointsOf(b)?.[0];
              return (
                <li key={b.key} onMouseEnter={() => hover(d)} onMouseLeave={() => hover(null)}>
                  <b>{t(d.kind)} {idOf(d.mine ?? b)}</b>{" "}
                  {d.what === "moved" ? t("what_moved", { d: Math.round(d.apart_m * 10) / 10 }) : t(d.what === "new" ? "what_new" : "what_unseen")}
                  <span class="row">
                    {d.what !== "unseen" && <button onClick={() => accept([d])}>{t("accept")}</button>}
                    {at && <button onClick={() => { hover(d); show(at); }}>{t("goThere")}</button>}
                    <button onClick={() => off(d)}>{t("dismiss")}</button>
                  </span>
                </li>
              );
            })}
          </ul>
          <Findings title={t("unclear")} list={proposal!.unclear} show={show} />
          <Findings title={t("findings")} list={proposal!.findings} show={show} />
        </>
      )}
    </div>
  );
}
