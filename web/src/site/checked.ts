/** What is wrong or doubtful about the drawing as it is now, asked a moment after each change. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../shared/api";
import type { Finding } from "../shared/types";
import { signedOut } from "../wall/fetched";

export interface Checked { errors: Finding[]; doubts: Finding[] }
const CHECK_MS = 500;

export function useChecked(junction: string, text: string): [Checked | null, (found: Checked) => void] {
  const [checked, setChecked] = useState<Checked | null>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      api.checkSite(junction, text).then((found) => current && setChecked(found), signedOut);
    }, CHECK_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [junction, text]);
  return [checked, setChecked];
}
