/** How much of the display's resolution is drawn: less on a machine that cannot keep up, more again when it may. */

const JUDGED_FRAMES = 180;
const SLOW_MS = 20;
const AGAIN_MS = 10 * 60_000;
const LONGEST_MS = 3 * 3_600_000;
/** Of a picture larger than this (pixels) half is still what a usual display shows. */
const LARGE = 3_200_000;

export class Density {
  private step = 0;
  private frames = 0;
  private from = 0;
  private changed = 0;
  private patience = AGAIN_MS;

  /** Share of the pixels in each direction, of a picture that has so many. */
  of(pixels: number): number {
    return (pixels > LARGE ? [1, 1 / 2, 1 / 3] : [1, 3 / 4, 1 / 2])[this.step];
  }

  /** Whether each pixel that is drawn becomes a square of whole pixels: enlarged without smoothing, which costs much. */
  static whole(share: number): boolean {
    return share < 1 && Math.abs(1 / share - Math.round(1 / share)) < 1e-9;
  }

  /** A frame at now (ms), counted unless it says nothing about the machine; true when the share has changed. */
  frame(now: number, counted: boolean): boolean {
    if (!counted) this.frames = 0;
    if (this.frames++ === 0) this.from = now;
    else if (this.frames > JUDGED_FRAMES) {
      const slow = (now - this.from) / JUDGED_FRAMES > SLOW_MS;
      this.frames = 0;
      if (slow && this.step < 2) {
        if (this.step + 1 === this.tried) this.patience = Math.min(2 * this.patience, LONGEST_MS);
        return this.go(this.step + 1, now);
      }
      if (!slow && this.step > 0 && now - this.changed > this.patience) {
        this.tried = this.step;
        return this.go(this.step - 1, now);
      }
    }
    return false;
  }

  /** The step that was left for a finer one. */
  private tried = -1;

  private go(step: number, now: number): boolean {
    this.step = step;
    this.changed = now;
    return true;
  }
}
