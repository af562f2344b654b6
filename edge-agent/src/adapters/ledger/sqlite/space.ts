import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { PAGE_BYTES } from './file.ts';

export interface Space {
  /** Bytes in use: pages of the file without those that are free. */
  readonly usedBytes: () => number;
  /** The file grows no further than this. */
  readonly limit: (bytes: number) => void;
  /** Gives a bounded number of free pages back to the disk. */
  readonly shrink: () => void;
  /**
   * Moves the log into the file and gives its space back to the disk, outside a transaction. Tells
   * whether that made room. Never throws: on a full disk the log just stays, and nothing is lost.
   */
  readonly truncateLog: () => boolean;
}

/** Free pages that one call gives back: a bounded transaction. */
const SHRINK_PAGES = 512;
/** Free pages that stay for the next events. */
const SPARE_PAGES = 256;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

export function spaceOf(db: Database): Space {
  // Prepared: the writer asks after every group.
  const pages = db.prepare<[], number>('PRAGMA page_count').pluck();
  const freePages = db.prepare<[], number>('PRAGMA freelist_count').pluck();
  return {
    usedBytes: () => ((pages.get() ?? 0) - (freePages.get() ?? 0)) * PAGE_BYTES,
    limit: (bytes) => {
      db.pragma(`max_page_count = ${Math.max(1, Math.floor(bytes / PAGE_BYTES))}`);
    },
    shrink: () => {
      const spare = (freePages.get() ?? 0) - SPARE_PAGES;
      if (spare > 0) db.pragma(`incremental_vacuum(${Math.min(spare, SHRINK_PAGES)})`);
    },
    truncateLog: () => {
      const log = `${db.name}-wal`;
      const before = sizeOf(log);
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
      } catch {
        return false;
      }
      return sizeOf(log) < before;
    },
  };
}
