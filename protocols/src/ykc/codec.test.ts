import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import { anyMessage } from '../testing/arbitrary.ts';
import {
  BODY_BYTES_MAX,
  type CrcOrder,
  countOf,
  decode,
  gunNoOf,
  gunNumberOf,
  putChecksum,
  seqOf,
  type YkcMessage,
  ykc,
} from './codec.ts';
import { frames } from './frames.ts';

const anyOrder = fc.constantFrom<CrcOrder[]>('LE', 'BE');

/** Any body of any type, encrypted or not, in a frame whose length and checksum are right. */
const anyWire = fc
  .record({
    type: fc.oneof(fc.constantFrom(...Object.values(frames).map(({ code }) => code)), fc.nat(255)),
    encryption: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(255)),
    seq: fc.uint8Array({ minLength: 2, maxLength: 2 }),
    body: fc.oneof(
      fc.uint8Array({ maxLength: BODY_BYTES_MAX, size: 'max' }),
      // Lengths of the table, where the fields are read.
      fc
        .constantFrom(
          2,
          7,
          8,
          9,
          10,
          14,
          16,
          24,
          25,
          26,
          28,
          30,
          31,
          32,
          33,
          38,
          39,
          44,
          45,
          50,
          51,
        )
        .chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
      fc
        .constantFrom(58, 60, 73, 90, 94, 141, 156, 158, 160, 201)
        .chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
    ),
    order: anyOrder,
  })
  .map(({ type, encryption, seq, body, order }) => {
    const b = new Uint8Array(body.length + 8);
    b.set([0x68, body.length + 4, ...seq, encryption, type]);
    b.set(body, 6);
    putChecksum(b, order);
    return { b, order };
  });

const edited = (hex: string, edit: (b: Uint8Array) => void): Uint8Array => {
  const b = bytesOf(hex);
  edit(b);
  putChecksum(b, 'LE');
  return b;
};

describe('reading is total', () => {
  test('[WIRE-1] every frame with a good checksum re-encodes to the same bytes', () => {
    fc.assert(
      fc.property(anyWire, ({ b, order }) => {
        const { message, crc } = decode(b);
        // Two equal checksum bytes are right in both orders.
        if (b.at(-1) !== b.at(-2)) expect(crc).toBe(order);
        expect(hexOf(ykc.encode(message, order))).toBe(hexOf(b));
      }),
      { numRuns: 3000 },
    );
  });

  test('[WIRE-2] every message survives the wire', () => {
    fc.assert(
      fc.property(anyMessage(frames), anyOrder, (message, order) => {
        expect(decode(ykc.encode(message, order)).message).toEqual(message);
      }),
      { numRuns: 3000 },
    );
  });

  test('[WIRE-3] bytes from nowhere are refused with a code, never crash', () => {
    const looksLikeOne = fc
      .uint8Array({ minLength: 8, maxLength: 80 })
      .map((b) => Uint8Array.from(b, (byte, i) => [0x68, b.length - 4][i] ?? byte));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), looksLikeOne), (bytes) => {
        try {
          expect(ykc.encode(decode(bytes).message).length).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('a code without a name is kept', () => {
    const heartbeat = '680D0300000300624100001201010075FA';
    const b = edited(heartbeat, (bytes) => {
      bytes[14] = 7;
    });
    expect(decode(b).message).toMatchObject({ body: { gunStatus: { unknown: 7 } } });
  });

  test('an encrypted body is kept unread, and its type is told', () => {
    const b = edited('680D0300000300624100001201010075FA', (bytes) => {
      bytes[4] = 1;
    });
    const raw = '006241000012010100';
    expect(decode(b).message).toEqual({
      name: 'unknown',
      why: 'encrypted',
      seq: '0300',
      code: 3,
      encryption: 1,
      body: { raw },
    });
  });

  test('an unknown type is kept with its body', () => {
    const b = edited('680D0300000300624100001201010075FA', (bytes) => {
      bytes[5] = 0x77;
    });
    expect(decode(b).message).toMatchObject({ name: 'unknown', why: 'unknown-type', code: 0x77 });
  });
});

describe('short endings that piles send', () => {
  const session = {
    tradeNo: '32010200000000111511161555350260',
    pileNo: '32010200000001',
    gunNo: '01',
  };
  const shorter = (message: YkcMessage, bytes: number): YkcMessage => {
    const wire = ykc.encode(message);
    expect(wire.length).toBe(bytes + 8);
    return decode(wire).message;
  };

  test('[WIRE-4] 0x33 without its reason', () => {
    const body = { ...session, result: 'ok', failReason: null } as const;
    const message = { name: 'remoteStartAck', seq: '0200', body } as const;
    expect(shorter(message, 25)).toEqual(message);
  });

  test('[WIRE-4] 0xA3 without its reason keeps the role and number that follow it', () => {
    const body = {
      ...session,
      result: 'ok',
      failReason: null,
      role: 'assistant',
      parallelNo: '201029112801',
    } as const;
    const message = { name: 'parallelRemoteStartAck', seq: '0200', body } as const;
    expect(shorter(message, 32)).toEqual(message);
  });

  test('[WIRE-4] 0x35 with its last two bytes alone', () => {
    const body = { pileNo: null, gunNo: null, result: 'ok', failReason: 'none' } as const;
    const message = { name: 'remoteStopAck', seq: '0000', body } as const;
    expect(shorter(message, 2)).toEqual(message);
  });

  test('[WIRE-4] 0x35 without its reason', () => {
    const { pileNo, gunNo } = session;
    const body = { pileNo, gunNo, result: { unknown: 2 }, failReason: null } as const;
    const message = { name: 'remoteStopAck', seq: '0000', body } as const;
    expect(shorter(message, 9)).toEqual(message);
  });
});

test('[WIRE-4] fields that no pile leaves out together are not left out', () => {
  const body = { pileNo: null, gunNo: null, result: 'ok', failReason: null } as const;
  expect(() => ykc.encode({ name: 'remoteStopAck', seq: '0000', body })).toThrow(
    new ProtocolError('bad-value', 'failReason and pileNo and gunNo cannot be left out together'),
  );
});

describe('frames of open length', () => {
  const cards = Array.from({ length: 15 }, (_, i) => ({
    logicalCardNo: `${i}`.padStart(16, '0'),
    physicalCardNo: `${i}`.padStart(16, 'A'),
  }));

  test('15 cards fill a frame of 252 counted bytes', () => {
    const body = { pileNo: '32010200000001', count: 15, cards };
    const wire = ykc.encode({ name: 'offlineCardSync', seq: '0000', body });
    expect(wire[1]).toBe(252);
    expect(decode(wire).message.body).toEqual(body);
  });

  test('one card more is refused, and the refusal names the frame', () => {
    const body = { pileNo: '32010200000001', count: 16, cards: [...cards, ...cards.slice(0, 1)] };
    expect(() => ykc.encode({ name: 'offlineCardSync', seq: '0000', body })).toThrow(
      'offlineCardSync: a body of 264 bytes is too long',
    );
  });

  test('a count that lies keeps its number, and the cards that are there', () => {
    const body = { pileNo: '32010200000001', count: 9, cards: cards.slice(0, 2) };
    const wire = ykc.encode({ name: 'offlineCardSync', seq: '0000', body });
    expect(decode(wire).message.body).toEqual(body);
    const fewer = ykc.encode({
      name: 'offlineCardSync',
      seq: '0000',
      body: { ...body, count: 1 },
    });
    expect(decode(fewer).message.body).toMatchObject({
      count: 1,
      cards: cards.slice(0, 1),
      extra: '0000000000000001AAAAAAAAAAAAAAA1',
    });
  });
});

describe('[WIRE-5] a value that does not fit is refused with the name of its field', () => {
  const heartbeat = { pileNo: '32010200000001', gunNo: '01', gunStatus: 'normal' } as const;
  const refusals: readonly (readonly [string, YkcMessage, string])[] = [
    [
      'digits too few',
      { name: 'heartbeat', seq: '0000', body: { ...heartbeat, pileNo: '1' } },
      'pileNo: "1" is not 14 hex digits',
    ],
    [
      'not hex',
      { name: 'heartbeat', seq: '0000', body: { ...heartbeat, gunNo: '0x' } },
      'gunNo: "0x" is not hex',
    ],
    [
      'a number too large',
      { name: 'heartbeatAck', seq: '0000', body: { ...heartbeat, ack: 256 } },
      'ack: 256 does not fit BIN 1',
    ],
    ['sequence bytes', { name: 'heartbeat', seq: '1', body: heartbeat }, '"1" is not 4 hex digits'],
    [
      'extra bytes',
      { name: 'heartbeat', seq: '0000', body: { ...heartbeat, extra: 'F' } },
      '"F" is not 0 hex digits',
    ],
  ];
  test.each(refusals)('%s', (_what, message, text) => {
    expect(() => ykc.encode(message)).toThrow(new ProtocolError('bad-value', text));
  });
});

describe('numbers in frames', () => {
  test('[WIRE-11] our own counter is little-endian and wraps', () => {
    expect([0, 1, 0x1234, 0xffff, 0x1_0000].map(seqOf)).toEqual([
      '0000',
      '0100',
      '3412',
      'FFFF',
      '0000',
    ]);
    fc.assert(
      fc.property(fc.nat(0xffff), (count) => {
        expect(countOf(seqOf(count))).toBe(count);
      }),
    );
  });

  test('gun numbers are BCD', () => {
    expect(gunNoOf(10)).toBe('10');
    expect(gunNumberOf('10')).toBe(10);
    expect(gunNumberOf('0A')).toBeNull();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), (gun) => {
        expect(gunNumberOf(gunNoOf(gun))).toBe(gun);
      }),
    );
  });
});
