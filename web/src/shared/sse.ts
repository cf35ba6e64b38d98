/** Server-sent events that come back by themselves: after errors, refusals, restarts and silences. */

export interface Source {
  addEventListener(type: string, listener: (event: { data: string }) => void): void;
  onopen: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  close(): void;
}

export interface StreamOptions {
  url: string;
  on: Record<string, (data: never) => void>;
  /** told true when the stream is open, false when it is lost */
  onState?: (open: boolean) => void;
  /** a stream silent for so long is taken for dead */
  silence_ms?: number;
  /** one that has not been answered after so long, too */
  opening_ms?: number;
  first_ms?: number;
  longest_ms?: number;
  open?: (url: string) => Source;
  random?: () => number;
}

export interface Stream { close(): void }

/** Delay before the nth try (from 0): doubling from first to longest, half of it by chance. */
export function backoff(n: number, first_ms: number, longest_ms: number, random: () => number): number {
  const full = Math.min(first_ms * 2 ** Math.min(n, 30), longest_ms);
  return full / 2 + (full / 2) * random();
}

export function openStream(options: StreamOptions): Stream {
  const { url, on, onState, silence_ms = 25_000, opening_ms = 10_000, first_ms = 1000, longest_ms = 30_000 } = options;
  const open = options.open ?? ((address: string) => new EventSource(address) as unknown as Source);
  const random = options.random ?? Math.random;
  let source: Source | null = null;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  // this clock does not move when the machine's is set; it may stand while the machine sleeps, which the other one tells
  let heard = performance.now();
  let heardAt = Date.now();
  let answered = false;
  let closed = false;
  const every_ms = Math.max(Math.min(silence_ms / 5, opening_ms / 2), 50);
  let looked = Date.now();
  const watch = setInterval(() => {
    const slept = Date.now() - looked > every_ms + silence_ms && heardAt <= looked;
    looked = Date.now();
    if (source !== null && (slept || performance.now() - heard > (answered ? silence_ms : opening_ms))) lost(slept);
  }, every_ms);

  function lost(atOnce = false): void {
    source?.close();
    source = null;
    onState?.(false);
    clearTimeout(timer);
    if (!closed) timer = setTimeout(connect, atOnce ? 0 : backoff(tries++, first_ms, longest_ms, random));
  }

  function connect(): void {
    heard = performance.now();
    answered = false;
    const fresh = open(url);
    source = fresh;
    fresh.onopen = () => {
      if (fresh !== source) return;
      heard = performance.now();
      answered = true;
      onState?.(true);
    };
    fresh.onerror = () => {
      if (fresh === source) lost();
    };
    for (const [type, listener] of Object.entries({ ping: (_: never) => undefined, ...on })) {
      fresh.addEventListener(type, (event) => {
        if (fresh !== source) return;
        heard = performance.now();
        answered = true;
        heardAt = Date.now();
        tries = 0;
        let data: unknown;
        try {
          data = JSON.parse(event.data);
        } catch {
          return;
        }
        listener(data as never);
      });
    }
  }

  connect();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      clearInterval(watch);
      source?.close();
      source = null;
    },
  };
}
