/** The public screen's own words. */
import type { Forms } from "../shared/i18n";
import type { Language } from "../shared/types";

const en = {
  title: "What happens here today",
  today: "Today so far, and last week by now",
  lastWeek: "last week {n}",
  lastWeekFew: "last week under {k}",
  few: "under {k}",
  nothing: "A quiet day so far: fewer than {k} of anything.",
  hour: "Most dangerous hour",
  hourOf: "{from} to {to}",
  hourUnknown: "not known yet",
  doing: "What is being done here",
  privacy: "No pictures, no faces, no plates: silhouettes only.",
  live: "Live",
  replay: "A moment ago",
  lost: "Connection lost. Showing the plan; it comes back by itself.",
  starting: "One moment, please.",
  noJunction: "No junction is shown here yet.",
  plan: "Plan of the junction seen from above, with road users as silhouettes",
  less: "fewer than last week",
  more: "more than last week",
  same: "about as many as last week",
} satisfies Record<string, Forms>;

export type ScreenKey = keyof typeof en;

const de: Record<ScreenKey, Forms> = {
  title: "Was hier heute geschieht",
  today: "Heute, daneben vor einer Woche",
  lastWeek: "vor einer Woche {n}",
  lastWeekFew: "vor einer Woche unter {k}",
  few: "unter {k}",
  nothing: "Ein ruhiger Tag bisher: von allem weniger als {k}.",
  hour: "Gefährlichste Stunde",
  hourOf: "{from} bis {to} Uhr",
  hourUnknown: "noch nicht bekannt",
  doing: "Was hier getan wird",
  privacy: "Keine Bilder, keine Gesichter, keine Kennzeichen: nur Umrisse.",
  live: "Live",
  replay: "Gerade eben",
  lost: "Verbindung unterbrochen. Hier der Plan; es geht von selbst weiter.",
  starting: "Einen Moment, bitte.",
  noJunction: "Hier wird noch keine Kreuzung gezeigt.",
  plan: "Plan der Kreuzung von oben, Menschen und Fahrzeuge als Umrisse",
  less: "weniger als vor einer Woche",
  more: "mehr als vor einer Woche",
  same: "etwa so viele wie vor einer Woche",
};

const zh: Record<ScreenKey, Forms> = {
  title: "今天这里发生了什么",
  today: "今天到现在，与上周此时相比",
  lastWeek: "上周 {n}",
  lastWeekFew: "上周不到 {k}",
  few: "不到 {k}",
  nothing: "今天很平静：各项都不到 {k} 次。",
  hour: "最危险的时段",
  hourOf: "{from}–{to}",
  hourUnknown: "尚不清楚",
  doing: "这里正在做的改进",
  privacy: "不拍照片，不认人脸，不读车牌，只有剪影。",
  live: "实时",
  replay: "刚才",
  lost: "连接中断，正在显示平面图，稍后会自动恢复。",
  starting: "请稍候。",
  noJunction: "这里还没有显示任何路口。",
  plan: "路口俯视平面图，行人和车辆以剪影显示",
  less: "比上周少",
  more: "比上周多",
  same: "与上周差不多",
};

const ja: Record<ScreenKey, Forms> = {
  title: "今日ここで起きていること",
  today: "今日ここまで（先週の同時刻と比較）",
  lastWeek: "先週 {n}",
  lastWeekFew: "先週 {k} 未満",
  few: "{k} 未満",
  nothing: "今日は穏やかです。どれも {k} 件未満です。",
  hour: "最も危険な時間帯",
  hourOf: "{from}〜{to}",
  hourUnknown: "まだ分かりません",
  doing: "ここで進めている対策",
  privacy: "写真も顔もナンバーも写しません。シルエットだけです。",
  live: "ライブ",
  replay: "たった今",
  lost: "接続が切れました。平面図を表示中です。自動で元に戻ります。",
  starting: "しばらくお待ちください。",
  noJunction: "表示する交差点がまだありません。",
  plan: "交差点を上から見た平面図。人と車はシルエットで表示",
  less: "先週より少ない",
  more: "先週より多い",
  same: "先週とほぼ同じ",
};

export const SCREEN_WORDS: Record<Language, Record<ScreenKey, Forms>> = { en, zh, ja, de };
