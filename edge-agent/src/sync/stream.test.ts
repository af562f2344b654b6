import { judgeBatch } from '@holdfast/shared/sync/hub-rules';
import type { Ack, Batch, DayChain, GapRecord } from '@holdfast/shared/sync/messages';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OutboxRow } from '../ports/ledger.ts';
import {
  answered,
  canSend,
  closed,
  committed,
  newSender,
  opened,
  readFailed,
  type Sender,
  type SenderEffect,
  type SenderStep,
  type Slice,
  sentNow,
  sliceRead,
  ticked,
  wakeAtMs,
} from './stream.ts';

const row = (seq: number): OutboxRow => ({
  seq,
  atMs: seq,
  kind: 'OrderOpened',
  kindVersion: 1,
  key: `o${seq}`,
  body: '{}',
});
const sliceOf = (prev: number, last: number, more: Partial<Slice> = {}): Slice => ({
  prev,
  last,
  rows: Array.from({ length: last - prev }, (_, i) => row(prev + 1 + i)),
  gaps: [],
  check: { day: '2025-07-15', count: last, hash: `chain-${last}` },
  full: false,
  ...more,
});
const at = (nowMs: number, random = 0.5) => ({ nowMs, random: () => random });
const ack = (watermark: number, more: Partial<Ack> = {}) => ({ watermark, credit: 4, ...more });
const lines = (effects: readonly SenderEffect[]) => effects.map((effect) => effect.do);

/** A sender in session that has sent batches of ten up to `last`. */
function sentUpTo(last: number): Sender {
  let { sender } = opened(newSender('money'), { watermark: 0 }, at(0));
  for (let prev = 0; prev < last; prev += 10) {
    sender = sliceRead(sender, sender.turn, sliceOf(prev, prev + 10, { full: true }), at(0)).sender;
    sender = sentNow(sender, at(0)).sender;
  }
  return sender;
}

test('[SYNC-10d] a session starts behind the watermark of its WELCOME', () => {
  const { sender, effects } = opened(newSender('money'), { watermark: 7 }, at(0));
  expect(effects).toEqual([
    { do: 'acknowledge', watermark: 7, events: 0 },
    { do: 'read', turn: 1, after: 7, events: 125, bytes: 65_536 },
  ]);
  expect(canSend(sender)).toBe(false);
});

test('[SYNC-6c] at most four batches are in flight, and one more is read ahead', () => {
  const sender = sentUpTo(40);
  expect(sender.reading).toBe(true);
  const { sender: full } = sliceRead(sender, sender.turn, sliceOf(40, 50), at(0));
  expect(canSend(full)).toBe(false);
  const { sender: next, effects } = answered(full, ack(10), at(5));
  expect(lines(effects)).toEqual(['acknowledge']);
  expect(canSend(next)).toBe(true);
});

test('[SYNC-6d] batches grow with answers and shrink with misses', () => {
  const grown = answered(sentUpTo(20), ack(10), at(5)).sender;
  expect(grown.batchEvents).toBe(250);
  const { sender: missed, effects } = ticked(grown, at(10_000));
  expect(missed.batchEvents).toBe(125);
  expect(effects).toContainEqual(expect.objectContaining({ do: 'read', after: 10, events: 125 }));
});

test('[SYNC-6e] no credit pauses the lane; then one batch tries again', () => {
  const { sender: paused } = answered(
    sentUpTo(10),
    ack(10, { credit: 0, notBeforeMs: 1_000 }),
    at(5),
  );
  const committedOne = committed(paused, at(6)).sender;
  expect(committedOne.reading).toBe(paused.reading);
  const fetched = sliceRead(
    committedOne,
    committedOne.turn,
    sliceOf(10, 20, { full: true }),
    at(7),
  );
  expect(canSend(fetched.sender)).toBe(false);
  expect(wakeAtMs(fetched.sender)).toBe(1_005);
  const { sender: tried } = ticked(fetched.sender, at(1_005));
  expect(canSend(tried)).toBe(true);
  expect(sentNow(tried, at(1_005)).sender.window).toBe(1);
});

test('[SYNC-6e] credit narrows the window and never widens it over four', () => {
  expect(answered(sentUpTo(20), ack(10, { credit: 2 }), at(5)).sender.window).toBe(2);
  expect(answered(sentUpTo(20), ack(10, { credit: 99 }), at(5)).sender.window).toBe(4);
});

test('[SYNC-2a] only the watermark deletes; what it covers leaves once', () => {
  const { sender, effects } = answered(sentUpTo(30), ack(20), at(5));
  expect(effects[0]).toEqual({ do: 'acknowledge', watermark: 20, events: 20 });
  expect(lines(answered(sender, ack(20), at(6)).effects)).toEqual([]);
  expect(lines(answered(sender, ack(10), at(6)).effects)).toEqual([]);
});

test('[SYNC-2b] a watermark above everything sent in the session is passed over', () => {
  const { sender, effects } = answered(sentUpTo(30), ack(31), at(5));
  expect(effects).toEqual([]);
  expect(sender.acked).toBe(0);
});

test('[SYNC-4b] without an answer everything behind the watermark is sent again', () => {
  const sender = sentUpTo(20);
  expect(wakeAtMs(sender)).toBe(2_000);
  expect(lines(ticked(sender, at(1_999)).effects)).toEqual([]);
  const { sender: back, effects } = ticked(sender, at(2_000));
  expect(effects).toEqual([
    { do: 'missed', misses: 1 },
    expect.objectContaining({ do: 'read', after: 0 }),
  ]);
  expect(back.flight).toEqual([]);
});

test('[SYNC-4c] the wait grows by half each time up to a minute, with a fifth of jitter', () => {
  let sender = sentUpTo(10);
  const waits: number[] = [];
  let nowMs = 0;
  for (let i = 0; i < 12; i += 1) {
    const dueMs = sender.dueAtMs ?? 0;
    waits.push(dueMs - nowMs);
    nowMs = dueMs;
    sender = ticked(sender, at(nowMs)).sender;
    sender = sliceRead(sender, sender.turn, sliceOf(0, 10), at(nowMs)).sender;
    sender = sentNow(sender, at(nowMs)).sender;
  }
  expect(waits.slice(0, 4)).toEqual([2_000, 3_000, 4_500, 6_750]);
  expect(waits.at(-1)).toBe(60_000);
  const early = sentNow(sliceRead(sender, sender.turn, sliceOf(0, 9), at(0)).sender, at(0, 0));
  expect(early.sender.dueAtMs).not.toBeNull();
  const shortest = opened(newSender('money'), { watermark: 0 }, at(0)).sender;
  const fetched = sliceRead(shortest, shortest.turn, sliceOf(0, 9), at(0)).sender;
  expect(sentNow(fetched, at(0, 0)).sender.dueAtMs).toBe(1_600);
  expect(sentNow(fetched, at(0, 0.999)).sender.dueAtMs).toBeCloseTo(2_400, -1);
});

test('[SYNC-4c] a slow line is measured and waited for', () => {
  const { sender } = answered(sentUpTo(20), ack(10), at(1_900));
  expect(sender.roundTripMs).toBe(1_900);
  expect(wakeAtMs(sender)).toBe(1_900 + 4 * 1_900);
});

test('[SYNC-4d] many gap answers of one hole make it go back once', () => {
  const { sender: back, effects } = answered(sentUpTo(30), ack(0, { gap: true }), at(5));
  expect(effects).toContainEqual(expect.objectContaining({ do: 'read', after: 0 }));
  const again = answered(back, ack(0, { gap: true }), at(6));
  expect(again).toEqual({ sender: back, effects: [] });
});

test('[SYNC-4e] an answer that comes after going back is believed, and what it covers is not sent again', () => {
  const back = ticked(sentUpTo(30), at(3_000)).sender;
  const { sender, effects } = answered(back, ack(20), at(3_001));
  expect(effects).toEqual([
    { do: 'acknowledge', watermark: 20, events: 20 },
    expect.objectContaining({ do: 'read', after: 20 }),
  ]);
  expect(sliceRead(sender, back.turn, sliceOf(0, 10), at(3_002)).sender).toBe(sender);
});

test('[SYNC-14b] chains are compared where the answer and a batch end at the same number', () => {
  const hub: DayChain = { day: '2025-07-15', count: 10, hash: 'chain-10' };
  const { effects } = answered(sentUpTo(20), ack(10, { check: hub }), at(5));
  expect(effects).toContainEqual({
    do: 'compare',
    own: { day: '2025-07-15', count: 10, hash: 'chain-10' },
    hub,
  });
  expect(lines(answered(sentUpTo(20), ack(7, { check: hub }), at(5)).effects)).not.toContain(
    'compare',
  );
});

test('an event that comes alone waits for company as long as its lane says', () => {
  const idle = (lane: Sender['lane']) => {
    const { sender } = opened(newSender(lane), { watermark: 0 }, at(0));
    return sliceRead(sender, sender.turn, sliceOf(0, 0), at(0)).sender;
  };
  expect(lines(committed(idle('money'), at(50)).effects)).toEqual(['read']);
  const state = committed(idle('state'), at(50));
  expect(lines(state.effects)).toEqual([]);
  expect(wakeAtMs(state.sender)).toBe(250);
  expect(wakeAtMs(committed(state.sender, at(90)).sender)).toBe(250);
  expect(lines(ticked(state.sender, at(250)).effects)).toEqual(['read']);
});

test('an outbox that cannot be read is read again a second later', () => {
  const { sender } = opened(newSender('money'), { watermark: 0 }, at(0));
  const failed = readFailed(sender, sender.turn, at(10));
  expect(wakeAtMs(failed)).toBe(1_010);
  expect(lines(ticked(failed, at(1_010)).effects)).toEqual(['read']);
});

test('a closed session sends nothing, whatever still comes in', () => {
  const sender = closed(sentUpTo(20));
  const late = [
    answered(sender, ack(10), at(5)),
    committed(sender, at(5)),
    ticked(sender, at(99_999)),
    sliceRead(sender, sender.turn - 1, sliceOf(20, 30), at(5)),
  ];
  for (const step of late) {
    expect(step.effects).toEqual([]);
    expect(canSend(step.sender)).toBe(false);
  }
  expect(wakeAtMs(sender)).toBeUndefined();
});

/** What may happen to one message on its way. */
interface Fate {
  readonly lost: boolean;
  readonly delaysMs: readonly number[];
}
const anyFate = (lossPercent: number): fc.Arbitrary<Fate> =>
  fc.record({
    lost: fc.nat(99).map((n) => n < lossPercent),
    delaysMs: fc.array(fc.nat(9_000), { minLength: 1, maxLength: 3 }),
  });

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

/**
 * One stream against a hub that decides by the shared rules, over a line that loses, doubles, delays
 * and reorders, in virtual time.
 */
function simulate(fates: readonly Fate[], appends: readonly number[], holes: readonly number[]) {
  let nowMs = 0;
  const queue: Due[] = [];
  let draws = 0;
  const random = () => ((draws++ * 7_919) % 1_000) / 1_000;
  const moment = () => ({ nowMs, random });
  const later = (ms: number, run: () => void) => queue.push({ atMs: nowMs + ms, run });
  let messages = 0;
  const carry = (run: () => void): void => {
    // A line that is bad forever delivers nothing: after the given fates it is a good one.
    const fate = fates[messages++] ?? { lost: false, delaysMs: [20] };
    if (!fate.lost) for (const ms of fate.delaysMs) later(ms, run);
  };

  let total = 0;
  let deleted = 0;
  const isHole = (seq: number) => holes.includes(seq);
  const hub = { watermark: 0, applied: [] as number[], explained: [] as GapRecord[] };
  let sender = newSender('money');
  let early = 0;

  const sliceAfter = (after: number, events: number): Slice => {
    const rows: OutboxRow[] = [];
    const gaps: GapRecord[] = [];
    let last = after;
    while (last < total && rows.length < events) {
      last += 1;
      if (isHole(last)) gaps.push({ from: last, to: last, reason: 'coalesced', count: 1 });
      else rows.push(row(last));
    }
    return { prev: after, last, rows, gaps, check: undefined, full: last < total };
  };
  const deliver = ({ prev, last, rows, gaps }: Slice): void => {
    const batch: Batch = {
      v: 3,
      vendor: 'ykc',
      lane: 'money',
      epoch: 1,
      sessionNo: 1,
      prev,
      last,
      gaps,
      clock: { wallMs: 0, monoMs: 0, bootNo: 1, quality: 0 },
      ev: rows.map((r) => [r.seq, r.atMs, r.kind, 1, r.key, {}]),
    };
    const judged = judgeBatch(hub, { epoch: 1, sessionNo: 1 }, batch);
    if (judged === 'fenced') return;
    const gap = judged === 'gap';
    if (judged !== 'gap') {
      hub.watermark = judged.watermark;
      hub.applied.push(...judged.fresh.map(([seq]) => seq));
      hub.explained.push(...judged.gaps);
    }
    const message = gap ? ack(hub.watermark, { gap: true }) : ack(hub.watermark);
    carry(() => run(answered(sender, message, moment())));
  };
  const run = (step: SenderStep): void => {
    sender = step.sender;
    for (const effect of step.effects) {
      if (effect.do === 'acknowledge') {
        if (effect.watermark > hub.watermark) early += 1;
        deleted = Math.max(deleted, effect.watermark);
      }
      if (effect.do !== 'read') continue;
      const { turn, after, events } = effect;
      later(1, () =>
        run(sliceRead(sender, turn, sliceAfter(after, Math.min(events, 7)), moment())),
      );
    }
    while (canSend(sender)) {
      const { ready } = sender;
      const sent = sentNow(sender, moment());
      sender = sent.sender;
      if (ready !== null) carry(() => deliver(ready));
      run({ sender, effects: sent.effects });
    }
  };

  run(opened(sender, { watermark: 0 }, moment()));
  for (const ms of appends) {
    later(ms, () => {
      total += 1;
      run(committed(sender, moment()));
    });
  }
  for (let steps = 0; steps < 20_000; steps += 1) {
    queue.sort((a, b) => a.atMs - b.atMs);
    const wakeMs = wakeAtMs(sender);
    const first = queue[0];
    if (first !== undefined && first.atMs <= (wakeMs ?? Number.POSITIVE_INFINITY)) {
      queue.shift();
      nowMs = Math.max(nowMs, first.atMs);
      first.run();
    } else if (wakeMs !== undefined) {
      nowMs = Math.max(nowMs, wakeMs);
      run(ticked(sender, moment()));
    } else break;
  }
  return { hub, total, deleted, early, sender };
}

test('[SYNC-3b] over any line every event takes effect once, in order, none is lost or deleted early', () => {
  const anyRun = fc.tuple(
    fc.array(anyFate(40), { maxLength: 120 }),
    fc.array(fc.nat(30_000), { minLength: 1, maxLength: 60 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 10 }),
  );
  fc.assert(
    fc.property(anyRun, ([fates, appends, holes]) => {
      const { hub, total, deleted, early } = simulate(fates, appends, holes);
      const numbers = Array.from({ length: total }, (_, i) => i + 1);
      expect(hub.applied).toEqual(numbers.filter((n) => !holes.includes(n)));
      expect(hub.explained.map(({ from }) => from)).toEqual(
        numbers.filter((n) => holes.includes(n)),
      );
      expect(hub.watermark).toBe(total);
      expect(deleted).toBe(total);
      expect(early).toBe(0);
    }),
    { numRuns: 150 },
  );
});
