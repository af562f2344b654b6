import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { BODY_AT, CHECKSUM_BYTES, type YkcMessage } from '@holdfast/protocols/ykc/codec';
import { frames } from '@holdfast/protocols/ykc/frames';
import type { Up } from './step.ts';

const isUp = (message: YkcMessage): message is Up =>
  message.name === 'unknown' || frames[message.name].from === 'pile';

/** What came from a pile; a frame that only our side sends (an echo, a wrong cable) means nothing. */
export function uplinkOf(message: YkcMessage, raw: Uint8Array): Up {
  if (isUp(message)) return message;
  return {
    name: 'unknown',
    seq: message.seq,
    why: 'unknown-type',
    code: raw[5] ?? 0,
    encryption: 0,
    body: { raw: hexOf(raw, BODY_AT, raw.length - BODY_AT - CHECKSUM_BYTES) },
  };
}
