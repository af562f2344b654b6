import {
  BODY_AT,
  CHECKSUM_BYTES,
  checksumOf,
  decode,
  encode,
  FRAME_BYTES_MAX,
  frameSizeAt,
  isSound,
  messageOf,
  read,
  START,
  seqOf,
} from '@holdfast/protocols/jfy/codec';
import { frames } from '@holdfast/protocols/jfy/frames';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { jfyStream } from '@holdfast/protocols/jfy/stream';
import { viewOf } from '@holdfast/protocols/jfy/view';
import { putUint } from '@holdfast/protocols/kernel/bytes';
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
const BODY_BYTES_MAX = 500;

function soundFrame(random: Random): Uint8Array {
  const row = random.pick(ROWS);
  const width = Object.values(row.body).reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const length = random.once(4) ? random.below(BODY_BYTES_MAX) : width;
  const b = bytesFrom(random, BODY_AT + length + CHECKSUM_BYTES);
  b.set(PROFILE_0.start);
  putUint(b, 2, 2, b.length);
  b[4] = random.once(16) ? random.below(256) : PROFILE_0.info;
  putUint(b, 6, 2, random.once(8) ? random.below(0x1_0000) : row.code);
  b[b.length - 1] = checksumOf(b, 0, b.length);
  return b;
}

const LINE: ByteLine = {
  start: START,
  headBytes: 4,
  frameBytesMax: FRAME_BYTES_MAX,
  partialMs: PROFILE_0.partialMs,
  sizeAt: frameSizeAt,
  isSound,
  soundFrame,
  open: () => ({
    stream: jfyStream(),
    isUnknown: (frame) => read(frame).name === 'unknown',
    again: (frame) => encode(read(frame)),
    goodFrame: (index) =>
      encode(
        messageOf('heartbeat', seqOf(index), {
          reserved: '00000000',
          pileNo: '99000104000001',
          count: index & 0xffff,
          plugs: null,
        }),
      ),
  }),
  show: (frame) => viewOf(read(frame)),
  decode,
};

/** A mad pile against the decoder of 晶福源. */
export const fuzzJfy = (options: FuzzOptions, heapBytes?: () => number): FuzzReport =>
  fuzzLine(LINE, options, heapBytes);
