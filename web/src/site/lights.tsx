/** The signals: each with what it governs; assigned by clicking on the plan. */
import { idOf, type Block, type Doc } from "./blocks";
import { governed } from "./signals";
import { useSite } from "./spoken";

interface Props {
  doc: Doc; signal: string | null; assigning: boolean;
  take: (id: string | null) => void; assign: (on: boolean) => void; add: () => void; choose: (key: number) => void;
}

export function Lights({ doc, signal, assigning, take, assign, add, choose }: Props) {
  const { t } = useSite();
  const all: Block[] = doc.blocks.filter((b) => b.kind === "signal");
  return (
    <section class="lights">
      <p class="hint">{t("how_signals")}</p>
      <ul class="findings">
        {all.map((s) => {
          const id = idOf(s);
          const mine = governed(doc, id);
          const lit = signal === id;
          return (
            <li key={s.key} class={lit ? "lit" : ""}>
              <span class="row">
                <button aria-pressed={lit} onClick={() => take(lit ? null : id)}><i class={mine.length > 0 ? "bulb" : "bulb spare"} aria-hidden="true" />{id}</button>
                <button aria-pressed={lit && assigning} onClick={() => { take(id); assign(!(lit && assigning)); }}>{t("assign")}</button>
                <button onClick={() => choose(s.key)} aria-label={`${t("edit")} ${id}`}>{t("edit")}</button>
              </span>
              {mine.length === 0 ? <span class="spare">{t("governsNothing")}</span> : <span class="hint">{mine.map((b) => `${t(b.kind as "stop_line")} ${idOf(b)}`).join(", ")}</span>}
              {lit && assigning && <p class="hint" role="status">{t("how_assign", { id })}</p>}
            </li>
          );
        })}
      </ul>
      <button onClick={add}>{t("addSignal")}</button>
    </section>
  );
}
