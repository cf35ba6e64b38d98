import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { isLanguage, localeOf, translator, type Translate } from "../shared/i18n";
import type { Language } from "../shared/types";
import { de } from "./words.de";
import { en, type WallKey } from "./words.en";
import { ja } from "./words.ja";
import { zh } from "./words.zh";

export type { WallKey };
export const WALL_WORDS = { en, zh, ja, de };
export const OWN_NAME: Record<Language, string> = { en: "English", zh: "中文", ja: "日本語", de: "Deutsch" };
const KEPT = "passerby.language";

/** The reader's choice, else the browser's language, else English. */
export function preferred(): Language {
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

/** A number with its unit, or a dash. */
export function amount(language: Language, value: number | null | undefined, unit: string, digits = 1): string {
  if (value === null || value === undefined) return "–";
  return `${new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value)} ${unit}`;
}

export function moment(speech: Speech, t: string, style: "time" | "both" = "both"): string {
  const date = style === "both" ? ({ day: "2-digit", month: "2-digit" } as const) : {};
  return new Intl.DateTimeFormat(localeOf(speech.language), { ...date, hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: speech.timezone }).format(new Date(t));
}
