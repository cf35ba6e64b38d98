/** What the tracks say the junction looks like, to accept object by object, each with what it rests on. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Finding, Point } from "../shared/types";
import { signedOut } from "../wall/fetched";
import { idOf, pointsOf, read, type Doc } from "./blocks";
import { compare, type Difference } from "./compare";
import { Findings } from "./findings";
import { signalsOf } from "./signals";
import { useSite } from "./spoken";

export interface Proposal { doc: Doc; findings: Finding[]; unclear: Finding[]; put_off: ReadonlySet<number> }
export interface Seen { road_users: number; seen_s: number }
interface Props {
  junction: string; mine: Doc; proposal: Proposal | null; set: (p: Proposal | null) => void; seen: Seen | null; look: () => void;
  accept: (all: Difference[]) => void; show: (at: Point) => void; hover: (d: Difference | null) => void;
}

/** What is still to be decided, and how many objects are alike. */
export function open(mine: Doc, proposal: Proposal): { open: Difference[]; alike: number } {
  const all = compare(mine, proposal.doc);
  const keyOf = (d: Difference) => (d.theirs ?? d.mine).key;
  return { open: all.filter((d) => d.what !== "same" && !proposal.put_off.has(keyOf(d))), alike: all.filter((d) => d.what === "same").length };
}

export function ProposalPanel({ junction, mine, proposal, set, seen, look, accept, show, hover }: Props) {
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
    look();
  };
  const still = proposal === null ? null : open(mine, proposal);
  const takeable = still?.open.filter((d) => d.theirs !== null) ?? [];
  const off = (d: Difference[]) => set({ ...proposal!, put_off: new Set([...proposal!.put_off, ...d.map((one) => (one.theirs ?? one.mine).key)]) });
  const grounds = new Map(proposal?.findings.map((f) => [f.who, f.message]));
  const parts = new Set(proposal?.doc.blocks.map((b) => `${b.kind} "${idOf(b)}"`));
  return (
    <div class="proposal">
      <p class="hint" role="status">{seen === null ? "" : seen.road_users === 0 ? t("seenNobody") : t("seen", { n: seen.road_users, m: Math.max(1, Math.round(seen.seen_s / 60)) })}</p>
      <button class="strong" disabled={busy || seen?.road_users === 0} onClick={() => void learn()}>{t(busy ? "proposing" : "propose")}</button>
      <p role="status" class="said">{said}</p>
      {still !== null && (
        <>
          <p class="hint">{still.open.length === 0 ? t("nothingLeft") : ""} {t("alike", { n: still.alike })}</p>
          {still.open.length > 1 && (
            <span class="row">
              {takeable.length > 1 && <button onClick={() => accept(takeable)}>{t("acceptAll")}</button>}
              <button onClick={() => off(still.open)}>{t("dismissAll")}</button>
            </span>
          )}
          <ul class="findings">
            {still.open.map((d) => {
              const b = d.theirs ?? d.mine;
              const at = pointsOf(b)?.[0];
              const lights = signalsOf(b);
              const why = d.theirs === null ? undefined : grounds.get(`${d.kind} "${idOf(d.theirs)}"`);
              return (
                <li key={b.key} onMouseEnter={() => hover(d)} onMouseLeave={() => hover(null)}>
                  <b>{t(d.kind)} {idOf(d.mine ?? b)}</b>{" "}
                  {d.what === "moved" ? t("what_moved", { d: Math.round(d.apart_m * 10) / 10 }) : t(d.what === "new" ? "what_new" : d.what === "light" ? "what_light" : "what_unseen")}
                  {d.theirs !== null && lights.length > 0 && <span> · {t("governs")} {lights.join(", ")}</span>}
                  {why !== undefined && <p class="hint">{why}</p>}
                  <span class="row">
                    {d.theirs !== null && <button onClick={() => accept([d])}>{t("accept")}</button>}
                    {at && <button onClick={() => { hover(d); show(at); }}>{t("goThere")}</button>}
                    <button onClick={() => off([d])}>{t("dismiss")}</button>
                  </span>
                </li>
              );
            })}
          </ul>
          <Findings title={t("unclear")} list={proposal!.unclear} show={show} />
          <Findings title={t("findings")} list={proposal!.findings.filter((f) => !parts.has(f.who))} show={show} />
        </>
      )}
    </div>
  );
}
