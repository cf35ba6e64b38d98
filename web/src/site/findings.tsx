/** Errors and doubts, each with where it is and what mends it. */
import type { Finding, Point } from "../shared/types";
import { useSite } from "./spoken";

export function FixButton({ finding, fix }: { finding: Finding; fix: (f: Finding) => void }) {
  const { t } = useSite();
  if (!finding.fix) return null;
  return <button class="fix" onClick={() => fix(finding)}>{t(`fix_${finding.fix}`)}</button>;
}

export function Findings({ title, list, show, fix }: { title: string; list: readonly Finding[]; show: (at: Point, f: Finding) => void; fix?: (f: Finding) => void }) {
  const { t } = useSite();
  if (list.length === 0) return null;
  return (
    <section>
      <h2>{title} ({list.length})</h2>
      <ul class="findings">
        {list.map((f, i) => (
          <li key={i}>
            <b>{f.who}</b> <span lang="en">{f.message}</span>
            <span class="row">
              {f.x !== null && f.y !== null && <button onClick={() => show([f.x!, f.y!], f)}>{t("goThere")}</button>}
              {fix !== undefined && <FixButton finding={f} fix={fix} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
