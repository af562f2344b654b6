/** How frames of one protocol are told apart in a stream of bytes. */
export interface Framing {
  /** First byte of every frame. */
  readonly start: number;
  /** Bytes from the start byte on that tell the size. */
  readonly headBytes: number;
  /** No frame is longer; what claims to be is none. */
  readonly maxBytes: number;
  /** Bytes of the frame that begins at `at`, or 0 when none can begin so. */
  readonly sizeAt: (b: Uint8Array, at: number) => number;
  /** Whether the `size` bytes at `at` are a whole, sound frame. */
  readonly isSound: (b: Uint8Array, at: number, size: number) => boolean;
}

/** What a connection has sent so far. `droppedBytes` belong to no frame. */
export interface StreamCounts {
  readonly frames: number;
  readonly droppedBytes: number;
  /** Candidates with a start byte and a size whose checksum was wrong. */
  readonly badChecksums: number;
  /** Partial frames given up because their rest never came. */
  readonly expired: number;
}

/** Turns the chunks of one connection into frames. */
export interface StreamDecoder {
  /**
   * Takes a chunk and hands over every frame that is now whole. A frame is a view into the chunk
   * where it can be: whoever keeps it longer than the call copies it.
   */
  readonly push: (chunk: Uint8Array, nowMs: number, onFrame: (frame: Uint8Array) => void) => void;
  /** Gives up a partial frame that has waited too long; hands over what was behind it. */
  readonly expire: (nowMs: number, onFrame: (frame: Uint8Array) => void) => void;
  /** Bytes waiting for the rest of their frame. */
  readonly pendingBytes: () => number;
  readonly counts: () => StreamCounts;
}

const NOTHING = new Uint8Array(0);

/**
 * Splits a stream into frames: finds the start byte, waits for the size, checks, and on failure goes
 * on one byte later (ykc.md §2.3). Work is linear in the bytes: less than one frame is ever kept,
 * and each byte is looked at by at most `maxBytes` candidates.
 */
export function streamDecoder(framing: Framing, partialExpiryMs: number): StreamDecoder {
  const { start, headBytes, maxBytes, sizeAt, isSound } = framing;
  let pending: Uint8Array = NOTHING;
  let pendingSinceMs = 0;
  let frames = 0;
  let droppedBytes = 0;
  let badChecksums = 0;
  let expired = 0;

  /** Hands over the frames of `b` and returns where the unfinished rest begins. */
  const scan = (b: Uint8Array, from: number, onFrame: (frame: Uint8Array) => void): number => {
    let at = from;
    for (;;) {
      const found = b.indexOf(start, at);
      if (found < 0) {
        droppedBytes += b.length - at;
        return b.length;
      }
      droppedBytes += found - at;
      at = found;
      if (b.length - at < headBytes) return at;
      const size = sizeAt(b, at);
      const possible = size >= headBytes && size <= maxBytes;
      if (possible && b.length - at < size) return at;
      if (possible && isSound(b, at, size)) {
        frames += 1;
        onFrame(b.subarray(at, at + size));
        at += size;
      } else {
        if (possible) badChecksums += 1;
        droppedBytes += 1;
        at += 1;
      }
    }
  };

  const keep = (b: Uint8Array, from: number, nowMs: number, since: number | null): void => {
    // Copied, so that a few bytes do not hold a whole socket buffer in memory.
    pending = from === b.length ? NOTHING : Uint8Array.from(b.subarray(from));
    pendingSinceMs = since ?? nowMs;
  };

  const expire: StreamDecoder['expire'] = (nowMs, onFrame) => {
    while (pending.length > 0 && nowMs - pendingSinceMs >= partialExpiryMs) {
      expired += 1;
      droppedBytes += 1;
      // The rest is as old as what was given up, so it gets no new time of its own.
      keep(pending, scan(pending, 1, onFrame), nowMs, pendingSinceMs);
    }
  };

  return {
    expire,
    push(chunk, nowMs, onFrame) {
      expire(nowMs, onFrame);
      const waiting = pending.length;
      let b = chunk;
      if (waiting > 0) {
        b = new Uint8Array(waiting + chunk.length);
        b.set(pending);
        b.set(chunk, waiting);
      }
      const rest = scan(b, 0, onFrame);
      keep(b, rest, nowMs, waiting > 0 && rest < waiting ? pendingSinceMs : null);
    },
    pendingBytes: () => pending.length,
    counts: () => ({ frames, droppedBytes, badChecksums, expired }),
  };
}
