import type { Database } from 'better-sqlite3';
import { LIVE_MAX_AGE_MS } from '../lane-rules.ts';
import type { Cursor } from './cursors.ts';
import type { StreamTables } from './stream-tables.ts';

/** Rows that one step moves: a bounded transaction. */
const STEP_ROWS = 5_000;

/**
 * Moves live measurements that were not sent within their time to the backlog lane, where they get
 * numbers of their own; their old numbers become a gap. Tells whether more of them wait.
 */
export function lateMover(db: Database, tables: StreamTables): (nowMs: number) => boolean {
  const waiting = db.prepare<
    [number, number, number],
    { readonly seq: number; readonly atMs: number; readonly bytes: number }
  >(
    `SELECT seq, at_ms AS atMs, octet_length(body) AS bytes FROM outbox
     WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const move = db.prepare<[number, number, number, number, number]>(
    'UPDATE outbox SET stream = ?, seq = seq + ? WHERE stream = ? AND seq BETWEEN ? AND ?',
  );

  const moveOf = (live: Cursor, cutoffMs: number): boolean => {
    const rows = waiting.all(live.no, live.handed, STEP_ROWS);
    const fresh = rows.findIndex(({ atMs }) => atMs >= cutoffMs);
    const late = fresh === -1 ? rows : rows.slice(0, fresh);
    const [first, last] = [late[0], late.at(-1)];
    if (first === undefined || last === undefined) return false;
    const backlog = tables.cursors.made({ vendor: live.stream.vendor, lane: 'backlog' });
    // Live rows beyond the handed-out ones have no holes: only their front is ever taken.
    move.run(backlog.no, backlog.next - first.seq, live.no, first.seq, last.seq);
    tables.gaps.add(live.no, first.seq, last.seq, 'dropped');
    const bytes = late.reduce((sum, row) => sum + row.bytes, 0);
    for (const [cursor, sign] of [
      [live, -1],
      [backlog, 1],
    ] as const) {
      cursor.pending += sign * late.length;
      cursor.pendingBytes += sign * bytes;
    }
    backlog.next += last.seq - first.seq + 1;
    return late.length === STEP_ROWS;
  };

  return (nowMs) => {
    const lanes = tables.cursors.all().filter(({ stream }) => stream.lane === 'telemetry');
    return lanes.map((live) => moveOf(live, nowMs - LIVE_MAX_AGE_MS)).some((more) => more);
  };
}
