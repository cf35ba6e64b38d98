/** How each camera is doing, and how often each rule was right. */
import { api } from "../shared/api";
import type { CameraHealth, Junction } from "../shared/types";
import { kindLabel } from "../shared/words/street";
import { useFetched } from "./fetched";
import { Ready } from "./parts";
import { amount, stateKey, useSpeech } from "./words";

export function Cameras({ junction, health }: { junction: Junction; health: CameraHealth[] | null }) {
  const { t, language } = useSpeech();
  const fetched = useFetched(() => api.health(junction.id), junction.id);
  const precision = useFetched(() => api.precision(junction.id), junction.id);
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
                  <h3><span class={`lampdot ${camera.state}`} aria-hidden="true" />{camera.camera} <small>{t(stateKey(camera.state))}</small></h3>
                  <dl class="facts">
                    <div><dt>{t("rate")}</dt><dd>{amount(language, camera.rate_fps, "")}</dd></div>
                    <div><dt>{t("delay")}</dt><dd>{amount(language, camera.delay_s, "s", 2)}</dd></div>
                    <div><dt>{t("calibration")}</dt><dd>{camera.calibration ?? "–"}</dd></div>
                    <div><dt>{t("clock")}</dt><dd>{amount(language, camera.clock_offset_s, "s", 2)}</dd></div>
                  </dl>
                  {camera.message && <p class="hint">{camera.message}</p>}
                </li>
              ))}
            </ul>
          );
        }}
      </Ready>
      <h2>{t("precision")}</h2>
      <Ready from={precision}>
        {({ rows }) => rows.length === 0 ? <p class="hint">{t("notMarked")}</p> : (
          <table class="ranks precision">
            <thead><tr><th scope="col">{t("rule")}</th><th scope="col">{t("confirmed")}</th><th scope="col">{t("false")}</th><th scope="col">{t("share")}</th><th scope="col">{t("interval")}</th></tr></thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.kind}>
                  <th scope="row">{kindLabel(language, row.kind, 2)}</th><td>{row.confirmed}</td><td>{row.false}</td>
                  <td>{row.precision === null ? t("notMarked") : amount(language, row.precision * 100, "%", 0)}</td>
                  <td>{row.low === null || row.high === null ? "–" : `${amount(language, row.low * 100, "", 0).trim()}–${amount(language, row.high * 100, "%", 0)}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Ready>
    </section>
  );
}
