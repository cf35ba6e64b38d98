import type { Forms } from "../shared/i18n";

export const en = {
  signIn: "Sign in", name: "Name", password: "Password", wrong: "Name or password is not right.", signOut: "Sign out",
  newPassword: "New password", oldPassword: "Password so far", change: "Change the password", mustChange: "This first password ends soon. Choose your own, of at least {n} characters.",
  settings: "Public screen: settings", screenLanguage: "Language of the public screen", measures: "What is being done here (one line each)", save: "Save",
  wall: "Operator's wall", junctions: "Junctions", noJunctions: "No junction is connected yet.", language: "Language",
  editor: "Site editor", screen: "Public screen",
  events: "Events", counts: "Counts", map: "Conflict map", ranking: "Worst places and times", cameras: "Cameras", take: "Export and report",
  stateOk: "running", stateLate: "late", stateLost: "no pictures", stateUnsure: "not sure", stateIdle: "idle",
  table: "Table", all: "all", violations: "Violations", conflicts: "Near misses", kind: "Kind", class: "Road user", place: "Place",
  severity: "Severity", mark: "Mark", since: "From", until: "To", clear: "Clear filters",
  marked_none: "not marked", confirmed: "confirmed", false: "false",
  slight: "slight", moderate: "moderate", serious: "serious",
  eventsFound: { one: "{n} event", other: "{n} events" }, eventsMore: { one: "{n} event, more further down", other: "{n} events, more further down" },
  more: "Show more", none: "Nothing fits these filters.", fresh: "new", live: "Live", cut: "Connection lost, trying again",
  pick: "Choose an event to see it again.", loading: "Loading", failed: "That did not work: {why}", again: "Try again",
  play: "Play", pause: "Pause", timeIn: "Time in the replay", speed: "Speed", seconds: "{s} s", halfSpeed: "Half speed",
  at: "{t} after the start", incident: "What happened", measured: "Measured", signalNow: "Signals now", track: "No. {n}",
  ttc: "Time to collision", pet: "Post-encroachment time", drac: "Braking needed", distance: "Distance", maxSpeed: "Highest speed",
  deltaV: "Speed change in a collision", intoState: "Into {state}", duration: "Lasted", confidence: "Confidence", linked: "Part of the same incident",
  note: "Note", setConfirmed: "Confirm", setFalse: "Mark as false", unmark: "Take the mark away", saved: "Saved.",
  precision: "How often each rule was right", rule: "Rule", share: "Right", interval: "95 % interval", notMarked: "none marked yet",
  bin: "Minutes per bin", bin5: "5", bin15: "15", bin60: "60", perClass: "By class", perMovement: "By movement", total: "Total", vehicles: "Road users per {m} minutes",
  noCounts: "Nothing was counted in this time.", cell: "Cell", fewest: "few", most: "many", heatNote: "Near misses per square of {m} m",
  byPlace: "By place", byHour: "By hour", byWeek: "By hour of the week", severe: "Serious",
  rate: "Pictures a second", delay: "Delay", calibration: "Calibration", clock: "Clock off by", camera: "Camera", state: "State", noCameras: "No camera here: fed by recorded tracks.",
  download: "Download", format: "Format", exportNote: "Exports are kept in the audit log. They are made for engineering and are no evidence against anyone.",
  report: "Report", before: "Before", after: "After", openReport: "Open the report", reportPdf: "Report as PDF", kept: "Kept for {n} days", keptOn: "Kept without limit",
  planOf: "Plan of {name}", replayOf: "Replay on the plan", chartOf: "Counts over time", heatOf: "Map of near misses", monday: "Mo Tu We Th Fr Sa Su",
  keys: "Space plays and pauses, the arrow keys step, J and K go to the next and the previous event.",
} satisfies Record<string, Forms>;

export type WallKey = keyof typeof en;
