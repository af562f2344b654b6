import type { FrameTable } from '@holdfast/protocols/kernel/frame';
import type { Effect, Step } from '@holdfast/protocols/kernel/peer';
import type { StreamDecoder } from '@holdfast/protocols/kernel/stream';
import { badLine } from './bad-line.ts';
import { type BookNote, type Books, keepNote } from './books.ts';
import { namedTimers } from './named-timers.ts';
import type { RunningPile } from './running-pile.ts';
import type { PileSetup } from './setup.ts';
import type { Surroundings } from './surroundings.ts';

/** What happens to a pile from outside of the protocol. */
export type World =
  | { readonly world: 'connected' }
  | { readonly world: 'disconnected' }
  | { readonly world: 'close-the-shop' };

/** What the shell must know of a pile. */
interface FramePileState {
  readonly powered: boolean;
  readonly connected: boolean;
  readonly guns: readonly { readonly charge: unknown }[];
}

type Sent<T extends FrameTable> = Extract<
  Effect<T, 'pile', BookNote>,
  { readonly do: 'send' }
>['message'];
type PileStep<State, T extends FrameTable> = Step<State, T, 'pile', BookNote>;

/** How one connection speaks: where frames begin, and what numbers them. */
export interface Speech<T extends FrameTable> {
  readonly stream: StreamDecoder;
  readonly bytesOf: (message: Sent<T>) => Uint8Array;
}

/** A pure pile that speaks in frames, and how its frames look. */
export interface FramePile<State extends FramePileState, T extends FrameTable> {
  readonly initial: State;
  /** Made anew for each connection. */
  readonly speech: () => Speech<T>;
  /** `undefined`: nothing for a pile. */
  readonly onFrame: (
    state: State,
    frame: Uint8Array,
    nowMs: number,
  ) => PileStep<State, T> | undefined;
  readonly onTimer: (state: State, timer: string, nowMs: number) => PileStep<State, T>;
  readonly onCommand: (state: State, world: World, nowMs: number) => PileStep<State, T>;
}

const RECONNECT_MS: readonly [number, number] = [500, 3_000];

/** Runs one pile against a platform until it is stopped. Connects again by itself. */
export function runFramePile<State extends FramePileState, T extends FrameTable>(
  pile: FramePile<State, T>,
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
): RunningPile {
  const { time } = surroundings;
  const timers = namedTimers(time);
  let speech = pile.speech();
  let { initial: state } = pile;
  let stopped = false;

  const act = (effect: Effect<T, 'pile', BookNote>): void => {
    switch (effect.do) {
      case 'send':
        if (state.powered && state.connected) line.send(speech.bytesOf(effect.message));
        return;
      case 'arm':
        timers.arm(effect.timer, effect.ms, () =>
          take(pile.onTimer(state, effect.timer, time.nowMs())),
        );
        return;
      case 'disarm':
        timers.disarm(effect.timer);
        return;
      case 'emit':
        keepNote(books, effect.event);
        return;
      case 'close':
        line.drop();
        return;
    }
  };
  const take = (step: PileStep<State, T>): void => {
    state = step.state;
    for (const effect of step.effects) act(effect);
  };
  const tell = (world: World): void => take(pile.onCommand(state, world, time.nowMs()));
  const hear = (frame: Uint8Array): void => {
    const step = pile.onFrame(state, frame, time.nowMs());
    if (step !== undefined) take(step);
  };
  const reconnect = (): void => {
    if (stopped) return;
    time.after(setup.random.between(...RECONNECT_MS), () => {
      if (stopped) return;
      if (state.powered) line.connect();
      else reconnect();
    });
  };
  const line = badLine(surroundings, setup.faults, setup.random.fork(`${setup.pileNo} line`), {
    connected() {
      speech = pile.speech();
      tell({ world: 'connected' });
    },
    disconnected() {
      tell({ world: 'disconnected' });
      reconnect();
    },
    received: (chunk) => speech.stream.push(chunk, time.nowMs(), hear),
  });
  line.connect();

  return {
    charging: () => state.guns.filter(({ charge }) => charge !== null).length,
    closeTheShop: () => tell({ world: 'close-the-shop' }),
    stop() {
      stopped = true;
      timers.disarmAll();
      line.drop();
    },
  };
}
