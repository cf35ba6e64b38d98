import { useEffect, useState } from "preact/hooks";
import { ApiError, passes } from "../shared/api";

const AGAIN_MS = 5000;

/** status: that of the last refusal, null where there was none. */
export interface Fetched<T> { data: T | null; error: Error | null; status: number | null; again: () => void }

/** What an address holds, fetched anew when its key changes, and when a busy server may have time again; who is signed out is sent to sign in. */
export function useFetched<T>(load: () => Promise<T>, key: string): Fetched<T> {
  const [state, setState] = useState<{ data: T | null; error: Error | null; status: number | null }>({ data: null, error: null, status: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    load().then(
      (data) => current && setState({ data, error: null, status: null }),
      (error: Error) => {
        if (signedOut(error) || !current) return;
        setState((old) => ({ ...old, error, status: error instanceof ApiError ? error.status : null }));
        if (passes(error)) timer = setTimeout(() => setTurn((n) => n + 1), AGAIN_MS);
      },
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [key, turn]);
  return { ...state, again: () => setTurn((n) => n + 1) };
}

export function signedOut(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 401) return false;
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search + location.hash)}`);
  return true;
}
