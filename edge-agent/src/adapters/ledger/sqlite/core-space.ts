import type { Database } from 'better-sqlite3';
import type { Budgets, FileStatus } from '../budget.ts';
import type { Reserve } from './reserve.ts';
import { spaceOf } from './space.ts';

/** Keeps core.db within its budget, and the reserve for charges that run. */
export interface CoreSpace {
  readonly status: () => FileStatus;
  /** Not even charges that run may be written any more. */
  readonly isSpent: () => boolean;
  /** The file is full: frees the reserve and the log. `false` when there is no more to free. */
  readonly relieve: () => boolean;
  /** Measures, shrinks the file, and puts the reserve aside again once there is room. */
  readonly tend: () => void;
  readonly close: () => void;
}

export function coreSpace(db: Database, budgets: Budgets, reserve: Reserve): CoreSpace {
  const space = spaceOf(db);
  const normalBytes = budgets.coreBytes - budgets.reserveBytes;
  let used = space.usedBytes() / normalBytes;
  /** The reserve is in use, or cannot be put aside: no new charges until it is whole again. */
  let inReserve = reserve.state() === 'no-room';
  space.limit(inReserve ? budgets.coreBytes : normalBytes);

  return {
    status: () => {
      used = space.usedBytes() / normalBytes;
      return { used, full: inReserve };
    },
    isSpent: () => inReserve && reserve.isNearEnd(),
    relieve: () => {
      const released = reserve.release();
      const truncated = space.truncateLog();
      if (inReserve && !released) return truncated;
      inReserve = true;
      space.limit(budgets.coreBytes);
      return true;
    },
    tend: () => {
      space.shrink();
      used = space.usedBytes() / normalBytes;
      if (inReserve && used >= budgets.thresholds.thinMore) return;
      reserve.grow();
      const state = reserve.state();
      if (state === 'growing') return;
      inReserve = state === 'no-room';
      space.limit(inReserve ? budgets.coreBytes : normalBytes);
    },
    close: () => {
      space.truncateLog();
      db.close();
    },
  };
}
