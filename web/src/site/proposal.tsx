/** What the tracks say the junction looks like, to accept object by object, each with what it rests on. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Finding, Point } from "../shared/types";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "../wall/fetched";
import { idOf, pointsOf, read, type Doc } from "./blocks";
import { compare, type Difference } from "./compare";
import { Findings } from "./findings";
import { signalsOf } from "./signals";
import { useSite } from "./spoken";

/** What speaks for a part: how many road users, and a rank from 0 to 1. */
export type Grounds = Finding & { road_users?: number; confidence?: number };
export interface Proposal { doc: Doc; findings: Grounds[]; unclear: Finding[]; put_off: ReadonlySet<number> }
export interface Seen { road_users: number; seen_s: number }
interface Props {
  junction: string; still: Still | null; proposal: Proposal | null; set: (p: Proposal | null) => void; seen: Seen | null; look: () => void;
  accept: (all: Difference[]) => void; show: (at: Point) => void; hover: (d: Difference | null) => void;
}

const LEAST_CONFIDENCE = 0.3;

/** Whether a part is too weakly founded to be taken along with others. */
export const restsOnLittle = (why: Grounds | undefined): boolean => why !== undefined && ((why.confidence ?? 1) < LEAST_CONFIDENCE || (why.road_users ?? 2) <= 1);

/** What is still to be decided, and how many objects are alike. */
export interface Still { open: Difference[]; alike: number }
export function open(mine: Doc, proposal: Proposal): Still {
  const all = compare(mine, proposal.doc);
  const keyOf = (d: Difference) => (d.theirs ?? d.mine).key;
  return { open: all.filter((d) => d.what !== "same" && !proposal.put_off.has(keyOf(d))), alike: all.filter((d) => d.what === "same").length };
}

export function ProposalPanel({ junction, still, proposal, set, seen, look, accept, show, hover }: Props) {
  const { t, language } = useSite();
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const learn = async () => {
    setBusy(true);
    setSaid("");
    try {
      const found = await api.propose(junction);
      set({ doc: read(found.toml), findings: found.findings, unclear: found.unclear, put_off: new Set() });
    } catch (error) {
      if (!signedOut(error)) setSaid(t("failed", { why: problemSaid(language, error) }));
    }
    setBusy(false);
    look();
  };
  const grounds = new Map(proposal?.findings.map((f) => [f.who, f]));
  const whyOf = (d: Difference) => (d.theirs === null ? undefined : grounds.get(`${d.kind} "${idOf(d.theirs)}"`));
  const firm = still?.open.filter((d) => !restsOnLittle(whyOf(d))) ?? [];
  const weak = still?.open.filter((d) => restsOnLittle(whyOf(d))) ?? [];
  const takeable = firm.filter((d) => d.theirs !== null);
  const off = (d: Difference[]) => {
    hover(null);
    set({ ...proposal!, put_off: new Set([...proposal!.put_off, ...d.map((one) => (one.theirs ?? one.mine).key)]) });
  };
  const parts = new Set(proposal?.doc.blocks.map((b) => `${b.kind} "${idOf(b)}"`));
  const item = (d: Difference) => {
    const b = d.theirs ?? d.mine;
    const at = pointsOf(b)?.[0];
    // the light that is drawn stays, whichever was learnt
    const lights = signalsOf(d.mine !== null && signalsOf(d.mine).length > 0 ? d.mine : b);
    const why = whyOf(d)?.message;
    return (
      <li key={b.key} onMouseEnter={() => hover(d)} onMouseLeave={() => hover(null)} onFocusIn={() => hover(d)} onFocusOut={() => hover(null)}>
        <b>{t(d.kind)} {idOf(d.mine ?? b)}</b>{" "}
        {d.what === "moved" ? (d.apart_m < 0.05 ? t("what_turned") : t("what_moved", { d: Math.round(d.apart_m * 10) / 10 })) : t(d.what === "new" ? "what_new" : d.what === "light" ? "what_light" : "what_unseen")}
        {d.theirs !== null && lights.length > 0 && <span> · {t("governs")} {lights.join(", ")}</span>}
        {why !== undefined && <p class="hint">{why}</p>}
        <span class="row">
          {d.theirs !== null && <button onClick={() => accept([d])}>{t("accept")}</button>}
          {at && <button onClick={() => show(at)}>{t("goThere")}</button>}
          <button onClick={() => off([d])}>{t("dismiss")}</button>
        </span>
      </li>
    );
  };
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
          <ul class="findings">{firm.map(item)}</ul>
          {weak.length > 0 && <h3>{t("restsOnLittle")}</h3>}
          {weak.length > 0 && <ul class="findings weak">{weak.map(item)}</ul>}
          <Findings title={t("unclear")} list={proposal!.unclear} show={show} />
          <Findings title={t("findings")} list={proposal!.findings.filter((f) => !parts.has(f.who))} show={show} />
        </>
      )}
    </div>
  );
}
