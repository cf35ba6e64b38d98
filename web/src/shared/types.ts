/** What the API of version 1 sends. Metres east and north, degrees clockwise from north, UTC. */

export const CLASSES = [
  "pedestrian", "cyclist", "motorcycle", "car", "van", "truck", "bus", "tram", "other",
] as const;
export type RoadUser = (typeof CLASSES)[number];

export const KINDS = [
  "red_light", "late_start", "outside_crosswalk", "wrong_way", "speeding", "stopped_on_crosswalk", "blocked_box",
  "illegal_stop", "stop_line_overrun", "prohibited_turn", "failure_to_yield", "lane_misuse", "near_miss",
] as const;
export type Kind = (typeof KINDS)[number];

export const LANGUAGES = ["en", "zh", "ja", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

export type Point = [number, number];
export type Bounds = [number, number, number, number];
export type Lights = Record<string, string>;
/** class, x, y, heading in degrees, speed in m/s; in replays also 1 for who was part of what happened, else 0 */
export type User = [string, number, number, number, number?, number?];

export interface PublicPlan {
  bounds: Bounds;
  carriageway: Point[][];
  lanes: { kind: string; centreline: Point[]; width: number }[];
  crosswalks: Point[][];
  stop_lines: Point[][];
  sidewalks: Point[][];
}

export interface PublicJunction {
  id: string;
  name: string;
  language: Language;
  languages?: Language[];
  drives_on: "left" | "right";
  timezone?: string;
  plan: PublicPlan;
  measures: string[];
  plate: string | null;
}

export interface Figures {
  today: Record<string, number | null>;
  last_week: Record<string, number | null>;
  most_dangerous_hour: number | null;
  k: number;
}

export interface Hello { v: string; rate?: number }
/** dt: seconds of the junction since the scene before */
export interface SceneEvent { users: User[]; lights: Lights; dt?: number }
export interface ReplayEvent {
  kind: string;
  classes: string[];
  place: Point;
  frames: User[][];
  lights?: Lights[] | Lights;
  severity?: string | null;
}

export type Role = "public" | "operator" | "administrator";
export interface Session { name: string; role: Role; csrf: string | null; must_change?: boolean }

/** What an administrator sets for a junction's public screen. */
export interface Settings { language: Language; measures: string[] }

export interface CameraHealth {
  camera: string;
  state: string;
  rate_fps?: number | null;
  delay_s?: number | null;
  calibration?: string | null;
  clock_offset_s?: number | null;
  message?: string | null;
}

export interface JunctionSummary { id: string; name: string; state: string; cameras: CameraHealth[] }

export interface OperatorPlan {
  bounds: Bounds;
  carriageway: Point[][];
  sidewalks: Point[][];
  lanes: { id: string; kind: string; centreline: Point[]; width: number }[];
  crosswalks: { id: string; polygon: Point[]; signal: string | null }[];
  stop_lines: { id: string; points: Point[]; heading: number; signal: string | null }[];
  zones: { id: string; kind: string; polygon: Point[] }[];
}

export interface Junction {
  id: string;
  name: string;
  language: Language;
  timezone: string;
  drives_on: "left" | "right";
  now?: string;
  rate?: number;
  plan: OperatorPlan;
  rules?: Record<string, unknown>;
  ttl?: Record<string, number | null>;
}

export type Table = "violations" | "conflicts";
export type Verdict = "confirmed" | "false";

export interface EventRow {
  event: string;
  table: Table;
  kind: string;
  t: string;
  x: number;
  y: number;
  class?: string;
  class_a?: string;
  class_b?: string;
  place?: string | null;
  signal?: string | null;
  state?: string | null;
  into_state_s?: number | null;
  speed_mps?: number | null;
  duration_s?: number | null;
  ttc_s?: number | null;
  pet_s?: number | null;
  drac_mps2?: number | null;
  max_speed_mps?: number | null;
  delta_v_mps?: number | null;
  severity?: string | null;
  confidence?: number | null;
  mark?: { verdict: Verdict; note?: string } | null;
}

/** seconds since the window's start, x, y, heading, speed */
export type Sample = [number, number, number, number, number];
export interface TrackPiece {
  track: number; class: string; involved?: boolean; length?: number | null; width?: number | null; samples: Sample[];
}
export interface EventDetail {
  event: EventRow;
  window: { t0: string; t1: string };
  tracks: TrackPiece[];
  signals: [number, string, string][];
  linked: string[];
}

export interface CountRow { t0: string; t1: string; place: string; movement: string; class: string; n: number }
export interface RankRow {
  key: string; label?: string; violations: number; conflicts: number; severe: number;
  /** events per 1,000 passings with its 95 % interval; null where nobody is counted */
  rate?: number | null; low?: number | null; high?: number | null;
}
export interface PrecisionRow {
  kind: string; confirmed: number; false: number; precision: number | null; low: number | null; high: number | null;
}
/** x, y, weight by severity, events */
export interface Heat { cell_m: number; cells: [number, number, number, number?][] }
export interface Finding { who: string; message: string; x: number | null; y: number | null }
export interface Problem { type?: string; title: string; status: number; detail?: string }
