import type { GapRecord } from '@holdfast/shared/sync/messages';
import type { OutboxRow } from '../../ports/ledger.ts';

/** Ranges that a slice tells of at most: a batch with too many is refused (SPEC.md, bounds). */
export const GAPS_MOST = 500;

/** A range of numbers that will never come ([SYNC-4]); every number in it is missing. */
export const gapOf = (from: number, to: number, reason: GapRecord['reason']): GapRecord => ({
  from,
  to,
  reason,
  count: to - from + 1,
});

/** Adds a range to ordered gaps and joins it with neighbours that have the same reason. */
export function withGap(gaps: readonly GapRecord[], added: GapRecord): readonly GapRecord[] {
  const ordered = [...gaps, added].sort((a, b) => a.from - b.from);
  const joined: GapRecord[] = [];
  for (const gap of ordered) {
    const before = joined.at(-1);
    if (before !== undefined && before.to + 1 === gap.from && before.reason === gap.reason) {
      joined[joined.length - 1] = gapOf(before.from, gap.to, gap.reason);
    } else {
      joined.push(gap);
    }
  }
  return joined;
}

/** The parts of gaps inside (after, last]. */
export const gapsWithin = (
  gaps: readonly GapRecord[],
  after: number,
  last: number,
): readonly GapRecord[] =>
  gaps
    .filter((gap) => gap.to > after && gap.from <= last)
    .map((gap) => gapOf(Math.max(gap.from, after + 1), Math.min(gap.to, last), gap.reason));

/** Cuts a slice before the first range too many; what is cut is left to the next slice. */
export function cutToBounds(
  rows: readonly OutboxRow[],
  gaps: readonly GapRecord[],
): { readonly rows: readonly OutboxRow[]; readonly gaps: readonly GapRecord[] } {
  const beyond = gaps[GAPS_MOST];
  if (beyond === undefined) return { rows, gaps };
  return { rows: rows.filter(({ seq }) => seq < beyond.from), gaps: gaps.slice(0, GAPS_MOST) };
}
