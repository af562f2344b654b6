import { encode, type GqaaMessage, read } from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { type BodyCipher, opened, sealed } from '@holdfast/protocols/gqaa/seal';
import { gqaaStream } from '@holdfast/protocols/gqaa/stream';
import { badLine } from '../bad-line.ts';
import type { Books } from '../books.ts';
import { namedTimers } from '../named-timers.ts';
import type { RunningPile } from '../running-pile.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import type { BookNote, World } from '../ykc/state.ts';
import { hear, virtualPile } from './pile.ts';
import type { PileEffect, PileStep } from './step.ts';

const RECONNECT_MS: readonly [number, number] = [500, 3_000];

/** The key of a pile whose bodies are encrypted, and chance for each frame. */
export interface PileSecret {
  readonly cipher: BodyCipher;
  readonly iv: () => Uint8Array;
}

function keep(books: Books, note: BookNote): void {
  if (note.note === 'ended') books.ended(note.entry);
  else if (note.note === 'uploaded') books.uploaded(note.tradeNo);
  else books.answered(note.tradeNo, note.stored);
}

type HubMessage = Parameters<typeof hear>[1];
const isHubs = (message: GqaaMessage): message is HubMessage =>
  message.name !== 'unknown' && frames[message.name].from === 'hub';

/** Runs one pile against a platform until it is stopped. Connects again by itself. */
export function runGqaaPile(
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
  secret?: PileSecret,
): RunningPile {
  const pile = virtualPile(setup);
  const { time } = surroundings;
  const timers = namedTimers(time);
  let stream = gqaaStream();
  let state = pile.initial;
  let stopped = false;

  const bytesOf = (message: GqaaMessage): Uint8Array => {
    const plain = encode(message);
    return secret === undefined ? plain : sealed(plain, secret.cipher, secret.iv());
  };
  const act = (effect: PileEffect): void => {
    switch (effect.do) {
      case 'send':
        if (state.powered && state.connected) line.send(bytesOf(effect.message as GqaaMessage));
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
  const onFrame = (frame: Uint8Array): void => {
    const plain = secret === undefined ? frame : opened(frame, secret.cipher);
    const message = plain === undefined ? undefined : read(plain);
    if (message !== undefined && isHubs(message)) take(hear(state, message, time.nowMs()));
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
      stream = gqaaStream();
      tell({ world: 'connected' });
    },
    disconnected() {
      tell({ world: 'disconnected' });
      reconnect();
    },
    received: (chunk) => stream.push(chunk, time.nowMs(), onFrame),
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
