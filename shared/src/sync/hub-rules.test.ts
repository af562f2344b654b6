import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  admitHello,
  agreedVersion,
  HUB_POLICY,
  judgeBatch,
  type SessionState,
  sessionOfReplacement,
  withChains,
} from './hub-rules.ts';
import { batchOfSeqs, helloOf } from './testing.ts';

const NOW = 1_752_543_600_000;
const session: SessionState = {
  storeId: 'store-a',
  epoch: 2,
  sessionNo: 7,
  conflict: false,
  lastHeardMs: NOW - 1_000,
};
const cursors = [
  { lane: 'money', epoch: 2, watermark: 10 },
  { lane: 'money', epoch: 1, watermark: 99 },
] as const;

test('[SYNC-10b] the first HELLO of a site opens epoch 1, session 1, everything from the start', () => {
  const { answer, session: saved } = admitHello(undefined, [], helloOf(), NOW);
  expect(answer).toMatchObject({
    type: 'welcome',
    link: 'link-1',
    epoch: 1,
    sessionNo: 1,
    proto: 3,
    streams: [{ lane: 'money', watermark: 0 }],
  });
  expect(saved).toMatchObject({ storeId: 'store-a', epoch: 1, sessionNo: 1 });
});

test('[SYNC-10c] each further HELLO of the store gets the next session and its watermarks', () => {
  const { answer } = admitHello(session, cursors, helloOf({ next: 11 }), NOW);
  expect(answer).toMatchObject({
    type: 'welcome',
    epoch: 2,
    sessionNo: 8,
    streams: [{ lane: 'money', watermark: 10 }],
  });
});

test('[SYNC-10e] a store that would give a number out again is told to mint a new one', () => {
  const rewound = helloOf({ next: 10 });
  expect(admitHello(session, cursors, rewound, NOW)).toEqual({
    answer: expect.objectContaining({ type: 'refused', reason: 'regressed', link: 'link-1' }),
  });
  const forgot = helloOf({ streams: [] });
  expect(admitHello(session, cursors, forgot, NOW).answer).toMatchObject({ reason: 'regressed' });
});

test('[SYNC-10f] a store minted from the known one is taken at once, in a new epoch', () => {
  const reminted = helloOf({ storeId: 'store-b', replaces: 'store-a' });
  const { answer, session: saved } = admitHello(session, cursors, reminted, NOW);
  expect(answer).toMatchObject({
    type: 'welcome',
    epoch: 3,
    sessionNo: 8,
    streams: [{ lane: 'money', watermark: 0 }],
  });
  expect(saved).toMatchObject({ storeId: 'store-b', epoch: 3 });
});

test('[SYNC-10g] another store while the known one may be alive is a conflict and changes nothing', () => {
  const other = helloOf({ storeId: 'store-x' });
  const soon = NOW + HUB_POLICY.replaceAfterMs - 1_001;
  expect(admitHello(session, cursors, other, soon)).toEqual({
    answer: expect.objectContaining({ type: 'refused', reason: 'conflict' }),
    session: { ...session, conflict: true },
  });
  const { lastHeardMs: _, ...unheard } = session;
  expect(admitHello(unheard, cursors, other, soon).answer).toMatchObject({ reason: 'conflict' });
});

test('[SYNC-10g] another store is taken for a replacement when the known one is silent, or by an operator', () => {
  const other = helloOf({ storeId: 'store-x' });
  const later = NOW - 1_000 + HUB_POLICY.replaceAfterMs;
  expect(admitHello(session, cursors, other, later).answer).toMatchObject({
    type: 'welcome',
    epoch: 3,
  });
  const decided = sessionOfReplacement({ ...session, conflict: true }, 'store-x');
  expect(admitHello(decided, cursors, other, NOW)).toMatchObject({
    answer: { type: 'welcome', epoch: 3 },
    session: { conflict: false },
  });
  expect(admitHello(decided, cursors, helloOf(), NOW).answer).toMatchObject({ reason: 'conflict' });
});

test('[SYNC-10b] a hub that lost its books never gives an epoch out twice', () => {
  expect(admitHello(undefined, [], helloOf({ epoch: 5 }), NOW).answer).toMatchObject({ epoch: 5 });
  const other = helloOf({ storeId: 'b', replaces: 'store-a', epoch: 9 });
  expect(admitHello(session, cursors, other, NOW).answer).toMatchObject({ epoch: 10 });
});

test('[SYNC-11a] the highest version that both speak is agreed on; with none the edge waits', () => {
  expect(agreedVersion([1, 1])).toBe(1);
  expect(agreedVersion([2, 7])).toBe(3);
  expect(agreedVersion([4, 7])).toBeUndefined();
  expect(agreedVersion([-3, 0])).toBeUndefined();
  const { answer } = admitHello(session, cursors, helloOf({ proto: [4, 6], next: 11 }), NOW);
  expect(answer).toMatchObject({ type: 'refused', reason: 'version' });
});

test('[SYNC-10k] WELCOME tells the newest chain of each lane in its epoch', () => {
  const { answer } = admitHello(session, cursors, helloOf({ next: 11 }), NOW);
  if (answer.type !== 'welcome') throw new TypeError('not welcome');
  const chain = (epoch: number, day: string, count: number) =>
    ({ lane: 'money', epoch, day, count, hash: `${epoch} ${day}` }) as const;
  const days = [
    chain(2, '2025-07-15', 4),
    chain(2, '2025-07-16', 6),
    chain(2, '2025-07-14', 1),
    chain(2, '2025-07-17', 0),
    chain(1, '2025-07-20', 9),
  ];
  expect(withChains(answer, days).streams).toEqual([
    {
      lane: 'money',
      watermark: 10,
      check: { day: '2025-07-16', count: 6, hash: '2 2025-07-16' },
    },
  ]);
  expect(withChains(answer, [])).toEqual(answer);
});

test('[SYNC-10d] a batch of another session or epoch is fenced', () => {
  const batch = batchOfSeqs(0, [1, 2]);
  expect(judgeBatch({ watermark: 0 }, undefined, batch)).toBe('fenced');
  expect(judgeBatch({ watermark: 0 }, { epoch: 1, sessionNo: 2 }, batch)).toBe('fenced');
  expect(judgeBatch({ watermark: 0 }, { epoch: 2, sessionNo: 1 }, batch)).toBe('fenced');
});

const OPEN = { epoch: 1, sessionNo: 1 };

test('[SYNC-4a] a batch behind a hole, or with a hole that no record explains, is answered with a gap', () => {
  expect(judgeBatch({ watermark: 3 }, OPEN, batchOfSeqs(4, [5]))).toBe('gap');
  expect(judgeBatch({ watermark: 3 }, OPEN, batchOfSeqs(3, [4, 6]))).toBe('gap');
  expect(judgeBatch({ watermark: 3 }, OPEN, batchOfSeqs(3, [4], 5))).toBe('gap');
});

test('[SYNC-3a] what is at or below the watermark is skipped, the rest is fresh', () => {
  const batch = {
    ...batchOfSeqs(2, [3, 4, 8], 9),
    gaps: [
      { from: 5, to: 7, reason: 'coalesced', count: 3 },
      { from: 9, to: 9, reason: 'thinned', count: 1 },
    ],
  } as const;
  expect(judgeBatch({ watermark: 6 }, OPEN, batch)).toEqual({
    skip: 2,
    fresh: [batch.ev[2]],
    gaps: [{ from: 7, to: 7, reason: 'coalesced', count: 1 }, batch.gaps[1]],
    watermark: 9,
  });
  expect(judgeBatch({ watermark: 20 }, OPEN, batch)).toEqual({
    skip: 3,
    fresh: [],
    gaps: [],
    watermark: 20,
  });
});

test('[SYNC-3b] batches in any order, any number of times: each number is applied once, in order', () => {
  const anyCut = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 12 }));
  fc.assert(
    fc.property(fc.array(anyCut, { maxLength: 60 }), (cuts) => {
      let watermark = 0;
      const applied: number[] = [];
      for (const [prev, length] of cuts) {
        const batch = batchOfSeqs(
          prev,
          Array.from({ length }, (_, i) => prev + 1 + i),
        );
        const judged = judgeBatch({ watermark }, OPEN, batch);
        if (typeof judged === 'string') continue;
        applied.push(...judged.fresh.map(([seq]) => seq));
        watermark = judged.watermark;
      }
      expect(applied).toEqual(Array.from({ length: watermark }, (_, i) => i + 1));
    }),
  );
});
