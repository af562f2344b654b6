import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { Kysely, Selectable } from 'kysely';
import type { Store, StoredCommand, User } from '../../ports/store.ts';
import type { CommandTable, Schema } from './schema.ts';

type HubReads = Pick<Store, 'command' | 'commands' | 'user' | 'userCount'>;

export const commandOf = (row: Selectable<CommandTable>): StoredCommand => ({
  command: JSON.parse(row.body) as Command,
  siteId: row.site_id,
  sentAtMs: row.sent_at_ms,
  answer: row.answer === null ? null : (JSON.parse(row.answer) as CommandAnswer),
  presumed: row.presumed === 1,
});

/** Commands and users: what the hub itself has written. */
export function hubReads(db: Kysely<Schema>): HubReads {
  return {
    command: async (id) => {
      const row = await db
        .selectFrom('command')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : commandOf(row);
    },
    commands: async (siteId, limit) => {
      const all = db.selectFrom('command').selectAll().orderBy('id', 'desc').limit(limit);
      const some = siteId === undefined ? all : all.where('site_id', '=', siteId);
      return (await some.execute()).map(commandOf);
    },
    user: async (name) => {
      const row = await db
        .selectFrom('hub_user')
        .selectAll()
        .where('user_name', '=', name)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const user: User = { user: row.user_name, passwordHash: row.password_hash, role: row.role };
      return user;
    },
    userCount: async () => {
      const { count } = await db
        .selectFrom('hub_user')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      return count;
    },
  };
}
