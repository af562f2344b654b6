import {
  BODY_AT,
  CHECKSUM_BYTES,
  encode,
  type JfyMessage,
  read,
} from '@holdfast/protocols/jfy/codec';
import { frames } from '@holdfast/protocols/jfy/frames';
import { jfyStream } from '@holdfast/protocols/jfy/stream';
import { hexOf, u16 } from '@holdfast/protocols/kernel/bytes';
import type { PileProtocol } from '../driver.ts';
import { jfyDriver } from './driver.ts';
import { JFY_SETTINGS, type JfySettings } from './settings.ts';
import type { JfyState } from './state.ts';
import type { Down, Up } from './step.ts';

/** [JFY-LOGIN-6] Printable text without blanks: what else stands there names no pile. */
const PILE_NO = /^[\x21-\x7e]{1,32}$/;
const COMMAND_AT = 6;

const isUp = (message: JfyMessage): message is Up =>
  message.name === 'unknown' || frames[message.name].from === 'pile';

/** What came from a pile; a frame that only our side sends (an echo, a wrong cable) means nothing. */
function uplinkOf(message: JfyMessage, raw: Uint8Array): Up {
  if (isUp(message)) return message;
  return {
    name: 'unknown',
    seq: message.seq,
    why: 'unknown-command',
    code: u16(raw, COMMAND_AT),
    body: { raw: hexOf(raw, BODY_AT, raw.length - BODY_AT - CHECKSUM_BYTES) },
  };
}

/** 晶福源 for a front: bytes, routing and driver. */
export function jfyProtocol(
  settings: JfySettings = JFY_SETTINGS,
): PileProtocol<JfyState, Up, Down> {
  return {
    driver: jfyDriver(settings),
    openCodec(partialMs) {
      return {
        stream: jfyStream(partialMs),
        decode: (raw) => uplinkOf(read(raw), raw),
        encode,
      };
    },
    pileNoOf(message) {
      if (message.name === 'unknown') return undefined;
      // Some firmware pads with blanks where the family pads with zeros.
      const pileNo = message.body.pileNo.trimEnd();
      return PILE_NO.test(pileNo) ? pileNo : undefined;
    },
    isLogin: (message) => message.name === 'signIn',
  };
}
