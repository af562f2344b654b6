import type { FrameDiary } from '../ports/frame-diary.ts';
import { type CapturedFrame, Tape } from './tape.ts';

export interface CaptureLimits {
  /** Bytes kept for one pile, frames and their marks together. */
  readonly bytesPerPile: number;
  /** Frames kept for one pile. */
  readonly framesPerPile: number;
  /** Piles remembered; the one met first is forgotten first. */
  readonly piles: number;
}

export const CAPTURE_LIMITS: CaptureLimits = {
  bytesPerPile: 4_096,
  framesPerPile: 256,
  piles: 20_000,
};

/**
 * The last frames of every pile, bad ones too, for a technician to read and for `upload-frames`. What
 * comes before a pile has a number is kept under its address.
 */
export class Capture {
  readonly #limits: CaptureLimits;
  readonly #diary: FrameDiary | undefined;
  readonly #tapes = new Map<string, Tape>();

  /** `diary`: where the frames of piles go besides. */
  constructor(limits: CaptureLimits = CAPTURE_LIMITS, diary?: FrameDiary) {
    this.#limits = limits;
    this.#diary = diary;
  }

  /** The tape of a pile that the site knows. */
  tapeOf(pileNo: string): Tape {
    const diary = this.#diary;
    if (diary === undefined) return this.#tape(pileNo);
    return this.#tape(pileNo, (atMs, up, frame) => diary.keep(pileNo, atMs, up, frame));
  }

  /** The tape of an address: strangers fill no diary. */
  tapeAt(address: string): Tape {
    return this.#tape(address);
  }

  #tape(key: string, keepToo?: Tape['keep']): Tape {
    const known = this.#tapes.get(key);
    if (known !== undefined) return known;
    if (this.#tapes.size >= this.#limits.piles) {
      const first = this.#tapes.keys().next();
      if (first.done !== true) this.#tapes.delete(first.value);
    }
    const { bytesPerPile, framesPerPile } = this.#limits;
    const tape = new Tape(bytesPerPile, framesPerPile, keepToo);
    this.#tapes.set(key, tape);
    return tape;
  }

  /** The newest frames of a pile, oldest first. */
  frames(key: string, limit: number = this.#limits.framesPerPile): readonly CapturedFrame[] {
    return limit <= 0 ? [] : (this.#tapes.get(key)?.frames() ?? []).slice(-limit);
  }

  forget(key: string): void {
    this.#tapes.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#tapes.keys()];
  }
}
