import { Lockout, type LockoutLimits } from './lockout.ts';

/** Pairs of identity and address that were right before, so many. */
const TRUSTED_MOST = 50_000;

/**
 * Counts failed attempts. A stranger's count against its address and against the identity that it
 * claims; those from where the pile itself has come in before count against that pair alone. So nobody
 * locks a pile out by guessing at its identity from elsewhere, and one pile with a wrong password does
 * not lock out the others behind the same router for good.
 */
export class Guesses {
  readonly #lockout: Lockout;
  readonly #trusted = new Set<string>();

  constructor(limits: LockoutLimits) {
    this.#lockout = new Lockout(limits);
  }

  #namesOf(address: string, identity: string): readonly string[] {
    const pair = `both ${address} ${identity}`;
    if (this.#trusted.has(pair)) return [pair];
    return [`address ${address}`, `identity ${identity}`];
  }

  /** Milliseconds until this address may try this identity again; 0: now. */
  lockedMs(address: string, identity: string, monoMs: number): number {
    const waits = this.#namesOf(address, identity).map((name) =>
      this.#lockout.lockedMs(name, monoMs),
    );
    return Math.max(...waits);
  }

  /** Counts a failure; true when it locked something. */
  failed(address: string, identity: string, monoMs: number): boolean {
    const locked = this.#namesOf(address, identity).map((name) =>
      this.#lockout.failed(name, monoMs),
    );
    return locked.includes(true);
  }

  succeeded(address: string, identity: string): void {
    for (const name of this.#namesOf(address, identity)) {
      // What an address has failed at with other identities stays.
      if (!name.startsWith('address ')) this.#lockout.succeeded(name);
    }
    const pair = `both ${address} ${identity}`;
    this.#trusted.delete(pair);
    this.#trusted.add(pair);
    const oldest =
      this.#trusted.size > TRUSTED_MOST ? this.#trusted.values().next().value : undefined;
    if (oldest !== undefined) this.#trusted.delete(oldest);
  }
}
