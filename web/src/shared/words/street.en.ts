import type { Street } from "./street";

const both = (text: string) => ({ ride: text, walk: text });

export const en: Street = {
  users: {
    pedestrian: "pedestrian", cyclist: "cyclist", motorcycle: "motorcycle", car: "car", van: "van", truck: "lorry",
    bus: "bus", tram: "tram", other: "other",
  },
  subject: {
    pedestrian: "somebody on foot", cyclist: "a cyclist", motorcycle: "a motorcycle", car: "a car", van: "a van",
    truck: "a lorry", bus: "a bus", tram: "a tram", other: "a road user",
  },
  two: {
    pedestrian: "two people on foot", cyclist: "two cyclists", motorcycle: "two motorcycles", car: "two cars", van: "two vans", truck: "two lorries",
    bus: "two buses", tram: "two trams", other: "two road users",
  },
  and: " and ",
  kinds: {
    red_light: { one: "red light violation", other: "red light violations" },
    late_start: { one: "late start", other: "late starts" },
    outside_crosswalk: { one: "crossing away from a crosswalk", other: "crossings away from a crosswalk" },
    wrong_way: { one: "wrong-way run", other: "wrong-way runs" },
    speeding: { one: "case of speeding", other: "cases of speeding" },
    stopped_on_crosswalk: { one: "stop on a crosswalk", other: "stops on a crosswalk" },
    blocked_box: { one: "blocked box", other: "blocked boxes" },
    illegal_stop: { one: "illegal stop", other: "illegal stops" },
    stop_line_overrun: { one: "stop line overrun", other: "stop line overruns" },
    prohibited_turn: { one: "prohibited turn", other: "prohibited turns" },
    failure_to_yield: { one: "failure to yield", other: "failures to yield" },
    lane_misuse: { one: "case of lane misuse", other: "cases of lane misuse" },
    near_miss: { one: "near miss", other: "near misses" },
  },
  happened: {
    red_light: { ride: "{who} went through a red light", walk: "{who} crossed on red" },
    late_start: both("{who} started to cross too late"),
    outside_crosswalk: both("{who} crossed away from the crosswalk"),
    wrong_way: both("{who} went the wrong way"),
    speeding: both("{who} went too fast"),
    stopped_on_crosswalk: both("{who} stopped on the crosswalk"),
    blocked_box: both("{who} blocked the junction"),
    illegal_stop: both("{who} stopped where nobody may stop"),
    stop_line_overrun: both("{who} stopped beyond the line"),
    prohibited_turn: both("{who} turned where nobody may turn"),
    failure_to_yield: both("{who} did not give way to people crossing"),
    lane_misuse: both("{who} took a lane meant for others"),
    near_miss: both("{who} came dangerously close"),
  },
  happenedOther: "something happened here",
};
