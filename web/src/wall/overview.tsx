/** All junctions at once: live, with the day so far, what to look at last, and cameras that need somebody. */
import { localeOf } from "../shared/i18n";
import type { JunctionToday } from "../shared/types";
import { kindLabel } from "../shared/words/street";
import { Thumb } from "./thumb";
import type { WallFeed } from "./feed";
import { remarksSaid } from "./told";
import { speech, moment, stateKey, useSpeech } from "./words";

interface Props { all: JunctionToday[]; feed: WallFeed | null; open: (junction: string, event?: string) => void }

export function Overview({ all, feed, open }: Props) {
  const { t, language } = useSpeech();
  const number = new Intl.NumberFormat(localeOf(language));
  return (
    <section class="page overview">
      <h2>{t("overview")}</h2>
      <ul class="wallgrid">
        {all.map((j) => (
          <li key={j.id} class={`tile ${j.state}`}>
            <button class="tileplan" onClick={() => open(j.id)} aria-label={`${t("open")}: ${j.name}`}><Thumb id={j.id} feed={feed} width={480} height={270} /></button>
            <div class="tiletext">
              <h3>{j.name}</h3>
              <p class="state"><span class={`lampdot ${j.state}`} aria-hidden="true" />{t(stateKey(j.state))} · {moment(speech(language, j.timezone), j.now, "time")}</p>
              <dl class="tilefacts">
                <div><dt>{t("violations")}</dt><dd>{number.format(j.today.violations)}</dd></div>
                <div><dt>{t("conflicts")}</dt><dd>{number.format(j.today.conflicts)}</dd></div>
                <div class={j.today.serious > 0 ? "warn" : ""}><dt>{t("severe")}</dt><dd>{number.format(j.today.serious)}</dd></div>
                <div><dt>{t("passings")}</dt><dd>{number.format(j.today.passings)}</dd></div>
                <div><dt>{t("unmarked")}</dt><dd>{number.format(j.today.unmarked)}</dd></div>
              </dl>
              {j.last === null ? <p class="hint">{t("nothingYet")}</p> : (
                <button class="last" onClick={() => open(j.id, j.last!.event)}>
                  <span class={`dot ${j.last.table === "conflicts" ? (j.last.severity ?? "slight") : "violation"}`} aria-hidden="true" />
                  <span>{kindLabel(language, j.last.kind, 1)}</span>
                  <span class="when">{moment(speech(language, j.timezone), j.last.t, "time")}</span>
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Cameras that are lost or not sure, over everything else; what is late passes by itself. */
export function Alarms({ all, open }: { all: JunctionToday[]; open: (junction: string) => void }) {
  const spoken = useSpeech();
  const { t } = spoken;
  const troubled = all.flatMap((j) => j.cameras.filter((c) => c.state === "lost" || c.state === "unsure").map((camera) => ({ j, camera })));
  return (
    <div class="alarms" role="alert" aria-label={t("alarms")}>
      {troubled.map(({ j, camera }) => (
        <p key={`${j.id}/${camera.camera}`} class={camera.state}>
          <span class={`lampdot ${camera.state}`} aria-hidden="true" />
          <b>{j.name}, {camera.camera}: {t(stateKey(camera.state))}</b> <span>{remarksSaid({ ...spoken, timezone: j.timezone }, camera)}</span>
          <button onClick={() => open(j.id)}>{t("cameras")}</button>
        </p>
      ))}
    </div>
  );
}
