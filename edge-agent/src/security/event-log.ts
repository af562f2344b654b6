import type { SecurityCode, SecurityEvent } from '@holdfast/shared/pile/security-event';
import type { Timers } from '../ports/clock.ts';

/** The same about the same pile and address is told once in so long, with its count. */
const SPAN_MS = 60_000;
/** Different ones told in a span; what comes beyond them is told together, by its code. */
const DIFFERENT_MOST = 100;

interface Entry {
  newest: SecurityEvent;
  untold: number;
}

export interface SecurityLogParts {
  readonly timers: Timers;
  /** Writes one event that stands for `count` of its kind. */
  readonly write: (event: SecurityEvent, count: number) => void;
}

/**
 * Security events on their way to the disk and the hub: the first of a kind at once, the rest of its
 * minute as a count. Whoever attacks decides how many there are, but not how many are written.
 */
export class SecurityLog {
  readonly #parts: SecurityLogParts;
  readonly #entries = new Map<string, Entry>();
  readonly #counts = new Map<SecurityCode, number>();
  #cancel: (() => void) | undefined;

  constructor(parts: SecurityLogParts) {
    this.#parts = parts;
  }

  /** How many of each there were since the start. */
  get counts(): ReadonlyMap<SecurityCode, number> {
    return this.#counts;
  }

  report(event: SecurityEvent): void {
    const { code, pileNo, address } = event;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    const key = `${code} ${address} ${pileNo}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.newest = event;
      known.untold += 1;
    } else if (this.#entries.size < DIFFERENT_MOST) {
      this.#entries.set(key, { newest: event, untold: 0 });
      this.#parts.write(event, 1);
    } else {
      this.#reportTogether(event);
    }
    this.#cancel ??= this.#parts.timers.after(SPAN_MS, () => this.#endSpan());
  }

  /** Tells what is left. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#tell();
    this.#entries.clear();
  }

  #reportTogether(event: SecurityEvent): void {
    const key = `all ${event.code}`;
    const known = this.#entries.get(key);
    const newest = {
      ...event,
      pileNo: null,
      address: null,
      detail: 'of several piles or addresses',
    };
    this.#entries.set(key, { newest, untold: (known?.untold ?? 0) + 1 });
  }

  #tell(): void {
    for (const { newest, untold } of this.#entries.values()) {
      if (untold > 0) this.#parts.write(newest, untold);
    }
  }

  #endSpan(): void {
    this.#cancel = undefined;
    this.#tell();
    for (const [key, entry] of this.#entries) {
      if (entry.untold === 0 || key.startsWith('all ')) this.#entries.delete(key);
      else entry.untold = 0;
    }
    if (this.#entries.size === 0) return;
    this.#cancel = this.#parts.timers.after(SPAN_MS, () => this.#endSpan());
  }
}
