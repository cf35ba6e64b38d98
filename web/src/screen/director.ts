/** Which replay is shown when: the newest waits for its turn, and between two the live street is seen. */
import type { MoreEvent, ReplayEvent } from "../shared/types";

export const BREATH_MS = 5000;
const GRADE: Record<string, number> = { high: 3, serious: 3, severe: 3, medium: 2, moderate: 2, low: 1, slight: 1 };
const weight = (event: ReplayEvent) => GRADE[event.severity ?? ""] ?? 0;

export class Director {
  private busy = false;
  private waiting: ReplayEvent | null = null;
  private since = 0;

  constructor(
    private readonly show: (event: ReplayEvent, done: () => void) => void,
    private readonly now: () => number = () => performance.now(),
    private readonly later: (run: () => void, ms: number) => void = (run, ms) => window.setTimeout(run, ms),
    private readonly stale_ms = 20_000,
  ) {}

  /** Take an event: shown at once where the stage is free; else the graver, then the newer, of those waiting is kept. */
  take(event: ReplayEvent): void {
    if (this.waiting === null || weight(event) >= weight(this.waiting)) {
      this.waiting = event;
      this.since = this.now();
    }
    this.next();
  }

  /** Frames that follow those of the event that waits; of any other they are none of its business. */
  more(event: MoreEvent): void {
    if (this.waiting?.token === undefined || this.waiting.token !== event.token) return;
    const { frames, lights = [] } = this.waiting;
    this.waiting = { ...this.waiting, frames: [...frames, ...event.frames], lights: [...lights, ...(event.lights ?? [])] };
  }

  /** The event that waits has been taken back. */
  withdraw(token: string): void {
    if (this.waiting?.token === token) this.waiting = null;
  }

  private next(): void {
    if (this.busy || this.waiting === null) return;
    const event = this.waiting;
    this.waiting = null;
    if (this.now() - this.since > this.stale_ms) return;
    this.busy = true;
    this.show(event, () =>
      this.later(() => {
        this.busy = false;
        this.next();
      }, BREATH_MS),
    );
  }
}
