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

/** A certified background plate; matrix: 3x3 from its straightened pixels to metres, null where no calibration says so. */
export interface PlateView {
  camera: string; address: string; size: [number, number]; matrix: number[][] | null; distortion: number;
}
/** A server of map tiles. */
export interface TileSource { url: string; attribution: string }
/** What lies under operators' plans. origin: latitude, longitude of (0, 0). */
export interface Background { origin: [number, number]; tiles: TileSource | null; plates: PlateView[] }

export interface PublicJunction {
  id: string;
  name: string;
  language: Language;
  languages?: Language[];
  drives_on: "left" | "right";
  timezone?: string;
  plan: PublicPlan;
  measures: string[];
  plates?: PlateView[];
}

export interface Figures {
  today: Record<string, number | null>;
  last_week: Record<string, number | null>;
  most_dangerous_hour: number | null;
  /** both days up to so many minutes after midnight there */
  until_min: number;
  /** how much of today up to then was */
  observed: "nothing" | "part" | "most";
  k: number;
}

/** recorded: a recording is replayed, whose clock is not the street's */
export interface Hello { v: string; rate?: number; recorded?: boolean }
/** dt: seconds of the junction since the scene before */
export interface SceneEvent { users: User[]; lights: Lights; dt?: number }
export interface ReplayEvent {
  /** names this replay in what follows it, and nothing else */
  token?: string;
  /** frames there will be */
  length?: number;
  kind: string;
  classes: string[];
  place: Point;
  frames: User[][];
  lights?: Lights[];
  severity?: string | null;
}
export interface MoreEvent { token: string; frames: User[][]; lights?: Lights[] }

export type Role = "public" | "operator" | "administrator";
export interface Session { name: string; role: Role; csrf: string | null; must_change?: boolean }

/** What an administrator sets for a junction's public screen. */
export interface Settings { language: Language; measures: string[] }

/** values are named by their units; why: a cause in the words of who told it */
export interface Remark { code: string; values: Record<string, number | string>; sentence: string }
export interface CameraHealth {
  camera: string;
  state: string;
  rate_fps?: number | null;
  delay_s?: number | null;
  calibration?: string | null;
  clock_offset_s?: number | null;
  message?: string | null;
  remarks?: Remark[];
  /** when it was last heard, where it is not now */
  since?: string | null;
}

export interface JunctionSummary { id: string; name: string; state: string; cameras: CameraHealth[] }

export interface Today { violations: number; conflicts: number; serious: number; passings: number; unmarked: number }
export interface JunctionToday extends JunctionSummary { now: string; timezone: string; today: Today; last: EventRow | null }

export interface UserView { name: string; role: Exclude<Role, "public">; initial: boolean }
export interface TokenView { id: string; label: string; role: Exclude<Role, "public">; created: string; expires: string; by: string }
export interface AuditEntry { n: number; t: string; event: string; details: Record<string, unknown>; hash: string }
export interface AuditPage { entries: AuditEntry[]; next: number | null; events: string[] }
export interface AuditChain { holds: boolean; entries: number; said: string | null }

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
  /** when `now` was read, by this machine's clock (ms) */
  read?: number;
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
  /** taken back since it was told */
  withdrawn?: boolean;
  mark?: { verdict: Verdict; note?: string } | null;
}

/** seconds since the window's start, x, y, heading, speed: null where it is not known */
export type Sample = [number, number, number, number, number | null];
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
/** bearing_deg: whence an approach's traffic comes; whom: whose events, null for all or, at a crosswalk, who cross */
export interface RankedPlace {
  what: "approach" | "crosswalk" | "lane" | "zone" | "inside" | "elsewhere" | "gone";
  id: string | null; kind: string | null; bearing_deg: number | null; whom: "vehicles" | "near_misses" | "on_foot" | null;
}
export interface RankRow {
  key: string; label?: string; place?: RankedPlace | null; violations: number; conflicts: number; severe: number; passings?: number;
  /** events per 1,000 passings with its 95 % interval; null where nobody is counted */
  rate?: number | null; low?: number | null; high?: number | null;
}
/** how many near misses of each severity had a time above from_s and up to to_s */
export interface ClosenessBin { from_s: number; to_s: number; slight: number; moderate: number; serious: number }
export interface ClosenessSpread { limit_s: number; n: number; bins: ClosenessBin[] }
/** key: both classes, or the type; medians in seconds */
export interface SeverityGroup { key: string[]; slight: number; moderate: number; serious: number; ttc_s: number | null; pet_s: number | null }
export interface Severities { n: number; ttc: ClosenessSpread; pet: ClosenessSpread; classes: SeverityGroup[]; kinds: SeverityGroup[] }
/** stored: events kept of the kind; unmarked: those of them that nobody judged */
export interface PrecisionRow {
  kind: string; confirmed: number; false: number; precision: number | null; low: number | null; high: number | null;
  stored?: number; unmarked?: number;
}
/** x, y, weight by severity, events */
export interface Heat { cell_m: number; cells: [number, number, number, number?][] }
/** fix: what may be offered to mend it */
export type Fix = "turn_round" | "uncross" | "assign";
export interface Finding { who: string; message: string; x: number | null; y: number | null; fix?: Fix | null }
export interface Problem { type?: string; title: string; status: number; detail?: string }
