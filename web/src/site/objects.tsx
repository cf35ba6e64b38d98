/** All that is drawn, by kind; what is doubtful is flagged. */
import { DRAWN, idOf, type Block, type Doc, type Drawn } from "./blocks";
import { useSite } from "./spoken";

interface Props {
  doc: Doc; chosen: number | null; doubtful: ReadonlySet<string>; choose: (key: number) => void; key_: (event: KeyboardEvent) => void;
  addSignal: () => void; addCamera: () => void;
}

export function Objects({ doc, chosen, doubtful, choose, key_, addSignal, addCamera }: Props) {
  const { t } = useSite();
  const group = (kind: Drawn | "signal" | "camera") => {
    const list: Block[] = doc.blocks.filter((b) => b.kind === kind);
    const flagged = (b: Block) => doubtful.has(`${kind} "${idOf(b)}"`);
    return (
      <details key={kind} open={kind === "stop_line" || list.some(flagged)}>
        <summary>{t(kind)} ({list.length})</summary>
        <ul class="objects">
          {list.map((b) => <li key={b.key}><button aria-current={b.key === chosen} class={flagged(b) ? "doubtful" : ""} onClick={() => choose(b.key)} onKeyDown={(e) => b.key === chosen && key_(e)}>{idOf(b)}{flagged(b) ? " !" : ""}</button></li>)}
        </ul>
        {kind === "signal" && <button onClick={addSignal}>{t("addSignal")}</button>}
        {kind === "camera" && <button onClick={addCamera}>{t("addCamera")}</button>}
      </details>
    );
  };
  return <>{([...DRAWN, "signal", "camera"] as const).map(group)}</>;
}
