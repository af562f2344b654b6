import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { DayChain } from '@holdfast/shared/sync/messages';
import { dayText } from '@holdfast/shared/time/shanghai';
import type { OutboxRow } from '../../ports/ledger.ts';

/**
 * The chain of a day with one more event ([SYNC-14]). `before` finds where that day's chain stands; a
 * day begins with an empty hash.
 */
export function linked(
  lane: LaneName,
  row: OutboxRow,
  before: (day: string) => DayChain | undefined,
): DayChain {
  const day = dayText(row.atMs);
  const known = before(day);
  const link = chainLink(lane, known?.hash ?? '', row);
  return { day, count: (known?.count ?? 0) + 1, hash: hash('sha256', link, 'hex') };
}
