import type { LaneName } from '@holdfast/shared/sync/lanes';

/** How a lane is sent (sync.md §1). */
export interface LanePolicy {
  /** A first event waits so long for company before it is sent. */
  readonly lingerMs: number;
  /** Least time to wait for the hub's answer to a batch. */
  readonly ackWaitMs: number;
}

export const LANE_POLICIES: Readonly<Record<LaneName, LanePolicy>> = {
  control: { lingerMs: 0, ackWaitMs: 2_000 },
  money: { lingerMs: 0, ackWaitMs: 2_000 },
  state: { lingerMs: 200, ackWaitMs: 5_000 },
  telemetry: { lingerMs: 1_000, ackWaitMs: 10_000 },
  backlog: { lingerMs: 1_000, ackWaitMs: 30_000 },
  frames: { lingerMs: 1_000, ackWaitMs: 60_000 },
};

/** Who goes first when several lanes have something to send ([SYNC-5]). */
export const BY_IMPORTANCE: readonly LaneName[] = [
  'money',
  'control',
  'state',
  'telemetry',
  'backlog',
  'frames',
];
