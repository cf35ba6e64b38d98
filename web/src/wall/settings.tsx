/** What an administrator sets for the public screen: its language, and what is being done at the junction. */
import { useState } from "preact/hooks";
import { api } from "../shared/api";
import { LANGUAGES, type Junction, type Settings as Values } from "../shared/types";
import { problemSaid } from "../shared/words/problems";
import { signedOut, useFetched } from "./fetched";
import { Choice, Ready } from "./parts";
import { OWN_NAME, useSpeech } from "./words";

export function Settings({ junction }: { junction: Junction }) {
  const { t } = useSpeech();
  const fetched = useFetched(() => api.settings(junction.id), junction.id);
  return (
    <section class="page">
      <h2>{t("settings")}</h2>
      <Ready from={fetched}>{(values) => <Form id={junction.id} values={values} />}</Ready>
    </section>
  );
}

function Form({ id, values }: { id: string; values: Values }) {
  const { t, language: own } = useSpeech();
  const [language, setLanguage] = useState(values.language);
  const [text, setText] = useState(values.measures.join("\n"));
  const [said, setSaid] = useState("");
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const measures = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    try {
      await api.saveSettings(id, { language, measures });
      setSaid(t("saved"));
    } catch (error) {
      if (!signedOut(error)) setSaid(t("failed", { why: problemSaid(own, error) }));
    }
  };
  return (
    <form class="settings" onSubmit={save}>
      <Choice label={t("screenLanguage")} value={language} options={LANGUAGES.map((l) => [l, OWN_NAME[l]] as const)} onChange={setLanguage} />
      <label class="choice"><span>{t("measures")}</span><textarea rows={6} value={text} onInput={(e) => setText(e.currentTarget.value)} /></label>
      <button class="strong">{t("save")}</button>
      <span role="status">{said}</span>
    </form>
  );
}
