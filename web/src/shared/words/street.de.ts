import type { Street } from "./street";

const both = (text: string) => ({ ride: text, walk: text });

export const de: Street = {
  users: {
    pedestrian: "zu Fuß", cyclist: "Fahrrad", motorcycle: "Motorrad", car: "Auto", van: "Transporter", truck: "Lkw",
    bus: "Bus", tram: "Straßenbahn", other: "Sonstige",
  },
  subject: {
    pedestrian: "jemand zu Fuß", cyclist: "ein Fahrrad", motorcycle: "ein Motorrad", car: "ein Auto",
    van: "ein Transporter", truck: "ein Lkw", bus: "ein Bus", tram: "eine Straßenbahn", other: "ein Fahrzeug",
  },
  two: {
    pedestrian: "zwei Menschen zu Fuß", cyclist: "zwei Fahrräder", motorcycle: "zwei Motorräder", car: "zwei Autos",
    van: "zwei Transporter", truck: "zwei Lkw", bus: "zwei Busse", tram: "zwei Straßenbahnen", other: "zwei Fahrzeuge",
  },
  and: " und ",
  kinds: {
    red_light: { one: "Rotlichtverstoß", other: "Rotlichtverstöße" },
    late_start: { one: "später Start", other: "späte Starts" },
    outside_crosswalk: { one: "Querung abseits eines Überwegs", other: "Querungen abseits eines Überwegs" },
    wrong_way: { one: "Fahrt in falscher Richtung", other: "Fahrten in falscher Richtung" },
    speeding: { one: "Geschwindigkeitsüberschreitung", other: "Geschwindigkeitsüberschreitungen" },
    stopped_on_crosswalk: { one: "Halt auf einem Überweg", other: "Halte auf einem Überweg" },
    blocked_box: { one: "blockierte Kreuzungsfläche", other: "blockierte Kreuzungsflächen" },
    illegal_stop: { one: "unzulässiger Halt", other: "unzulässige Halte" },
    stop_line_overrun: { one: "überfahrene Haltlinie", other: "überfahrene Haltlinien" },
    prohibited_turn: { one: "verbotenes Abbiegen", other: "verbotene Abbiegevorgänge" },
    failure_to_yield: { one: "Vorrangverletzung", other: "Vorrangverletzungen" },
    lane_misuse: { one: "falsche Fahrstreifennutzung", other: "falsche Fahrstreifennutzungen" },
    near_miss: { one: "Beinahe-Unfall", other: "Beinahe-Unfälle" },
  },
  happened: {
    red_light: { ride: "{who} fuhr bei Rot", walk: "{who} ging bei Rot" },
    late_start: both("{who} ging zu spät los"),
    outside_crosswalk: both("{who} querte neben dem Überweg"),
    wrong_way: { ride: "{who} fuhr in falscher Richtung", walk: "{who} ging in falscher Richtung" },
    speeding: both("{who} fuhr zu schnell"),
    stopped_on_crosswalk: both("{who} hielt auf dem Überweg"),
    blocked_box: both("{who} blockierte die Kreuzung"),
    illegal_stop: both("{who} hielt, wo niemand halten darf"),
    stop_line_overrun: both("{who} hielt erst hinter der Haltlinie"),
    prohibited_turn: both("{who} bog ab, wo es verboten ist"),
    failure_to_yield: both("{who} ließ Menschen am Überweg nicht vor"),
    lane_misuse: { ride: "{who} fuhr auf einer falschen Spur", walk: "{who} ging auf einer falschen Spur" },
    near_miss: both("{who} kamen sich gefährlich nahe"),
  },
  happenedOther: "hier ist etwas passiert",
};
