import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { DayChain } from '@holdfast/shared/sync/messages';
import { dayText } from '@holdfast/shared/time/shanghai';
import type { OutboxRow } from '../../ports/ledger.ts';

/** Each day's chain of one stream ([SYNC-14]); a day begins with an empty hash. */
export type DayChains = Map<string, DayChain>;

/** Adds an event to the chain of its day and returns where that chain stands now. */
export function extendChain(chains: DayChains, lane: LaneName, row: OutboxRow): DayChain {
  const day = dayText(row.atMs);
  const before = chains.get(day);
  const next = {
    day,
    count: (before?.count ?? 0) + 1,
    hash: hash('sha256', chainLink(lane, before?.hash ?? '', row), 'hex'),
  };
  chains.set(day, next);
  return next;
}
