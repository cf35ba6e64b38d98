/** Words in four languages: typed keys, plural forms by the language's own rules. */
import type { Language } from "./types";
import { LANGUAGES } from "./types";

export type Forms = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);
export type Values = Record<string, string | number>;
export type Translate<Key extends string> = (key: Key, values?: Values) => string;

const LOCALE: Record<Language, string> = { en: "en-GB", zh: "zh-CN", ja: "ja-JP", de: "de-DE" };
export const localeOf = (language: Language): string => LOCALE[language];
export const HTML_LANG: Record<Language, string> = { en: "en", zh: "zh-Hans", ja: "ja", de: "de" };

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.includes(value as Language);
}

/** The form for n with {names} filled in; n itself written as the language writes numbers. */
export function fill(language: Language, forms: Forms, values: Values = {}): string {
  const locale = LOCALE[language];
  const text =
    typeof forms === "string" ? forms
    : (forms[new Intl.PluralRules(locale).select(Number(values.n ?? 0))] ?? forms.other);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

export function translator<Key extends string>(
  language: Language, words: Record<Language, Record<Key, Forms>>,
): Translate<Key> {
  const own = words[language];
  return (key, values) => fill(language, own[key], values);
}

/** Upper case for a sentence's first letter, where the script has one. */
export function sentence(language: Language, text: string): string {
  const [first = ""] = text;
  return first.toLocaleUpperCase(LOCALE[language]) + text.slice(first.length);
}
