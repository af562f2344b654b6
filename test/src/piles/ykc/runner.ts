import type { Message } from '@holdfast/protocols/kernel/frame';
import { type CrcOrder, type Frames, seqOf, ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import { badLine } from '../bad-line.ts';
import type { Books } from '../books.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import { virtualPile } from './pile.ts';
import type { BookNote, PileState, World } from './state.ts';
import type { PileEffect, PileStep } from './step.ts';

/** A virtual pile that lives: a line, a clock, and the pure pile inside. */
export interface RunningPile {
  readonly state: () => PileState;
  readonly closeTheShop: () => void;
  readonly stop: () => void;
}

const RECONNECT_MS: readonly [number, number] = [500, 3_000];

function keep(books: Books, note: BookNote): void {
  if (note.note === 'ended') books.ended(note.entry);
  else if (note.note === 'uploaded') books.uploaded(note.tradeNo);
  else books.answered(note.tradeNo, note.stored);
}

/** Runs one pile against a platform until it is stopped. Connects again by itself. */
export function runPile(setup: PileSetup, surroundings: Surroundings, books: Books): RunningPile {
  const pile = virtualPile(setup);
  const order: CrcOrder = setup.random.once(setup.faults.bigEndianCrcOneIn) ? 'BE' : 'LE';
  const { time } = surroundings;
  const timers = new Map<string, () => void>();
  let stream = ykcStream();
  let state = pile.initial;
  let counter = 0;
  let stopped = false;

  const act = (effect: PileEffect): void => {
    switch (effect.do) {
      case 'send': {
        const { message } = effect;
        const seq = message.seq === '' ? seqOf(counter++) : message.seq;
        if (state.powered && state.connected) line.send(ykc.encode({ ...message, seq }, order));
        return;
      }
      case 'arm':
        timers.get(effect.timer)?.();
        timers.set(
          effect.timer,
          time.after(effect.ms, () => {
            timers.delete(effect.timer);
            take(pile.onTimer(state, effect.timer, time.nowMs()));
          }),
        );
        return;
      case 'disarm':
        timers.get(effect.timer)?.();
        timers.delete(effect.timer);
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
    const message = ykc.read(frame);
    if (message.name === 'unknown') return;
    const handler = pile.on[message.name as keyof typeof pile.on] as
      | ((state: PileState, message: Message<Frames, 'hub'>, nowMs: number) => PileStep)
      | undefined;
    if (handler !== undefined)
      take(handler(state, message as Message<Frames, 'hub'>, time.nowMs()));
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
      stream = ykcStream();
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
    state: () => state,
    closeTheShop: () => tell({ world: 'close-the-shop' }),
    stop() {
      stopped = true;
      for (const cancel of timers.values()) cancel();
      line.drop();
    },
  };
}
