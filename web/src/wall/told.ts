/** What the server tells in codes, said in the reader's language; what is not known here in the server's English. */
import type { CameraHealth, RankedPlace, Remark } from "../shared/types";
import { partKind } from "../shared/words/drawing";
import { moment, WALL_WORDS, type Speech, type WallKey } from "./words";

const known = (key: string): key is WallKey => key in WALL_WORDS.en;

function remarkSaid(speech: Speech, { code, values, sentence }: Remark): string {
  const key = `rm_${code}`;
  if (!known(key)) return sentence;
  const told = typeof values.t === "string" && !Number.isNaN(Date.parse(values.t)) ? { ...values, t: moment(speech, values.t, "exact") } : values;
  return speech.t(key, told);
}

/** All there is to say of a camera, "" where that is nothing. */
export function remarksSaid(speech: Speech, camera: CameraHealth): string {
  const remarks = camera.remarks ?? [];
  return remarks.length > 0 ? remarks.map((r) => remarkSaid(speech, r)).join(" ") : (camera.message ?? "");
}

/** A ranked place, and of whom the row is. */
export function placeSaid({ t, language }: Speech, place: RankedPlace): string {
  const where = place.bearing_deg === null ? "" : t(`from_${Math.round(place.bearing_deg / 45) % 8}` as WallKey);
  const kind = place.kind === null ? "" : partKind(language, "zone", place.kind);
  const name = t(`pl_${place.what}`, { where, kind, id: place.id ?? "" });
  const whom = place.whom ?? (place.what === "crosswalk" ? "crossing" : null);
  return whom === null ? name : t(`whom_${whom}`, { place: name });
}

/** Those among whom a ranked place's events are counted, "" where nobody is. */
export function amongSaid({ t }: Speech, { what, whom }: RankedPlace): string {
  if (what === "crosswalk") return t(`among_${whom ?? "crossing"}` as WallKey);
  return whom === null && (what === "approach" || what === "inside") ? t(`among_${what}`) : "";
}

/** What an entry of the audit log says was done. */
export const auditSaid = ({ t }: Speech, event: string): string => (known(`au_${event}`) ? t(`au_${event}` as WallKey) : event.replaceAll("_", " "));
