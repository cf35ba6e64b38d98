/** The site editor's words. */
import type { Forms } from "../shared/i18n";
import type { Language } from "../shared/types";

const en = {
  title: "Site editor", back: "To the wall", save: "Save", saved: "Saved.", unsaved: "not saved yet", undo: "Undo", redo: "Redo", fit: "Whole junction",
  select: "Select", stop_line: "Stop line", crosswalk: "Crosswalk", lane: "Lane", zone: "Zone", signal: "Signal", tools: "Draw",
  objects: "Objects", underlay: "Tracks underneath", check: "Findings", proposal: "Proposal", calibrate: "Calibrate", code: "site.toml", panel: "Panel",
  how_draw: "Click corner after corner; double click or Enter ends, Escape gives up. Hold Alt not to snap.",
  how_select: "Click an object; drag its corners, double click an edge for a new corner, Delete takes away. Arrow keys move by 10 cm.",
  noFindings: "Nothing found.", errors: "Errors", doubts: "Doubts", goThere: "Show where", checking: "Checking",
  id: "Id", kind: "Kind", heading: "Traffic crosses it heading", turnRound: "Turn round", width: "Width, m", limit: "Speed limit, km/h", maxStop: "Longest stop, s", governs: "Signal", none: "none",
  classes: "Whom its signal governs", remove: "Delete", inPixels: "Drawn in a camera's pixels: edit it as text.", addSignal: "Add a signal", phase: "Phase", group: "Group",
  propose: "Learn from the tracks", proposing: "Learning", accept: "Accept", acceptAll: "Accept all that is new or elsewhere", dismiss: "Not now", what_new: "new", what_moved: "{d} m elsewhere", what_same: "alike", what_unseen: "drawn, but not seen in the tracks",
  findings: "Findings", unclear: "Unclear", nothingLeft: "Nothing left to decide.", alike: { one: "{n} object is alike.", other: "{n} objects are alike." },
  camera: "Camera", noCamera: "The site has no camera.", picture: "Picture of the empty street (stays in this browser)", pairs: "Pairs", px: "Picture", ground: "Ground", error: "Error, cm", left: "Left out, cm",
  how_pairs: "Click a point in the picture, then the same point on the plan. At least four pairs, spread over the junction.", takePose: "Take into the drawing", pose: "Camera {h} m above the ground", plan: "Plan of the junction", corner: "Corner {n} of {id}",
  failed: "That did not work: {why}", loading: "Loading", apply: "Take the text over", leave: "There are changes that are not saved.", zoomIn: "Nearer", zoomOut: "Further",
} satisfies Record<string, Forms>;

export type SiteKey = keyof typeof en;

const de: Record<SiteKey, Forms> = {
  title: "Lageplan", back: "Zum Leitstand", save: "Speichern", saved: "Gespeichert.", unsaved: "noch nicht gespeichert", undo: "Rückgängig", redo: "Wiederholen", fit: "Ganze Kreuzung",
  select: "Auswählen", stop_line: "Haltlinie", crosswalk: "Überweg", lane: "Fahrstreifen", zone: "Fläche", signal: "Signal", tools: "Zeichnen",
  objects: "Objekte", underlay: "Spuren darunter", check: "Befunde", proposal: "Vorschlag", calibrate: "Kalibrieren", code: "site.toml", panel: "Bereich",
  how_draw: "Ecke für Ecke klicken; Doppelklick oder Eingabe beendet, Escape verwirft. Mit Alt ohne Einrasten.",
  how_select: "Objekt anklicken; Ecken ziehen, Doppelklick auf eine Kante gibt eine neue Ecke, Entf löscht. Pfeiltasten verschieben um 10 cm.",
  noFindings: "Nichts gefunden.", errors: "Fehler", doubts: "Zweifel", goThere: "Zeigen wo", checking: "Prüft",
  id: "Kennung", kind: "Art", heading: "Fahrtrichtung darüber", turnRound: "Umdrehen", width: "Breite, m", limit: "Tempolimit, km/h", maxStop: "Längster Halt, s", governs: "Signal", none: "keines",
  classes: "Für wen sein Signal gilt", remove: "Löschen", inPixels: "In Kamerapixeln gezeichnet: als Text bearbeiten.", addSignal: "Signal hinzufügen", phase: "Phase", group: "Gruppe",
  propose: "Aus den Spuren lernen", proposing: "Lernt", accept: "Übernehmen", acceptAll: "Alles Neue und Verschobene übernehmen", dismiss: "Jetzt nicht", what_new: "neu", what_moved: "{d} m daneben", what_same: "gleich", what_unseen: "gezeichnet, aber in den Spuren nicht gesehen",
  findings: "Befunde", unclear: "Unklar", nothingLeft: "Nichts mehr zu entscheiden.", alike: { one: "{n} Objekt ist gleich.", other: "{n} Objekte sind gleich." },
  camera: "Kamera", noCamera: "Der Plan hat keine Kamera.", picture: "Bild der leeren Straße (bleibt in diesem Browser)", pairs: "Paare", px: "Bild", ground: "Boden", error: "Fehler, cm", left: "Ausgelassen, cm",
  how_pairs: "Einen Punkt im Bild anklicken, dann denselben im Plan. Mindestens vier Paare, über die Kreuzung verteilt.", takePose: "In den Plan übernehmen", pose: "Kamera {h} m über dem Boden", plan: "Plan der Kreuzung", corner: "Ecke {n} von {id}",
  failed: "Das ging nicht: {why}", loading: "Lädt", apply: "Text übernehmen", leave: "Es gibt ungespeicherte Änderungen.", zoomIn: "Näher", zoomOut: "Weiter weg",
};

const zh: Record<SiteKey, Forms> = {
  title: "路口编辑器", back: "返回看板", save: "保存", saved: "已保存。", unsaved: "尚未保存", undo: "撤销", redo: "重做", fit: "整个路口",
  select: "选择", stop_line: "停止线", crosswalk: "人行横道", lane: "车道", zone: "区域", signal: "信号", tools: "绘制",
  objects: "对象", underlay: "底层轨迹", check: "检查结果", proposal: "建议", calibrate: "标定", code: "site.toml", panel: "面板",
  how_draw: "逐点点击；双击或回车结束，Esc 放弃。按住 Alt 不吸附。",
  how_select: "点击对象；拖动角点，双击边添加角点，Delete 删除。方向键移动 10 厘米。",
  noFindings: "未发现问题。", errors: "错误", doubts: "疑点", goThere: "显示位置", checking: "正在检查",
  id: "编号", kind: "类型", heading: "车流通过方向", turnRound: "反转", width: "宽度（米）", limit: "限速（公里/时）", maxStop: "最长停留（秒）", governs: "信号", none: "无",
  classes: "信号管辖对象", remove: "删除", inPixels: "以摄像机像素绘制：请以文本编辑。", addSignal: "添加信号", phase: "相位", group: "组",
  propose: "从轨迹学习", proposing: "正在学习", accept: "采纳", acceptAll: "采纳所有新增和移位", dismiss: "暂不", what_new: "新", what_moved: "相差 {d} 米", what_same: "一致", what_unseen: "已绘制，但轨迹中未见",
  findings: "发现", unclear: "不明确", nothingLeft: "没有待决定的内容。", alike: { other: "{n} 个对象一致。" },
  camera: "摄像机", noCamera: "此路口没有摄像机。", picture: "空街道图片（仅留在此浏览器）", pairs: "点对", px: "图片", ground: "地面", error: "误差（厘米）", left: "留一误差（厘米）",
  how_pairs: "先点图片中的一点，再点平面图上的同一点。至少四对，分布于整个路口。", takePose: "写入路口", pose: "摄像机离地 {h} 米", plan: "路口平面图", corner: "{id} 的第 {n} 个角点",
  failed: "未能完成：{why}", loading: "正在加载", apply: "应用文本", leave: "有尚未保存的更改。", zoomIn: "放大", zoomOut: "缩小",
};

const ja: Record<SiteKey, Forms> = {
  title: "交差点エディター", back: "運用画面へ", save: "保存", saved: "保存しました。", unsaved: "未保存", undo: "元に戻す", redo: "やり直す", fit: "交差点全体",
  select: "選択", stop_line: "停止線", crosswalk: "横断歩道", lane: "車線", zone: "区域", signal: "信号", tools: "描く",
  objects: "対象", underlay: "軌跡を下に表示", check: "検査結果", proposal: "提案", calibrate: "較正", code: "site.toml", panel: "パネル",
  how_draw: "角を順にクリック。ダブルクリックか Enter で終了、Escape で中止。Alt で吸着なし。",
  how_select: "対象をクリック。角をドラッグ、辺をダブルクリックで角を追加、Delete で削除。矢印キーで 10 cm 移動。",
  noFindings: "問題はありません。", errors: "誤り", doubts: "疑い", goThere: "場所を表示", checking: "検査中",
  id: "ID", kind: "種類", heading: "通過する向き", turnRound: "逆向きにする", width: "幅 (m)", limit: "制限速度 (km/h)", maxStop: "最長停車 (秒)", governs: "信号", none: "なし",
  classes: "信号の対象", remove: "削除", inPixels: "カメラの画素で描かれています。テキストで編集してください。", addSignal: "信号を追加", phase: "フェーズ", group: "グループ",
  propose: "軌跡から学ぶ", proposing: "学習中", accept: "採用", acceptAll: "新規とずれをすべて採用", dismiss: "今はしない", what_new: "新規", what_moved: "{d} m ずれ", what_same: "同じ", what_unseen: "描かれているが軌跡にない",
  findings: "所見", unclear: "不明", nothingLeft: "決めることはもうありません。", alike: { other: "{n} 個は同じです。" },
  camera: "カメラ", noCamera: "カメラがありません。", picture: "人のいない道路の画像（このブラウザー内のみ）", pairs: "点の組", px: "画像", ground: "地面", error: "誤差 (cm)", left: "除外時 (cm)",
  how_pairs: "画像の点をクリックし、次に平面図の同じ点をクリック。4 組以上、全体に散らしてください。", takePose: "図に取り込む", pose: "カメラの高さ {h} m", plan: "交差点の平面図", corner: "{id} の角 {n}",
  failed: "できませんでした：{why}", loading: "読み込み中", apply: "テキストを反映", leave: "未保存の変更があります。", zoomIn: "拡大", zoomOut: "縮小",
};

export const SITE_WORDS: Record<Language, Record<SiteKey, Forms>> = { en, de, zh, ja };
