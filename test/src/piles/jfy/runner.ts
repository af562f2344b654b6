import { encode, type JfyMessage, read, seqOf } from '@holdfast/protocols/jfy/codec';
import { jfyStream } from '@holdfast/protocols/jfy/stream';
import { badLine } from '../bad-line.ts';
import type { Books } from '../books.ts';
import { namedTimers } from '../named-timers.ts';
import type { RunningPile } from '../running-pile.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import { virtualPile } from './pile.ts';
import type { BookNote, PileState, World } from './state.ts';
import type { PileEffect, PileStep } from './step.ts';

const RECONNECT_MS: readonly [number, number] = [500, 3_000];

function keep(books: Books, note: BookNote): void {
  if (note.note === 'ended') books.ended(note.entry);
  else if (note.note === 'uploaded') books.uploaded(note.tradeNo);
  else books.answered(note.tradeNo, note.stored);
}

type Heard = (state: PileState, nowMs: number) => PileStep;

/** What the pile does about a message; `undefined`: it is not for a pile. */
function handlerOf(pile: ReturnType<typeof virtualPile>, message: JfyMessage): Heard | undefined {
  const handler = pile.on[message.name as keyof typeof pile.on] as
    | ((state: PileState, message: JfyMessage, nowMs: number) => PileStep)
    | undefined;
  if (handler === undefined) return undefined;
  return (state, nowMs) => handler(state, message, nowMs);
}

/** Runs one pile against a platform until it is stopped. Connects again by itself. */
export function runJfyPile(
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
): RunningPile {
  const pile = virtualPile(setup);
  const { time } = surroundings;
  const timers = namedTimers(time);
  let stream = jfyStream();
  let state = pile.initial;
  let counter = 0;
  let stopped = false;

  const act = (effect: PileEffect): void => {
    switch (effect.do) {
      case 'send': {
        const { message } = effect;
        const seq = message.seq === '' ? seqOf(counter++) : message.seq;
        if (state.powered && state.connected) line.send(encode({ ...message, seq } as JfyMessage));
        return;
      }
      case 'arm':
        timers.arm(effect.timer, effect.ms, () =>
          take(pile.onTimer(state, effect.timer, time.nowMs())),
        );
        return;
      case 'disarm':
        timers.disarm(effect.timer);
        return;
      case 'emit':
        keep(books, effect.event);
        return;
      case 'close':
        line.drop();
        return;
    }
  };
  const take = (step: PileStep): void => {
    state = step.state;
    for (const effect of step.effects) act(effect);
  };
  const tell = (world: World): void => take(pile.onCommand(state, world, time.nowMs()));
  const hear = (frame: Uint8Array): void => {
    const handler = handlerOf(pile, read(frame));
    if (handler !== undefined) take(handler(state, time.nowMs()));
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
      stream = jfyStream();
      counter = 0;
      tell({ world: 'connected' });
    },
    disconnected() {
      tell({ world: 'disconnected' });
      reconnect();
    },
    received: (chunk) => stream.push(chunk, time.nowMs(), hear),
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
