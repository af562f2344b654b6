import { encode, type GqaaMessage, read } from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { type BodyCipher, opened, sealed } from '@holdfast/protocols/gqaa/seal';
import { gqaaStream } from '@holdfast/protocols/gqaa/stream';
import type { Books } from '../books.ts';
import { runFramePile } from '../frame-pile.ts';
import type { RunningPile } from '../running-pile.ts';
import type { PileSetup } from '../setup.ts';
import type { Surroundings } from '../surroundings.ts';
import { hear, virtualPile } from './pile.ts';
import type { PileState } from './state.ts';
import type { PileEffect, PileStep } from './step.ts';

/** The key of a pile whose bodies are encrypted, and chance for each frame. */
export interface PileSecret {
  readonly cipher: BodyCipher;
  readonly iv: () => Uint8Array;
}

type HubMessage = Parameters<typeof hear>[1];
const isHubs = (message: GqaaMessage): message is HubMessage =>
  message.name !== 'unknown' && frames[message.name].from === 'hub';

type Sent = Extract<PileEffect, { readonly do: 'send' }>['message'];

/** Runs a 广汽 pile; it numbers its frames itself. */
export function runGqaaPile(
  setup: PileSetup,
  surroundings: Surroundings,
  books: Books,
  secret?: PileSecret,
): RunningPile {
  const { on: _on, ...pile } = virtualPile(setup);
  const bytesOf = (message: Sent): Uint8Array => {
    const plain = encode(message as GqaaMessage);
    return secret === undefined ? plain : sealed(plain, secret.cipher, secret.iv());
  };
  const onFrame = (state: PileState, frame: Uint8Array, nowMs: number): PileStep | undefined => {
    const plain = secret === undefined ? frame : opened(frame, secret.cipher);
    const message = plain === undefined ? undefined : read(plain);
    return message !== undefined && isHubs(message) ? hear(state, message, nowMs) : undefined;
  };
  const speech = () => ({ stream: gqaaStream(), bytesOf });
  return runFramePile({ ...pile, speech, onFrame }, setup, surroundings, books);
}
