import type { GapRecord } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';
import type { Thresholds } from '../budget.ts';
import { THINNING_TIERS_MS } from '../lane-rules.ts';
import { runsOf, type ThinnableRow, thinnedOf } from '../thinning.ts';
import type { Cursor } from './cursors.ts';
import type { StreamTables } from './stream-tables.ts';

/** Rows that one step looks at: a bounded transaction. */
const STEP_ROWS = 1_000;
/** Share of a lane that one step drops at most, so that a small store is not emptied in one go. */
const DROP_SHARE = 0.05;

export interface Sacrifice {
  /** Gives up one step of what is worth least at this fullness; `false`: nothing is left to give up. */
  readonly step: (used: number) => boolean;
  /** Drops the oldest frames until they take no more than `bytes`. */
  readonly trimFrames: (bytes: number) => void;
}

/** Removes rows of a stream and explains their numbers. */
function remover(db: Database, tables: StreamTables) {
  const bytes = db.prepare<[number, number, number], { readonly bytes: number }>(
    `SELECT coalesce(sum(octet_length(body)), 0) AS bytes FROM outbox
     WHERE stream = ? AND seq BETWEEN ? AND ?`,
  );
  const remove = db.prepare<[number, number, number]>(
    'DELETE FROM outbox WHERE stream = ? AND seq BETWEEN ? AND ?',
  );
  return (cursor: Cursor, numbers: readonly number[], reason: GapRecord['reason']): void => {
    for (const [from, to] of runsOf(numbers)) {
      cursor.pendingBytes -= bytes.get(cursor.no, from, to)?.bytes ?? 0;
      cursor.pending -= remove.run(cursor.no, from, to).changes;
      tables.gaps.add(cursor.no, from, to, reason);
    }
  };
}

/** The order of sacrifice in the bulk file: frames, then thinner measurements, then the oldest ([SYNC-5]). */
export function sacrificer(db: Database, tables: StreamTables, thresholds: Thresholds): Sacrifice {
  const select = db.prepare<[number, number, number], ThinnableRow>(
    `SELECT seq, at_ms AS atMs, key FROM outbox
     WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const remove = remover(db, tables);
  /** Up to which number each tier has thinned a stream; after a restart they begin anew, for little. */
  const thinnedTo = new Map<string, number>();

  const dropOldest = (lane: 'frames' | 'backlog'): boolean => {
    for (const cursor of tables.cursors.all()) {
      if (cursor.stream.lane !== lane) continue;
      const most = Math.ceil(Math.min(STEP_ROWS, cursor.pending * DROP_SHARE));
      const rows = select.all(cursor.no, cursor.handed, most);
      remove(
        cursor,
        rows.map(({ seq }) => seq),
        'dropped',
      );
      if (rows.length > 0) return true;
    }
    return false;
  };
  const thin = (spanMs: number): boolean => {
    for (const cursor of tables.cursors.all()) {
      if (cursor.stream.lane !== 'backlog') continue;
      const tier = `${cursor.no} ${spanMs}`;
      const start = Math.max(cursor.handed, thinnedTo.get(tier) ?? 0);
      const rows = select.all(cursor.no, start, STEP_ROWS);
      const last = rows.at(-1);
      if (last === undefined) continue;
      remove(cursor, thinnedOf(rows, spanMs), 'thinned');
      thinnedTo.set(tier, last.seq);
      return true;
    }
    return false;
  };

  return {
    step: (used) => {
      if (used < thresholds.thin) return false;
      if (dropOldest('frames')) return true;
      const [minute = 0, minutes = 0] = THINNING_TIERS_MS;
      if (thin(minute)) return true;
      if (used < thresholds.thinMore) return false;
      return thin(minutes) || dropOldest('backlog');
    },
    trimFrames: (bytes) => {
      const taken = (): number =>
        tables.cursors
          .all()
          .filter(({ stream }) => stream.lane === 'frames')
          .reduce((sum, { pendingBytes }) => sum + pendingBytes, 0);
      while (taken() > bytes && dropOldest('frames'));
    },
  };
}
