import type { Database } from 'better-sqlite3';
import type { OutboxRow } from '../../../ports/ledger.ts';

/** Rows of an outbox slice, and up to which number it speaks for its stream. */
export interface RowRange {
  readonly rows: readonly OutboxRow[];
  readonly covered: number;
}

export type Limit = { readonly events: number; readonly bytes: number };

export const OUTBOX_COLUMNS = 'seq, at_ms AS atMs, kind, kind_version AS kindVersion, key, body';

/**
 * Reads rows after a number, bounded in events and bytes but never empty while rows wait: one event
 * that is too large would block its stream for ever. `last` is the newest number of the stream.
 */
export function rangeReader(
  db: Database,
): (stream: number, after: number, last: number, limit: Limit) => RowRange {
  const select = db.prepare<[number, number], OutboxRow>(
    `SELECT ${OUTBOX_COLUMNS} FROM outbox WHERE stream = ? AND seq > ? ORDER BY seq`,
  );
  return (stream, after, last, limit) => {
    const rows: OutboxRow[] = [];
    let bytes = 0;
    for (const row of select.iterate(stream, after)) {
      bytes += Buffer.byteLength(row.body);
      const full = rows.length >= limit.events || bytes > limit.bytes;
      if (full && rows.length > 0) return { rows, covered: rows.at(-1)?.seq ?? after };
      rows.push(row);
    }
    return { rows, covered: last };
  };
}
