import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runsOf, thinnedOf } from './thinning.ts';

const anyRows = fc
  .array(fc.record({ atMs: fc.nat(600_000), key: fc.constantFrom('a/1', 'a/2', 'b/1') }), {
    maxLength: 60,
  })
  .map((rows) => rows.sort((a, b) => a.atMs - b.atMs).map((row, i) => ({ ...row, seq: i + 1 })));

test('[SYNC-5] each key keeps exactly its last report of every span', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const gone = new Set(thinnedOf(rows, 60_000));
      const slot = (row: (typeof rows)[number]) => `${row.key} ${Math.floor(row.atMs / 60_000)}`;
      const last = new Map(rows.map((row) => [slot(row), row.seq]));
      const kept = rows.filter(({ seq }) => !gone.has(seq)).map(({ seq }) => seq);
      expect(kept).toEqual([...last.values()].sort((a, b) => a - b));
    }),
  );
});

test('runs name every number once, and neighbours share a run', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(50)), (picked) => {
      const numbers = picked.sort((a, b) => a - b);
      const runs = runsOf(numbers);
      const told = runs.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, i) => from + i),
      );
      expect(told).toEqual(numbers);
      expect(runs.some(([, to], i) => runs[i + 1]?.[0] === to + 1)).toBe(false);
    }),
  );
});
