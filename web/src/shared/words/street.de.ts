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
    red_light: { one: "Mal bei Rot", other: "Mal bei Rot" },
    late_start: { one: "Mal zu spät losgegangen", other: "Mal zu spät losgegangen" },
    outside_crosswalk: { one: "Querung neben dem Überweg", other: "Querungen neben dem Überweg" },
    wrong_way: { one: "Fahrt in falscher Richtung", other: "Fahrten in falscher Richtung" },
    speeding: { one: "Fahrzeug zu schnell", other: "Fahrzeuge zu schnell" },
    stopped_on_crosswalk: { one: "Halt auf dem Überweg", other: "Halte auf dem Überweg" },
    blocked_box: { one: "Mal Kreuzung blockiert", other: "Mal Kreuzung blockiert" },
    illegal_stop: { one: "verbotener Halt", other: "verbotene Halte" },
    stop_line_overrun: { one: "Halt erst hinter der Linie", other: "Halte erst hinter der Linie" },
    prohibited_turn: { one: "verbotenes Abbiegen", other: "Mal verboten abgebogen" },
    failure_to_yield: { one: "Mal Vorrang missachtet", other: "Mal Vorrang missachtet" },
    lane_misuse: { one: "Fahrt auf falscher Spur", other: "Fahrten auf falscher Spur" },
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
