import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { PileLink, Site } from '../ports/site.ts';
import { EventQueue, QUEUE_LIMITS, type QueueLimits, type Reporter } from './event-queue.ts';

/** A session that serves a pile. */
export interface Seated extends Reporter {
  /** Another connection speaks for the pile now; reports `PileLost` before it returns. */
  readonly evict: () => void;
}

interface Seat {
  seated: Seated | null;
  readonly queue: EventQueue;
}

/**
 * Which connection speaks for which pile. A seat stays while events of its pile wait, so that those
 * of two connections never overtake each other.
 */
export class Registry {
  readonly #site: Site;
  readonly #limits: QueueLimits;
  readonly #seats = new Map<string, Seat>();
  #online = 0;
  #evictions = 0;

  constructor(site: Site, limits: QueueLimits = QUEUE_LIMITS) {
    this.#site = site;
    this.#limits = limits;
  }

  /** Piles that are connected and served. */
  get online(): number {
    return this.#online;
  }

  /** Sockets that lost their pile to a newer login. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Where a command for a pile goes; `undefined` when it is not connected. */
  link(pileNo: string): PileLink | undefined {
    return this.#seats.get(pileNo)?.seated ?? undefined;
  }

  links(): readonly PileLink[] {
    return [...this.#seats.values()].flatMap(({ seated }) => (seated === null ? [] : [seated]));
  }

  /**
   * Seats a session and gives it its queue; whoever had the seat has left it, and said so, when this
   * returns.
   */
  admit(session: Seated): EventQueue {
    const seat = this.#seat(session.pileNo);
    const { seated, queue } = seat;
    if (seated === session) return queue;
    seat.seated = session;
    if (seated === null) {
      this.#online += 1;
    } else {
      this.#evictions += 1;
      seated.evict();
    }
    return queue;
  }

  /** Frees the seat, if the session still has it. */
  leave(session: Seated): void {
    const seat = this.#seats.get(session.pileNo);
    if (seat === undefined || seat.seated !== session) return;
    seat.seated = null;
    this.#online -= 1;
    this.#tidy(session.pileNo, seat);
  }

  /** Reports an event of a session that is not seated: of a pile that waits for adoption. */
  report(reporter: Reporter, event: PileEvent): void {
    const seat = this.#seat(reporter.pileNo);
    seat.queue.push(reporter, event);
    if (seat.seated === null) this.#tidy(reporter.pileNo, seat);
  }

  /** Resolves when the site has taken every event that waits now. */
  async settled(): Promise<void> {
    const waits = [...this.#seats.values()].map(
      ({ queue }) => new Promise<void>((resolve) => queue.whenEmpty(resolve)),
    );
    await Promise.all(waits);
  }

  #seat(pileNo: string): Seat {
    const known = this.#seats.get(pileNo);
    if (known !== undefined) return known;
    const seat: Seat = { seated: null, queue: new EventQueue(this.#site, this.#limits) };
    this.#seats.set(pileNo, seat);
    return seat;
  }

  /** An empty seat goes when its last event has been taken. */
  #tidy(pileNo: string, seat: Seat): void {
    seat.queue.whenEmpty(() => {
      if (seat.seated === null && this.#seats.get(pileNo) === seat) this.#seats.delete(pileNo);
    });
  }
}
