/** The site editor's words. */
import type { Forms } from "../shared/i18n";
import type { Language } from "../shared/types";

const en = {
  view: "What is drawn on", onPlan: "Plan", inCamera: "Camera {camera}", layers: "Layers", layer_drawing: "Drawing", layer_tracks: "Tracks", layer_plate: "Background plate", layer_tiles: "Map",
  signals: "Signals", how_signals: "Choose a signal to see what it governs; Assign, then click stop lines, crosswalks or exits.", assign: "Assign", edit: "Edit", governsNothing: "governs nothing", how_assign: "Click what {id} governs; click again to take it away.", spareSignals: "Signals nobody uses",
  exits: "Exits", allExits: "One light for every exit.", leaves: "Leaves heading", turnOnRed: "may turn on red", addExit: "Add an exit by clicking it", how_exit: "Click the lane or the place where these vehicles leave.",
  corners: "Corners ({n})", how_corners: "Arrow keys on a corner move it by 10 cm, with Shift by 1 m.", fix_turn_round: "Turn round", fix_uncross: "Put the corners in order", fix_assign: "Assign it",
  wholeSite: "The junction", name: "Name", timezone: "Time zone", latitude: "Latitude of (0, 0)", longitude: "Longitude of (0, 0)", drivesOn: "Traffic drives on the", source: "Source", addCamera: "Add a camera",
  seen: "In memory: {n} road users within {m} minutes. The more of the last 30 minutes there is, the surer the proposal.", seenNobody: "Nobody has been seen here yet. Let traffic pass for some minutes while the junction is running.", what_light: "its light is known", dismissAll: "None of these",
  clickPlan: "Now click pair {n} on the plan.", clickPicture: "Now click pair {n} in the picture.", plateThere: "The picture is the camera's background plate.", noPicture: "That is no picture that this browser can show.", noGround: "That has no place on the ground here.",
  title: "Site editor", back: "To the wall", save: "Save", saved: "Saved.", unsaved: "not saved yet", undo: "Undo", redo: "Redo", fit: "Whole junction",
  select: "Select", stop_line: "Stop line", crosswalk: "Crosswalk", lane: "Lane", zone: "Zone", signal: "Signal", tools: "Draw",
  objects: "Objects", check: "Findings", proposal: "Proposal", calibrate: "Calibrate", code: "site.toml", panel: "Panel",
  how_draw: "Click corner after corner; double click or Enter ends, Escape gives up. Hold Alt not to snap.",
  how_select: "Click an object; drag it or its corners, the dots between give new corners, Shift and click takes one away. Arrow keys move by 10 cm.",
  noFindings: "Nothing found.", errors: "Errors", doubts: "Doubts", goThere: "Show where", checking: "Checking",
  id: "Id", kind: "Kind", heading: "Traffic crosses it heading", turnRound: "Turn round", width: "Width, m", limit: "Speed limit, km/h", maxStop: "Longest stop, s", governs: "Signal", none: "none",
  classes: "Whom its signal governs", remove: "Delete", inPixels: "Drawn in the pixels of camera {camera}.", addSignal: "Add a signal", phase: "Phase", group: "Group",
  propose: "Learn from the tracks", proposing: "Learning", accept: "Accept", acceptAll: "Accept all that is new or elsewhere", dismiss: "Not now", what_new: "new", what_moved: "{d} m elsewhere", what_same: "alike", what_unseen: "drawn, but not seen in the tracks",
  findings: "Findings", unclear: "Unclear", nothingLeft: "Nothing left to decide.", alike: { one: "{n} object is alike.", other: "{n} objects are alike." },
  camera: "Camera", noCamera: "The site has no camera.", picture: "Picture of the empty street (stays in this browser)", pairs: "Pairs", px: "Picture", ground: "Ground", error: "Error, cm", left: "Left out, cm",
  how_pairs: "Click a point in the picture, then the same point on the plan. At least four pairs, spread over the junction.", takePose: "Take into the drawing", plan: "Plan of the junction", corner: "Corner {n} of {id}",
  failed: "That did not work: {why}", loading: "Loading", apply: "Take the text over", leave: "There are changes that are not saved.", zoomIn: "Nearer", zoomOut: "Further",
} satisfies Record<string, Forms>;

export type SiteKey = keyof typeof en;

const de: Record<SiteKey, Forms> = {
  view: "Worauf gezeichnet wird", onPlan: "Plan", inCamera: "Kamera {camera}", layers: "Ebenen", layer_drawing: "Zeichnung", layer_tracks: "Spuren", layer_plate: "Hintergrundbild", layer_tiles: "Karte",
  signals: "Signale", how_signals: "Signal wählen, um zu sehen, was es regelt; „Zuordnen“, dann Haltlinien, Überwege oder Ausfahrten anklicken.", assign: "Zuordnen", edit: "Ändern", governsNothing: "regelt nichts", how_assign: "Anklicken, was {id} regelt; noch einmal nimmt es wieder weg.", spareSignals: "Signale, die niemand nutzt",
  exits: "Ausfahrten", allExits: "Ein Licht für alle Ausfahrten.", leaves: "Verlässt in Richtung", turnOnRed: "darf bei Rot abbiegen", addExit: "Ausfahrt durch Anklicken hinzufügen", how_exit: "Den Fahrstreifen oder die Stelle anklicken, wo diese Fahrzeuge hinausfahren.",
  corners: "Ecken ({n})", how_corners: "Pfeiltasten auf einer Ecke verschieben sie um 10 cm, mit Umschalt um 1 m.", fix_turn_round: "Umdrehen", fix_uncross: "Ecken ordnen", fix_assign: "Zuordnen",
  wholeSite: "Die Kreuzung", name: "Name", timezone: "Zeitzone", latitude: "Breite von (0, 0)", longitude: "Länge von (0, 0)", drivesOn: "Verkehr fährt", source: "Quelle", addCamera: "Kamera hinzufügen",
  seen: "Im Speicher: {n} Verkehrsteilnehmer in {m} Minuten. Je mehr der letzten 30 Minuten da ist, desto sicherer der Vorschlag.", seenNobody: "Hier wurde noch niemand gesehen. Einige Minuten Verkehr abwarten, während die Kreuzung läuft.", what_light: "sein Signal ist bekannt", dismissAll: "Keines davon",
  clickPlan: "Jetzt Paar {n} im Plan anklicken.", clickPicture: "Jetzt Paar {n} im Bild anklicken.", plateThere: "Das Bild ist das Hintergrundbild der Kamera.", noPicture: "Das ist kein Bild, das dieser Browser zeigen kann.", noGround: "Das hat hier keinen Ort auf dem Boden.",
  title: "Lageplan", back: "Zum Leitstand", save: "Speichern", saved: "Gespeichert.", unsaved: "noch nicht gespeichert", undo: "Rückgängig", redo: "Wiederholen", fit: "Ganze Kreuzung",
  select: "Auswählen", stop_line: "Haltlinie", crosswalk: "Überweg", lane: "Fahrstreifen", zone: "Fläche", signal: "Signal", tools: "Zeichnen",
  objects: "Objekte", check: "Befunde", proposal: "Vorschlag", calibrate: "Kalibrieren", code: "site.toml", panel: "Bereich",
  how_draw: "Ecke für Ecke klicken; Doppelklick oder Eingabe beendet, Escape verwirft. Mit Alt ohne Einrasten.",
  how_select: "Objekt anklicken; es oder seine Ecken ziehen, die Punkte dazwischen geben neue Ecken, Umschalt und Klick nimmt eine weg. Pfeiltasten verschieben um 10 cm.",
  noFindings: "Nichts gefunden.", errors: "Fehler", doubts: "Zweifel", goThere: "Zeigen wo", checking: "Prüft",
  id: "Kennung", kind: "Art", heading: "Fahrtrichtung darüber", turnRound: "Umdrehen", width: "Breite, m", limit: "Tempolimit, km/h", maxStop: "Längster Halt, s", governs: "Signal", none: "keines",
  classes: "Für wen sein Signal gilt", remove: "Löschen", inPixels: "In den Pixeln der Kamera {camera} gezeichnet.", addSignal: "Signal hinzufügen", phase: "Phase", group: "Gruppe",
  propose: "Aus den Spuren lernen", proposing: "Lernt", accept: "Übernehmen", acceptAll: "Alles Neue und Verschobene übernehmen", dismiss: "Jetzt nicht", what_new: "neu", what_moved: "{d} m daneben", what_same: "gleich", what_unseen: "gezeichnet, aber in den Spuren nicht gesehen",
  findings: "Befunde", unclear: "Unklar", nothingLeft: "Nichts mehr zu entscheiden.", alike: { one: "{n} Objekt ist gleich.", other: "{n} Objekte sind gleich." },
  camera: "Kamera", noCamera: "Der Plan hat keine Kamera.", picture: "Bild der leeren Straße (bleibt in diesem Browser)", pairs: "Paare", px: "Bild", ground: "Boden", error: "Fehler, cm", left: "Ausgelassen, cm",
  how_pairs: "Einen Punkt im Bild anklicken, dann denselben im Plan. Mindestens vier Paare, über die Kreuzung verteilt.", takePose: "In den Plan übernehmen", plan: "Plan der Kreuzung", corner: "Ecke {n} von {id}",
  failed: "Das ging nicht: {why}", loading: "Lädt", apply: "Text übernehmen", leave: "Es gibt ungespeicherte Änderungen.", zoomIn: "Näher", zoomOut: "Weiter weg",
};

const zh: Record<SiteKey, Forms> = {
  view: "绘制面", onPlan: "平面图", inCamera: "摄像机 {camera}", layers: "图层", layer_drawing: "图形", layer_tracks: "轨迹", layer_plate: "背景图", layer_tiles: "地图",
  signals: "信号灯", how_signals: "选择信号灯可查看其管辖对象；点“分配”后，点击停止线、人行横道或出口。", assign: "分配", edit: "编辑", governsNothing: "未管辖任何对象", how_assign: "点击由 {id} 管辖的对象；再次点击取消。", spareSignals: "未使用的信号灯",
  exits: "出口", allExits: "所有出口共用一个信号灯。", leaves: "驶离方向", turnOnRed: "红灯可转弯", addExit: "点击添加出口", how_exit: "点击这些车辆驶离的车道或位置。",
  corners: "角点（{n}）", how_corners: "在角点上按方向键移动 10 厘米，按住 Shift 移动 1 米。", fix_turn_round: "反转", fix_uncross: "理顺角点顺序", fix_assign: "分配",
  wholeSite: "路口", name: "名称", timezone: "时区", latitude: "(0, 0) 的纬度", longitude: "(0, 0) 的经度", drivesOn: "车辆靠哪侧行驶", source: "来源", addCamera: "添加摄像机",
  seen: "内存中：{m} 分钟内 {n} 名道路使用者。最近 30 分钟的数据越多，建议越可靠。", seenNobody: "这里尚未见到任何人。请在路口运行时等待几分钟车流。", what_light: "其信号灯已知", dismissAll: "全部不采纳",
  clickPlan: "现在在平面图上点击第 {n} 对。", clickPicture: "现在在图片中点击第 {n} 对。", plateThere: "图片为该摄像机的背景图。", noPicture: "此浏览器无法显示该图片。", noGround: "此处在地面上没有对应位置。",
  title: "路口编辑器", back: "返回看板", save: "保存", saved: "已保存。", unsaved: "尚未保存", undo: "撤销", redo: "重做", fit: "整个路口",
  select: "选择", stop_line: "停止线", crosswalk: "人行横道", lane: "车道", zone: "区域", signal: "信号", tools: "绘制",
  objects: "对象", check: "检查结果", proposal: "建议", calibrate: "标定", code: "site.toml", panel: "面板",
  how_draw: "逐点点击；双击或回车结束，Esc 放弃。按住 Alt 不吸附。",
  how_select: "点击对象；拖动对象或角点，中间的点可添加角点，Shift 加点击删除角点。方向键移动 10 厘米。",
  noFindings: "未发现问题。", errors: "错误", doubts: "疑点", goThere: "显示位置", checking: "正在检查",
  id: "编号", kind: "类型", heading: "车流通过方向", turnRound: "反转", width: "宽度（米）", limit: "限速（公里/时）", maxStop: "最长停留（秒）", governs: "信号", none: "无",
  classes: "信号管辖对象", remove: "删除", inPixels: "以摄像机 {camera} 的像素绘制。", addSignal: "添加信号", phase: "相位", group: "组",
  propose: "从轨迹学习", proposing: "正在学习", accept: "采纳", acceptAll: "采纳所有新增和移位", dismiss: "暂不", what_new: "新", what_moved: "相差 {d} 米", what_same: "一致", what_unseen: "已绘制，但轨迹中未见",
  findings: "发现", unclear: "不明确", nothingLeft: "没有待决定的内容。", alike: { other: "{n} 个对象一致。" },
  camera: "摄像机", noCamera: "此路口没有摄像机。", picture: "空街道图片（仅留在此浏览器）", pairs: "点对", px: "图片", ground: "地面", error: "误差（厘米）", left: "留一误差（厘米）",
  how_pairs: "先点图片中的一点，再点平面图上的同一点。至少四对，分布于整个路口。", takePose: "写入路口", plan: "路口平面图", corner: "{id} 的第 {n} 个角点",
  failed: "未能完成：{why}", loading: "正在加载", apply: "应用文本", leave: "有尚未保存的更改。", zoomIn: "放大", zoomOut: "缩小",
};

const ja: Record<SiteKey, Forms> = {
  view: "描く面", onPlan: "平面図", inCamera: "カメラ {camera}", layers: "レイヤー", layer_drawing: "図面", layer_tracks: "軌跡", layer_plate: "背景画像", layer_tiles: "地図",
  signals: "信号", how_signals: "信号を選ぶと対象が示されます。「割り当て」の後、停止線・横断歩道・出口をクリック。", assign: "割り当て", edit: "編集", governsNothing: "対象なし", how_assign: "{id} の対象をクリック。もう一度で解除。", spareSignals: "使われていない信号",
  exits: "出口", allExits: "すべての出口に一つの信号。", leaves: "出る方位", turnOnRed: "赤で曲がれる", addExit: "クリックで出口を追加", how_exit: "車両が出ていく車線か場所をクリック。",
  corners: "角（{n}）", how_corners: "角の上で矢印キー：10 cm、Shift で 1 m 移動。", fix_turn_round: "逆向きにする", fix_uncross: "角の順を直す", fix_assign: "割り当てる",
  wholeSite: "交差点", name: "名前", timezone: "タイムゾーン", latitude: "(0, 0) の緯度", longitude: "(0, 0) の経度", drivesOn: "通行側", source: "ソース", addCamera: "カメラを追加",
  seen: "記憶中：{m} 分間に {n} 人・台。直近 30 分が多いほど提案は確かです。", seenNobody: "まだ誰も見ていません。交差点の稼働中に数分お待ちください。", what_light: "信号がわかりました", dismissAll: "どれも採用しない",
  clickPlan: "次に平面図で組 {n} をクリック。", clickPicture: "次に画像で組 {n} をクリック。", plateThere: "画像はカメラの背景画像です。", noPicture: "このブラウザーで表示できる画像ではありません。", noGround: "ここは地面上の位置がありません。",
  title: "交差点エディター", back: "運用画面へ", save: "保存", saved: "保存しました。", unsaved: "未保存", undo: "元に戻す", redo: "やり直す", fit: "交差点全体",
  select: "選択", stop_line: "停止線", crosswalk: "横断歩道", lane: "車線", zone: "区域", signal: "信号", tools: "描く",
  objects: "対象", check: "検査結果", proposal: "提案", calibrate: "較正", code: "site.toml", panel: "パネル",
  how_draw: "角を順にクリック。ダブルクリックか Enter で終了、Escape で中止。Alt で吸着なし。",
  how_select: "対象をクリック。本体や角をドラッグ、間の点で角を追加、Shift とクリックで角を削除。矢印キーで 10 cm 移動。",
  noFindings: "問題はありません。", errors: "誤り", doubts: "疑い", goThere: "場所を表示", checking: "検査中",
  id: "ID", kind: "種類", heading: "通過する向き", turnRound: "逆向きにする", width: "幅 (m)", limit: "制限速度 (km/h)", maxStop: "最長停車 (秒)", governs: "信号", none: "なし",
  classes: "信号の対象", remove: "削除", inPixels: "カメラ {camera} の画素で描かれています。", addSignal: "信号を追加", phase: "フェーズ", group: "グループ",
  propose: "軌跡から学ぶ", proposing: "学習中", accept: "採用", acceptAll: "新規とずれをすべて採用", dismiss: "今はしない", what_new: "新規", what_moved: "{d} m ずれ", what_same: "同じ", what_unseen: "描かれているが軌跡にない",
  findings: "所見", unclear: "不明", nothingLeft: "決めることはもうありません。", alike: { other: "{n} 個は同じです。" },
  camera: "カメラ", noCamera: "カメラがありません。", picture: "人のいない道路の画像（このブラウザー内のみ）", pairs: "点の組", px: "画像", ground: "地面", error: "誤差 (cm)", left: "除外時 (cm)",
  how_pairs: "画像の点をクリックし、次に平面図の同じ点をクリック。4 組以上、全体に散らしてください。", takePose: "図に取り込む", plan: "交差点の平面図", corner: "{id} の角 {n}",
  failed: "できませんでした：{why}", loading: "読み込み中", apply: "テキストを反映", leave: "未保存の変更があります。", zoomIn: "拡大", zoomOut: "縮小",
};

export const SITE_WORDS: Record<Language, Record<SiteKey, Forms>> = { en, de, zh, ja };
