import type { Database } from 'better-sqlite3';
import { type Budgets, type FileStatus, THRESHOLDS } from '../budget.ts';
import type { Reserve } from './reserve.ts';
import { spaceOf } from './space.ts';

/** Keeps core.db within its budget, and the reserve for charges that run. */
export interface CoreSpace {
  readonly status: () => FileStatus;
  /** The file is full: frees the reserve. `false` when that has been done before. */
  readonly relieve: () => boolean;
  /** Measures, shrinks the file, and puts the reserve aside again once there is room. */
  readonly tend: () => void;
}

export function coreSpace(db: Database, budgets: Budgets, reserve: Reserve): CoreSpace {
  const space = spaceOf(db);
  const normalBytes = budgets.coreBytes - budgets.reserveBytes;
  let used = space.usedBytes() / normalBytes;
  /** The reserve is in use: no new charges until it is whole again. */
  let inReserve = false;
  space.limit(normalBytes);

  return {
    status: () => {
      used = space.usedBytes() / normalBytes;
      return { used, full: inReserve };
    },
    relieve: () => {
      const released = reserve.release();
      if (inReserve && !released) return false;
      inReserve = true;
      space.limit(budgets.coreBytes);
      return true;
    },
    tend: () => {
      space.shrink();
      used = space.usedBytes() / normalBytes;
      if (inReserve && used >= THRESHOLDS.thinMore) return;
      if (!reserve.grow() || !inReserve) return;
      inReserve = false;
      space.limit(normalBytes);
    },
  };
}
