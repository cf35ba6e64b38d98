/** Which figures the panel shows, and how they stand against last week's. */
import type { Figures } from "../shared/types";

export type Trend = "less" | "more" | "same" | null;
/** today, lastWeek: null where withheld as too small; lastWeek undefined where nothing was seen then */
export interface Row { kind: string; today: number | null; lastWeek: number | null | undefined; trend: Trend }

/** The most frequent first; figures withheld as too small come last. */
export function rows(figures: Figures, most: number): Row[] {
  const kinds = new Set([...Object.keys(figures.today), ...Object.keys(figures.last_week)]);
  const all = [...kinds].map((kind): Row => {
    const today = figures.today[kind] ?? null;
    const lastWeek = figures.last_week[kind];
    return { kind, today, lastWeek, trend: trend(today, lastWeek ?? null) };
  });
  const weight = (row: Row) => (row.today ?? 0) * 2 + (row.lastWeek ?? 0);
  return all.filter((row) => weight(row) > 0).sort((a, b) => weight(b) - weight(a)).slice(0, most);
}

export type Said = "begun" | "soon" | "unseen" | "part" | "nothing";

/** The first figures come at a full quarter of an hour. */
const SOON_MS = 16 * 60_000;

/**
 * What is said of a day of which no figure is shown: never that it is quiet where hardly anything looked. watched_ms:
 * how long the street has been seen by now, null where it is not.
 */
export function said({ until_min, observed }: Figures, watched_ms: number | null = null): Said {
  if (until_min === 0) return "begun";
  if (observed !== "nothing") return observed === "part" ? "part" : "nothing";
  return watched_ms !== null && watched_ms < SOON_MS ? "soon" : "unseen";
}

/** The time of day, hours and minutes, that figures count up to. */
export function clockOf(until_min: number): string {
  return [Math.floor(until_min / 60), until_min % 60].map((n) => String(n).padStart(2, "0")).join(":");
}

/** Against chance: counts that differ by less than two standard deviations of a Poisson count are about the same. */
export function trend(today: number | null, lastWeek: number | null): Trend {
  if (today === null || lastWeek === null) return null;
  if (Math.abs(today - lastWeek) < 2 * Math.sqrt(today + lastWeek)) return "same";
  return today < lastWeek ? "less" : "more";
}
