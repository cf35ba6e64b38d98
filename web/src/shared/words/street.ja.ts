import type { Street } from "./street";

const both = (text: string) => ({ ride: text, walk: text });

export const ja: Street = {
  users: {
    pedestrian: "歩行者", cyclist: "自転車", motorcycle: "バイク", car: "乗用車", van: "バン", truck: "トラック",
    bus: "バス", tram: "路面電車", other: "その他",
  },
  subject: {
    pedestrian: "歩行者", cyclist: "自転車", motorcycle: "バイク", car: "乗用車", van: "バン", truck: "トラック",
    bus: "バス", tram: "路面電車", other: "車両",
  },
  two: {
    pedestrian: "歩行者2人", cyclist: "自転車2台", motorcycle: "バイク2台", car: "乗用車2台", van: "バン2台", truck: "トラック2台",
    bus: "バス2台", tram: "路面電車2台", other: "車両2台",
  },
  and: "と",
  kinds: {
    red_light: { other: "件の信号無視" },
    late_start: { other: "件の渡り始めの遅れ" },
    outside_crosswalk: { other: "件の横断歩道外の横断" },
    wrong_way: { other: "件の逆走" },
    speeding: { other: "件の速度超過" },
    stopped_on_crosswalk: { other: "件の横断歩道上の停止" },
    blocked_box: { other: "件の交差点内の停滞" },
    illegal_stop: { other: "件の駐停車違反" },
    stop_line_overrun: { other: "件の停止線越え" },
    prohibited_turn: { other: "件の禁止された右左折" },
    failure_to_yield: { other: "件の歩行者妨害" },
    lane_misuse: { other: "件の通行区分違反" },
    near_miss: { other: "件のヒヤリハット" },
  },
  happened: {
    red_light: { ride: "{who}が赤信号で進みました", walk: "{who}が赤信号で渡りました" },
    late_start: both("{who}の渡り始めが遅すぎました"),
    outside_crosswalk: both("{who}が横断歩道の外を渡りました"),
    wrong_way: both("{who}が逆走しました"),
    speeding: both("{who}がスピードを出しすぎました"),
    stopped_on_crosswalk: both("{who}が横断歩道の上で止まりました"),
    blocked_box: both("{who}が交差点をふさぎました"),
    illegal_stop: both("{who}が停車禁止の場所で止まりました"),
    stop_line_overrun: both("{who}が停止線を越えて止まりました"),
    prohibited_turn: both("{who}が禁止された方向へ曲がりました"),
    failure_to_yield: both("{who}が横断者に道を譲りませんでした"),
    lane_misuse: both("{who}が通行区分の違う車線を通りました"),
    near_miss: both("{who}があわや衝突するところでした"),
  },
  happenedOther: "ここで危険な出来事がありました",
};
