import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { anyMessage } from '../testing/arbitrary.ts';
import { type CrcOrder, FRAME_BYTES_MAX, ykc } from './codec.ts';
import { frames } from './frames.ts';
import { PARTIAL_EXPIRY_MS, ykcStream } from './stream.ts';

const HEARTBEAT = '680D0300000300624100001201010075FA';
const HEARTBEAT_BE = '680D25D30003202312120000100100D1AC';
const anyFrame = fc
  .tuple(anyMessage(frames), fc.constantFrom<CrcOrder[]>('LE', 'BE'))
  .map(([message, order]) => ykc.encode(message, order));

const joined = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** Cuts bytes at the given places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((n) => n % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

function framesOf(chunks: readonly Uint8Array[], stream = ykcStream(), nowMs = 0): string[] {
  const got: string[] = [];
  for (const chunk of chunks) stream.push(chunk, nowMs, (frame) => got.push(hexOf(frame)));
  return got;
}

describe('the stream decoder', () => {
  test('[WIRE-6] frames come out whole however the stream is cut', () => {
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 8 }), cuts, (sent, places) => {
        expect(framesOf(cut(joined(sent), places))).toEqual(sent.map((frame) => hexOf(frame)));
      }),
      { numRuns: 300 },
    );
  });

  test('[WIRE-6] cutting never changes what is found, garbage or not', () => {
    const parts = fc.array(fc.oneof(anyFrame, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 });
    const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
    fc.assert(
      fc.property(parts, cuts, (sent, places) => {
        const bytes = joined(sent);
        expect(framesOf(cut(bytes, places))).toEqual(framesOf([bytes]));
      }),
      { numRuns: 300 },
    );
  });

  test('[WIRE-7] after garbage and the waiting time the next good frame is found', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), (garbage) => {
        const stream = ykcStream();
        framesOf(garbage, stream);
        expect(framesOf([bytesOf(HEARTBEAT)], stream, PARTIAL_EXPIRY_MS)).toEqual([HEARTBEAT]);
        expect(stream.pendingBytes()).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  test('[WIRE-8] every byte is either in a frame or counted as dropped', () => {
    const parts = fc.array(fc.oneof(anyFrame, fc.uint8Array({ maxLength: 40 })), { maxLength: 6 });
    fc.assert(
      fc.property(parts, (sent) => {
        const stream = ykcStream();
        const got = framesOf(sent, stream);
        const inFrames = got.reduce((sum, hex) => sum + hex.length / 2, 0);
        const total = inFrames + stream.counts().droppedBytes + stream.pendingBytes();
        expect(total).toBe(joined(sent).length);
        expect(stream.counts().frames).toBe(got.length);
      }),
      { numRuns: 300 },
    );
  });

  test('[WIRE-9] never keeps as much as one frame of the largest size', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 6 }), (chunks) => {
        const stream = ykcStream();
        for (const chunk of chunks) {
          framesOf([chunk], stream);
          expect(stream.pendingBytes()).toBeLessThan(FRAME_BYTES_MAX);
        }
      }),
    );
  });

  test('a start byte inside garbage costs one byte, not the frame behind it', () => {
    const stream = ykcStream();
    // 68 01 is too short to be a frame; 68 0D would reach into the heartbeat and fail its checksum.
    const got = framesOf([bytesOf(`6801680D${HEARTBEAT}`)], stream);
    expect(got).toEqual([HEARTBEAT]);
    expect(stream.counts()).toEqual({ frames: 1, droppedBytes: 4, badChecksums: 1, expired: 0 });
  });

  test('a large length byte holds a frame back until the waiting time is over', () => {
    const stream = ykcStream();
    expect(framesOf([bytesOf(`68FF${HEARTBEAT}`)], stream, 1_000)).toEqual([]);
    const late: string[] = [];
    const take = (frame: Uint8Array): number => late.push(hexOf(frame));
    stream.expire(1_000 + PARTIAL_EXPIRY_MS - 1, take);
    expect(late).toEqual([]);
    stream.expire(1_000 + PARTIAL_EXPIRY_MS, take);
    expect(late).toEqual([HEARTBEAT]);
    expect(stream.counts()).toMatchObject({ droppedBytes: 2, expired: 1 });
  });

  test('the waiting time runs from the first byte of the frame, not from the last chunk', () => {
    const stream = ykcStream(5_000);
    const bytes = bytesOf(HEARTBEAT);
    framesOf([bytes.subarray(0, 4)], stream, 0);
    framesOf([bytes.subarray(4, 8)], stream, 4_000);
    expect(framesOf([bytes.subarray(8)], stream, 5_000)).toEqual([]);
  });

  test('a frame that is still in time is completed', () => {
    const stream = ykcStream(5_000);
    const bytes = bytesOf(HEARTBEAT);
    framesOf([bytes.subarray(0, 4)], stream, 0);
    expect(framesOf([bytes.subarray(4)], stream, 4_999)).toEqual([HEARTBEAT]);
  });

  test('what is kept of a chunk is a copy: the socket may reuse its buffer', () => {
    const stream = ykcStream();
    const first = bytesOf(HEARTBEAT.slice(0, 20));
    framesOf([first], stream);
    first.fill(0);
    expect(framesOf([bytesOf(HEARTBEAT.slice(20))], stream)).toEqual([HEARTBEAT]);
  });
});

describe('the order of the checksum', () => {
  test('[WIRE-10] is learned from the newest frame; low byte first until then', () => {
    const stream = ykcStream();
    expect(stream.crcOrder()).toBe('LE');
    framesOf([bytesOf(HEARTBEAT_BE)], stream);
    expect(stream.crcOrder()).toBe('BE');
    framesOf([bytesOf(HEARTBEAT)], stream);
    expect(stream.crcOrder()).toBe('LE');
  });

  test('[WIRE-10] a checksum of two equal bytes teaches nothing', () => {
    const equal = Array.from({ length: 0x1_0000 }, (_, i) => i)
      .map((i) => i.toString(16).padStart(4, '0').toUpperCase())
      .map((seq) =>
        ykc.encode({ name: 'priceModelRequest', seq, body: { pileNo: '32010200000001' } }),
      )
      .find((frame) => frame.at(-1) === frame.at(-2));
    const stream = ykcStream();
    framesOf([bytesOf(HEARTBEAT_BE), equal ?? new Uint8Array()], stream);
    expect(stream.counts().frames).toBe(2);
    expect(stream.crcOrder()).toBe('BE');
  });
});
