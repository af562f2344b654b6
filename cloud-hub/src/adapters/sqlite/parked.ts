import type { WireEvent } from '@holdfast/shared/sync/messages';
import type { Store } from '../../ports/store.ts';
import { type Origin, planOf, type TextEvent } from '../sql/plan.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { SqliteDatabase } from './database.ts';
import { isOwnFault } from './faults.ts';
import { change, insertRow, selectOne, type WriteRow } from './statements.ts';
import { planWriter } from './writes.ts';

/** Keeps an event that cannot be applied. */
export const parkedInsert = (database: SqliteDatabase): WriteRow<'parked'> =>
  insertRow(database, 'parked', [
    'site_id',
    'vendor',
    'lane',
    'epoch',
    'seq',
    'kind',
    'kind_version',
    'event_key',
    'event_at_ms',
    'body',
    'cause',
    'at_ms',
    'replayed_at_ms',
  ]);

type Replayed = 'applied' | 'still-parked' | 'unknown';

/** Tries a parked event again, with its body repaired if one is given ([SYNC-13]). */
export function parkedReplay(
  database: SqliteDatabase,
  queue: CommitQueue,
  nowMs: () => number,
): Store['replayParked'] {
  const { db, raw } = database;
  const writePlan = planWriter(database);
  const stored = selectOne(
    database,
    db.selectFrom('parked').selectAll().where('id', '=', 0).where('replayed_at_ms', 'is', null),
  );
  const done = change(
    database,
    db.updateTable('parked').set({ replayed_at_ms: 0 }).where('id', '=', 0),
  );
  const stays = change(database, db.updateTable('parked').set({ cause: '' }).where('id', '=', 0));

  /** All of it or nothing: inside a transaction this is a savepoint. */
  const write = raw.transaction((origin: Origin, event: TextEvent): string | undefined => {
    const [fault] = writePlan(origin, planOf(origin, [event]));
    return fault?.cause;
  });
  const attempt = (origin: Origin, event: TextEvent): string | undefined => {
    try {
      return write(origin, event);
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      return String(error);
    }
  };
  const replay = (id: number, repaired: string | undefined): Replayed => {
    const row = stored(id);
    if (row === undefined) return 'unknown';
    const body = repaired ?? row.body;
    const origin: Origin = {
      siteId: row.site_id,
      vendor: row.vendor,
      lane: row.lane,
      epoch: row.epoch,
      receivedAtMs: nowMs(),
    };
    const wire: WireEvent = [
      row.seq,
      row.event_at_ms,
      row.kind,
      row.kind_version,
      row.event_key,
      parsed(body),
    ];
    const cause = attempt(origin, { wire, body });
    if (cause === undefined) done(origin.receivedAtMs, id);
    else stays(cause, id);
    return cause === undefined ? 'applied' : 'still-parked';
  };
  return (id, body) => queue.write(() => replay(id, body));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
