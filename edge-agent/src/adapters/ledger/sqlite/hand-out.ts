import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { Database } from 'better-sqlite3';
import type { OutboxSlice } from '../../../ports/ledger.ts';
import { cutToBounds, gapOf } from '../gaps.ts';
import { gapReader } from './gap-table.ts';
import { type Limit, rangeReader } from './slice-reader.ts';
import type { StreamTables } from './stream-tables.ts';

export const EMPTY_SLICE: OutboxSlice = { rows: [], gaps: [], check: undefined };

export interface SliceRequest {
  readonly stream: StreamId;
  readonly after: number;
  readonly limit: Limit;
}

/** Rows of the backlog that are marked as handed out ahead, so that not every slice costs an fsync. */
const BACKLOG_AHEAD = 2_000;

/**
 * Hands out a slice of a lane that may lose rows. Its writer does it, inside a transaction: what was
 * handed out is marked on disk before it leaves, and stays until the hub has it.
 */
export function handOut(
  db: Database,
  tables: StreamTables,
): (request: SliceRequest) => OutboxSlice {
  const range = rangeReader(db);
  const gaps = gapReader(db);
  return ({ stream, after, limit }) => {
    const cursor = tables.cursors.of(stream);
    if (cursor === undefined) return EMPTY_SLICE;
    const newest = cursor.next - 1;
    const { rows, covered } = range(cursor.no, after, newest, limit);
    if (covered > cursor.handed) {
      const ahead = stream.lane === 'backlog' ? BACKLOG_AHEAD : 0;
      cursor.handed = Math.min(newest, covered + ahead);
    }
    const lost = after < cursor.acked ? [gapOf(after + 1, cursor.acked, 'store-lost')] : [];
    const missing = gaps(cursor.no, Math.max(after, cursor.acked), covered);
    const slice = cutToBounds(rows, [...lost, ...missing]);
    return { ...slice, check: tables.lossy.over(cursor, after, slice.rows) };
  };
}
