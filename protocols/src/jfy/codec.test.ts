import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import { bcdTimeOf } from '../kernel/field-bcd-time.ts';
import { anyMessage } from '../testing/arbitrary.ts';
import {
  checksumOf,
  decode,
  encode,
  FRAME_BYTES_MAX,
  type JfyKnown,
  type JfyMessage,
  messageOf,
  seqOf,
} from './codec.ts';
import { frames } from './frames.ts';
import { PROFILE_0, resultText } from './profile-0.ts';
import { STOP_CODES, stopReasonOf } from './reasons.ts';
import { jfyStream } from './stream.ts';
import { RELATIVES } from './vectors/relatives.ts';
import { viewOf } from './view.ts';

const PILE = '99000104000001';
const HEARTBEAT: JfyKnown = messageOf('heartbeat', '1001', {
  reserved: '00000000',
  pileNo: PILE,
  count: 7,
  plugs: null,
});

/**
 * Encrypted ones are kept unread. A text of one odd length is a relative's clock, and that with bytes
 * behind it a text.
 */
const isOurs = ({ name, seq, body }: JfyKnown): boolean =>
  Number.parseInt(seq.slice(0, 2), 16) < PROFILE_0.encryptedBit &&
  (name !== 'shortClock' || body.extra === undefined) &&
  (name !== 'setText' || body.text.length !== 2 * 28);

const anyKnown = anyMessage(frames).filter(isOurs);

const anyWire = fc
  .record({
    seq: fc.uint8Array({ minLength: 2, maxLength: 2 }),
    code: fc.oneof(
      fc.constantFrom(...Object.values(frames).map(({ code }) => code)),
      fc.nat(0xffff),
    ),
    body: fc.uint8Array({ maxLength: 480, size: 'max' }),
  })
  .map(({ seq, code, body }) => {
    const b = new Uint8Array(9 + body.length);
    b.set([0xaa, 0xf5, b.length & 0xff, b.length >> 8, ...seq, code & 0xff, code >> 8]);
    b.set(body, 8);
    b[b.length - 1] = checksumOf(b, 0, b.length);
    return b;
  });

const relative = (id: string): JfyMessage =>
  decode(bytesOf(RELATIVES.find((one) => one.id === id)?.hex ?? ''));

describe('public samples of the family', () => {
  test.each(RELATIVES)('[JFY-WIRE-4] $id is read and written as it is', ({ hex, cmd }) => {
    const message = decode(bytesOf(hex));
    expect(message.name).not.toBe('unknown');
    expect(viewOf(message).type).toBe(`${cmd}`);
    expect(hexOf(encode(message))).toBe(hex);
  });

  test('[JFY-WIRE-4] what they say', () => {
    expect(relative('lvneng-106')).toMatchObject({
      name: 'signIn',
      seq: '1001',
      body: { pileNo: '20231212000010', gunCount: 2, heartbeatSeconds: 0 },
    });
    expect(relative('lvneng-105')).toMatchObject({ body: { random: '01E24000' } });
    expect(viewOf(relative('lvneng-3'))).toMatchObject({
      name: 'shortClock',
      body: { pileNo: '20231212000010', time: '2025-08-09T18:53:13.647+08:00' },
    });
    expect(relative('lvneng-109')).toMatchObject({
      name: 'otherStatus',
      body: { gunCount: 1, gunNo: 1, gunType: 'dc' },
    });
    expect(relative('shenghong_heartbeat')).toMatchObject({
      name: 'heartbeat',
      body: { pileNo: 'SH20240001', count: 1, plugs: '00'.repeat(16) },
    });
    expect(relative('shenghong_status')).toMatchObject({
      name: 'status',
      body: { gunCount: 2, gunNo: 1, state: 'charging', soc: 56, carLink: 'linked' },
    });
    expect(viewOf(relative('shenghong_status')).body).toMatchObject({
      fee: '123.45',
      dcVoltage: '350.0',
      dcCurrent: '100.0',
    });
    expect(relative('shenghong_cmd5')).toMatchObject({
      name: 'control',
      body: { gunNo: 1, address: PROFILE_0.controls.stop, count: 1, bytes: 4, values: '55000000' },
    });
  });

  test('[JFY-WIRE-4] a record: its half hours are those of the day, and sum to its energy', () => {
    const record = relative('shenghong_cmd222');
    if (record.name !== 'record') throw new ProtocolError('bad-value', 'no record');
    const { slots, energy, meterBefore, meterAfter, startWay, vin } = record.body;
    expect(slots.flatMap((slot, i) => (slot.energy > 0n ? [i] : []))).toEqual([4, 5, 6, 7]);
    expect(slots.reduce((sum, slot) => sum + slot.energy, 0n)).toBe(energy);
    expect(meterAfter - meterBefore).toBe(energy);
    expect({ startWay, vin }).toEqual({ startWay: 'remote', vin: 'LTESTVIN000000001' });
    expect(viewOf(record).body).toMatchObject({
      startTime: '2026-07-28T02:01:54.000+08:00',
      endTime: '2026-07-28T03:34:54.000+08:00',
      seconds: 5_580,
      energy: '74.872',
      amount: '47.16',
      recordIndex: 201,
      stopReason: 311,
    });
    expect(stopReasonOf(311)).toMatchObject({ class: 'normal' });
  });
});

describe('reading is total', () => {
  test('[JFY-WIRE-1] every frame with a good checksum re-encodes to the same bytes', () => {
    fc.assert(
      fc.property(anyWire, (b) => {
        const message = decode(b);
        JSON.stringify(viewOf(message));
        expect(hexOf(encode(message))).toBe(hexOf(b));
      }),
      { numRuns: 3_000 },
    );
  });

  test('[JFY-WIRE-2] every message survives the wire', () => {
    fc.assert(
      fc.property(anyKnown, (message) => {
        expect(decode(encode(message))).toEqual(message);
      }),
      { numRuns: 2_000 },
    );
  });

  test('[JFY-WIRE-3] bytes from nowhere are refused with a code, never crash', () => {
    const looksLikeOne = fc
      .uint8Array({ minLength: 9, maxLength: 80 })
      .map((b) => Uint8Array.from(b, (byte, i) => [0xaa, 0xf5, b.length, 0][i] ?? byte));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), looksLikeOne), (bytes) => {
        try {
          expect(encode(decode(bytes)).length).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['', 'truncated'],
    ['AA', 'truncated'],
    ['AA55', 'bad-start'],
    ['AAF50800000001000', 'truncated'],
    ['AAF5080000000100FF', 'bad-length'],
    ['AAF5FFFF00000100FF', 'bad-length'],
    ['AAF50A0000000100FF', 'truncated'],
    ['AAF5090000000100FFFF', 'bad-length'],
    ['AAF5090000000100FF', 'bad-checksum'],
  ])('[JFY-WIRE-3] %s is %s', (hex, code) => {
    const bytes = bytesOf(hex.slice(0, hex.length & ~1));
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ code }));
  });

  test('a value that does not fit is refused by name; nothing is longer than a frame', () => {
    const bad = { ...HEARTBEAT, body: { ...HEARTBEAT.body, count: 65_536 } } as JfyKnown;
    expect(() => encode(bad)).toThrow('count');
    const raw = '00'.repeat(FRAME_BYTES_MAX);
    const long = {
      name: 'unknown',
      seq: '0000',
      why: 'short-body',
      code: 9,
      body: { raw },
    } as const;
    expect(() => encode(long)).toThrow(ProtocolError);
    expect(seqOf(0x101)).toBe('1001');
  });

  test('times are those of the calendar', () => {
    const ms = Date.UTC(2026, 10, 22, 4, 0, 5);
    expect(bcdTimeOf(ms + 999)).toEqual({ ms, wire: '20261122120005FF' });
    expect(bcdTimeOf(null).wire).toBe('0'.repeat(16));
    expect(() => bcdTimeOf(Date.UTC(2101, 0))).toThrow(ProtocolError);
    const { read } = frames.signIn.body.time;
    for (const none of [
      '20260431000000FF',
      '2026113100000000',
      'FF'.repeat(8),
      '20261122246005FF',
    ]) {
      expect(read(bytesOf(none), 0)).toEqual({ ms: null, wire: none });
    }
  });

  test('codes are told in words, and those of no table keep their number', () => {
    expect(STOP_CODES.map((code) => stopReasonOf(code).code)).toEqual(STOP_CODES);
    expect(stopReasonOf(77)).toMatchObject({ code: 77, class: 'unknown' });
    expect(resultText(PROFILE_0.results.timedOut)).toContain('timed out');
    expect(resultText(5)).toBeUndefined();
  });
});

describe('streams', () => {
  const garbage = fc.uint8Array({ maxLength: 60 }).map((b) => b.map((x) => (x % 3 ? x : 0xaa)));

  test('[JFY-WIRE-5] the same frames however the stream is cut, and after garbage', () => {
    const parts = fc.array(fc.oneof(anyKnown.map(encode), garbage), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 40 }), (sent, cut) => {
        const bytes = Uint8Array.from(sent.flatMap((part) => [...part]));
        const whole: string[] = [];
        const inPieces: string[] = [];
        const [one, two] = [jfyStream(), jfyStream()];
        one.push(bytes, 0, (frame) => whole.push(hexOf(frame)));
        for (let i = 0; i < bytes.length; i += cut) {
          two.push(bytes.subarray(i, i + cut), 0, (frame) => inPieces.push(hexOf(frame)));
        }
        expect(inPieces).toEqual(whole);
        expect(one.pendingBytes()).toBeLessThan(FRAME_BYTES_MAX);
        one.expire(PROFILE_0.partialMs, () => {});
        const good = encode(HEARTBEAT);
        const after: string[] = [];
        one.push(good, PROFILE_0.partialMs, (frame) => after.push(hexOf(frame)));
        expect(after).toEqual([hexOf(good)]);
      }),
      { numRuns: 300 },
    );
  });

  test('[JFY-WIRE-5] a wrong checksum loses one frame, not the next', () => {
    const good = encode(HEARTBEAT);
    const bad = Uint8Array.from(good);
    bad[20] = (bad[20] ?? 0) ^ 1;
    const got: string[] = [];
    const stream = jfyStream();
    stream.push(Uint8Array.of(...bad, ...good), 0, (frame) => got.push(hexOf(frame)));
    expect(got).toEqual([hexOf(good)]);
    expect(stream.counts()).toMatchObject({ frames: 1, badChecksums: 1 });
  });
});
