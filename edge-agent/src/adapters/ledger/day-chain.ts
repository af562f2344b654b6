import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { DayChain } from '@holdfast/shared/sync/messages';
import { DAY_MS, dayText, startOfDay } from '@holdfast/shared/time/shanghai';
import type { OutboxRow } from '../../ports/ledger.ts';

/** The day that was asked for last: nearly every event is of the same day as the one before it. */
let near = { startMs: 0, day: '' };

function dayOf(atMs: number): string {
  if (near.day === '' || atMs < near.startMs || atMs >= near.startMs + DAY_MS) {
    near = { startMs: startOfDay(atMs), day: dayText(atMs) };
  }
  return near.day;
}

/**
 * The chain of a day with one more event ([SYNC-14]). `before` finds where that day's chain stands; a
 * day begins with an empty hash.
 */
export function linked(
  lane: LaneName,
  row: OutboxRow,
  before: (day: string) => DayChain | undefined,
): DayChain {
  const day = dayOf(row.atMs);
  const known = before(day);
  const link = chainLink(lane, known?.hash ?? '', row);
  return { day, count: (known?.count ?? 0) + 1, hash: hash('sha256', link, 'hex') };
}
