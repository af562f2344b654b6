import type { Compilable, Insertable } from 'kysely';
import type { Column, OnConflict } from '../sql/dialect.ts';
import type { Schema, TableName } from '../sql/schema.ts';
import type { SqliteDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';

/** Writes one row; tells whether a row was written (not so when its key was there and ignored). */
export type WriteRow<T extends TableName> = (row: Insertable<Schema[T]>) => boolean;

/** Compiles an insert once; running it costs no more than the statement itself. */
export function insertRow<T extends TableName>(
  { raw, db }: SqliteDatabase,
  table: T,
  columns: readonly (Column<T> & keyof Insertable<Schema[T]>)[],
  conflict?: OnConflict<T>,
): WriteRow<T> {
  const compiled = sqliteDialect.insertRow(table, columns, conflict).compile(db);
  const statement = raw.prepare<unknown[]>(compiled.sql);
  const values: unknown[] = new Array(columns.length);
  return (row) => {
    for (let i = 0; i < columns.length; i += 1) {
      const column = columns[i];
      values[i] = column === undefined ? null : row[column];
    }
    return statement.run(values).changes > 0;
  };
}

/** A query with its places in the order that its builder names them. */
export type Query<Row> = (...values: readonly unknown[]) => Row | undefined;

/** Compiles a `select` of one row once. */
export function selectOne<Row>({ raw }: SqliteDatabase, query: Compilable<Row>): Query<Row> {
  const statement = raw.prepare<unknown[], Row>(query.compile().sql);
  return (...values) => statement.get(...values);
}

/** Compiles an `update` or `delete` once; running it tells how many rows it changed. */
export function change(
  { raw }: SqliteDatabase,
  query: Compilable,
): (...values: readonly unknown[]) => number {
  const statement = raw.prepare<unknown[]>(query.compile().sql);
  return (...values) => statement.run(...values).changes;
}
