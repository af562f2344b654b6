import type { Database } from 'better-sqlite3';
import { PAGE_BYTES } from './file.ts';

export interface Space {
  /** Bytes in use: pages of the file without those that are free. */
  readonly usedBytes: () => number;
  /** The file grows no further than this. */
  readonly limit: (bytes: number) => void;
  /** Gives a bounded number of free pages back to the disk. */
  readonly shrink: () => void;
}

/** Free pages that one call gives back: a bounded transaction. */
const SHRINK_PAGES = 512;
/** Free pages that stay for the next events. */
const SPARE_PAGES = 256;

export function spaceOf(db: Database): Space {
  const count = (name: string): number => Number(db.pragma(name, { simple: true }));
  return {
    usedBytes: () => (count('page_count') - count('freelist_count')) * PAGE_BYTES,
    limit: (bytes) => {
      db.pragma(`max_page_count = ${Math.max(1, Math.floor(bytes / PAGE_BYTES))}`);
    },
    shrink: () => {
      const spare = count('freelist_count') - SPARE_PAGES;
      if (spare > 0) db.pragma(`incremental_vacuum(${Math.min(spare, SHRINK_PAGES)})`);
    },
  };
}
