/** The drawing as text. */
import { problemSaid } from "../shared/words/problems";
import { useEffect, useState } from "preact/hooks";
import { useSite } from "./spoken";

export function Code({ text, take }: { text: string; take: (text: string) => void }) {
  const { t, language } = useSite();
  const [own, setOwn] = useState(text);
  const [said, setSaid] = useState("");
  useEffect(() => setOwn(text), [text]);
  const apply = () => {
    try {
      take(own);
      setSaid("");
    } catch (error) {
      setSaid(t("failed", { why: problemSaid(language, error) }));
    }
  };
  return (
    <div class="code">
      <textarea aria-label={t("code")} spellcheck={false} value={own} onInput={(e) => setOwn(e.currentTarget.value)} />
      <pre role="alert" class="said">{said}</pre>
      <button disabled={own === text} onClick={apply}>{t("apply")}</button>
    </div>
  );
}
