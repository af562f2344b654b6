import { encode, type JfyMessage, read, seqOf } from '@holdfast/protocols/jfy/codec';
import { jfyStream } from '@holdfast/protocols/jfy/stream';
import type { Books } from '../books.ts';
import { runFramePile } from '../frame-pile.ts';
import type { RunningPile } from '../running-pile.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import { virtualPile } from './pile.ts';
import type { PileState } from './state.ts';
import { OWN_SEQ, type PileEffect, type PileStep } from './step.ts';

type Sent = Extract<PileEffect, { readonly do: 'send' }>['message'];

/** Runs a 晶福源 pile. */
export function runJfyPile(
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
): RunningPile {
  const { on, ...pile } = virtualPile(setup);
  const speech = () => {
    let counter = 0;
    return {
      stream: jfyStream(),
      bytesOf: (message: Sent) => {
        const seq = message.seq === OWN_SEQ ? seqOf(counter++) : message.seq;
        return encode({ ...message, seq } as JfyMessage);
      },
    };
  };
  const onFrame = (state: PileState, frame: Uint8Array, nowMs: number): PileStep | undefined => {
    const message = read(frame);
    const handler = on[message.name as keyof typeof on] as
      | ((state: PileState, message: JfyMessage, nowMs: number) => PileStep)
      | undefined;
    return handler?.(state, message, nowMs);
  };
  return runFramePile({ ...pile, speech, onFrame }, setup, surroundings, books);
}
