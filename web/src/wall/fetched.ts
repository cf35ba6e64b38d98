import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../shared/api";

/** status: that of the last refusal, null where there was none. */
export interface Fetched<T> { data: T | null; error: Error | null; status: number | null; again: () => void }

/** What an address holds, fetched anew when its key changes; who is signed out is sent to sign in. */
export function useFetched<T>(load: () => Promise<T>, key: string): Fetched<T> {
  const [state, setState] = useState<{ data: T | null; error: Error | null; status: number | null }>({ data: null, error: null, status: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    load().then(
      (data) => current && setState({ data, error: null, status: null }),
      (error: Error) => {
        if (signedOut(error) || !current) return;
        setState((old) => ({ ...old, error, status: error instanceof ApiError ? error.status : null }));
      },
    );
    return () => {
      current = false;
    };
  }, [key, turn]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}

export function signedOut(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
  return true;
}
