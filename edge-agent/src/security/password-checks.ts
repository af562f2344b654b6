import type { PasswordHasher } from '../ports/credentials.ts';

export type PasswordVerdict = 'right' | 'wrong' | 'busy';

export interface CheckLimits {
  /** Hashes that are worked at together: they share the machine's threads with the disk. */
  readonly atOnce: number;
  /** More are told to come again. */
  readonly waiting: number;
  /** Right passwords that are remembered, as marks. */
  readonly remembered: number;
}

export const CHECK_LIMITS: CheckLimits = { atOnce: 2, waiting: 20_000, remembered: 50_000 };

/**
 * Checks passwords against their hashes without holding up anybody: a few at a time, and one that
 * was right before is known by its mark, for a whole site may come back at once.
 */
export class PasswordChecks {
  readonly #hasher: PasswordHasher;
  readonly #limits: CheckLimits;
  readonly #right = new Set<string>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(hasher: PasswordHasher, limits: CheckLimits = CHECK_LIMITS) {
    this.#hasher = hasher;
    this.#limits = limits;
  }

  /** Against each hash in turn; tells which it fitted. */
  async fits(
    password: Uint8Array,
    hashes: readonly string[],
  ): Promise<{ readonly verdict: PasswordVerdict; readonly hash: string }> {
    for (const hash of hashes) {
      if (this.#right.has(this.#markOf(password, hash))) return { verdict: 'right', hash };
    }
    for (const hash of hashes) {
      if (this.#running >= this.#limits.atOnce && this.#queue.length >= this.#limits.waiting) {
        return { verdict: 'busy', hash };
      }
      if (await this.#inTurn(() => this.#hasher.verify(password, hash))) {
        this.#remember(this.#markOf(password, hash));
        return { verdict: 'right', hash };
      }
    }
    return { verdict: 'wrong', hash: '' };
  }

  /** A new hash of a password that is to be kept. */
  hash(password: Uint8Array): Promise<string> {
    return this.#inTurn(() => this.#hasher.hash(password));
  }

  #markOf(password: Uint8Array, hash: string): string {
    return `${hash} ${this.#hasher.mark(password)}`;
  }

  #remember(mark: string): void {
    const oldest =
      this.#right.size >= this.#limits.remembered ? this.#right.values().next().value : undefined;
    if (oldest !== undefined) this.#right.delete(oldest);
    this.#right.add(mark);
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limits.atOnce) {
      await new Promise<void>((turn) => this.#queue.push(turn));
    } else {
      this.#running += 1;
    }
    try {
      return await task();
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
