import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import type { Store, StoredCommand } from '../../ports/store.ts';
import { commandOf } from '../sql/hub-reads.ts';
import type { CommitQueue } from './commit-queue.ts';
import type { SqliteDatabase } from './database.ts';
import { change, insertRow, selectOne } from './statements.ts';

type AnswerOutcome = 'answered' | 'known' | 'no-command';

/** Writes an edge's answer inside the running transaction: the first one stays ([SYNC-7]). */
export function answerWriter(
  database: SqliteDatabase,
): (siteId: string, answer: CommandAnswer) => AnswerOutcome {
  const { db } = database;
  const exists = selectOne(
    database,
    db.selectFrom('command').select('id').where('id', '=', '').where('site_id', '=', ''),
  );
  const update = change(
    database,
    db
      .updateTable('command')
      .set({ outcome: 'unknown', answer: '', presumed: 0 })
      .where('id', '=', '')
      .where('site_id', '=', '')
      .where((eb) => eb.or([eb('outcome', 'is', null), eb('presumed', '=', 1)])),
  );
  return (siteId, answer) => {
    const changed = update(answer.outcome, JSON.stringify(answer), 0, answer.id, siteId, 1);
    if (changed > 0) return 'answered';
    return exists(answer.id, siteId) === undefined ? 'no-command' : 'known';
  };
}

/** The command methods of the store that write. */
export function commandWrites(
  database: SqliteDatabase,
  queue: CommitQueue,
): Pick<Store, 'saveCommand' | 'answerCommand' | 'expireCommands'> {
  const { db } = database;
  const insert = insertRow(
    database,
    'command',
    ['id', 'site_id', 'sent_at_ms', 'deadline_ms', 'body', 'outcome', 'answer', 'presumed'],
    { do: 'ignore' },
  );
  const answer = answerWriter(database);
  const presume = change(
    database,
    db
      .updateTable('command')
      .set({ outcome: 'unknown', answer: '', presumed: 1 })
      .where('id', '=', '')
      .where('outcome', 'is', null),
  );
  return {
    saveCommand: (stored) =>
      queue.write(() =>
        insert({
          id: stored.command.id,
          site_id: stored.siteId,
          sent_at_ms: stored.sentAtMs,
          deadline_ms: stored.command.deadlineMs,
          body: JSON.stringify(stored.command),
          outcome: stored.answer?.outcome ?? null,
          answer: stored.answer === null ? null : JSON.stringify(stored.answer),
          presumed: stored.presumed ? 1 : 0,
        }),
      ),
    answerCommand: (siteId, given) => queue.write(() => answer(siteId, given)),
    expireCommands: async (nowMs, limit) => {
      const late = await db
        .selectFrom('command')
        .selectAll()
        .where('outcome', 'is', null)
        .where('deadline_ms', '<', nowMs)
        .limit(limit)
        .execute();
      if (late.length === 0) return [];
      return queue.write(() =>
        late.map(commandOf).flatMap((stored): StoredCommand[] => {
          const presumed: CommandAnswer = {
            id: stored.command.id,
            outcome: 'unknown',
            reason: 'no-answer',
            atMs: nowMs,
          };
          const changed = presume('unknown', JSON.stringify(presumed), 1, presumed.id);
          return changed > 0 ? [{ ...stored, answer: presumed, presumed: true }] : [];
        }),
      );
    },
  };
}
