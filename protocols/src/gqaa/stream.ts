import { type StreamDecoder, streamDecoder } from '../kernel/stream.ts';
import { FRAME_BYTES_MAX, frameSizeAt, isSound, START } from './codec.ts';
import { PROFILE_0 } from './profile-0.ts';

/** Start byte and length. */
const HEAD_BYTES = 3;

/** A decoder for one connection. Its frames have a right length and checksum and can be read. */
export const gqaaStream = (partialExpiryMs: number = PROFILE_0.partialMs): StreamDecoder =>
  streamDecoder(
    {
      start: START,
      headBytes: HEAD_BYTES,
      maxBytes: FRAME_BYTES_MAX,
      sizeAt: frameSizeAt,
      isSound,
    },
    partialExpiryMs,
  );
