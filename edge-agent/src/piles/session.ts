import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Clock, Timers } from '../ports/clock.ts';
import type { PileCapability, SiteView } from '../ports/site.ts';
import type { Driver, DriverView, Effect, LostWhy, Step } from './driver.ts';
import type { EventQueue } from './event-queue.ts';
import type { FrameCounts } from './limits.ts';
import type { PileLog } from './log.ts';
import type { Registry, Seated } from './registry.ts';

/** The connection that a session sends on. */
export interface Carrier<Down> {
  readonly transmit: (message: Down, pileNo: string) => void;
  /** Stops reading until the site has caught up with a pile's events. */
  readonly hold: (queue: EventQueue) => void;
  /** The session is over: forget it, and end the connection if it carries no other. */
  readonly release: (pileNo: string, why: string) => void;
  readonly log: PileLog;
}

/** What every session of a front shares. */
export interface SessionRoom<State, Up, Down> {
  readonly driver: Driver<State, Up, Down>;
  readonly site: SiteView;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counts: FrameCounts;
}

const NO_TIMERS: ReadonlyMap<string, () => void> = new Map();

/**
 * One pile on one connection: holds the driver's state and carries its effects out. Frames are
 * answered within the call that brings them, so a heartbeat never waits for a disk; only events go
 * through the queue, and what must be on disk first is answered by the site's command afterwards.
 */
export class Session<State, Up, Down> implements Seated {
  readonly pileNo: string;
  readonly #room: SessionRoom<State, Up, Down>;
  readonly #carrier: Carrier<Down>;
  #state: State;
  #timers: Map<string, () => void> | null = null;
  #busy = false;
  /** Effects of a step that began while another's were being carried out. */
  #later: Effect<Down>[] | null = null;
  #admitted = false;
  #over = false;

  constructor(room: SessionRoom<State, Up, Down>, carrier: Carrier<Down>, pileNo: string) {
    this.#room = room;
    this.#carrier = carrier;
    this.pileNo = pileNo;
    this.#state = room.driver.begin(pileNo);
  }

  get vendor(): string {
    return this.#room.driver.vendor;
  }

  get capabilities(): readonly PileCapability[] {
    return this.#room.driver.capabilities;
  }

  /** Whether the pile is served here. */
  get admitted(): boolean {
    return this.#admitted;
  }

  receive(message: Up, raw: Uint8Array): void {
    if (this.#over) return;
    try {
      this.#take(this.#room.driver.onFrame(this.#state, message, this.#view(), raw));
    } catch (error) {
      this.#failed(error, { message });
    }
  }

  send(command: PileCommand): void {
    if (this.#over) return;
    try {
      this.#take(this.#room.driver.onCommand(this.#state, command, this.#view()));
    } catch (error) {
      this.#failed(error, { command });
    }
  }

  close(why: string): void {
    this.#leave('closed', why);
  }

  evict(): void {
    this.#leave('evicted', 'another connection logged in');
  }

  unheard(event: PileEvent, error: unknown): void {
    const fields = { pile: this.pileNo, what: event.type, err: error };
    this.#carrier.log.error(fields, 'pile-event-refused');
    if (this.#over) return;
    this.#take(this.#room.driver.onUnheard(this.#state, event, this.#view()));
  }

  /** The connection is gone. The driver says what that means; nothing is sent any more. */
  end(why: LostWhy): void {
    if (this.#over) return;
    this.#over = true;
    const { state, effects } = this.#room.driver.onClosed(this.#state, why, this.#view());
    this.#state = state;
    for (const effect of effects) if (effect.do === 'emit') this.#emit(effect.event);
    for (const cancel of (this.#timers ?? NO_TIMERS).values()) cancel();
    this.#timers = null;
    this.#room.registry.leave(this);
  }

  /** A bug of ours met an input: that input is lost, the pile and the process go on. */
  #failed(error: unknown, input: Readonly<Record<string, unknown>>): void {
    this.#room.counts.errors += 1;
    this.#carrier.log.error({ pile: this.pileNo, err: error, ...input }, 'driver-failed');
  }

  #leave(why: LostWhy, text: string): void {
    if (this.#over) return;
    this.end(why);
    this.#carrier.release(this.pileNo, text);
  }

  #view(): DriverView {
    return { site: this.#room.site, nowMs: this.#room.clock.nowMs() };
  }

  #take(step: Step<State, Down>): void {
    this.#state = step.state;
    const { effects } = step;
    if (effects.length === 0) return;
    if (this.#busy) {
      this.#later = [...(this.#later ?? []), ...effects];
      return;
    }
    this.#busy = true;
    try {
      for (const effect of effects) this.#perform(effect);
      // The site may have answered an event with a command at once.
      while (this.#later !== null) {
        const later: readonly Effect<Down>[] = this.#later;
        this.#later = null;
        for (const effect of later) this.#perform(effect);
      }
    } finally {
      this.#busy = false;
    }
  }

  #perform(effect: Effect<Down>): void {
    if (this.#over) return;
    switch (effect.do) {
      case 'send':
        this.#carrier.transmit(effect.message, this.pileNo);
        break;
      case 'emit':
        this.#emit(effect.event);
        break;
      case 'arm':
        this.#arm(effect.timer, effect.ms);
        break;
      case 'disarm':
        this.#disarm(effect.timer);
        break;
      case 'admit':
        this.#admitted = true;
        this.#room.registry.admit(this);
        break;
      case 'close':
        this.#leave('closed', effect.why);
        break;
    }
  }

  #emit(event: PileEvent): void {
    const queue = this.#room.registry.queue(this.pileNo);
    queue.push(this, event);
    if (queue.full) this.#carrier.hold(queue);
  }

  #arm(timer: string, ms: number): void {
    this.#disarm(timer);
    this.#timers ??= new Map();
    const run = (): void => {
      this.#timers?.delete(timer);
      if (this.#over) return;
      try {
        this.#take(this.#room.driver.onTimer(this.#state, timer, this.#view()));
      } catch (error) {
        this.#failed(error, { timer });
      }
    };
    this.#timers.set(timer, this.#room.timers.after(ms, run));
  }

  #disarm(timer: string): void {
    this.#timers?.get(timer)?.();
    this.#timers?.delete(timer);
  }
}
