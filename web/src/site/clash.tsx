/** The file is another meanwhile, or gone: theirs, mine as text, or mine over theirs or anew, knowingly. */
import { useEffect, useRef } from "preact/hooks";
import { useSite } from "./spoken";

/** What the file holds now, and the digest that the next save has to name; kept: whether there is a file. */
export interface Theirs { toml: string; sha256: string; kept: boolean }
interface Props { mine: string; gone: boolean; load: () => void; overwrite: () => void }

export function Clash({ mine, gone, load, overwrite }: Props) {
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
    <div class="clash" role="alertdialog" aria-label={t(gone ? "fileGone" : "clash")}>
      <p>{t(gone ? "fileGone" : "clash")}</p>
      {!gone && <button ref={first} onClick={load}>{t("loadTheirs")}</button>}
      <button ref={gone ? first : undefined} onClick={keep}>{t("keepMine")}</button>
      <button onClick={overwrite}>{t(gone ? "writeAnew" : "overwrite")}</button>
    </div>
  );
}
