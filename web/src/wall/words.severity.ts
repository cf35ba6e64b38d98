/** Words of the page on how close near misses came, in four languages. */
import type { Forms } from "../shared/i18n";
import type { Language } from "../shared/types";

const en = {
  severities: "Severity", whoMet: "Who met", howMet: "How they met", twoOf: "{a} and {b}", ct_crossing: "crossing paths", ct_lane_change: "at an acute angle", ct_rear_end: "one behind the other",
  ttcSpread: "Time to collision (TTC)", petSpread: "Post-encroachment time (PET)", ofNearMisses: { one: "of {n} near miss", other: "of {n} near misses" }, limitS: "limit {s} s", perBin: "{from}–{to} s",
  nobodyHas: "No near miss has this measure.", noNearMisses: "No near miss in this time.", numbers: "The numbers", bySeverity: "By severity", byWho: "By who met", byHow: "By how they met", medianTtc: "Median TTC, s", medianPet: "Median PET, s",
  spreadNote: "A near miss can have both times, or one. What is above a limit is no near miss and was not kept. Grades also weigh the speed of a collision and the confidence. Limits: FHWA's Surrogate Safety Assessment Model, unless the junction sets its own.",
  spreadOf: "{what} of near misses by severity", shareOf: "Share",
} satisfies Record<string, Forms>;

export type SeverityKey = keyof typeof en;

const zh: Record<SeverityKey, Forms> = {
  severities: "严重程度分布", whoMet: "相遇双方", howMet: "冲突类型", twoOf: "{a}与{b}", ct_crossing: "交叉", ct_lane_change: "锐角相遇", ct_rear_end: "追尾",
  ttcSpread: "碰撞时间 (TTC)", petSpread: "后侵入时间 (PET)", ofNearMisses: { other: "共 {n} 起险情" }, limitS: "阈值 {s} 秒", perBin: "{from}–{to} 秒",
  nobodyHas: "没有险情具有该指标。", noNearMisses: "这段时间没有险情。", numbers: "数值", bySeverity: "按严重程度", byWho: "按相遇双方", byHow: "按冲突类型", medianTtc: "TTC 中位数（秒）", medianPet: "PET 中位数（秒）",
  spreadNote: "一起险情可以有两个时间，也可以只有一个。超过阈值的不算险情，未保存。等级还考虑碰撞速度和置信度。阈值：FHWA 替代安全评估模型 (SSAM)，除非路口另有设定。",
  spreadOf: "险情的{what}，按严重程度", shareOf: "占比",
};

const ja: Record<SeverityKey, Forms> = {
  severities: "深刻度の分布", whoMet: "当事者", howMet: "遭遇の型", twoOf: "{a}と{b}", ct_crossing: "交差", ct_lane_change: "鋭角での接近", ct_rear_end: "追従",
  ttcSpread: "衝突余裕時間 (TTC)", petSpread: "侵入後余裕時間 (PET)", ofNearMisses: { other: "{n} 件のヒヤリハット" }, limitS: "しきい値 {s} 秒", perBin: "{from}～{to} 秒",
  nobodyHas: "この指標をもつヒヤリハットはありません。", noNearMisses: "この期間にヒヤリハットはありません。", numbers: "数値", bySeverity: "深刻度別", byWho: "当事者別", byHow: "遭遇の型別", medianTtc: "TTC 中央値（秒）", medianPet: "PET 中央値（秒）",
  spreadNote: "両方の時間をもつものも、片方だけのものもあります。しきい値を超えるものはヒヤリハットとせず、保存していません。等級は衝突速度と確信度も考慮します。しきい値は FHWA の代替安全評価モデル (SSAM)、交差点に設定があればその値です。",
  spreadOf: "ヒヤリハットの{what}（深刻度別）", shareOf: "割合",
};

const de: Record<SeverityKey, Forms> = {
  severities: "Schwere", whoMet: "Wer sich begegnete", howMet: "Konfliktart", twoOf: "{a} und {b}", ct_crossing: "kreuzende Wege", ct_lane_change: "in spitzem Winkel", ct_rear_end: "hintereinander",
  ttcSpread: "Zeit bis zum Zusammenstoß (TTC)", petSpread: "Nachfolgezeit (PET)", ofNearMisses: { one: "von {n} Beinahe-Unfall", other: "von {n} Beinahe-Unfällen" }, limitS: "Grenze {s} s", perBin: "{from}–{to} s",
  nobodyHas: "Kein Beinahe-Unfall hat dieses Maß.", noNearMisses: "Kein Beinahe-Unfall in dieser Zeit.", numbers: "Die Zahlen", bySeverity: "Nach Schwere", byWho: "Danach, wer sich begegnete", byHow: "Nach Konfliktart", medianTtc: "TTC, Median, s", medianPet: "PET, Median, s",
  spreadNote: "Ein Beinahe-Unfall kann beide Zeiten haben oder eine. Was über einer Grenze liegt, ist kein Beinahe-Unfall und wurde nicht gespeichert. In die Stufe gehen auch die Geschwindigkeit eines Zusammenstoßes und die Konfidenz ein. Grenzen: Surrogate Safety Assessment Model der FHWA, soweit die Kreuzung keine eigenen hat.",
  spreadOf: "{what} der Beinahe-Unfälle nach Schwere", shareOf: "Anteil",
};

export const SEVERITY_WORDS: Record<Language, Record<SeverityKey, Forms>> = { en, zh, ja, de };
