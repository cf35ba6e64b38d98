/** Periods as forms have them: local date and time of the browser, as RFC 3339 in UTC for the API. */
export const toForm = (t: number): string => {
  const d = new Date(t - new Date(t).getTimezoneOffset() * 60_000);
  return d.toISOString().slice(0, 16);
};
export const fromForm = (text: string): string | null => (text === "" ? null : new Date(text).toISOString());
export const HOUR_MS = 3_600_000;
