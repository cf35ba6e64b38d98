/** Periods as forms have them: date and time on the junction's clock, as RFC 3339 in UTC for the API. */
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

const clocks = new Map<string | undefined, Intl.DateTimeFormat>();
function clockOf(zone: string | undefined): Intl.DateTimeFormat {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    clocks.set(zone, clock);
  }
  return clock;
}

/** Milliseconds by which the zone's clock is ahead of UTC at an instant. */
export function ahead(t: number, zone: string | undefined): number {
  const parts = clockOf(zone).formatToParts(t);
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(t / 1000) * 1000;
}

const NEAR_MS = 3 * HOUR_MS;

/** Names the offset (as an option of Intl) where it changes within what is shown or near it: an hour may come twice. */
export const offsetNamed = (zone: string | undefined, from: number, to = from): Intl.DateTimeFormatOptions =>
  ahead(from - NEAR_MS, zone) === ahead(to + NEAR_MS, zone) ? {} : { timeZoneName: "shortOffset" };

/** What a field of date and time shows at an instant. */
export const toForm = (t: number, zone: string | undefined): string => new Date(t + ahead(t, zone)).toISOString().slice(0, 16);

/** The instant that a field means, null where it is empty; of an hour that comes twice the second, of one left out the one after. */
export function fromForm(text: string, zone: string | undefined): string | null {
  const shown = Date.parse(`${text}Z`);
  if (text === "" || Number.isNaN(shown)) return null;
  const near = shown - ahead(shown, zone);
  return new Date(shown - ahead(near, zone)).toISOString();
}

/** The last midnight there. */
export function midnight(t: number, zone: string | undefined): number {
  const there = t + ahead(t, zone);
  return Date.parse(fromForm(new Date(there - (there % DAY_MS)).toISOString().slice(0, 16), zone)!);
}
