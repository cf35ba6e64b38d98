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
    red_light: { one: "red light run", other: "red lights run" },
    late_start: { one: "crossing started too late", other: "crossings started too late" },
    outside_crosswalk: { one: "crossing away from the crosswalk", other: "crossings away from the crosswalk" },
    wrong_way: { one: "trip the wrong way", other: "trips the wrong way" },
    speeding: { one: "vehicle too fast", other: "vehicles too fast" },
    stopped_on_crosswalk: { one: "stop on the crosswalk", other: "stops on the crosswalk" },
    blocked_box: { one: "time the junction was blocked", other: "times the junction was blocked" },
    illegal_stop: { one: "stop where none is allowed", other: "stops where none is allowed" },
    stop_line_overrun: { one: "stop beyond the line", other: "stops beyond the line" },
    prohibited_turn: { one: "forbidden turn", other: "forbidden turns" },
    failure_to_yield: { one: "failure to give way", other: "failures to give way" },
    lane_misuse: { one: "use of the wrong lane", other: "uses of the wrong lane" },
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
