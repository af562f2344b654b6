import type { Message } from '@holdfast/protocols/kernel/frame';
import { type CrcOrder, type Frames, seqOf, ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import type { Books } from '../books.ts';
import type { PileSetup } from '../setup.ts';
import { tcpLine } from '../tcp-line.ts';
import { virtualPile } from './pile.ts';
import type { BookNote, PileState, World } from './state.ts';
import type { PileEffect, PileStep } from './step.ts';

/** A virtual pile that lives: real socket, real clock, the pure pile inside. */
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

/** Runs one pile against a platform over TCP until it is stopped. Connects again by itself. */
export function runPile(
  setup: PileSetup,
  to: { readonly host: string; readonly port: number },
  books: Books,
): RunningPile {
  const pile = virtualPile(setup);
  const order: CrcOrder = setup.random.once(setup.faults.bigEndianCrcOneIn) ? 'BE' : 'LE';
  const timers = new Map<string, NodeJS.Timeout>();
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
        clearTimeout(timers.get(effect.timer));
        timers.set(
          effect.timer,
          setTimeout(() => {
            timers.delete(effect.timer);
            take(pile.onTimer(state, effect.timer, Date.now()));
          }, effect.ms),
        );
        return;
      case 'disarm':
        clearTimeout(timers.get(effect.timer));
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
  const tell = (world: World): void => take(pile.onCommand(state, world, Date.now()));
  const hear = (frame: Uint8Array): void => {
    const message = ykc.read(frame);
    if (message.name === 'unknown') return;
    const handler = pile.on[message.name as keyof typeof pile.on] as
      | ((state: PileState, message: Message<Frames, 'hub'>, nowMs: number) => PileStep)
      | undefined;
    if (handler !== undefined) take(handler(state, message as Message<Frames, 'hub'>, Date.now()));
  };
  const reconnect = (): void => {
    if (stopped) return;
    setTimeout(
      () => {
        if (stopped) return;
        if (state.powered) line.connect();
        else reconnect();
      },
      setup.random.between(...RECONNECT_MS),
    );
  };
  const line = tcpLine(to, setup.faults, setup.random.fork(`${setup.pileNo} line`), {
    connected() {
      stream = ykcStream();
      counter = 0;
      tell({ world: 'connected' });
    },
    disconnected() {
      tell({ world: 'disconnected' });
      reconnect();
    },
    received: (chunk) => stream.push(chunk, Date.now(), hear),
  });
  line.connect();

  return {
    state: () => state,
    closeTheShop: () => tell({ world: 'close-the-shop' }),
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      line.drop();
    },
  };
}
