import type { CreateTableBuilder, Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { SqlDialect } from '../adapters/sql/dialect.ts';
import type { TableName } from '../adapters/sql/schema.ts';

type Db = Kysely<unknown>;
type Table = CreateTableBuilder<TableName, never>;

/** Longest texts that are part of a key; ids are checked before they come here. */
const ID = 'varchar(64)';
const WORD = 'varchar(32)';

const SITE_TABLES = ['site', 'site_session', 'stream_cursor', 'gap', 'day_check'] as const;
const MONEY_TABLES = ['charge_order', 'order_event', 'order_row'] as const;
const STATE_TABLES = ['pile', 'connector', 'measurement', 'site_log', 'capture'] as const;
const HUB_TABLES = ['parked', 'command', 'hub_user'] as const;

const streamKey = (table: Table) =>
  table
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('lane', WORD, (c) => c.notNull())
    .addColumn('epoch', 'bigint', (c) => c.notNull());

async function siteTables(db: Db, { clustered, bodyType }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('site')
    .addColumn('site_id', ID, (c) => c.notNull().primaryKey())
    .addColumn('name', 'varchar(200)', (c) => c.notNull())
    .addColumn('vendors', bodyType, (c) => c.notNull())
    .addColumn('secret_hash', 'varchar(255)', (c) => c.notNull())
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable('site_session')
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('store_id', ID, (c) => c.notNull())
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('session_no', 'bigint', (c) => c.notNull())
    .addColumn('conflict', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('site_session_pk', ['site_id', 'vendor'])
    .modifyEnd(clustered)
    .execute();
  await streamKey(db.schema.createTable('stream_cursor'))
    .addColumn('watermark', 'bigint', (c) => c.notNull())
    .addColumn('parked', 'bigint', (c) => c.notNull())
    .addColumn('gap_count', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('stream_cursor_pk', ['site_id', 'vendor', 'lane', 'epoch'])
    .modifyEnd(clustered)
    .execute();
  await streamKey(db.schema.createTable('gap'))
    .addColumn('from_seq', 'bigint', (c) => c.notNull())
    .addColumn('to_seq', 'bigint', (c) => c.notNull())
    .addColumn('reason', WORD, (c) => c.notNull())
    .addColumn('event_count', 'bigint', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('gap_pk', ['site_id', 'vendor', 'lane', 'epoch', 'from_seq'])
    .modifyEnd(clustered)
    .execute();
  await streamKey(db.schema.createTable('day_check'))
    .addColumn('day', 'char(10)', (c) => c.notNull())
    .addColumn('hub_count', 'bigint', (c) => c.notNull())
    .addColumn('hub_hash', 'char(64)', (c) => c.notNull())
    .addColumn('edge_count', 'bigint')
    .addColumn('edge_hash', 'char(64)')
    .addColumn('equal', 'integer')
    .addPrimaryKeyConstraint('day_check_pk', ['site_id', 'vendor', 'lane', 'epoch', 'day'])
    .modifyEnd(clustered)
    .execute();
}

async function moneyTables(db: Db, { clustered, bodyType }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('charge_order')
    .addColumn('order_no', ID, (c) => c.notNull().primaryKey())
    .addColumn('event_no', 'bigint', (c) => c.notNull())
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('pile_no', ID, (c) => c.notNull())
    .addColumn('connector_no', 'integer', (c) => c.notNull())
    .addColumn('state', WORD, (c) => c.notNull())
    .addColumn('start_method', WORD, (c) => c.notNull())
    .addColumn('account', 'varchar(128)')
    .addColumn('card_no', 'varchar(128)')
    .addColumn('vin', 'varchar(128)')
    .addColumn('opened_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('charging_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('settled_at_ms', 'bigint')
    .addColumn('energy', 'bigint')
    .addColumn('electricity_fen', 'bigint')
    .addColumn('service_fen', 'bigint')
    .addColumn('total_fen', 'bigint')
    .addColumn('pile_total_fen', 'bigint')
    .addColumn('difference_fen', 'bigint')
    .addColumn('exception_count', 'integer', (c) => c.notNull())
    .addColumn('settled_fen', 'bigint')
    .addColumn('received_at_ms', 'bigint', (c) => c.notNull())
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable('order_event')
    .addColumn('order_no', ID, (c) => c.notNull())
    .addColumn('event_no', 'bigint', (c) => c.notNull())
    .addColumn('kind', WORD, (c) => c.notNull())
    .addColumn('kind_version', 'integer', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('received_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('body', bodyType, (c) => c.notNull())
    .addPrimaryKeyConstraint('order_event_pk', ['order_no', 'event_no'])
    .execute();
  await db.schema
    .createTable('order_row')
    .addColumn('order_no', ID, (c) => c.notNull())
    .addColumn('event_no', 'bigint', (c) => c.notNull())
    .addColumn('row_no', 'integer', (c) => c.notNull())
    .addColumn('kind', 'integer', (c) => c.notNull())
    .addColumn('from_ms', 'bigint')
    .addColumn('to_ms', 'bigint')
    .addColumn('energy', 'bigint', (c) => c.notNull())
    .addColumn('electricity_price', 'bigint', (c) => c.notNull())
    .addColumn('service_price', 'bigint', (c) => c.notNull())
    .addColumn('electricity_fen', 'bigint', (c) => c.notNull())
    .addColumn('service_fen', 'bigint', (c) => c.notNull())
    .addColumn('interpolated', 'integer', (c) => c.notNull())
    .addColumn('adjustment', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('order_row_pk', ['order_no', 'event_no', 'row_no'])
    .modifyEnd(clustered)
    .execute();
}

async function stateTables(db: Db, { clustered, bodyType }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('pile')
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('pile_no', ID, (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('online', 'integer', (c) => c.notNull())
    .addColumn('adopted', 'integer', (c) => c.notNull())
    .addColumn('connector_count', 'integer', (c) => c.notNull())
    .addColumn('dc', 'integer', (c) => c.notNull())
    .addColumn('firmware', 'varchar(128)', (c) => c.notNull())
    .addColumn('protocol_version', 'varchar(128)', (c) => c.notNull())
    .addColumn('seen_at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('pile_pk', ['site_id', 'pile_no'])
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable('connector')
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('pile_no', ID, (c) => c.notNull())
    .addColumn('connector_no', 'integer', (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('state', WORD, (c) => c.notNull())
    .addColumn('plugged', 'integer')
    .addColumn('order_no', ID)
    .addColumn('faults', bodyType, (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('connector_pk', ['site_id', 'pile_no', 'connector_no'])
    .modifyEnd(clustered)
    .execute();
}

async function measurementTable(db: Db, { bodyType, serialType }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('measurement')
    .addColumn('id', serialType, (c) => c.notNull().primaryKey().autoIncrement())
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('pile_no', ID, (c) => c.notNull())
    .addColumn('connector_no', 'integer', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('received_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('trade_no', ID)
    .addColumn('status', WORD, (c) => c.notNull())
    .addColumn('plugged', 'integer')
    .addColumn('homed', 'integer')
    .addColumn('voltage_mv', 'double precision', (c) => c.notNull())
    .addColumn('current_ma', 'double precision', (c) => c.notNull())
    .addColumn('soc', 'double precision')
    .addColumn('energy', 'bigint', (c) => c.notNull())
    .addColumn('loss_energy', 'bigint', (c) => c.notNull())
    .addColumn('amount', 'bigint', (c) => c.notNull())
    .addColumn('charged_minutes', 'double precision', (c) => c.notNull())
    .addColumn('remain_minutes', 'double precision', (c) => c.notNull())
    .addColumn('cable_temp_c', 'double precision')
    .addColumn('battery_temp_c', 'double precision')
    .addColumn('faults', bodyType, (c) => c.notNull())
    .execute();
}

async function logTables(db: Db, { bodyType, serialType }: SqlDialect): Promise<void> {
  for (const table of ['site_log', 'capture'] as const) {
    const base = db.schema
      .createTable(table)
      .addColumn('id', serialType, (c) => c.notNull().primaryKey().autoIncrement())
      .addColumn('site_id', ID, (c) => c.notNull())
      .addColumn('vendor', WORD, (c) => c.notNull())
      .addColumn('pile_no', ID)
      .addColumn('body', bodyType, (c) => c.notNull())
      .addColumn('at_ms', 'bigint', (c) => c.notNull())
      .addColumn('received_at_ms', 'bigint', (c) => c.notNull());
    await (table === 'site_log'
      ? base.addColumn('kind', WORD, (c) => c.notNull())
      : base
    ).execute();
  }
}

async function hubTables(db: Db, { clustered, bodyType, serialType }: SqlDialect): Promise<void> {
  await db.schema
    .createTable('parked')
    .addColumn('id', serialType, (c) => c.notNull().primaryKey().autoIncrement())
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('vendor', WORD, (c) => c.notNull())
    .addColumn('lane', WORD, (c) => c.notNull())
    .addColumn('epoch', 'bigint', (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addColumn('kind', 'varchar(200)', (c) => c.notNull())
    .addColumn('kind_version', 'integer', (c) => c.notNull())
    .addColumn('event_key', 'varchar(255)', (c) => c.notNull())
    .addColumn('event_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('body', bodyType, (c) => c.notNull())
    .addColumn('cause', bodyType, (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('replayed_at_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('command')
    .addColumn('id', 'char(26)', (c) => c.notNull().primaryKey())
    .addColumn('site_id', ID, (c) => c.notNull())
    .addColumn('sent_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('deadline_ms', 'bigint', (c) => c.notNull())
    .addColumn('body', bodyType, (c) => c.notNull())
    .addColumn('outcome', WORD)
    .addColumn('answer', bodyType)
    .addColumn('presumed', 'integer', (c) => c.notNull())
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable('hub_user')
    .addColumn('user_name', ID, (c) => c.notNull().primaryKey())
    .addColumn('password_hash', 'varchar(255)', (c) => c.notNull())
    .addColumn('role', WORD, (c) => c.notNull())
    .modifyEnd(clustered)
    .execute();
}

/** Each index serves one question, named after it. */
async function indexes(db: Db): Promise<void> {
  const index = (name: string, table: TableName, columns: string[]) =>
    db.schema.createIndex(name).on(table).columns(columns).execute();
  await index('orders_newest', 'charge_order', ['opened_at_ms', 'order_no']);
  await index('orders_of_site_newest', 'charge_order', ['site_id', 'opened_at_ms', 'order_no']);
  await index('orders_settled_sum', 'charge_order', ['site_id', 'settled_fen']);
  await index('measured_at', 'measurement', ['site_id', 'pile_no', 'connector_no', 'at_ms']);
  await index('parked_open', 'parked', ['replayed_at_ms', 'id']);
  await index('commands_unanswered', 'command', ['outcome', 'deadline_ms']);
  await index('log_of_site', 'site_log', ['site_id', 'id']);
}

/** The tables of the spine: sites, streams, orders, live state, commands, users. */
export const spine = (dialect: SqlDialect): Migration => ({
  up: async (db: Db) => {
    await siteTables(db, dialect);
    await moneyTables(db, dialect);
    await stateTables(db, dialect);
    await measurementTable(db, dialect);
    await logTables(db, dialect);
    await hubTables(db, dialect);
    await indexes(db);
  },
  down: async (db: Db) => {
    for (const table of [...SITE_TABLES, ...MONEY_TABLES, ...STATE_TABLES, ...HUB_TABLES]) {
      await db.schema.dropTable(table).execute();
    }
  },
});
