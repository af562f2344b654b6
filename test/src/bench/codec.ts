import { decode, putChecksum, START } from '@holdfast/protocols/ykc/codec';
import { frames } from '@holdfast/protocols/ykc/frames';
import { type Random, randomOf } from '../piles/random.ts';
import { decodeRealtimeByHand } from './codec-by-hand.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

export interface CodecBenchOptions {
  readonly rounds: number;
  readonly framesPerRound: number;
}

const DEFAULTS: CodecBenchOptions = { rounds: 15, framesPerRound: 60_000 };
const RATIO_MIN = 0.7;
/** A power of two: round the pool by a mask, which costs the same in both loops. */
const POOL = 256;
const REALTIME_CODE = 0x13;
const REALTIME_BODY = 60;
/** Rounds in which every kind of frame is read first, as a server does: no engine is tuned to 0x13. */
const WARM_ROUNDS = 3_000;

/** A frame with any values, its codes within the protocol. */
function frameOf(random: Random, code: number, bodyBytes: number): Uint8Array {
  const b = Uint8Array.from({ length: bodyBytes + 8 }, () => random.below(256));
  b.set([START, bodyBytes + 4]);
  b.set([0, code], 4);
  if (code === REALTIME_CODE) b.set([random.below(4), random.below(3), random.below(2)], 30);
  putChecksum(b, 'LE');
  return b;
}

/** One frame of each kind that has a fixed length. */
const everyKind = (random: Random): readonly Uint8Array[] =>
  Object.values(frames).flatMap(({ code, body }) => {
    const widths = Object.values(body).map(({ bytes }) => bytes ?? Number.NaN);
    const width = widths.reduce((sum, bytes) => sum + bytes, 0);
    return Number.isNaN(width) ? [] : [frameOf(random, code, width)];
  });

/** Nanoseconds a frame of one round. The results are counted, so that no call can be left out. */
function roundOf(
  read: (b: Uint8Array) => { readonly crc: string },
  pool: readonly Uint8Array[],
  count: number,
): number {
  let low = 0;
  const startedMs = performance.now();
  for (let i = 0; i < count; i += 1) {
    if (read(pool[i & (POOL - 1)] as Uint8Array).crc === 'LE') low += 1;
  }
  const ms = performance.now() - startedMs;
  return low === count ? (ms * 1e6) / count : Number.NaN;
}

/**
 * How fast the table reads 0x13, beside a decoder of that one frame that was written by hand. Both are
 * measured in turns and medians are taken, so that a busy machine weighs on both alike.
 */
export function codecBench(options: Partial<CodecBenchOptions> = {}): BenchResult {
  const { rounds, framesPerRound } = { ...DEFAULTS, ...options };
  const random = randomOf(13);
  const pool = Array.from({ length: POOL }, () => frameOf(random, REALTIME_CODE, REALTIME_BODY));
  const kinds = everyKind(random);
  for (let i = 0; i < WARM_ROUNDS; i += 1) for (const frame of kinds) decode(frame);

  const table: number[] = [];
  const byHand: number[] = [];
  for (let i = 0; i <= rounds; i += 1) {
    const order = i % 2 === 0 ? [table, byHand] : [byHand, table];
    for (const times of order) {
      const read = times === table ? decode : decodeRealtimeByHand;
      const ns = roundOf(read, pool, framesPerRound);
      // The first round of each warms it up.
      if (i > 0) times.push(ns);
    }
  }
  const [nsPerFrame, floorNsPerFrame] = [median(table), median(byHand)];
  const ratio = floorNsPerFrame / nsPerFrame;
  return {
    name: 'codec: decoding 0x13',
    unit: 'frames/s',
    figure: 1e9 / nsPerFrame,
    floor: 1e9 / floorNsPerFrame,
    ratio,
    target: `ratio ≥ ${RATIO_MIN}`,
    pass: ratio >= RATIO_MIN,
    facts: { nsPerFrame, floorNsPerFrame },
  };
}
