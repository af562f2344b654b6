import type { GapRecord } from '@holdfast/shared/sync/messages';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapOf, gapsWithin, withGap } from './gaps.ts';

/** Each number of some gaps with its reason. */
const numbers = (gaps: readonly GapRecord[]): ReadonlyMap<number, string> => {
  const told = new Map<number, string>();
  for (const gap of gaps) for (let n = gap.from; n <= gap.to; n += 1) told.set(n, gap.reason);
  return told;
};

const anyLoss = fc.uniqueArray(
  fc.record({ n: fc.integer({ min: 1, max: 30 }), thinned: fc.boolean() }),
  { selector: ({ n }) => n, maxLength: 30 },
);
const lostOf = (losses: readonly { n: number; thinned: boolean }[]): readonly GapRecord[] =>
  losses.reduce<readonly GapRecord[]>(
    (gaps, { n, thinned }) => withGap(gaps, gapOf(n, n, thinned ? 'thinned' : 'dropped')),
    [],
  );

test('[SYNC-4] gaps tell every lost number once, in as few records as there can be', () => {
  fc.assert(
    fc.property(anyLoss, (losses) => {
      const gaps = lostOf(losses);
      const told = numbers(gaps);
      expect([...told.keys()].sort((a, b) => a - b)).toEqual(
        losses.map(({ n }) => n).sort((a, b) => a - b),
      );
      for (const { n, thinned } of losses)
        expect(told.get(n)).toBe(thinned ? 'thinned' : 'dropped');
      expect(gaps.every((gap) => gap.count === gap.to - gap.from + 1)).toBe(true);
      const touching = gaps.filter(
        (gap, i) => gaps[i + 1]?.from === gap.to + 1 && gaps[i + 1]?.reason === gap.reason,
      );
      expect(touching).toEqual([]);
    }),
  );
});

test('a range shows the parts inside it', () => {
  fc.assert(
    fc.property(anyLoss, fc.nat(30), fc.nat(30), (losses, a, b) => {
      const [after, last] = [Math.min(a, b), Math.max(a, b)];
      const told = [...numbers(gapsWithin(lostOf(losses), after, last)).keys()];
      const inside = losses.map(({ n }) => n).filter((n) => n > after && n <= last);
      expect(told.sort((x, y) => x - y)).toEqual(inside.sort((x, y) => x - y));
    }),
  );
});
