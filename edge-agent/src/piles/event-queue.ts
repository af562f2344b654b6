import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { PileLink, Site } from '../ports/site.ts';

/** Bounds of the queue between a pile and the site. */
export interface QueueLimits {
  /** Events waiting at which the socket is paused … */
  readonly pauseAt: number;
  /** … and at which it is read again. */
  readonly resumeAt: number;
}

export const QUEUE_LIMITS: QueueLimits = { pauseAt: 64, resumeAt: 16 };

/** Who reports an event. */
export interface Reporter extends PileLink {
  /** The site would not take the event: what it reported is not on disk. */
  readonly unheard: (event: PileEvent, error: unknown) => void;
}

interface Waiting {
  readonly reporter: Reporter;
  readonly event: PileEvent;
}

/**
 * Hands the events of one pile to the site in order, one at a time. It outlives a connection: what an
 * old socket still had to say is said before the new one's login.
 */
export class EventQueue {
  readonly #site: Site;
  readonly #limits: QueueLimits;
  readonly #idle: () => void;
  readonly #waiting: Waiting[] = [];
  #busy = false;
  #drained: (() => void)[] = [];
  #emptied: (() => void)[] = [];

  /** `idle` is called each time the last event has been taken. */
  constructor(site: Site, limits: QueueLimits, idle: () => void) {
    this.#site = site;
    this.#limits = limits;
    this.#idle = idle;
  }

  get length(): number {
    return this.#waiting.length + (this.#busy ? 1 : 0);
  }

  get full(): boolean {
    return this.length >= this.#limits.pauseAt;
  }

  push(reporter: Reporter, event: PileEvent): void {
    if (this.#busy) this.#waiting.push({ reporter, event });
    else this.#tell(reporter, event);
  }

  /** Runs `task` once the queue is short again. */
  whenShort(task: () => void): void {
    if (this.length <= this.#limits.resumeAt) task();
    else this.#drained.push(task);
  }

  /** Resolves when the site has taken every event. */
  empty(): Promise<void> {
    if (this.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  #tell(reporter: Reporter, event: PileEvent): void {
    this.#busy = true;
    const done = (): void => this.#next();
    const failed = (error: unknown): void => {
      reporter.unheard(event, error);
      this.#next();
    };
    try {
      this.#site.onPileEvent(reporter, event).then(done, failed);
    } catch (error) {
      // A site that throws at once is a bug of ours; the pile must not suffer from it.
      queueMicrotask(() => failed(error));
    }
  }

  #next(): void {
    this.#busy = false;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) this.#tell(waiting.reporter, waiting.event);
    if (this.#drained.length > 0 && this.length <= this.#limits.resumeAt) {
      const tasks = this.#drained;
      this.#drained = [];
      for (const task of tasks) task();
    }
    if (this.length > 0) return;
    const emptied = this.#emptied;
    this.#emptied = [];
    for (const resolve of emptied) resolve();
    this.#idle();
  }
}
