import { type RawBuilder, sql } from 'kysely';
import { type Column, type OnConflict, plainInsert, type SqlDialect } from '../sql/dialect.ts';
import type { TableName } from '../sql/schema.ts';

function upsertTail<T extends TableName>(
  table: T,
  columns: readonly Column<T>[],
  conflict: OnConflict<T> & { do: 'update' },
): RawBuilder<unknown> {
  const keys = sql.join(conflict.keys.map((key) => sql.ref(key)));
  const sets = columns
    .filter((column) => !conflict.keys.includes(column))
    .map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`);
  const update = sql`on conflict (${keys}) do update set ${sql.join(sets)}`;
  if (conflict.newerBy === undefined) return update;
  const newer = sql.ref(`excluded.${conflict.newerBy}`);
  return sql`${update} where ${newer} > ${sql.ref(`${table}.${conflict.newerBy}`)}`;
}

export const sqliteDialect: SqlDialect = {
  bodyType: sql`text`,
  serialType: sql`integer`,
  clustered: sql`without rowid`,
  insertRow: (table, columns, conflict) => {
    const insert = plainInsert(table, columns);
    if (conflict === undefined) return insert;
    if (conflict.do === 'ignore') return sql`${insert} on conflict do nothing`;
    return sql`${insert} ${upsertTail(table, columns, conflict)}`;
  },
};
