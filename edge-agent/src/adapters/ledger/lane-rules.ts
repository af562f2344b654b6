import type { SiteEvent } from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';

/** Nothing of these lanes is ever removed before the hub has it ([SYNC-5]). */
export const LOSSLESS_LANES: readonly LaneName[] = ['control', 'money'];

/** Live measurements that have waited longer go to the backlog lane (sync.md §1). */
export const LIVE_MAX_AGE_MS = 60_000;

/** Backlog is thinned to one report a key in each of these spans, the oldest first (sync.md §1). */
export const THINNING_TIERS_MS: readonly number[] = [60_000, 300_000];

/** What becomes of an event that waits while a newer one of its key arrives. */
export function coalesces(lane: LaneName, event: SiteEvent): boolean {
  if (lane !== 'state') return false;
  if (event.kind === 'PileChanged') return true;
  // A connector that was faulted stays on record even when it recovered meanwhile (sync.md §5).
  return event.kind === 'ConnectorChanged' && event.faults.length === 0;
}
