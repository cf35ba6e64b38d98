/** Errors and doubts, each with where it is. */
import type { Finding, Point } from "../shared/types";
import { useSite } from "./spoken";

export function Findings({ title, list, show }: { title: string; list: readonly Finding[]; show: (at: Point) => void }) {
  const { t } = useSite();
  if (list.length === 0) return null;
  return (
    <section>
      <h3>{title} ({list.length})</h3>
      <ul class="findings">
        {list.map((f, i) => (
          <li key={i}>
            <b>{f.who}</b> {f.message}{" "}
            {f.x !== null && f.y !== null && <button onClick={() => show([f.x!, f.y!])}>{t("goThere")}</button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
