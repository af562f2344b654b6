import type { LaneName, StreamId } from '@holdfast/shared/sync/lanes';
import type { Database } from 'better-sqlite3';

/** Where a stream stands; kept in memory by its writer, written once a group of commits. */
export interface Cursor {
  readonly no: number;
  readonly stream: StreamId;
  /** Number that the next event gets. */
  next: number;
  acked: number;
  /** Up to here the hub may already have the events, so none of them is removed any more. */
  handed: number;
  pending: number;
  pendingBytes: number;
}

/** A row of `stream`. */
export interface CursorRow {
  readonly no: number;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly next: number;
  readonly acked: number;
  readonly handed: number;
  readonly pending: number;
  readonly pendingBytes: number;
}

export const CURSOR_COLUMNS =
  'no, vendor, lane, next, acked, handed, pending, pending_bytes AS pendingBytes';

export interface Cursors {
  /** The cursor of a stream, to be changed in place: `flush` writes it. */
  readonly of: (stream: StreamId) => Cursor | undefined;
  /** The same, made when the stream has never been used. */
  readonly made: (stream: StreamId) => Cursor;
  readonly all: () => readonly Cursor[];
  /** Writes what changed, inside the running transaction. */
  readonly flush: () => void;
  /** After a rollback: the table is the truth again. */
  readonly forget: () => void;
}

const UNUSED = { next: 1, acked: 0, handed: 0, pending: 0, pendingBytes: 0 } as const;

const nameOf = ({ vendor, lane }: StreamId): string => `${lane} ${vendor}`;

const cursorOf = ({ vendor, lane, ...row }: CursorRow): Cursor => ({
  ...row,
  stream: { vendor, lane },
});

export function cursorsOf(db: Database): Cursors {
  const select = db.prepare<[], CursorRow>(`SELECT ${CURSOR_COLUMNS} FROM stream ORDER BY no`);
  const insert = db.prepare<[string, string]>(
    `INSERT INTO stream (vendor, lane, next, acked, handed, pending, pending_bytes)
     VALUES (?, ?, 1, 0, 0, 0, 0)`,
  );
  const update = db.prepare<[number, number, number, number, number, number]>(
    'UPDATE stream SET next = ?, acked = ?, handed = ?, pending = ?, pending_bytes = ? WHERE no = ?',
  );
  let known: Map<string, Cursor> | undefined;
  let written = new Map<number, Cursor>();

  const load = (): Map<string, Cursor> => {
    if (known !== undefined) return known;
    const cursors = select.all().map(cursorOf);
    known = new Map(cursors.map((cursor) => [nameOf(cursor.stream), cursor]));
    written = new Map(cursors.map((cursor) => [cursor.no, { ...cursor }]));
    return known;
  };
  const unchanged = (a: Cursor, b: Cursor | undefined): boolean =>
    a.next === b?.next && a.acked === b.acked && a.handed === b.handed && a.pending === b.pending;

  return {
    of: (stream) => load().get(nameOf(stream)),
    made: ({ vendor, lane }) => {
      const cursor = load().get(nameOf({ vendor, lane }));
      if (cursor !== undefined) return cursor;
      const no = Number(insert.run(vendor, lane).lastInsertRowid);
      const made = { no, stream: { vendor, lane }, ...UNUSED };
      load().set(nameOf(made.stream), made);
      return made;
    },
    all: () => [...load().values()],
    flush: () => {
      for (const cursor of load().values()) {
        if (unchanged(cursor, written.get(cursor.no))) continue;
        const { no, next, acked, handed, pending, pendingBytes } = cursor;
        update.run(next, acked, handed, pending, pendingBytes, no);
        written.set(no, { ...cursor });
      }
    },
    forget: () => {
      known = undefined;
    },
  };
}
