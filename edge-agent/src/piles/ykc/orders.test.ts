import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { energyStep } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UPLOADS_MAX } from './state.ts';
import type { UpName } from './step.ts';
import { BODIES, bytesOf, NOW_MS, PILE, TRADE } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';
import { uplinkOf } from './uplink.ts';

const stored = { do: 'recordStored', tradeNo: TRADE } as const;
const recordOf = (talk: Talk, name: UpName, change = {}) => {
  const [event] = eventsIn(talk.hear(name, change));
  if (event?.type !== 'RecordUploaded') throw new RangeError('not uploaded');
  return event.record;
};

describe('upload', () => {
  test.each([
    ['order', '0x3B'],
    ['orderV17', '0x3D'],
    ['orderV12', '0x39'],
    ['orderV14', '0x3F'],
  ] as const)(
    '[YKC-ORDER-1] %s goes to the site as %s with its raw frame, unanswered',
    (name, frameType) => {
      const effects = new Talk().login().hear(name, {}, '3B00');
      expect(sentIn(effects)).toEqual([]);
      const rawHex = hexOf(bytesOf(name, {}, '3B00'));
      expect(eventsIn(effects)).toMatchObject([{ type: 'RecordUploaded', rawHex, frameType }]);
    },
  );

  test('[YKC-ORDER-3] the answer goes out when it is stored, with that upload’s sequence bytes', () => {
    const talk = new Talk().login();
    talk.hear('order', {}, '71AD');
    expect(onlySent(talk.told(stored))).toEqual({
      name: 'orderAck',
      seq: '71AD',
      body: { tradeNo: TRADE, result: 'stored' },
    });
    expect(talk.told(stored)).toEqual([]);
  });

  test('[YKC-ORDER-3] the site’s word about an order that nobody sent here is nothing', () => {
    const talk = new Talk().login();
    expect(talk.told(stored)).toEqual([]);
    talk.hear('order');
    expect(talk.told({ do: 'recordStored', tradeNo: '9'.repeat(32) })).toEqual([]);
  });

  test('[YKC-ORDER-2] a duplicate is uploaded again and answered by itself', () => {
    const talk = new Talk().login();
    talk.hear('order', {}, '0100');
    expect(eventsIn(talk.hear('order', {}, '0200'))).toHaveLength(1);
    talk.hear('order', { tradeNo: '7'.repeat(32) }, '0300');
    expect([onlySent(talk.told(stored)).seq, onlySent(talk.told(stored)).seq]).toEqual([
      '0100',
      '0200',
    ]);
    expect(talk.told(stored)).toEqual([]);
  });

  test('[YKC-ORDER-4] an upload that the site refused is not answered; the next one is', () => {
    const talk = new Talk().login();
    const [refused] = eventsIn(talk.hear('order', {}, '0100'));
    if (refused === undefined) throw new RangeError('nothing uploaded');
    expect(talk.unheard(refused)).toEqual([]);
    expect(talk.told(stored)).toEqual([]);
    talk.hear('order', {}, '0200');
    expect(onlySent(talk.told(stored))).toMatchObject({ seq: '0200' });
    expect(talk.unheard({ type: 'PileLost', why: 'closed' })).toEqual([]);
  });

  test('[YKC-ORDER-7] only so many wait; the rest is sent again by the pile', () => {
    const talk = new Talk().login();
    for (let n = 0; n < UPLOADS_MAX; n += 1) expect(talk.hear('order')).toHaveLength(1);
    expect(talk.hear('order', {}, 'FFFF')).toEqual([]);
    talk.told(stored);
    expect(talk.hear('order')).toHaveLength(1);
  });

  test('[YKC-ORDER-3] whatever comes in whatever order: one answer an upload, never one before it', () => {
    const trades = ['1', '2', '3'].map((digit) => digit.repeat(32));
    const step = fc.tuple(
      fc.constantFrom('upload', 'stored', 'refused'),
      fc.constantFrom(...trades),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const talk = new Talk().login();
        const waiting = new Map<string, string[]>();
        let count = 0;
        for (const [what, tradeNo] of steps) {
          const seqs = waiting.get(tradeNo) ?? [];
          waiting.set(tradeNo, seqs);
          if (what === 'upload') {
            count += 1;
            const seq = count.toString(16).toUpperCase().padStart(4, '0');
            expect(sentIn(talk.hear('order', { tradeNo }, seq))).toEqual([]);
            seqs.push(seq);
          } else if (what === 'stored') {
            const due = seqs.shift();
            const sent = sentIn(talk.told({ do: 'recordStored', tradeNo }));
            expect(sent.map((message) => message.seq)).toEqual(due === undefined ? [] : [due]);
          } else {
            seqs.shift();
            const record = { ...recordOf(new Talk().login(), 'order'), tradeNo };
            const event = {
              type: 'RecordUploaded',
              record,
              rawHex: '',
              frameType: '0x3B',
            } as const;
            expect(talk.unheard(event)).toEqual([]);
          }
        }
      }),
    );
  });
});

describe('record', () => {
  test.each(['order', 'orderV17'] as const)('[YKC-ORDER-5] the figures of %s', (name) => {
    expect(recordOf(new Talk().login(), name)).toEqual({
      tradeNo: TRADE,
      pileNo: PILE,
      connectorNo: 1,
      startedAtMs: NOW_MS - 3_600_000,
      endedAtMs: NOW_MS - 60_000,
      receivedAtMs: NOW_MS,
      rows: [
        { kind: 0, price: 120_000n, energy: 10_000n, lossEnergy: 10_000n, amount: 12_000n },
        { kind: 1, price: 110_000n, energy: 0n, lossEnergy: 0n, amount: 0n },
        { kind: 2, price: 100_000n, energy: 25_000n, lossEnergy: 25_000n, amount: 25_000n },
        { kind: 3, price: 90_000n, energy: 0n, lossEnergy: 0n, amount: 0n },
      ],
      meterStart: 1_000_000n,
      meterEnd: 1_035_000n,
      totalEnergy: 35_000n,
      totalLossEnergy: 35_000n,
      totalAmount: 37_000n,
      vin: 'LFPHC7CE7K1B09873',
      startMethod: 'card',
      cardNo: 'D14B0A54',
      stopCode: 0x41,
      stopClass: 'normal',
    });
  });

  test('[YKC-ORDER-5] times that are none, unknown methods, no VIN, no card', () => {
    const nonsense = { ms: null, wire: '00000000000000' };
    const change = {
      startTime: nonsense,
      endTime: nonsense,
      vin: '\u00ff'.repeat(17),
      startMethod: { unknown: 9 },
      physicalCardNo: '0'.repeat(16),
      totalLossEnergy: energyStep(0n),
    } as const;
    expect(recordOf(new Talk().login(), 'order', change)).toMatchObject({
      startedAtMs: null,
      endedAtMs: null,
      vin: null,
      startMethod: 'unknown',
      cardNo: null,
      totalLossEnergy: 0n,
    });
  });

  test.each([
    [undefined, 0x91, 'unknown'],
    ['ylc-1.8', 0x91, 'aborted'],
    [undefined, 0x6a, 'aborted'],
    [undefined, 0x50, 'start-failed'],
  ])('[YKC-ORDER-5] in dialect %s the stop code %i is %s', (dialect, stopReason, stopClass) => {
    const talk = new Talk();
    talk.site.adopt(PILE, dialect);
    const record = recordOf(talk.login(), 'order', { stopReason });
    expect(record).toMatchObject({ stopCode: stopReason, stopClass });
  });

  test.each(['orderV12', 'orderV14'] as const)('[YKC-ORDER-6] %s is kept unread', (name) => {
    const talk = new Talk().login();
    expect(recordOf(talk, name)).toMatchObject({
      tradeNo: TRADE,
      pileNo: PILE,
      connectorNo: 1,
      rows: [],
      unread: true,
    });
    expect(onlySent(talk.told(stored))).toMatchObject({ name: 'orderAck' });
  });

  test('[YKC-ORDER-6] an order that is cut after its number is kept unread, and answered', () => {
    const raw = cut(bytesOf('order', {}, '3B00'), 60);
    const talk = new Talk().login();
    const message = uplinkOf(ykc.read(raw), raw);
    expect(message).toMatchObject({ name: 'unknown', why: 'short-body' });
    expect(eventsIn(talk.take(message))).toMatchObject([
      { type: 'RecordUploaded', frameType: '0x3B', record: { tradeNo: TRADE, unread: true } },
    ]);
    expect(onlySent(talk.told(stored))).toMatchObject({ seq: '3B00' });
  });

  test('[YKC-UNKNOWN-1] an order that is cut within its number is only shown', () => {
    const raw = cut(bytesOf('order'), 20);
    const effects = new Talk().login().take(uplinkOf(ykc.read(raw), raw));
    expect(effects).toMatchObject([
      { do: 'emit', event: { type: 'Observed', name: 'unknown', body: { type: '0x3B' } } },
    ]);
  });
});

/** A frame with a body of `length` bytes only; its checksum is not looked at any more. */
function cut(frame: Uint8Array, length: number): Uint8Array {
  const bytes = Uint8Array.from(frame.subarray(0, 6 + length + 2));
  bytes[1] = 4 + length;
  return bytes;
}

test('[YKC-ORDER-1] every sample order is one that the codec reads', () => {
  for (const name of ['order', 'orderV17'] as const) {
    expect(ykc.read(bytesOf(name))).toMatchObject({ name, body: BODIES[name] });
  }
});
