import { LANES, type LaneName } from '@holdfast/shared/sync/lanes';
import { describe, expect, test } from 'vitest';
import { type AdmissionLimits, admission } from './admission.ts';

const LIMITS: AdmissionLimits = {
  replaying: 2,
  idleMs: 10_000,
  turnMs: 60_000,
  spreadMs: 30_000,
  busyBatches: 10,
  fullBatches: 100,
};
const desk = () => admission(() => 0, LIMITS);
const LATER = { credit: 0, notBeforeMs: 15_000 };
const WHOLE = { credit: 4 };
const ONE = { credit: 1 };

describe('[SYNC-6] credit', () => {
  test.each<[LaneName, object, object, object]>([
    ['control', WHOLE, WHOLE, WHOLE],
    ['money', WHOLE, WHOLE, WHOLE],
    ['state', WHOLE, WHOLE, ONE],
    ['telemetry', WHOLE, ONE, LATER],
    ['backlog', WHOLE, LATER, LATER],
    ['frames', WHOLE, LATER, LATER],
  ])('of lane %s when the hub is at ease, busy, full', (lane, easy, busy, full) => {
    const credits = [0, 10, 100].map((waiting) => desk().creditOf('a', lane, waiting, 0));
    expect(credits).toEqual([easy, busy, full]);
  });

  test('is decided for every lane', () => {
    for (const lane of Object.keys(LANES) as LaneName[]) {
      expect(desk().creditOf('a', lane, 0, 0).credit).toBeGreaterThan(0);
    }
  });
});

describe('[SYNC-6] turns', () => {
  test('so many sites at once; a turn that is used goes on', () => {
    const turns = desk();
    expect(turns.creditOf('a', 'backlog', 0, 0)).toEqual(WHOLE);
    expect(turns.creditOf('b', 'backlog', 0, 0)).toEqual(WHOLE);
    expect(turns.creditOf('c', 'backlog', 0, 0)).toEqual(LATER);
    expect(turns.creditOf('a', 'frames', 0, 9_000)).toEqual(WHOLE);
    expect(turns.replaying()).toBe(2);
  });

  test('one that is not used is over, and so is one whose site left', () => {
    const turns = desk();
    turns.creditOf('a', 'backlog', 0, 0);
    turns.creditOf('b', 'backlog', 0, 9_000);
    expect(turns.creditOf('c', 'backlog', 0, 10_001)).toEqual(WHOLE);
    expect(turns.creditOf('d', 'backlog', 0, 10_002)).toEqual(LATER);
    turns.leave('b');
    expect(turns.creditOf('d', 'backlog', 0, 10_003)).toEqual(WHOLE);
  });

  test('a long one ends only when others wait', () => {
    const turns = desk();
    for (let nowMs = 0; nowMs <= 70_000; nowMs += 5_000) {
      expect(turns.creditOf('a', 'backlog', 0, nowMs)).toEqual(WHOLE);
      expect(turns.creditOf('b', 'backlog', 0, nowMs)).toEqual(WHOLE);
    }
    expect(turns.creditOf('c', 'backlog', 0, 70_000)).toEqual(LATER);
    expect(turns.creditOf('a', 'backlog', 0, 71_000)).toEqual(LATER);
    expect(turns.creditOf('c', 'backlog', 0, 72_000)).toEqual(WHOLE);
  });
});
