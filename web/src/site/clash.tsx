/** Somebody else has saved the drawing meanwhile: theirs, mine as text, or mine over theirs knowingly. */
import { useEffect, useRef } from "preact/hooks";
import { useSite } from "./spoken";

/** What the file holds now, and the digest that the next save has to name. */
export interface Theirs { toml: string; sha256: string }
interface Props { mine: string; load: () => void; overwrite: () => void }

export function Clash({ mine, load, overwrite }: Props) {
  const { t } = useSite();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const keep = () => {
    const address = URL.createObjectURL(new Blob([mine], { type: "application/toml" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: "site.mine.toml" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  return (
    <div class="clash" role="alertdialog" aria-label={t("clash")}>
      <p>{t("clash")}</p>
      <button ref={first} onClick={load}>{t("loadTheirs")}</button>
      <button onClick={keep}>{t("keepMine")}</button>
      <button onClick={overwrite}>{t("overwrite")}</button>
    </div>
  );
}
