/** Saving the drawing, where nobody else has saved theirs meanwhile. */
import { useState } from "preact/hooks";
import { api, ApiError } from "../shared/api";
import type { Finding } from "../shared/types";
import { problemSaid } from "../shared/words/problems";
import { signedOut } from "../wall/fetched";
import type { Theirs } from "./clash";
import { useSite } from "./spoken";

interface Wanted {
  junction: string; site: Theirs; text: string;
  say: (sentence: string) => void;
  /** what is wrong with the drawing */
  refused: (errors: Finding[]) => void;
  load: (toml: string) => void;
}
interface Saving { unsaved: boolean; theirs: Theirs | null; save: (over?: string) => Promise<void>; loadTheirs: (theirs: Theirs) => void }

export function useSaving({ junction, site, text, say, refused, load }: Wanted): Saving {
  const { t, language } = useSite();
  const [saved, setSaved] = useState(site.toml);
  const [base, setBase] = useState(site.sha256);
  const [theirs, setTheirs] = useState<Theirs | null>(null);
  /** Puts the drawing where the file is still the one with this digest. */
  const save = async (over = base) => {
    try {
      const kept = await api.saveSite(junction, text, over);
      setBase(kept.sha256);
      setTheirs(null);
      setSaved(text);
      say(t("saved"));
    } catch (error) {
      if (signedOut(error)) return;
      if (error instanceof ApiError && error.status === 409) {
        const now = await api.site(junction).catch(() => null);
        if (now !== null && now.sha256 !== over) return setTheirs(now);
      }
      const errors = error instanceof ApiError ? (error.body as { errors?: Finding[] } | null)?.errors : undefined;
      if (Array.isArray(errors)) refused(errors);
      say(t("failed", { why: problemSaid(language, error) }));
    }
  };
  const loadTheirs = ({ toml, sha256 }: Theirs) => {
    load(toml);
    setSaved(toml);
    setBase(sha256);
    setTheirs(null);
    say("");
  };
  return { unsaved: text !== saved, theirs, save, loadTheirs };
}
