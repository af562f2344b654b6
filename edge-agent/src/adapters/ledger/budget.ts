import type { LedgerHealth } from '../../ports/ledger.ts';

/** Shares of a budget at which something is given up (sync.md §5). */
export interface Thresholds {
  /** bulk.db: frames go, measurements are thinned to one a minute. */
  readonly thin: number;
  /** bulk.db: thinned to one in five minutes, then dropped; core.db: history goes that the hub has. */
  readonly thinMore: number;
  /** core.db: no new charges. */
  readonly refuse: number;
}

/** What the files may take of the disk, in bytes (sync.md §5). */
export interface Budgets {
  /** core.db and its reserve. */
  readonly coreBytes: number;
  /** Part of `coreBytes` that is kept aside for charges that run when the rest is full. */
  readonly reserveBytes: number;
  /** bulk.db: measurements, live and backlog, and frames. */
  readonly bulkBytes: number;
  /** Part of `bulkBytes` that frames may take. */
  readonly frameBytes: number;
  readonly thresholds: Thresholds;
}

const MB = 1024 * 1024;

/**
 * A charge takes about 10 kB from start to bill, so 64 MB finish the charges of 6,000 connectors; the
 * reserve is written out when a store is made, and more would only wear the flash.
 */
export const DEFAULT_BUDGETS: Budgets = {
  coreBytes: 1024 * MB,
  reserveBytes: 64 * MB,
  bulkBytes: 1280 * MB,
  frameBytes: 256 * MB,
  thresholds: { thin: 0.7, thinMore: 0.85, refuse: 0.95 },
};

/** Budgets where only some are named: the others in proportion. */
export function budgetsOf(given: Partial<Budgets> = {}): Budgets {
  const coreBytes = given.coreBytes ?? DEFAULT_BUDGETS.coreBytes;
  const bulkBytes = given.bulkBytes ?? DEFAULT_BUDGETS.bulkBytes;
  return {
    coreBytes,
    bulkBytes,
    reserveBytes:
      given.reserveBytes ?? Math.min(DEFAULT_BUDGETS.reserveBytes, Math.floor(coreBytes / 4)),
    frameBytes: given.frameBytes ?? Math.floor(bulkBytes / 5),
    thresholds: given.thresholds ?? DEFAULT_BUDGETS.thresholds,
  };
}

/** How a file stands against its budget. */
export interface FileStatus {
  /** Used part of the budget, the reserve not counted: 0 to 1 and, with the reserve, above. */
  readonly used: number;
  /** The disk or the budget has refused a write, and no room has been made since. */
  readonly full: boolean;
}

export const EMPTY_FILE: FileStatus = { used: 0, full: false };

/** The health of the whole from that of both files; the gravest wins. */
export function healthOf(
  core: FileStatus,
  bulk: FileStatus,
  { refuse, thin }: Thresholds = DEFAULT_BUDGETS.thresholds,
): LedgerHealth {
  if (core.full || core.used >= refuse) return 'money-refused';
  if (bulk.full) return 'telemetry-refused';
  return bulk.used >= thin ? 'thinning' : 'ok';
}
