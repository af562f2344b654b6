import {
  encode,
  type GqaaMessage,
  type GqaaUnknown,
  kept,
  pileNoOf,
  read,
} from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { isAnswer, PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { type BodyCipher, isSealed, opened, sealed } from '@holdfast/protocols/gqaa/seal';
import { gqaaStream } from '@holdfast/protocols/gqaa/stream';
import { hex8, hexOf, u8 } from '@holdfast/protocols/kernel/bytes';
import type { PileProtocol } from '../driver.ts';
import { gqaaDriver } from './driver.ts';
import { GQAA_SETTINGS, type GqaaSettings } from './settings.ts';
import type { GqaaState } from './state.ts';
import type { Down, Up } from './step.ts';

/** Keys of piles, and chance for the IV of each frame. */
export interface GqaaSecrets {
  /** `undefined`: the pile's bodies are plain. */
  readonly cipherOf: (pileNo: string) => BodyCipher | undefined;
  readonly iv: () => Uint8Array;
}

/** Every pile speaks plainly. */
export const NO_SECRETS: GqaaSecrets = {
  cipherOf: () => undefined,
  iv: () => new Uint8Array(PROFILE_0.ivBytes),
};

const PILE_AT = 9;

const isUp = (message: GqaaMessage): message is Up['message'] =>
  message.name === 'unknown' || frames[message.name].from === 'pile';

/** What came from a pile; a frame that only our side sends (an echo, a wrong cable) means nothing. */
function uplinkOf(message: GqaaMessage, plain: Uint8Array): Up['message'] {
  if (isUp(message)) return message;
  const { cot, pileNo, gunNo } = message.body;
  const raw = hexOf(plain, 18, plain.length - 20);
  const strange: GqaaUnknown = {
    name: 'unknown',
    seq: message.seq,
    why: 'unknown-type',
    version: PROFILE_0.version,
    encryption: PROFILE_0.encryption.plain,
    code: u8(plain, 7),
    body: { cot, pileNo, gunNo, raw },
  };
  return strange;
}

/** [GQAA-ENC-1] Opens a frame with the key of its pile and reads it. */
function received(raw: Uint8Array, { cipherOf }: GqaaSecrets): Up {
  const cipher = cipherOf(pileNoOf(hex8(raw, PILE_AT)));
  if (cipher === undefined) return { message: uplinkOf(read(raw), raw), plain: raw };
  if (!isSealed(raw)) return { message: kept(raw, 'unsealed'), plain: raw };
  const plain = opened(raw, cipher);
  if (plain === undefined) return { message: kept(raw, 'unreadable'), plain: raw };
  return { message: uplinkOf(read(plain), plain), plain };
}

/** 广汽 for a front: bytes, routing and driver. */
export function gqaaProtocol(
  secrets: GqaaSecrets = NO_SECRETS,
  settings: GqaaSettings = GQAA_SETTINGS,
): PileProtocol<GqaaState, Up, Down> {
  return {
    driver: gqaaDriver(settings),
    openCodec: (partialMs) => ({
      stream: gqaaStream(partialMs),
      decode: (raw) => received(raw, secrets),
      encode(message) {
        const plain = encode(message);
        const cipher = secrets.cipherOf(pileNoOf(message.body.pileNo));
        return cipher === undefined ? plain : sealed(plain, cipher, secrets.iv());
      },
    }),
    pileNoOf: ({ message }) => pileNoOf(message.body.pileNo),
    isLogin: ({ message }) =>
      message.name === 'login' ||
      (message.name === 'unknown' &&
        message.code === PROFILE_0.types.login &&
        !isAnswer(message.body.cot)),
  };
}
