import { type StreamDecoder, streamDecoder } from '../kernel/stream.ts';
import { type CrcOrder, crcOrderOf, FRAME_BYTES_MAX, frameSizeAt, START } from './codec.ts';

/** ykc.md §2.3 asks for 5 to 10 s; piles on 4G need the longer half. */
export const PARTIAL_EXPIRY_MS = 8_000;

/** The receiving end of one pile's connection. */
export interface YkcStream extends StreamDecoder {
  /** The order of the newest checksum that could tell: what is sent uses the same (ykc.md §2.1). */
  readonly crcOrder: () => CrcOrder;
}

/** A decoder for one connection. Its frames have a right length and checksum and can be read. */
export function ykcStream(partialExpiryMs = PARTIAL_EXPIRY_MS): YkcStream {
  let order: CrcOrder = 'LE';
  const decoder = streamDecoder(
    {
      start: START,
      headBytes: 2,
      maxBytes: FRAME_BYTES_MAX,
      sizeAt: frameSizeAt,
      isSound(b, at, size) {
        const found = crcOrderOf(b, at, size);
        if (found === 'LE' || found === 'BE') order = found;
        return found !== undefined;
      },
    },
    partialExpiryMs,
  );
  return { ...decoder, crcOrder: () => order };
}
