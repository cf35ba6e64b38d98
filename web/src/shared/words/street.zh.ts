import type { Street } from "./street";

const both = (text: string) => ({ ride: text, walk: text });

export const zh: Street = {
  users: {
    pedestrian: "行人", cyclist: "自行车", motorcycle: "摩托车", car: "小汽车", van: "面包车", truck: "货车",
    bus: "公交车", tram: "有轨电车", other: "其他",
  },
  subject: {
    pedestrian: "一名行人", cyclist: "一辆自行车", motorcycle: "一辆摩托车", car: "一辆小汽车", van: "一辆面包车",
    truck: "一辆货车", bus: "一辆公交车", tram: "一辆有轨电车", other: "一辆车",
  },
  two: {
    pedestrian: "两名行人", cyclist: "两辆自行车", motorcycle: "两辆摩托车", car: "两辆小汽车", van: "两辆面包车",
    truck: "两辆货车", bus: "两辆公交车", tram: "两辆有轨电车", other: "两辆车",
  },
  and: "和",
  kinds: {
    red_light: { other: "次闯红灯" },
    late_start: { other: "次过街起步太晚" },
    outside_crosswalk: { other: "次不走斑马线" },
    wrong_way: { other: "次逆行" },
    speeding: { other: "次超速" },
    stopped_on_crosswalk: { other: "次在斑马线上停车" },
    blocked_box: { other: "次堵塞路口" },
    illegal_stop: { other: "次违规停车" },
    stop_line_overrun: { other: "次越线停车" },
    prohibited_turn: { other: "次违规转弯" },
    failure_to_yield: { other: "次未礼让行人" },
    lane_misuse: { other: "次占用专用车道" },
    near_miss: { other: "次险些相撞" },
  },
  happened: {
    red_light: both("{who}闯了红灯"),
    late_start: both("{who}过街起步太晚"),
    outside_crosswalk: both("{who}没有走斑马线"),
    wrong_way: both("{who}逆向行驶"),
    speeding: both("{who}开得太快"),
    stopped_on_crosswalk: both("{who}停在了斑马线上"),
    blocked_box: both("{who}堵住了路口"),
    illegal_stop: both("{who}停在了禁停处"),
    stop_line_overrun: both("{who}越过停止线停车"),
    prohibited_turn: both("{who}在禁止处转弯"),
    failure_to_yield: both("{who}没有礼让过街行人"),
    lane_misuse: both("{who}占用了专用车道"),
    near_miss: both("{who}险些相撞"),
  },
  happenedOther: "这里刚刚出现了险情",
};
