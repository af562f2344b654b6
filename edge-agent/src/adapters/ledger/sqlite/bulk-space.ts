import type { Database } from 'better-sqlite3';
import type { Budgets, FileStatus } from '../budget.ts';
import { sacrificer } from './sacrifice.ts';
import { spaceOf } from './space.ts';
import type { StreamTables } from './stream-tables.ts';

/** Keeps bulk.db within its budget by giving up what is worth least ([SYNC-5]). */
export interface BulkSpace {
  readonly status: () => FileStatus;
  /** Measurements are refused: there was no room, or what there is is left to money. */
  readonly closed: () => boolean;
  /** The file is full in the middle of a write: makes room by hand. `false` when there is none. */
  readonly relieve: () => boolean;
  /** Gives up at most `steps` steps; `diskFull`: core.db lives on its reserve. */
  readonly tend: (diskFull: boolean, steps: number) => void;
  /** After a commit: leaves the room of the log to money, too, where that is short. */
  readonly settle: () => void;
  /** The streams were numbered anew. */
  readonly restart: () => void;
  readonly close: () => void;
}

export function bulkSpace(db: Database, tables: StreamTables, budgets: Budgets): BulkSpace {
  const space = spaceOf(db);
  let sacrifice = sacrificer(db, tables, budgets.thresholds);
  let closed = false;
  space.limit(budgets.bulkBytes);
  const used = (): number => space.usedBytes() / budgets.bulkBytes;

  /** Outside the group's transaction, which the full file has undone. */
  const giveUp = db.transaction((): boolean => {
    const gave = sacrifice.step(1);
    tables.flush();
    return gave;
  });
  const gaveUp = (): boolean => {
    try {
      return giveUp();
    } catch {
      // Even deleting takes room in the log.
      tables.forget();
      return false;
    }
  };

  return {
    status: () => ({ used: used(), full: closed }),
    closed: () => closed,
    relieve: () => {
      const gave = gaveUp();
      if (space.truncateLog() || gave) return true;
      closed = true;
      return false;
    },
    tend: (diskFull, steps) => {
      sacrifice.trimFrames(budgets.frameBytes);
      for (let step = 0; step < steps && sacrifice.step(used()); step += 1);
      space.shrink();
      closed = diskFull;
    },
    settle: () => {
      if (closed) space.truncateLog();
    },
    restart: () => {
      sacrifice = sacrificer(db, tables, budgets.thresholds);
    },
    close: () => {
      space.truncateLog();
      db.close();
    },
  };
}
