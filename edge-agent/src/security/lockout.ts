/** Limits on guessing. Times in milliseconds. */
export interface LockoutLimits {
  /** Failures before a lock. */
  readonly attempts: number;
  /** The first lock; each further one is twice as long … */
  readonly lockMs: number;
  /** … up to this. Whoever fails no more for so long is forgotten. */
  readonly lockMostMs: number;
  /** Names that are remembered; the one that was quiet longest goes first. */
  readonly names: number;
}

interface Record {
  failures: number;
  locks: number;
  lockedUntil: number;
  lastMono: number;
}

/**
 * Who has failed too often: addresses, identities, or both together, by name. Attempts during a lock
 * do not lengthen it, for piles come again at a fixed pace whatever they are told.
 */
export class Lockout {
  readonly #limits: LockoutLimits;
  /** In the order of the last failure, oldest first. */
  readonly #records = new Map<string, Record>();

  constructor(limits: LockoutLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Milliseconds until a name may try again; 0: now. */
  lockedMs(name: string, monoMs: number): number {
    return Math.max(0, (this.#records.get(name)?.lockedUntil ?? 0) - monoMs);
  }

  /** Counts a failure; true when it was the one that locks. */
  failed(name: string, monoMs: number): boolean {
    const { attempts, lockMs, lockMostMs } = this.#limits;
    const record = this.#recordOf(name, monoMs);
    record.failures += 1;
    record.lastMono = monoMs;
    // One failure after a lock is enough for the next.
    if (record.failures < attempts && record.locks === 0) return false;
    record.lockedUntil = monoMs + Math.min(lockMs * 2 ** Math.min(record.locks, 30), lockMostMs);
    record.locks += 1;
    record.failures = 0;
    return true;
  }

  succeeded(name: string): void {
    this.#records.delete(name);
  }

  #recordOf(name: string, monoMs: number): Record {
    const known = this.#records.get(name);
    this.#records.delete(name);
    const forgotten =
      known === undefined ||
      monoMs - Math.max(known.lastMono, known.lockedUntil) >= this.#limits.lockMostMs;
    const record = forgotten ? { failures: 0, locks: 0, lockedUntil: 0, lastMono: monoMs } : known;
    this.#records.set(name, record);
    const oldest =
      this.#records.size > this.#limits.names ? this.#records.keys().next().value : undefined;
    if (oldest !== undefined) this.#records.delete(oldest);
    return record;
  }
}
