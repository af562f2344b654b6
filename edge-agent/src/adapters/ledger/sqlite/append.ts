import type { Database } from 'better-sqlite3';
import { linked } from '../day-chain.ts';
import { LOSSLESS_LANES } from '../lane-rules.ts';
import type { OutboundEvent } from '../outbound-event.ts';
import type { Cursor } from './cursors.ts';
import type { StreamTables } from './stream-tables.ts';

type OutboxValues = [
  stream: number,
  seq: number,
  atMs: number,
  kind: string,
  kindVersion: number,
  key: string,
  body: string,
  coalesces: number,
  dayCount: number | null,
  hash: string | null,
];

/** Removes the waiting event of the same kind and key, and explains its number ([SYNC-5]). */
function coalescer(
  db: Database,
  tables: StreamTables,
): (cursor: Cursor, event: OutboundEvent) => void {
  const older = db.prepare<
    [number, string, string, number],
    { readonly rowid: number; readonly seq: number; readonly bytes: number }
  >(
    `SELECT rowid, seq, octet_length(body) AS bytes FROM outbox
     WHERE stream = ? AND key = ? AND kind = ? AND coalesces = 1 AND seq > ?
     ORDER BY seq DESC LIMIT 1`,
  );
  const remove = db.prepare<[number]>('DELETE FROM outbox WHERE rowid = ?');
  return (cursor, event) => {
    const row = older.get(cursor.no, event.key, event.kind, cursor.handed);
    if (row === undefined) return;
    remove.run(row.rowid);
    tables.gaps.add(cursor.no, row.seq, row.seq, 'coalesced');
    cursor.pending -= 1;
    cursor.pendingBytes -= row.bytes;
  };
}

/** Gives an event the next number of its stream and puts it into the outbox ([SYNC-1]). */
export function appender(db: Database, tables: StreamTables): (event: OutboundEvent) => void {
  const coalesce = coalescer(db, tables);
  const insert = db.prepare<OutboxValues>(
    `INSERT INTO outbox
       (stream, seq, at_ms, kind, kind_version, key, body, coalesces, day_count, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  return (event) => {
    const { atMs, kind, kindVersion, key, body, lane } = event;
    const cursor = tables.cursors.made(event);
    if (event.coalesces) coalesce(cursor, event);
    const seq = cursor.next;
    let dayCount: number | null = null;
    let hash: string | null = null;
    if (LOSSLESS_LANES.includes(lane)) {
      const row = { seq, atMs, kind, kindVersion, key, body };
      const chain = linked(lane, row, (day) => tables.chains.get(cursor.no, day));
      tables.chains.set(cursor.no, chain);
      dayCount = chain.count;
      hash = chain.hash;
    }
    const mark = event.coalesces ? 1 : 0;
    insert.run(cursor.no, seq, atMs, kind, kindVersion, key, body, mark, dayCount, hash);
    cursor.next = seq + 1;
    cursor.pending += 1;
    cursor.pendingBytes += Buffer.byteLength(body);
  };
}
