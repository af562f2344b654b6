import { FaultError } from '@holdfast/shared/errors/fault';
import type { Kysely } from 'kysely';
import { type MigrationProvider, Migrator, NO_MIGRATIONS } from 'kysely/migration';
import type { SqlDialect } from '../adapters/sql/dialect.ts';
import { spine } from './0001-spine.ts';

/** Every migration, in the order of its number. New ones are added, none is ever edited. */
const numbered = (dialect: SqlDialect): MigrationProvider => ({
  getMigrations: async () => ({ '0001-spine': spine(dialect) }),
});

/**
 * Brings the database to the newest schema, or to a named one (`'none'`: no table left).
 * Rejects with `ledger-failed`, and the step that failed is rolled back.
 */
export async function migrate<S>(
  db: Kysely<S>,
  dialect: SqlDialect,
  to?: string,
): Promise<readonly string[]> {
  const migrator = new Migrator({ db, provider: numbered(dialect) });
  const { error, results } =
    to === undefined
      ? await migrator.migrateToLatest()
      : await migrator.migrateTo(to === 'none' ? NO_MIGRATIONS : to);
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    throw new FaultError('ledger-failed', `migration ${failed ?? ''} failed`, error);
  }
  return (results ?? []).map((result) => result.migrationName);
}
