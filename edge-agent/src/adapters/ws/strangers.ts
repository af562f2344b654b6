import type { Registry } from '../../piles/registry.ts';
import type { Clock } from '../../ports/clock.ts';

const MINUTE_MS = 60_000;

/** Stations that nobody knows are told to the site, which lists them for adoption; but not at any rate. */
export class Strangers {
  readonly #registry: Registry;
  readonly #clock: Clock;
  readonly #perMinute: number;
  /** Those of the running minute. */
  readonly #told = new Set<string>();
  #sinceMono = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, clock: Clock, perMinute: number) {
    this.#registry = registry;
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  /** `protocolVersion`: the best that it offered, or nothing. */
  came(identity: string, protocolVersion: string): void {
    const now = this.#clock.monoMs();
    if (now - this.#sinceMono >= MINUTE_MS) {
      this.#sinceMono = now;
      this.#told.clear();
    }
    if (this.#told.has(identity) || this.#told.size >= this.#perMinute) return;
    this.#told.add(identity);
    const link = {
      pileNo: identity,
      vendor: 'ocpp',
      capabilities: [],
      send: () => undefined,
      close: () => undefined,
      unheard: () => undefined,
    };
    const known = { firmware: '', connectorCount: 0, dc: true };
    this.#registry.report(link, { type: 'PileLoggedIn', protocolVersion, ...known });
    this.#registry.report(link, { type: 'PileLost', why: 'closed' });
  }
}
