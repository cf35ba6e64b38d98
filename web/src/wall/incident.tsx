/** One incident: its replay, what was measured, and the operator's verdict. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../shared/api";
import type { EventRow, Junction, Verdict } from "../shared/types";
import { happened } from "../shared/words/street";
import { severityLabel } from "./events";
import { problemSaid } from "../shared/words/problems";
import { signedOut, useFetched } from "./fetched";
import { narrow } from "./narrow";
import { Ready } from "./parts";
import { Player } from "./player";
import { SaveAs } from "./save";
import { amount, lampKey, moment, useSpeech } from "./words";

interface Props {
  junction: Junction; event: string; withdrawn: boolean; choose: (event: string) => void; next: () => void;
  marked: (event: string, mark: EventRow["mark"]) => void; gone: (event: string) => void;
}

export function Incident({ junction, event, withdrawn, choose, next, marked, gone }: Props) {
  const speech = useSpeech();
  const { t, language } = speech;
  const fetched = useFetched(() => api.event(junction.id, event), `${junction.id}/${event}`);
  // 422: what the address names cannot be the id of any event
  const missing = fetched.status === 404 || fetched.status === 422;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (missing) gone(event);
  }, [missing]);
  useEffect(() => {
    // where the detail stands in place of the list, who chose it is taken there
    if (fetched.data === null || !narrow()) return;
    heading.current?.focus({ preventScroll: true });
    heading.current?.closest(".shown")?.scrollIntoView({ block: "start" });
  }, [fetched.data === null]);
  if (withdrawn && fetched.data === null) return <p class="notice" role="status">{t("wasWithdrawn")}</p>;
  if (missing) return <p class="notice" role="status">{t("noSuchEvent", { id: event.slice(0, 40) })}</p>;
  return (
    <Ready from={fetched}>
      {(detail) => {
        const row = detail.event;
        const users = row.table === "conflicts" ? [row.class_a ?? "other", row.class_b ?? "other"] : [row.class ?? "other"];
        const facts: [string, string][] = [
          [t("place"), row.place ?? "–"], [t("ttc"), amount(language, row.ttc_s, "s", 2)], [t("pet"), amount(language, row.pet_s, "s", 2)],
          [t("drac"), amount(language, row.drac_mps2, "m/s²")], [t("maxSpeed"), amount(language, kmh(row.max_speed_mps), "km/h", 0)],
          [t("deltaV"), amount(language, kmh(row.delta_v_mps), "km/h", 0)], [t("speed"), amount(language, kmh(row.speed_mps), "km/h", 0)],
          [row.state ? t("intoState", { state: t(lampKey(row.state)) }) : "", row.state ? amount(language, row.into_state_s, "s") : "–"],
          [t("duration"), amount(language, row.duration_s, "s")], [t("severity"), row.severity ? severityLabel(t, row.severity) : "–"],
          [t("confidence"), row.confidence == null ? "–" : amount(language, row.confidence * 100, "%", 0)],
        ];
        return (
          <article class="incident">
            <header>
              <div><h2 ref={heading} tabIndex={-1}>{happened(language, row.kind, users)}</h2><p class="hint">{t("exactly", { t: moment(speech, row.t, "exact") })} · {junction.timezone}</p></div>
              <SaveAs address={(taken) => api.eventSheetUrl(junction.id, event, { ...taken })} />
            </header>
            {withdrawn && <p class="notice" role="status">{t("wasWithdrawn")}</p>}
            <Marking junction={junction} row={row} next={next} marked={(mark) => marked(event, mark)} />
            {detail.tracks.length > 0 ? <Player plan={junction.plan} detail={detail} /> : <p class="notice">{t("noTracks")}</p>}
            <h3>{t("measured")}</h3>
            <dl class="facts">
              {facts.filter(([, value]) => value !== "–").map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
            </dl>
            {detail.linked.length > 0 && (
              <p class="linked">{t("linked")}: {detail.linked.map((id) => <button key={id} onClick={() => choose(id)}>{id}</button>)}</p>
            )}
          </article>
        );
      }}
    </Ready>
  );
}

const kmh = (mps: number | null | undefined) => (mps == null ? null : mps * 3.6);

function Marking({ junction, row, next, marked }: { junction: Junction; row: EventRow; next: () => void; marked: (mark: EventRow["mark"]) => void }) {
  const { t, language } = useSpeech();
  const [note, setNote] = useState(row.mark?.note ?? "");
  const [verdict, setVerdict] = useState<Verdict | null>(row.mark?.verdict ?? null);
  const [said, setSaid] = useState("");
  const send = async (wanted: Verdict | null) => {
    try {
      await api.mark(junction.id, row.event, wanted, note);
      setVerdict(wanted);
      marked(wanted === null ? null : { verdict: wanted, note });
      setSaid(t("saved"));
    } catch (error) {
      if (!signedOut(error)) setSaid(t("failed", { why: problemSaid(language, error) }));
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.target as HTMLElement).closest("input, select, textarea") !== null || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "c") void send("confirmed");
      else if (event.key === "f") void send("false");
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  return (
    <div class="marking">
      <button class="yes" aria-pressed={verdict === "confirmed"} onClick={() => void send("confirmed")}>{t("setConfirmed")}</button>
      <button class="no" aria-pressed={verdict === "false"} onClick={() => void send("false")}>{t("setFalse")}</button>
      {verdict !== null && <button onClick={() => void send(null)}>{t("unmark")}</button>}
      <label class="choice"><span>{t("note")}</span><input value={note} maxLength={500} onInput={(e) => setNote(e.currentTarget.value)} /></label>
      <button onClick={next}>{t("nextUnmarked")}</button>
      <span role="status">{said}</span>
    </div>
  );
}
