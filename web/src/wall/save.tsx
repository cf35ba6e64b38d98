/** What is shown, as a page to hand on. */
import { useSpeech } from "./words";

export function SaveAs({ address, more }: { address: (format: "pdf" | "png") => string; more?: preact.ComponentChildren }) {
  const { t } = useSpeech();
  return (
    <span class="saveas" title={t("sheetNote")}>
      <span>{t("saveAs")}</span>
      <a class="button" download href={address("pdf")} aria-label={`${t("saveAs")} PDF`}>PDF</a>
      <a class="button" download href={address("png")} aria-label={`${t("saveAs")} PNG`}>PNG</a>
      {more}
    </span>
  );
}
