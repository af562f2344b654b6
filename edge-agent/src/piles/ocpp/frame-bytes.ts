/** Frames of ours are put here on their way to the tape, which copies them. */
const OUT = Buffer.alloc(16_384);
/** A character of UTF-16 takes up to three bytes. */
const OUT_CHARS = Math.floor(OUT.length / 3);

/** From a pool: a frame's bytes are of no use after the call. */
export const bytesIn = (text: string): Uint8Array => Buffer.from(text);

/** Good until the next frame goes out. */
export const bytesOut = (text: string): Uint8Array =>
  text.length > OUT_CHARS ? bytesIn(text) : OUT.subarray(0, OUT.write(text));
