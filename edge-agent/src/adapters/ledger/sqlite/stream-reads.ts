import type { Database } from 'better-sqlite3';
import type { DayCheck, StreamState } from '../../../ports/ledger.ts';
import { CURSOR_COLUMNS, type CursorRow } from './cursors.ts';

/** Where every stream of a file stands, as its table says. */
export function stateReader(db: Database): () => readonly StreamState[] {
  const select = db.prepare<[], CursorRow & { readonly oldestMs: number | null }>(
    `SELECT ${CURSOR_COLUMNS},
       (SELECT at_ms FROM outbox WHERE stream = stream.no ORDER BY seq LIMIT 1) AS oldestMs
     FROM stream ORDER BY no`,
  );
  return () =>
    select.all().map(({ vendor, lane, next, acked, pending, pendingBytes, oldestMs }) => ({
      stream: { vendor, lane },
      next,
      acked,
      pending,
      pendingBytes,
      oldestMs,
    }));
}

/** Chains of all days that are kept ([SYNC-14]). */
export function checkReader(db: Database): () => readonly DayCheck[] {
  const select = db.prepare<[], Omit<DayCheck, 'stream'> & CursorRow>(
    `SELECT vendor, lane, day, count, hash FROM day_chain
     JOIN stream ON stream.no = day_chain.stream ORDER BY stream.no, day`,
  );
  return () =>
    select.all().map(({ vendor, lane, day, count, hash }) => ({
      stream: { vendor, lane },
      day,
      count,
      hash,
    }));
}
