import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { ProtocolError } from '@holdfast/protocols/kernel/errors';
import type { StreamDecoder } from '@holdfast/protocols/kernel/stream';
import { type Random, randomOf } from '../piles/random.ts';

/**
 * One connection that a mad pile keeps writing to: random frames, mutated frames, garbage and all of
 * them in streams, cut anywhere. After each case the pile waits and sends one good frame. Held
 * against it: nothing is thrown, the frames found are those that plain search finds, each writes the
 * same bytes again, the good frame is read, and the heap stays flat.
 *
 * A case depends on the seed and its number alone, so `--from N --count 1` runs one again.
 */
export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  /** Number of the first case. */
  readonly from: number;
}

export interface FuzzReport {
  readonly cases: number;
  readonly bytes: number;
  /** Frames that the stream decoder handed over, those of the good pile included. */
  readonly frames: number;
  /** Of these, frames that the table does not read. */
  readonly unknown: number;
  /** The first few that went wrong, each with its case. */
  readonly failures: readonly string[];
  /** How much more of the heap is in use at the end than after the first tenth; `null` unmeasured. */
  readonly heapGrowthBytes: number | null;
}

/** A protocol of frames, as far as a mad pile needs it. */
export interface ByteLine {
  readonly start: number;
  /** Bytes from the start byte on that tell the size. */
  readonly headBytes: number;
  readonly frameBytesMax: number;
  readonly partialMs: number;
  readonly sizeAt: (b: Uint8Array, at: number) => number;
  readonly isSound: (b: Uint8Array, at: number, size: number) => boolean;
  /** A frame with a right length and checksum; its body as long as its table's, or any length. */
  readonly soundFrame: (random: Random) => Uint8Array;
  /** The receiving end of one connection. */
  readonly open: () => {
    readonly stream: StreamDecoder;
    readonly isUnknown: (frame: Uint8Array) => boolean;
    /** The frame, read and written again. */
    readonly again: (frame: Uint8Array) => Uint8Array;
    readonly goodFrame: (index: number) => Uint8Array;
  };
  /** Shows a frame as a technician sees it. */
  readonly show: (frame: Uint8Array) => unknown;
  /** Reads bytes that may be no frame at all. */
  readonly decode: (bytes: Uint8Array) => unknown;
}

const FAILURES_SHOWN = 5;
const PARTS_MAX = 5;
const GARBAGE_BYTES_MAX = 300;
/** Showing a message costs as much as reading ten. */
const SHOW_ONE_IN = 16;

export const bytesFrom = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random.below(256));

/** What lines, modems and memory do to a frame. */
function mutated({ soundFrame, headBytes }: ByteLine, random: Random): Uint8Array {
  const frame = soundFrame(random);
  const at = random.below(frame.length);
  switch (random.below(6)) {
    case 0:
      frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
      return frame;
    case 1:
      return frame.subarray(0, at);
    case 2:
      return frame.subarray(at);
    case 3:
      return Uint8Array.of(...frame.subarray(0, at), random.below(256), ...frame.subarray(at));
    case 4:
      return Uint8Array.of(...frame.subarray(0, at), ...frame.subarray(at + 1));
    default:
      frame[random.between(1, headBytes - 1)] = random.below(256);
      return frame;
  }
}

function part(line: ByteLine, random: Random): Uint8Array {
  switch (random.below(4)) {
    case 0:
      return line.soundFrame(random);
    case 1:
      // Half of it start bytes: every one of them may begin a frame.
      return bytesFrom(random, random.below(GARBAGE_BYTES_MAX)).map((byte) =>
        byte % 2 === 0 ? line.start : byte,
      );
    default:
      return mutated(line, random);
  }
}

/** Refusals are `ProtocolError`s; anything else that is thrown goes through. */
function refuseOrRead({ decode }: ByteLine, bytes: Uint8Array): void {
  try {
    decode(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
}

/** The frames in some bytes, found without any buffering: what the stream decoder is held to. */
function framesIn(line: ByteLine, b: Uint8Array): readonly string[] {
  const found: string[] = [];
  const { start, headBytes, frameBytesMax, sizeAt, isSound } = line;
  for (let at = 0; at + headBytes <= b.length; at += 1) {
    const size = b[at] === start ? sizeAt(b, at) : 0;
    const possible = size > 0 && size <= frameBytesMax && at + size <= b.length;
    if (!possible || !isSound(b, at, size)) continue;
    found.push(hexOf(b, at, size));
    at += size - 1;
  }
  return found;
}

/** What a pile sends in one case: chunks, and how long it waits after each. */
function madness(
  line: ByteLine,
  random: Random,
): readonly (readonly [chunk: Uint8Array, waitMs: number])[] {
  const slow = random.once(8);
  const sent: [Uint8Array, number][] = [];
  for (let parts = random.below(PARTS_MAX); parts >= 0; parts -= 1) {
    const whole = part(line, random);
    const cut = random.once(2) ? random.below(whole.length + 1) : whole.length;
    sent.push([whole.subarray(0, cut), slow ? random.below(2 * line.partialMs) : 0]);
    sent.push([whole.subarray(cut), 0]);
  }
  return sent;
}

interface Mad {
  readonly run: (index: number) => string | undefined;
  readonly counts: () => {
    readonly bytes: number;
    readonly frames: number;
    readonly unknown: number;
  };
}

function madPile(line: ByteLine, seed: number): Mad {
  const { stream, isUnknown, again, goodFrame } = line.open();
  let nowMs = 0;
  let bytes = 0;
  let unknown = 0;

  const faultOf = (frame: Uint8Array, show: boolean): string | undefined => {
    if (show) JSON.stringify(line.show(frame));
    const [sent, written] = [hexOf(frame), hexOf(again(frame))];
    return sent === written ? undefined : `${sent} is written again as ${written}`;
  };

  const send = (random: Random): string | undefined => {
    const got: string[] = [];
    let fault: string | undefined;
    const take = (frame: Uint8Array): void => {
      got.push(hexOf(frame));
      if (isUnknown(frame)) unknown += 1;
      fault ??= faultOf(frame, random.once(SHOW_ONE_IN));
    };
    const sent = madness(line, random);
    for (const [chunk, waitMs] of sent) {
      bytes += chunk.length;
      refuseOrRead(line, chunk);
      stream.push(chunk, nowMs, take);
      nowMs += waitMs;
      const waiting = stream.pendingBytes();
      if (waiting >= line.frameBytesMax) return `${waiting} bytes are waiting`;
    }
    nowMs += line.partialMs;
    stream.expire(nowMs, take);
    if (stream.pendingBytes() > 0) return 'bytes wait after the waiting time';
    // Where the pile took its time, what it left half done is gone, and finding less is right.
    const patient = sent.every(([, waitMs]) => waitMs === 0);
    const wanted = framesIn(line, Uint8Array.from(sent.flatMap(([chunk]) => [...chunk])));
    if (patient && got.join() !== wanted.join()) return `found ${got.join()}, not ${wanted.join()}`;
    return fault;
  };

  return {
    counts: () => ({ bytes, unknown, frames: stream.counts().frames }),
    run(index) {
      const fault = send(randomOf(Math.imul(index + 1, 0x9e37_79b9) ^ seed));
      if (fault !== undefined) return fault;
      const good = goodFrame(index);
      const got: string[] = [];
      stream.push(good, nowMs, (frame) => got.push(hexOf(frame)));
      return got.join() === hexOf(good) ? undefined : 'the good frame was not read';
    },
  };
}

/** Runs the cases. `heapBytes` reads the heap after a collection, where that can be had. */
export function fuzzLine(
  line: ByteLine,
  { count, seed, from }: FuzzOptions,
  heapBytes?: () => number,
): FuzzReport {
  const pile = madPile(line, seed);
  const failures: string[] = [];
  const warm = Math.floor(count / 10);
  let before: number | null = null;
  for (let i = 0; i < count; i += 1) {
    if (i === warm) before = heapBytes?.() ?? null;
    const fault = failures.length < FAILURES_SHOWN ? caught(() => pile.run(from + i)) : undefined;
    if (fault !== undefined) failures.push(`case ${from + i}: ${fault}`);
  }
  const after = heapBytes?.() ?? null;
  const heapGrowthBytes = before === null || after === null ? null : after - before;
  return { cases: count, ...pile.counts(), failures, heapGrowthBytes };
}

/** Whatever is thrown is what the fuzzer looks for. */
function caught(run: () => string | undefined): string | undefined {
  try {
    return run();
  } catch (error) {
    return `thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}
