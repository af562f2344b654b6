import {
  BODY_AT,
  CHECKSUM_BYTES,
  decode,
  encode,
  FRAME_BYTES_MAX,
  finish,
  frameSizeAt,
  isSound,
  read,
  START,
  seqOf,
} from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { gqaaStream } from '@holdfast/protocols/gqaa/stream';
import { viewOf } from '@holdfast/protocols/gqaa/view';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { Random } from '../piles/random.ts';
import {
  type ByteLine,
  bytesFrom,
  type FuzzOptions,
  type FuzzReport,
  fuzzLine,
} from './byte-line.ts';

const ROWS = Object.values(frames) as [
  (typeof frames)[keyof typeof frames],
  ...(typeof frames)[keyof typeof frames][],
];
const { cot, version } = PROFILE_0;
/** Cause, pile and gun stand in the rows, but before the body. */
const HEAD_BYTES = 10;
const BODY_BYTES_MAX = 300;

function soundFrame(random: Random): Uint8Array {
  const row = random.pick(ROWS);
  const width = Object.values(row.body).reduce((sum, { bytes }) => sum + bytes, 0) - HEAD_BYTES;
  const length = random.once(4) ? random.below(BODY_BYTES_MAX) : width;
  const b = bytesFrom(random, BODY_AT + length + CHECKSUM_BYTES);
  b[0] = START;
  b[5] = random.once(16) ? random.below(256) : version;
  b[6] = random.once(16) ? random.below(256) : 0;
  b[7] = random.once(8) ? random.below(256) : row.code;
  b[8] = random.once(8) ? random.below(256) : random.pick(Object.values(cot) as [number]);
  return finish(b);
}

const LINE: ByteLine = {
  start: START,
  headBytes: 3,
  frameBytesMax: FRAME_BYTES_MAX,
  partialMs: PROFILE_0.partialMs,
  sizeAt: frameSizeAt,
  isSound,
  soundFrame,
  open: () => ({
    stream: gqaaStream(),
    isUnknown: (frame) => read(frame).name === 'unknown',
    again: (frame) => encode(read(frame)),
    goodFrame(index) {
      const time = utcTimeOf(index);
      const body = { cot: cot.spontaneous, pileNo: '0099000100000001', gunNo: 0, time };
      return encode({ name: 'heartbeat', seq: seqOf(index), body });
    },
  }),
  show: (frame) => viewOf(read(frame)),
  decode,
};

/** A mad pile against the decoder of 广汽. */
export const fuzzGqaa = (options: FuzzOptions, heapBytes?: () => number): FuzzReport =>
  fuzzLine(LINE, options, heapBytes);
