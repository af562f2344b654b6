import type { GapRecord } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';
import { GAPS_MOST, gapOf, gapsWithin } from '../gaps.ts';

type Reason = GapRecord['reason'];

interface GapRow {
  readonly from: number;
  readonly to: number;
  readonly reason: Reason;
}

export interface GapTable {
  /** Adds a range of missing numbers and joins it with neighbours that have the same reason. */
  readonly add: (stream: number, from: number, to: number, reason: Reason) => void;
  /** Removes what the hub has been told. */
  readonly trim: (stream: number, watermark: number) => void;
  readonly clear: (stream: number) => void;
}

export function gapTable(db: Database): GapTable {
  const before = db.prepare<[number, number], GapRow>(
    `SELECT from_seq AS "from", to_seq AS "to", reason FROM gap
     WHERE stream = ? AND from_seq < ? ORDER BY from_seq DESC LIMIT 1`,
  );
  const at = db.prepare<[number, number], GapRow>(
    `SELECT from_seq AS "from", to_seq AS "to", reason FROM gap WHERE stream = ? AND from_seq = ?`,
  );
  const remove = db.prepare<[number, number]>('DELETE FROM gap WHERE stream = ? AND from_seq = ?');
  const insert = db.prepare<[number, number, number, Reason]>(
    'INSERT INTO gap (stream, from_seq, to_seq, reason) VALUES (?, ?, ?, ?)',
  );
  const removeTold = db.prepare<[number, number]>(
    'DELETE FROM gap WHERE stream = ? AND to_seq <= ?',
  );
  const shorten = db.prepare<[number, number, number]>(
    'UPDATE gap SET from_seq = ? WHERE stream = ? AND from_seq <= ?',
  );
  const removeAll = db.prepare<[number]>('DELETE FROM gap WHERE stream = ?');

  return {
    add: (stream, from, to, reason) => {
      let [start, end] = [from, to];
      const left = before.get(stream, from);
      if (left !== undefined && left.to + 1 === from && left.reason === reason) {
        start = left.from;
        remove.run(stream, left.from);
      }
      const right = at.get(stream, to + 1);
      if (right !== undefined && right.reason === reason) {
        end = right.to;
        remove.run(stream, right.from);
      }
      insert.run(stream, start, end, reason);
    },
    trim: (stream, watermark) => {
      removeTold.run(stream, watermark);
      shorten.run(watermark + 1, stream, watermark);
    },
    clear: (stream) => {
      removeAll.run(stream);
    },
  };
}

/** Reads the parts of a stream's gaps inside (after, last], one more at most than a slice may have. */
export function gapReader(
  db: Database,
): (stream: number, after: number, last: number) => readonly GapRecord[] {
  const select = db.prepare<[number, number, number], GapRow>(
    `SELECT from_seq AS "from", to_seq AS "to", reason FROM gap
     WHERE stream = ? AND to_seq > ? AND from_seq <= ? ORDER BY from_seq LIMIT ${GAPS_MOST + 1}`,
  );
  return (stream, after, last) => {
    const rows = select.all(stream, after, last);
    return gapsWithin(
      rows.map((row) => gapOf(row.from, row.to, row.reason)),
      after,
      last,
    );
  };
}
