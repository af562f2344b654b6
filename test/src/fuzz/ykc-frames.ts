import {
  BODY_BYTES_MAX,
  crcOrderOf,
  decode,
  FRAME_BYTES_MAX,
  frameSizeAt,
  putChecksum,
  START,
  seqOf,
  ykc,
} from '@holdfast/protocols/ykc/codec';
import { STANDARD } from '@holdfast/protocols/ykc/dialects';
import { frames } from '@holdfast/protocols/ykc/frames';
import { PARTIAL_EXPIRY_MS, ykcStream } from '@holdfast/protocols/ykc/stream';
import { viewer } from '@holdfast/protocols/ykc/view';
import type { Random } from '../piles/random.ts';
import {
  type ByteLine,
  bytesFrom,
  type FuzzOptions,
  type FuzzReport,
  fuzzLine,
} from './byte-line.ts';

export type { FuzzOptions, FuzzReport };

const CODES = Object.values(frames).map(({ code }) => code) as [number, ...number[]];
const view = viewer(STANDARD);

/** A frame with a right length and checksum; its body as long as its table's, or any length. */
function soundFrame(random: Random): Uint8Array {
  const code = random.once(8) ? random.below(256) : random.pick(CODES);
  const usual = Object.values(frames).find((row) => row.code === code);
  const width = Object.values(usual?.body ?? {}).reduce((sum, { bytes }) => sum + (bytes ?? 9), 0);
  const length = random.once(4) ? random.below(BODY_BYTES_MAX + 1) : width;
  const b = bytesFrom(random, length + 8);
  b[0] = START;
  b[1] = length + 4;
  b[4] = random.once(16) ? random.below(256) : 0;
  b[5] = code;
  putChecksum(b, random.once(3) ? 'BE' : 'LE');
  return b;
}

const LINE: ByteLine = {
  start: START,
  headBytes: 2,
  frameBytesMax: FRAME_BYTES_MAX,
  partialMs: PARTIAL_EXPIRY_MS,
  sizeAt: frameSizeAt,
  isSound: (b, at, size) => crcOrderOf(b, at, size) !== undefined,
  soundFrame,
  open() {
    const stream = ykcStream();
    return {
      stream,
      isUnknown: (frame) => ykc.read(frame).name === 'unknown',
      // Its checksum was the newest to teach the order.
      again: (frame) => ykc.encode(ykc.read(frame), stream.crcOrder()),
      goodFrame(index) {
        const body = { pileNo: '32010200000001', gunNo: '01', gunStatus: 'normal' } as const;
        return ykc.encode({ name: 'heartbeat', seq: seqOf(index), body }, stream.crcOrder());
      },
    };
  },
  show: (frame) => view(ykc.read(frame)),
  decode,
};

/** A mad pile against the decoder of 云快充. */
export const fuzzYkc = (options: FuzzOptions, heapBytes?: () => number): FuzzReport =>
  fuzzLine(LINE, options, heapBytes);
