/** What users and tokens have in common: refusals said, secrets shown once, buttons that ask once more. */
import { useState } from "preact/hooks";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "./fetched";
import { useSpeech, type WallKey } from "./words";

export type Role = "operator" | "administrator";
export const ROLES = ["operator", "administrator"] as const;

/** Runs what may be refused, and says the refusal. */
export function useAttempt(): [string, (run: () => Promise<void>) => void] {
  const { t, language } = useSpeech();
  const [said, setSaid] = useState("");
  const attempt = (run: () => Promise<void>) => {
    setSaid("");
    run().catch((error: Error) => !signedOut(error) && setSaid(t("failed", { why: problemSaid(language, error) })));
  };
  return [said, attempt];
}

export interface Shown { title: string; value: string }

/** A secret, to be copied now and shown never again. */
export function Secret({ title, value, hide }: Shown & { hide: () => void }) {
  const { t } = useSpeech();
  const [said, setSaid] = useState("");
  const copy = () => void navigator.clipboard?.writeText(value).then(() => setSaid(t("copied")), () => undefined);
  return (
    <div class="secret" role="status">
      <p>{title}</p>
      <code>{value}</code>
      <div class="tools"><button class="strong" onClick={copy}>{t("copy")}</button><button onClick={hide}>{t("noted")}</button><span>{said}</span></div>
    </div>
  );
}

/** A button that asks once more. */
export function Sure({ label, ask, about, run }: { label: WallKey; ask: WallKey; about: string; run: () => void }) {
  const { t } = useSpeech();
  const [asked, setAsked] = useState(false);
  const press = () => {
    if (asked) run();
    setAsked(!asked);
  };
  return <button class={asked ? "sure" : ""} aria-label={`${t(asked ? ask : label)} ${about}`} onClick={press} onBlur={() => setAsked(false)}>{t(asked ? ask : label)}</button>;
}
