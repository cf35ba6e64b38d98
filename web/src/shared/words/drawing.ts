/** What kinds of lanes, zones and signals there are, in four languages. */
import type { Language } from "../types";

const en = {
  lane_traffic: "traffic", lane_bus: "bus", lane_cycle: "cycle", lane_sidewalk: "sidewalk",
  zone_no_stopping: "no stopping", zone_box: "box junction", zone_carriageway: "carriageway", zone_sidewalk: "sidewalk", zone_parking: "parking", zone_waiting: "waiting area", zone_region: "region",
  signal_vehicle: "vehicles", signal_bicycle: "bicycles", signal_pedestrian: "pedestrians",
  side_right: "right", side_left: "left",
};
export type PartKey = keyof typeof en;

export const PARTS: Record<Language, Record<PartKey, string>> = {
  en,
  zh: {
    lane_traffic: "机动车道", lane_bus: "公交车道", lane_cycle: "自行车道", lane_sidewalk: "人行道",
    zone_no_stopping: "禁停区", zone_box: "网状线区", zone_carriageway: "车行道", zone_sidewalk: "人行道", zone_parking: "停车区", zone_waiting: "待行区", zone_region: "区域",
    signal_vehicle: "机动车", signal_bicycle: "自行车", signal_pedestrian: "行人",
    side_right: "右侧", side_left: "左侧",
  },
  ja: {
    lane_traffic: "車道", lane_bus: "バス", lane_cycle: "自転車", lane_sidewalk: "歩道",
    zone_no_stopping: "停車禁止", zone_box: "停止禁止部分", zone_carriageway: "車道", zone_sidewalk: "歩道", zone_parking: "駐車", zone_waiting: "待機場所", zone_region: "領域",
    signal_vehicle: "車両用", signal_bicycle: "自転車用", signal_pedestrian: "歩行者用",
    side_right: "右", side_left: "左",
  },
  de: {
    lane_traffic: "Verkehr", lane_bus: "Bus", lane_cycle: "Radverkehr", lane_sidewalk: "Gehweg",
    zone_no_stopping: "Halteverbot", zone_box: "freizuhaltende Kreuzungsfläche", zone_carriageway: "Fahrbahn", zone_sidewalk: "Gehweg", zone_parking: "Parken", zone_waiting: "Wartefläche", zone_region: "Bereich",
    signal_vehicle: "Fahrzeuge", signal_bicycle: "Fahrräder", signal_pedestrian: "Fußverkehr",
    side_right: "rechts", side_left: "links",
  },
};

/** A kind's name, or the word itself where none is known. */
export function partKind(language: Language, part: "lane" | "zone" | "signal" | "side", kind: string): string {
  const key = `${part}_${kind}`;
  return key in PARTS[language] ? PARTS[language][key as PartKey] : kind.replaceAll("_", " ");
}
