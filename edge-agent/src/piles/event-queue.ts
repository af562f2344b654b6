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

interface Told {
  readonly reporter: Reporter;
  readonly event: PileEvent;
}

interface Watcher {
  /** Events at which `task` runs. */
  readonly at: number;
  readonly task: () => void;
}

const NOBODY: readonly Watcher[] = [];

/**
 * Hands the events of one pile to the site in order, one at a time. It outlives a connection: what an
 * old socket still had to say is said before the new one's login.
 */
export class EventQueue {
  readonly #site: Site;
  readonly #limits: QueueLimits;
  /** What the site is busy with. */
  #told: Told | null = null;
  #waiting: Told[] | null = null;
  #watchers: readonly Watcher[] = NOBODY;

  constructor(site: Site, limits: QueueLimits) {
    this.#site = site;
    this.#limits = limits;
  }

  get length(): number {
    return (this.#waiting?.length ?? 0) + (this.#told === null ? 0 : 1);
  }

  get full(): boolean {
    return this.length >= this.#limits.pauseAt;
  }

  push(reporter: Reporter, event: PileEvent): void {
    if (this.#told === null) {
      this.#tell({ reporter, event });
      return;
    }
    this.#waiting ??= [];
    this.#waiting.push({ reporter, event });
  }

  /** Runs `task` once the queue is short again. */
  whenShort(task: () => void): void {
    this.#when(this.#limits.resumeAt, task);
  }

  /** Runs `task` once the site has taken every event. */
  whenEmpty(task: () => void): void {
    this.#when(0, task);
  }

  #when(at: number, task: () => void): void {
    if (this.length <= at) task();
    else this.#watchers = [...this.#watchers, { at, task }];
  }

  #tell(told: Told): void {
    this.#told = told;
    try {
      this.#site.onPileEvent(told.reporter, told.event).then(this.#taken, this.#refused);
    } catch (error) {
      // A site that throws at once is a bug of ours; the pile must not suffer from it.
      queueMicrotask(() => this.#refused(error));
    }
  }

  #taken = (): void => {
    this.#told = null;
    const next = this.#waiting?.shift();
    if (next !== undefined) this.#tell(next);
    else this.#waiting = null;
    if (this.#watchers.length > 0) this.#notify();
  };

  #refused = (error: unknown): void => {
    this.#told?.reporter.unheard(this.#told.event, error);
    this.#taken();
  };

  #notify(): void {
    const due = this.#watchers.filter(({ at }) => this.length <= at);
    this.#watchers = this.#watchers.filter(({ at }) => this.length > at);
    for (const { task } of due) task();
  }
}
