import type { Database } from 'better-sqlite3';
import type { OutboxRow } from '../../../ports/ledger.ts';
import { linked } from '../day-chain.ts';
import { LOSSLESS_LANES } from '../lane-rules.ts';
import type { Cursor } from './cursors.ts';
import { OUTBOX_COLUMNS } from './slice-reader.ts';
import type { StreamTables } from './stream-tables.ts';

/** Rows that are renumbered between two looks at the table. */
const STEP_ROWS = 500;

export interface Renumbering {
  /** Empties a stream of its numbers; its rows wait, their numbers negative. */
  readonly lift: (cursor: Cursor) => void;
  /** Numbers the lifted rows again, after those that the stream has got meanwhile. */
  readonly settle: (cursor: Cursor) => void;
}

/** Gives the waiting events of a new store new numbers, from 1 ([SYNC-10]). */
export function renumbering(db: Database, tables: StreamTables): Renumbering {
  const negate = db.prepare<[number]>('UPDATE outbox SET seq = -seq WHERE stream = ?');
  const number = db.prepare<[number, number]>(
    `UPDATE outbox SET seq = ? + fresh.place FROM
       (SELECT rowid AS id, row_number() OVER (ORDER BY seq DESC) AS place FROM outbox
        WHERE stream = ? AND seq < 0) AS fresh
     WHERE outbox.rowid = fresh.id`,
  );
  const lifted = db.prepare<[number, number], OutboxRow & { readonly id: number }>(
    `SELECT rowid AS id, ${OUTBOX_COLUMNS} FROM outbox
     WHERE stream = ? AND seq < 0 ORDER BY seq DESC LIMIT ?`,
  );
  const chain = db.prepare<[number, number, string, number]>(
    'UPDATE outbox SET seq = ?, day_count = ?, hash = ? WHERE rowid = ?',
  );

  const settleLossless = (cursor: Cursor): void => {
    for (let rows = lifted.all(cursor.no, STEP_ROWS); rows.length > 0; ) {
      for (const { id, ...row } of rows) {
        const fresh = { ...row, seq: cursor.next };
        const link = linked(cursor.stream.lane, fresh, (day) => tables.chains.get(cursor.no, day));
        tables.chains.set(cursor.no, link);
        chain.run(cursor.next, link.count, link.hash, id);
        cursor.next += 1;
      }
      rows = lifted.all(cursor.no, STEP_ROWS);
    }
  };
  return {
    lift: (cursor) => {
      negate.run(cursor.no);
      tables.gaps.clear(cursor.no);
      tables.chains.clear(cursor.no);
      tables.lossy.forget();
      Object.assign(cursor, { next: 1, acked: 0, handed: 0 });
    },
    settle: (cursor) => {
      if (LOSSLESS_LANES.includes(cursor.stream.lane)) {
        settleLossless(cursor);
      } else {
        cursor.next += number.run(cursor.next - 1, cursor.no).changes;
      }
    },
  };
}
