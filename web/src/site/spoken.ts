import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { translator, type Translate } from "../shared/i18n";
import type { Language } from "../shared/types";
import { SITE_WORDS, type SiteKey } from "./words";

export interface SiteSpeech { language: Language; t: Translate<SiteKey> }
export const siteSpeech = (language: Language): SiteSpeech => ({ language, t: translator(language, SITE_WORDS) });
export const SiteSpoken = createContext<SiteSpeech>(siteSpeech("en"));
export const useSite = (): SiteSpeech => useContext(SiteSpoken);
