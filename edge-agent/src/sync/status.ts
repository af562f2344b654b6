import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { LinkAlarm, LinkPhase } from './link.ts';

/** The last comparison of both sides' chains of a lane ([SYNC-14]). */
export interface CheckStatus {
  readonly day: string;
  readonly ownCount: number;
  readonly hubCount: number;
  readonly equal: boolean;
}

/** How a stream is being sent; what still waits in it, `Ledger.streams` tells. */
export interface StreamStatus {
  readonly lane: LaneName;
  /** The hub has committed everything up to here. */
  readonly acked: number;
  readonly batchesInFlight: number;
  /** The hub has asked for a pause. */
  readonly paused: boolean;
  /** Answers in a row that did not come in time. */
  readonly misses: number;
  /** Events a second that the hub has confirmed lately. */
  readonly perSecond: number;
  readonly check: CheckStatus | null;
}

export interface LineStatus {
  readonly vendor: string;
  readonly phase: LinkPhase;
  /** Milliseconds until the next attempt; `null` while none is needed. */
  readonly retryInMs: number | null;
  readonly sessionNo: number | null;
  readonly epoch: number | null;
  /** What the site was last told about its line and has not got over yet. */
  readonly problem: LinkAlarm | null;
  /** Words of the broker or the hub, for people; begins with the reason of a refusal. */
  readonly lastError: string | null;
  readonly streams: readonly StreamStatus[];
}

export interface SyncStatus {
  readonly storeId: string;
  /** Edge clock minus the hub's, milliseconds; `null`: not known. */
  readonly clockOffsetMs: number | null;
  readonly lines: readonly LineStatus[];
}
