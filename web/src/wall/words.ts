import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { isLanguage, localeOf, translator, type Forms, type Translate } from "../shared/i18n";
import type { Language } from "../shared/types";
import { de } from "./words.de";
import { en, type WallKey as FirstKey } from "./words.en";
import { ja } from "./words.ja";
import { SEVERITY_WORDS, type SeverityKey } from "./words.severity";
import { offsetNamed } from "./period";
import { TOLD_WORDS, type ToldKey } from "./words.told";
import { PAGE_WORDS, type PageKey } from "./words.pages";
import { zh } from "./words.zh";

export type WallKey = FirstKey | PageKey | SeverityKey | ToldKey;
export const WALL_WORDS: Record<Language, Record<WallKey, Forms>> = {
  en: { ...en, ...PAGE_WORDS.en, ...SEVERITY_WORDS.en, ...TOLD_WORDS.en }, zh: { ...zh, ...PAGE_WORDS.zh, ...SEVERITY_WORDS.zh, ...TOLD_WORDS.zh },
  ja: { ...ja, ...PAGE_WORDS.ja, ...SEVERITY_WORDS.ja, ...TOLD_WORDS.ja }, de: { ...de, ...PAGE_WORDS.de, ...SEVERITY_WORDS.de, ...TOLD_WORDS.de },
};
export const OWN_NAME: Record<Language, string> = { en: "English", zh: "中文", ja: "日本語", de: "Deutsch" };
const KEPT = "passerby.language";

/** That of the address (?lang=de), else the reader's choice, else the browser's language, else English. */
export function preferred(): Language {
  const wanted = new URLSearchParams(location.search).get("lang");
  if (isLanguage(wanted)) return wanted;
  const kept = localStorage.getItem(KEPT);
  if (isLanguage(kept)) return kept;
  return navigator.languages.map((l) => l.slice(0, 2)).find(isLanguage) ?? "en";
}
export const prefer = (language: Language): void => localStorage.setItem(KEPT, language);

export interface Speech { language: Language; t: Translate<WallKey>; timezone?: string }
export const speech = (language: Language, timezone?: string): Speech =>
  ({ language, t: translator(language, WALL_WORDS), timezone });
export const Spoken = createContext<Speech>(speech("en"));
export const useSpeech = (): Speech => useContext(Spoken);

const STATES = { ok: "stateOk", running: "stateOk", late: "stateLate", lost: "stateLost", unsure: "stateUnsure", idle: "stateIdle" } as const;
export const stateKey = (state: string): WallKey => STATES[state as keyof typeof STATES] ?? "stateUnsure";

const LAMPS = new Set(["red", "red_amber", "amber", "green", "flashing_amber", "flashing_red", "dark", "walk", "clear", "dont_walk"]);
export const lampKey = (state: string): WallKey => `lamp_${LAMPS.has(state) ? state : "unknown"}` as WallKey;

/** A number with its unit, or a dash. */
export function amount(language: Language, value: number | null | undefined, unit: string, digits = 1): string {
  if (value === null || value === undefined) return "–";
  return `${new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value)} ${unit}`;
}

/** An instant on the junction's clock; exact: with its year and tenths of a second. */
export function moment(speech: Speech, t: string, style: "time" | "both" | "exact" = "both"): string {
  const date = style === "time" ? {} : ({ day: "2-digit", month: "2-digit" } as const);
  const more = style === "exact" ? ({ year: "numeric", fractionalSecondDigits: 1 } as const) : {};
  const offset = offsetNamed(speech.timezone, Date.parse(t));
  return new Intl.DateTimeFormat(localeOf(speech.language), { ...date, ...more, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, ...offset, timeZone: speech.timezone }).format(new Date(t));
}

/** From when to when (ms), on the clock there; both with the offset where it changes on the way or nearby. */
export function clockSpan({ language, timezone }: Speech, from: number, to: number): string {
  const clock = new Intl.DateTimeFormat(localeOf(language), { hour: "2-digit", minute: "2-digit", hour12: false, ...offsetNamed(timezone, from, to), timeZone: timezone });
  return `${clock.format(from)}–${clock.format(to)}`;
}
