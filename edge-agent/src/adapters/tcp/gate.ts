import type { FrontLimits } from './limits.ts';

const MINUTE_MS = 60_000;

interface Address {
  open: number;
  logins: number;
  sinceMono: number;
}

/** Who may come in: counts sockets and logins of each address. */
export class Gate {
  readonly #limits: FrontLimits;
  readonly #addresses = new Map<string, Address>();
  #open = 0;

  constructor(limits: FrontLimits) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  /** Takes a socket in, or says what stands against it. */
  enter(address: string): 'in' | 'full' | 'address-full' {
    if (this.#open >= this.#limits.sockets) return 'full';
    const known = this.#addresses.get(address);
    if ((known?.open ?? 0) >= this.#limits.socketsPerAddress) return 'address-full';
    if (known === undefined) {
      this.#addresses.set(address, { open: 1, logins: 0, sinceMono: Number.NEGATIVE_INFINITY });
    } else {
      known.open += 1;
    }
    this.#open += 1;
    return 'in';
  }

  leave(address: string): void {
    const known = this.#addresses.get(address);
    if (known === undefined) return;
    this.#open -= 1;
    known.open -= 1;
  }

  /** Counts a login; false when the address has had its share of this minute. */
  login(address: string, monoMs: number): boolean {
    const known = this.#addresses.get(address);
    if (known === undefined) return false;
    if (monoMs - known.sinceMono >= MINUTE_MS) {
      known.sinceMono = monoMs;
      known.logins = 0;
    }
    known.logins += 1;
    return known.logins <= this.#limits.loginsPerMinute;
  }

  /** Forgets addresses that have no socket and whose minute is over. */
  tidy(monoMs: number): void {
    for (const [address, { open, sinceMono }] of this.#addresses) {
      if (open === 0 && monoMs - sinceMono >= MINUTE_MS) this.#addresses.delete(address);
    }
  }
}
