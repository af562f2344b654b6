import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchOf } from './check-batch.ts';
import { encodeEvent } from './encode.ts';
import { type GapRecord, LIMITS } from './messages.ts';
import { anyEvent, batchHead, batchOfSeqs } from './testing.ts';
import {
  batchText,
  FORMATS,
  jsonOfMessage,
  jsonOfPayload,
  payloadOf,
  type Unpacking,
} from './wire.ts';

const BY = { vendor: 'ykc', laneNo: 1 };

/** Enough of UTF-8 for these tests: what is not ASCII is written as a JSON escape. */
const ascii = (text: string): Uint8Array =>
  Uint8Array.from(
    [...text.replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)],
    (c) => c.charCodeAt(0),
  );
const unpacking: Unpacking = {
  text: (bytes) => Array.from(bytes, (code) => String.fromCharCode(code)).join(''),
  inflate: (bytes, limitBytes) => (bytes.length * 100 > limitBytes ? undefined : bytes),
};

test('[SYNC-1b] a batch made of stored texts is read back, bodies untouched', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 8 }), fc.nat(1000), (events, prev) => {
      const rows = events.map((event, i) => ({
        seq: prev + 1 + i,
        atMs: 7,
        ...encodeEvent(event),
      }));
      const last = prev + Math.max(1, rows.length);
      const text = batchText(batchHead(prev, last), rows);
      const read = batchOf(JSON.parse(text), BY);
      expect(read).toEqual({
        ok: true,
        value: {
          ...batchHead(prev, last),
          ev: rows.map((r) => [r.seq, 7, r.kind, r.kindVersion, r.key, JSON.parse(r.body)]),
        },
      });
    }),
  );
});

test('[SYNC-6a] a payload is read whatever its bytes are, and a bomb is refused', () => {
  const text = JSON.stringify(batchOfSeqs(0, [1, 2]));
  const plain = payloadOf(FORMATS.json, ascii(text));
  expect(jsonOfPayload(plain, unpacking)).toEqual({ ok: true, value: JSON.parse(text) });
  const deflated = payloadOf(FORMATS.deflated, ascii(text));
  expect(jsonOfPayload(deflated, unpacking)).toEqual({ ok: true, value: JSON.parse(text) });
  const bomb = payloadOf(FORMATS.deflated, new Uint8Array(LIMITS.inflatedBytes / 50));
  expect(jsonOfPayload(bomb, unpacking)).toMatchObject({ ok: false });
  expect(jsonOfPayload(new Uint8Array(), unpacking)).toEqual({
    ok: false,
    reason: 'the payload is empty',
  });
  expect(jsonOfPayload(payloadOf(9, ascii(text)), unpacking)).toEqual({
    ok: false,
    reason: 'unknown format 9',
  });
  expect(jsonOfMessage(new Uint8Array(LIMITS.messageBytes + 1), unpacking)).toMatchObject({
    ok: false,
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const read = jsonOfPayload(bytes, unpacking);
      expect(read.ok || read.reason !== '').toBe(true);
    }),
  );
});

const gap = (from: number, to: number): GapRecord => ({ from, to, reason: 'thinned', count: 1 });

test.each([
  [
    'numbers that do not ascend',
    { ...batchOfSeqs(0, [1, 2]), ev: batchOfSeqs(0, [2, 1]).ev },
    /^ev\[1\]/,
  ],
  ['a number twice', batchOfSeqs(0, [1, 1]), /^ev\[1\]/],
  ['a number at prev', batchOfSeqs(4, [4, 5]), /^ev\[0\]/],
  ['a number after last', batchOfSeqs(0, [1, 2, 3], 2), /^ev\[2\]/],
  ['an empty range', batchOfSeqs(5, [], 5), /^last/],
  ['a gap outside', { ...batchOfSeqs(0, [1, 2]), gaps: [gap(2, 3)] }, /^gaps\[0\]/],
  ['gaps that overlap', { ...batchOfSeqs(0, [9]), gaps: [gap(1, 3), gap(3, 4)] }, /^gaps\[1\]/],
  ['a turned gap', { ...batchOfSeqs(0, [9]), gaps: [gap(3, 1)] }, /^gaps\[0\]/],
  [
    'too many events',
    batchOfSeqs(
      0,
      Array.from({ length: 501 }, (_, i) => i + 1),
    ),
    /^ev: 501/,
  ],
  ['no events', { ...batchHead(0, 1) }, /^ev: a list/],
  ['another vendor', { ...batchOfSeqs(0, [1]), vendor: 'jfy' }, /another topic$/],
  ['another lane', { ...batchOfSeqs(0, [1]), lane: 'state' }, /another topic$/],
  ['a lane that is none', { ...batchOfSeqs(0, [1]), lane: 'gold' }, /^lane/],
  [
    'a day that is none',
    { ...batchOfSeqs(0, [1]), check: { day: 'x', count: 1, hash: '' } },
    /^check/,
  ],
  ['an event that is none', { ...batchOfSeqs(0, [1]), ev: [null] }, /^ev\[0\]: six/],
  ['an endless kind', { ...batchOfSeqs(0, [1]), ev: [[1, 1, 'k'.repeat(65), 1, '', {}]] }, /kind/],
  ['an endless key', { ...batchOfSeqs(0, [1]), ev: [[1, 1, 'k', 1, 'k'.repeat(256), {}]] }, /key/],
  ['a time that is none', { ...batchOfSeqs(0, [1]), ev: [[1, 'x', 'k', 1, '', {}]] }, /time/],
  ['a version that is none', { ...batchOfSeqs(0, [1]), ev: [[1, 1, 'k', '1', '', {}]] }, /version/],
])('[SYNC-6b] a batch with %s is refused with its reason', (_what, json, reason) => {
  const read = batchOf(json, BY);
  expect(read.ok ? '' : read.reason).toMatch(reason);
});

test('[SYNC-11c] a batch with more fields, and a gap with a newer reason, is read', () => {
  const newer = {
    ...batchOfSeqs(0, [3]),
    more: { deep: true },
    gaps: [{ from: 1, to: 2, reason: 'archived', count: 2 }],
    ev: [[3, 1, 'OrderOpened', 1, 'o', {}, 'seventh']],
  };
  expect(batchOf(newer, BY)).toMatchObject({
    ok: true,
    value: { gaps: [{ from: 1, to: 2, reason: 'dropped', count: 2 }] },
  });
});

test('[SYNC-6b] whatever JSON arrives as a batch, reading answers and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (json, ev) => {
      expect(batchOf(json, BY).ok).toBe(false);
      const read = batchOf({ ...batchHead(0, 9), ev }, BY);
      expect(read.ok ? read.value.ev.length : read.reason).not.toBe('');
    }),
  );
});
