/** Signing in, and choosing an own password after the first one. */
import { render } from "preact";
import { useRef, useState } from "preact/hooks";
import "../shared/base.css";
import "./wall.css";
import { api, ApiError } from "../shared/api";
import { HTML_LANG } from "../shared/i18n";
import { problemSaid } from "../shared/words/problems";
import { preferred, speech } from "./words";

const LEAST = 12;
const language = preferred();
const { t } = speech(language);
document.documentElement.lang = HTML_LANG[language];
document.title = `Passerby: ${t("signIn")}`;

function onward(): void {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  location.assign(/^\/(?![/\\])/.test(next) ? next : "/");
}

function Login() {
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [change, setChange] = useState(false);
  // for the one step of choosing another, and in this page's memory alone
  const first = useRef("");
  const attempt = async (run: () => Promise<void>) => {
    setBusy(true);
    setSaid("");
    try {
      await run();
    } catch (error) {
      setSaid(error instanceof ApiError && error.status === 401 ? t("wrong") : problemSaid(language, error));
    }
    setBusy(false);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const value = (key: string) => String(form.get(key) ?? "");
    void attempt(async () => {
      if (change) {
        await api.changePassword(first.current, value("fresh"));
        first.current = "";
        return onward();
      }
      const who = await api.login(value("name"), value("password"));
      if (who.must_change === true) {
        first.current = value("password");
        setChange(true);
      }
      else onward();
    });
  };
  return (
    <main class="login">
      <form onSubmit={submit} key={String(change)}>
        <h1>Passerby</h1>
        {change ? (
          <>
            <p>{t("mustChange", { n: LEAST })}</p>
            <label>{t("newPassword")}<input name="fresh" type="password" autocomplete="new-password" required minLength={LEAST} maxLength={128} autofocus /></label>
          </>
        ) : (
          <>
            <label>{t("name")}<input name="name" autocomplete="username" required maxLength={32} autofocus /></label>
            <label>{t("password")}<input name="password" type="password" autocomplete="current-password" required maxLength={128} /></label>
          </>
        )}
        <p class="said" role="alert">{said}</p>
        <button class="strong" disabled={busy}>{t(change ? "change" : "signIn")}</button>
        {change ? <button type="button" onClick={onward}>{t("notNow")}</button> : <a href="/screen">{t("screen")}</a>}
      </form>
    </main>
  );
}

render(<Login />, document.getElementById("app")!);
