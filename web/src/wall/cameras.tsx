/** How each camera is doing. */
import { api } from "../shared/api";
import type { CameraHealth, Junction } from "../shared/types";
import { useFetched } from "./fetched";
import { Ready } from "./parts";
import { remarksSaid } from "./told";
import { amount, moment, stateKey, useSpeech, type Speech, type WallKey } from "./words";

const NAMES: Record<string, WallKey> = { live: "theRun", tracks: "theRows" };
const CALIBRATIONS: Record<string, WallKey> = { ok: "cal_ok", untested: "cal_untested", doubtful: "cal_doubtful", moved: "cal_moved", none: "cal_none" };
const said = ({ t }: Speech, of: Record<string, WallKey>, value: string): string => (value in of ? t(of[value]) : value);

export function Cameras({ junction, health }: { junction: Junction; health: CameraHealth[] | null }) {
  const speech = useSpeech();
  const { t, language } = speech;
  const fetched = useFetched(() => api.health(junction.id), junction.id);
  return (
    <section class="page">
      <h2>{t("cameras")}</h2>
      <Ready from={fetched}>
        {(first) => {
          const cameras = health ?? first.cameras;
          if (cameras.length === 0) return <p class="hint">{t("noCameras")}</p>;
          return (
            <ul class="cameras">
              {cameras.map((camera) => (
                <li key={camera.camera}>
                  <h3><span class={`lampdot ${camera.state}`} aria-hidden="true" />{said(speech, NAMES, camera.camera)} <small>{t(stateKey(camera.state))}</small></h3>
                  {camera.state !== "idle" && <dl class="facts">
                    <div><dt>{t("rate")}</dt><dd>{amount(language, camera.rate_fps, "")}</dd></div>
                    <div><dt>{t("delay")}</dt><dd>{amount(language, camera.delay_s, "s", 2)}</dd></div>
                    <div><dt>{t("calibration")}</dt><dd>{camera.calibration ? said(speech, CALIBRATIONS, camera.calibration) : "–"}</dd></div>
                    <div><dt>{t("clock")}</dt><dd>{amount(language, camera.clock_offset_s, "s", 2)}</dd></div>
                  </dl>}
                  {remarksSaid(speech, camera) && <p class="hint">{remarksSaid(speech, camera)}</p>}
                  {camera.since && <p class="hint">{t("lastHeard", { t: moment(speech, camera.since) })}</p>}
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
    </section>
  );
}
