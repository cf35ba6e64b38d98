/** What is shown, as a page to hand on, in the reader's language where such pages are written in it. */
import type { Language } from "../shared/types";
import { useSpeech } from "./words";

export interface Taken { format: "pdf" | "png"; language: string }
const WRITTEN: readonly Language[] = ["en", "de"];
/** The language reports and sheets are written in for a reader: their own, else English. */
export const writtenFor = (language: Language): Language => (WRITTEN.includes(language) ? language : "en");

export function SaveAs({ address, more }: { address: (taken: Taken) => string; more?: preact.ComponentChildren }) {
  const { t, language } = useSpeech();
  const own = writtenFor(language);
  return (
    <span class="saveas" title={t("sheetNote")}>
      <span>{t("saveAs")}</span>
      <a class="button" download href={address({ format: "pdf", language: own })} aria-label={`${t("saveAs")} PDF`}>PDF</a>
      <a class="button" download href={address({ format: "png", language: own })} aria-label={`${t("saveAs")} PNG`}>PNG</a>
      {more}
    </span>
  );
}
