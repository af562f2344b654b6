import { type StreamDecoder, streamDecoder } from '../kernel/stream.ts';
import { FRAME_BYTES_MAX, frameSizeAt, isSound, START } from './codec.ts';
import { PROFILE_0 } from './profile-0.ts';

/** Two start bytes and the length. */
const HEAD_BYTES = 4;

/** A decoder for one connection. Its frames have a right length and checksum and can be read. */
export const jfyStream = (partialExpiryMs: number = PROFILE_0.partialMs): StreamDecoder =>
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
