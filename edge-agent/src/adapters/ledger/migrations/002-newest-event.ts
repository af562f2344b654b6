import type { Migration } from './migration.ts';

/** The newest event of each order, so that a new store can send it again to the letter ([SYNC-10]). */
export const newestEvent: Migration = {
  no: 2,
  what: 'kind and time of the newest event of each order',
  minReader: 1,
  up: {
    core: 'ALTER TABLE orders ADD COLUMN event_kind TEXT; ALTER TABLE orders ADD COLUMN event_at_ms INTEGER;',
    bulk: '',
  },
  down: {
    core: 'ALTER TABLE orders DROP COLUMN event_kind; ALTER TABLE orders DROP COLUMN event_at_ms;',
    bulk: '',
  },
};
