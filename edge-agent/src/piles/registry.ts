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

  /** Seats a session; whoever had the seat has left it, and said so, when this returns. */
  admit(session: Seated): void {
    const seat = this.#seat(session.pileNo);
    const { seated } = seat;
    if (seated === session) return;
    seat.seated = session;
    if (seated === null) {
      this.#online += 1;
      return;
    }
    this.#evictions += 1;
    seated.evict();
  }

  /** Frees the seat, if the session still has it. */
  leave(session: Seated): void {
    const seat = this.#seats.get(session.pileNo);
    if (seat === undefined || seat.seated !== session) return;
    seat.seated = null;
    this.#online -= 1;
    this.#tidy(session.pileNo, seat);
  }

  /** Events of a pile on their way to the site. */
  queue(pileNo: string): EventQueue {
    return this.#seat(pileNo).queue;
  }

  /** Resolves when the site has taken every event that waits now. */
  async settled(): Promise<void> {
    await Promise.all([...this.#seats.values()].map(({ queue }) => queue.empty()));
  }

  #seat(pileNo: string): Seat {
    const known = this.#seats.get(pileNo);
    if (known !== undefined) return known;
    const queue = new EventQueue(this.#site, this.#limits, () => this.#tidy(pileNo, seat));
    const seat: Seat = { seated: null, queue };
    this.#seats.set(pileNo, seat);
    return seat;
  }

  #tidy(pileNo: string, seat: Seat): void {
    if (seat.seated === null && seat.queue.length === 0) this.#seats.delete(pileNo);
  }
}
