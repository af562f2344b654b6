import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import { utcTimeOf } from '../kernel/field-time.ts';
import { anyMessage } from '../testing/arbitrary.ts';
import {
  BODY_AT,
  decode,
  encode,
  FRAME_BYTES_MAX,
  finish,
  type GqaaKnown,
  type GqaaMessage,
  pileNoOf,
  seqOf,
  wirePileNo,
} from './codec.ts';
import { frames } from './frames.ts';
import { isAnswer, PROFILE_0 } from './profile-0.ts';
import { type BodyCipher, opened, sealed } from './seal.ts';
import { gqaaStream } from './stream.ts';
import { viewOf } from './view.ts';

const PILE = '0099000100000001';
const at = { cot: PROFILE_0.cot.spontaneous, pileNo: PILE, gunNo: 0 } as const;
const HEARTBEAT: GqaaKnown = {
  name: 'heartbeat',
  seq: '0100',
  body: { ...at, time: utcTimeOf(Date.UTC(2026, 10, 22, 4, 0, 0, 5)) },
};
const HEARTBEAT_HEX = '681700010010000301009900010000000100C068026B0500';

/** Causes as the tables' own sides use them: a random one would make another row of a message. */
function withCause(message: GqaaKnown): GqaaKnown {
  const { cot } = PROFILE_0;
  const asked = frames[message.name].from === 'pile' ? cot.spontaneous : cot.command;
  const cause = message.name.endsWith('Ack') ? cot.ok : asked;
  return { ...message, body: { ...message.body, cot: cause } } as GqaaKnown;
}

const anyKnown = anyMessage(frames).map(withCause);

const anyWire = fc
  .record({
    head: fc.uint8Array({ minLength: 15, maxLength: 15 }),
    type: fc.oneof(fc.constantFrom(...Object.values(frames).map(({ code }) => code)), fc.nat(255)),
    version: fc.oneof({ weight: 9, arbitrary: fc.constant(0x10) }, fc.nat(255)),
    encryption: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(255)),
    cot: fc.oneof(fc.constantFrom(1, 3, 4, 0x10), fc.nat(255)),
    body: fc.uint8Array({ maxLength: 260, size: 'max' }),
  })
  .map(({ head, type, version, encryption, cot, body }) => {
    const b = new Uint8Array(BODY_AT + body.length + 2);
    b.set(head, 3);
    b[0] = 0x68;
    b.set([version, encryption, type, cot], 5);
    b.set(body, BODY_AT);
    return finish(b);
  });

/** Stands in for a block cipher, which this package has not: a mark and every byte turned. */
const cipherOf = (mark: number): BodyCipher => ({
  encryption: PROFILE_0.encryption.aes128Cbc,
  encrypt: (plain, iv) => Uint8Array.of(mark, ...plain.map((byte, i) => byte ^ (iv[i & 15] ?? 0))),
  decrypt: (secret, iv) =>
    secret[0] === mark ? secret.slice(1).map((byte, i) => byte ^ (iv[i & 15] ?? 0)) : undefined,
});

describe('reading is total', () => {
  test('[GQAA-WIRE-1] every frame with a good checksum re-encodes to the same bytes', () => {
    fc.assert(
      fc.property(anyWire, (b) => {
        const message = decode(b);
        JSON.stringify(viewOf(message));
        expect(hexOf(encode(message))).toBe(hexOf(b));
      }),
      { numRuns: 3_000 },
    );
  });

  test('[GQAA-WIRE-2] every message survives the wire', () => {
    fc.assert(
      fc.property(anyKnown, (message) => {
        expect(decode(encode(message))).toEqual(message);
      }),
      { numRuns: 3_000 },
    );
  });

  test('[GQAA-WIRE-3] bytes from nowhere are refused with a code, never crash', () => {
    const looksLikeOne = fc
      .uint8Array({ minLength: 20, maxLength: 80 })
      .map((b) => Uint8Array.from(b, (byte, i) => [0x68, b.length - 3, 0][i] ?? byte));
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

  test('[GQAA-WIRE-4] the cause tells question and answer apart, and whose heartbeat it is', () => {
    for (const name of Object.keys(frames) as (keyof typeof frames)[]) {
      expect(isAnswer(0x04) && isAnswer(0x10) && !isAnswer(1) && !isAnswer(3)).toBe(true);
      const twins = Object.values(frames).filter(({ code }) => code === frames[name].code);
      expect(twins.length).toBeLessThanOrEqual(2);
    }
    expect(decode(encode(HEARTBEAT)).name).toBe('heartbeat');
    const ours = { ...HEARTBEAT, body: { ...HEARTBEAT.body, cot: 3 } } as GqaaMessage;
    expect(decode(encode(ours)).name).toBe('platformHeartbeat');
  });

  test('the bytes of a heartbeat', () => {
    expect(hexOf(encode(HEARTBEAT)).slice(0, -4)).toBe(HEARTBEAT_HEX);
  });

  test('a value that does not fit is refused by name; nothing is longer than a frame', () => {
    const bad = { ...HEARTBEAT, body: { ...HEARTBEAT.body, gunNo: 256 } };
    expect(() => encode(bad)).toThrow('gunNo');
    const raw = '00'.repeat(FRAME_BYTES_MAX);
    const long: GqaaMessage = {
      name: 'unknown',
      seq: '0000',
      why: 'unknown-type',
      version: 0x10,
      encryption: 0,
      code: 0x99,
      body: { ...at, raw },
    };
    expect(() => encode(long)).toThrow(ProtocolError);
  });

  test('[GQAA-WIRE-7] numbers of piles are padded and come back', () => {
    expect(wirePileNo('99000100000001')).toBe('0099000100000001');
    expect(pileNoOf('0099000100000001')).toBe('99000100000001');
    expect(pileNoOf('1199000100000001')).toBe('1199000100000001');
    expect(seqOf(0x1_0001)).toBe('0100');
  });
});

describe('streams', () => {
  const garbage = fc.uint8Array({ maxLength: 60 }).map((b) => b.map((x) => (x % 3 ? x : 0x68)));

  test('[GQAA-WIRE-5] the same frames however the stream is cut, and after garbage', () => {
    const parts = fc.array(fc.oneof(anyKnown.map(encode), garbage), { maxLength: 6 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 40 }), (sent, cut) => {
        const bytes = Uint8Array.from(sent.flatMap((part) => [...part]));
        const whole: string[] = [];
        const inPieces: string[] = [];
        const [one, two] = [gqaaStream(), gqaaStream()];
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
      { numRuns: 500 },
    );
  });

  test('[GQAA-WIRE-5] a wrong checksum loses one frame, not the next', () => {
    const good = encode(HEARTBEAT);
    const bad = Uint8Array.from(good);
    bad[20] = (bad[20] ?? 0) ^ 1;
    const got: string[] = [];
    const stream = gqaaStream();
    stream.push(Uint8Array.of(...bad, ...good), 0, (frame) => got.push(hexOf(frame)));
    expect(got).toEqual([hexOf(good)]);
    expect(stream.counts()).toMatchObject({ frames: 1, badChecksums: 1 });
  });
});

test('[GQAA-WIRE-6] an encrypted frame opens with its key and stays whole without', () => {
  const iv = bytesOf('A0A1A2A3A4A5A6A7A8A9AAABACADAEAF');
  const cipher = cipherOf(0x11);
  fc.assert(
    fc.property(anyKnown, (message) => {
      const plain = encode(message);
      const secret = sealed(plain, cipher, iv);
      expect(decode(secret)).toMatchObject({ name: 'unknown', why: 'encrypted' });
      expect(hexOf(encode(decode(secret)))).toBe(hexOf(secret));
      expect(opened(secret, cipher)).toEqual(plain);
      expect(opened(secret, cipherOf(0x12))).toBeUndefined();
      expect(opened(finish(secret.slice(0, BODY_AT + 12)), cipher)).toBeUndefined();
    }),
    { numRuns: 200 },
  );
});
