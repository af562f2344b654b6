import type { Verdict } from '@holdfast/protocols/family/detect';
import { STRANGER_LIMITS, type StrangerLimits } from './limits.ts';

/** An address that has connected to the listener. */
export interface Stranger {
  readonly address: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  readonly connections: number;
  readonly open: number;
  readonly bytes: number;
  /** What speaks for which family, the best first; of the newest connection that said enough. */
  readonly verdicts: readonly Verdict[];
  /** File of its newest connection. */
  readonly file: string | null;
}

/** One connection of a stranger, as far as it is read. */
export interface Acquaintance {
  /** Bytes have come; `true` when they changed what is known of the family. */
  readonly heard: (chunk: Uint8Array, nowMs: number) => boolean;
  readonly closed: (nowMs: number) => boolean;
  /** The best verdict on this connection. */
  readonly best: () => Verdict | undefined;
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
};

/** Tells the families of some bytes; handed in, so that a site without a listener does not load it. */
type Tell = (sample: Uint8Array) => readonly Verdict[];

/** Who has connected to the listener, and what they seem to speak ([LISTEN-3], [LISTEN-4]). */
export class StrangerBook {
  readonly #limits: StrangerLimits;
  readonly #strangers = new Map<string, Stranger>();

  constructor(limits: StrangerLimits = STRANGER_LIMITS) {
    this.#limits = limits;
  }

  /** Newest first. */
  list(): readonly Stranger[] {
    return [...this.#strangers.values()].toSorted((a, b) => b.lastSeenMs - a.lastSeenMs);
  }

  /** Somebody has connected. `file`: where it is written down. */
  meet(address: string, file: string | null, nowMs: number, tell: Tell): Acquaintance {
    const before = this.#strangers.get(address);
    this.#change(address, nowMs, {
      firstSeenMs: before?.firstSeenMs ?? nowMs,
      connections: (before?.connections ?? 0) + 1,
      open: (before?.open ?? 0) + 1,
      bytes: before?.bytes ?? 0,
      verdicts: before?.verdicts ?? [],
      file,
    });
    return this.#acquaintance(address, tell);
  }

  #acquaintance(address: string, tell: Tell): Acquaintance {
    let sample: Uint8Array = new Uint8Array(0);
    let judged = 0;
    let verdicts: readonly Verdict[] = [];

    /** Tells the family anew; twice the bytes must have come, so that a trickle costs little. */
    const judge = (nowMs: number): boolean => {
      if (sample.length === judged) return false;
      judged = sample.length;
      const before = verdicts[0];
      verdicts = tell(sample);
      const [best] = verdicts;
      if (best !== undefined) this.#change(address, nowMs, { verdicts });
      return best?.family !== before?.family || best?.confidence !== before?.confidence;
    };

    return {
      heard: (chunk, nowMs) => {
        const bytes = (this.#strangers.get(address)?.bytes ?? 0) + chunk.length;
        this.#change(address, nowMs, { bytes });
        const room = this.#limits.sampleBytes - sample.length;
        if (room > 0) sample = joined(sample, chunk.subarray(0, room));
        const full = sample.length === this.#limits.sampleBytes;
        return (full || sample.length >= 2 * judged) && judge(nowMs);
      },
      closed: (nowMs) => {
        const open = (this.#strangers.get(address)?.open ?? 1) - 1;
        this.#change(address, nowMs, { open });
        return judge(nowMs);
      },
      best: () => verdicts[0],
    };
  }

  #change(
    address: string,
    lastSeenMs: number,
    change: Partial<Omit<Stranger, 'address' | 'lastSeenMs'>>,
  ): void {
    const before = this.#strangers.get(address);
    const unknown = { firstSeenMs: lastSeenMs, connections: 1, open: 1, bytes: 0, verdicts: [] };
    // Taken out and put in again: the map's order is that of who was heard longest ago.
    this.#strangers.delete(address);
    this.#strangers.set(address, {
      ...unknown,
      file: null,
      ...before,
      ...change,
      address,
      lastSeenMs,
    });
    if (this.#strangers.size <= this.#limits.addresses) return;
    const [oldest] = this.#strangers.keys();
    if (oldest !== undefined) this.#strangers.delete(oldest);
  }
}
