import { type Expression, type RawBuilder, sql } from 'kysely';
import type { Schema, TableName } from './schema.ts';

/** What to do with a row whose key is already there. */
export type OnConflict<T extends TableName> =
  | { readonly do: 'ignore' }
  | {
      readonly do: 'update';
      readonly keys: readonly Column<T>[];
      /** Take the new row only if this column of it is greater than the stored one. */
      readonly newerBy?: Column<T>;
    };
export type Column<T extends TableName> = keyof Schema[T] & string;

/**
 * The few places where SQLite and MySQL part ways; everything else is one text for both. A MySQL
 * adapter brings the second value of this type: `insert ignore`, `on duplicate key update` with
 * `if(values(n) > n, …)`, `mediumtext`, `bigint auto_increment`, and no table ending.
 */
export interface SqlDialect {
  /** Type of a JSON text: MySQL's `text` ends at 64 KB. */
  readonly bodyType: Expression<unknown>;
  /** Type of a number made by the database, growing with each row. */
  readonly serialType: Expression<unknown>;
  /** Keeps a table in the order of its key, as InnoDB does by itself. */
  readonly clustered: Expression<unknown>;
  /** `insert` of one row, a placeholder a column, in the order of `columns`. */
  readonly insertRow: <T extends TableName>(
    table: T,
    columns: readonly Column<T>[],
    conflict?: OnConflict<T>,
  ) => RawBuilder<unknown>;
}

/** `insert into t (a, b) values (?, ?)`: the part that both share. */
export function plainInsert<T extends TableName>(
  table: T,
  columns: readonly Column<T>[],
): RawBuilder<unknown> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const places = sql.join(columns.map(() => sql.val(null)));
  return sql`insert into ${sql.table(table)} (${names}) values (${places})`;
}
