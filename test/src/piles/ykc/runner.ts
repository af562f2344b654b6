import { type CrcOrder, seqOf, type YkcMessage, ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import type { Books } from '../books.ts';
import { runFramePile } from '../frame-pile.ts';
import type { RunningPile } from '../running-pile.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import { virtualPile } from './pile.ts';
import type { PileState } from './state.ts';
import { OWN_SEQ, type PileStep } from './step.ts';

/** Runs a 云快充 pile, with the checksum in the order that its firmware has it. */
export function runYkcPile(
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
): RunningPile {
  const { on, ...pile } = virtualPile(setup);
  const order: CrcOrder = setup.random.once(setup.faults.bigEndianCrcOneIn) ? 'BE' : 'LE';
  const speech = () => {
    let counter = 0;
    return {
      stream: ykcStream(),
      bytesOf: (message: YkcMessage) =>
        ykc.encode(
          message.seq === OWN_SEQ ? { ...message, seq: seqOf(counter++) } : message,
          order,
        ),
    };
  };
  const onFrame = (state: PileState, frame: Uint8Array, nowMs: number): PileStep | undefined => {
    const message = ykc.read(frame);
    const handler = on[message.name as keyof typeof on] as
      | ((state: PileState, message: YkcMessage, nowMs: number) => PileStep)
      | undefined;
    return handler?.(state, message, nowMs);
  };
  return runFramePile({ ...pile, speech, onFrame }, setup, surroundings, books);
}
