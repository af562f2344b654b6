import type { StreamCounts } from '@holdfast/protocols/kernel/stream';

const MINUTE_MS = 60_000;

/** How bad a connection's bytes are. */
export class Noise {
  #badChecksums = 0;
  #droppedBytes = 0;
  #sinceMono = 0;
  #score = 0;

  /**
   * Bad frames since the last look: one for each wrong checksum, or one for bytes that belong to
   * nothing. Giving up a byte at a time makes many drops out of one bad frame.
   */
  rise({ badChecksums, droppedBytes }: StreamCounts): number {
    const checksums = badChecksums - this.#badChecksums;
    const dropped = droppedBytes - this.#droppedBytes;
    this.#badChecksums = badChecksums;
    this.#droppedBytes = droppedBytes;
    return checksums > 0 ? checksums : Math.sign(dropped);
  }

  /** Bad frames in the running minute, with these. */
  score(bad: number, monoMs: number): number {
    if (monoMs - this.#sinceMono >= MINUTE_MS) {
      this.#sinceMono = monoMs;
      this.#score = 0;
    }
    this.#score += bad;
    return this.#score;
  }
}
