import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Clock, Timers } from '../ports/clock.ts';
import type { OperationCatalogue, PileCapability, SiteView } from '../ports/site.ts';
import type { Driver, DriverView, Effect, LostWhy, Step } from './driver.ts';
import type { EventQueue } from './event-queue.ts';
import type { FrameCounts } from './limits.ts';
import type { PileLog } from './log.ts';
import type { Registry, Seated } from './registry.ts';
import type { Tape } from './tape.ts';

/** The connection that a session sends on. */
export interface Carrier<Down> {
  readonly transmit: (message: Down, tape: Tape) => void;
  /** Stops reading until the site has caught up with a pile's events. */
  readonly hold: (queue: EventQueue) => void;
  /** The session is over: forget it, and end the connection if it serves no other. */
  readonly release: (pileNo: string, why: string) => void;
}

/** What every session of a front shares. */
export interface SessionRoom<State, Up, Down> {
  readonly driver: Driver<State, Up, Down>;
  readonly site: SiteView;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly counts: FrameCounts;
  readonly log: PileLog;
}

interface Armed {
  readonly timer: string;
  readonly cancel: () => void;
}

const NO_TIMERS: readonly Armed[] = [];

/**
 * One pile on one connection: holds the driver's state and carries its effects out. Frames are
 * answered within the call that brings them, so a heartbeat never waits for a disk; only events go
 * through the queue, and what must be on disk first is answered by the site's command afterwards.
 */
export class Session<State, Up, Down> implements Seated {
  readonly pileNo: string;
  /** Where its frames are kept. */
  readonly tape: Tape;
  readonly #room: SessionRoom<State, Up, Down>;
  readonly #carrier: Carrier<Down>;
  #state: State;
  #timers: readonly Armed[] = NO_TIMERS;
  /** Its queue, once it is seated. */
  #queue: EventQueue | null = null;
  #busy = false;
  /** Effects of a step that began while another's were being carried out. */
  #later: readonly Effect<Down>[] | null = null;
  #over = false;

  constructor(
    room: SessionRoom<State, Up, Down>,
    carrier: Carrier<Down>,
    pileNo: string,
    tape: Tape,
  ) {
    this.#room = room;
    this.#carrier = carrier;
    this.pileNo = pileNo;
    this.tape = tape;
    this.#state = room.driver.begin(pileNo);
  }

  get vendor(): string {
    return this.#room.driver.vendor;
  }

  get capabilities(): readonly PileCapability[] {
    return this.#room.driver.capabilities;
  }

  get startConfirmMs(): number | undefined {
    return this.#room.driver.startConfirmMs;
  }

  get operations(): OperationCatalogue | undefined {
    return this.#room.driver.operations;
  }

  /** Whether the pile is served here. */
  get admitted(): boolean {
    return this.#queue !== null;
  }

  receive(message: Up, raw: Uint8Array, nowMs: number): void {
    if (this.#over) return;
    try {
      const view = { site: this.#room.site, nowMs };
      this.#take(this.#room.driver.onFrame(this.#state, message, view, raw));
    } catch (error) {
      this.#failed(error, 'frame');
    }
  }

  send(command: PileCommand): void {
    if (this.#over) return;
    try {
      this.#take(this.#room.driver.onCommand(this.#state, command, this.#view()));
    } catch (error) {
      this.#failed(error, `command ${command.do}`);
    }
  }

  close(why: string): void {
    this.#leave('closed', why);
  }

  evict(): void {
    this.#leave('evicted', 'another connection logged in');
  }

  unheard(event: PileEvent, error: unknown): void {
    this.#room.log.error({ pile: this.pileNo, what: event.type, err: error }, 'pile-event-refused');
    if (this.#over) return;
    try {
      this.#take(this.#room.driver.onUnheard(this.#state, event, this.#view()));
    } catch (bug) {
      this.#failed(bug, `event ${event.type}`);
    }
  }

  /** The connection is gone. The driver says what that means; nothing is sent any more. */
  end(why: LostWhy): void {
    if (this.#over) return;
    this.#over = true;
    const { state, effects } = this.#room.driver.onClosed(this.#state, why, this.#view());
    this.#state = state;
    for (const effect of effects) if (effect.do === 'emit') this.#emit(effect.event);
    for (const { cancel } of this.#timers) cancel();
    this.#timers = NO_TIMERS;
    this.#room.registry.leave(this);
  }

  /** A bug of ours met an input: that input is lost, the pile and the process go on. */
  #failed(error: unknown, input: string): void {
    this.#room.counts.errors += 1;
    this.#room.log.error({ pile: this.pileNo, input, err: error }, 'driver-failed');
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
        const later = this.#later;
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
        this.#carrier.transmit(effect.message, this.tape);
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
        this.#queue = this.#room.registry.admit(this);
        break;
      case 'close':
        this.#leave('closed', effect.why);
        break;
    }
  }

  #emit(event: PileEvent): void {
    if (this.#queue === null) {
      this.#room.registry.report(this, event);
      return;
    }
    this.#queue.push(this, event);
    if (this.#queue.full) this.#carrier.hold(this.#queue);
  }

  #arm(timer: string, ms: number): void {
    this.#disarm(timer);
    const cancel = this.#room.timers.after(ms, () => this.#fire(timer));
    this.#timers = this.#timers.concat({ timer, cancel });
  }

  #disarm(timer: string): void {
    const armed = this.#timers.find((one) => one.timer === timer);
    if (armed === undefined) return;
    armed.cancel();
    this.#timers = this.#timers.filter((one) => one !== armed);
  }

  #fire(timer: string): void {
    this.#timers = this.#timers.filter((one) => one.timer !== timer);
    if (this.#over) return;
    try {
      this.#take(this.#room.driver.onTimer(this.#state, timer, this.#view()));
    } catch (error) {
      this.#failed(error, `timer ${timer}`);
    }
  }
}
