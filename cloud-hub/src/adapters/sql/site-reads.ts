import type { Kysely, Selectable } from 'kysely';
import type {
  DayCount,
  ParkedEvent,
  SiteAccount,
  SiteSession,
  Store,
  StreamCursor,
} from '../../ports/store.ts';
import type { DayCheckTable, ParkedTable, Schema, SiteTable, StreamCursorTable } from './schema.ts';

type SiteReads = Pick<
  Store,
  'sites' | 'site' | 'session' | 'cursors' | 'allCursors' | 'dayCounts' | 'gaps' | 'parked'
>;

const accountOf = (row: Selectable<SiteTable>): SiteAccount => ({
  siteId: row.site_id,
  name: row.name,
  vendors: JSON.parse(row.vendors) as string[],
  secretHash: row.secret_hash,
});

const cursorOf = (row: Selectable<StreamCursorTable>): StreamCursor => ({
  siteId: row.site_id,
  vendor: row.vendor,
  lane: row.lane,
  epoch: row.epoch,
  watermark: row.watermark,
  parked: row.parked,
  gapCount: row.gap_count,
});

const dayCountOf = (row: Selectable<DayCheckTable>): DayCount => ({
  siteId: row.site_id,
  vendor: row.vendor,
  lane: row.lane,
  epoch: row.epoch,
  day: row.day,
  count: row.hub_count,
  hash: row.hub_hash,
  edgeCount: row.edge_count,
  edgeHash: row.edge_hash,
  equal: row.equal === null ? null : row.equal === 1,
});

const parkedOf = (row: Selectable<ParkedTable>): ParkedEvent => ({
  id: row.id,
  siteId: row.site_id,
  vendor: row.vendor,
  lane: row.lane,
  epoch: row.epoch,
  seq: row.seq,
  kind: row.kind,
  body: row.body,
  cause: row.cause,
  atMs: row.at_ms,
});

/** Cursors of the epoch in force; older epochs are history. */
const currentCursors = (db: Kysely<Schema>) =>
  db
    .selectFrom('stream_cursor as c')
    .innerJoin('site_session as s', (join) =>
      join
        .onRef('s.site_id', '=', 'c.site_id')
        .onRef('s.vendor', '=', 'c.vendor')
        .onRef('s.epoch', '=', 'c.epoch'),
    )
    .selectAll('c');

/** What the hub knows of sites and their streams. */
export function siteReads(db: Kysely<Schema>): SiteReads {
  return {
    sites: async () => {
      const rows = await db.selectFrom('site').selectAll().orderBy('site_id').execute();
      return rows.map(accountOf);
    },
    site: async (siteId) => {
      const row = await db
        .selectFrom('site')
        .selectAll()
        .where('site_id', '=', siteId)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    session: (siteId, vendor) => currentSession(db, siteId, vendor),
    cursors: async (siteId, vendor) => {
      const rows = await currentCursors(db)
        .where('c.site_id', '=', siteId)
        .where('c.vendor', '=', vendor)
        .execute();
      return rows.map(cursorOf);
    },
    allCursors: async () => (await currentCursors(db).execute()).map(cursorOf),
    dayCounts: async (siteId) => {
      const rows = await db
        .selectFrom('day_check')
        .selectAll()
        .where('site_id', '=', siteId)
        .execute();
      return rows.map(dayCountOf);
    },
    gaps: async (siteId) => {
      const rows = await db.selectFrom('gap').selectAll().where('site_id', '=', siteId).execute();
      return rows.map((row) => ({
        vendor: row.vendor,
        lane: row.lane,
        epoch: row.epoch,
        from: row.from_seq,
        to: row.to_seq,
        reason: row.reason,
        count: row.event_count,
      }));
    },
    parked: async (limit) => {
      const rows = await db
        .selectFrom('parked')
        .selectAll()
        .where('replayed_at_ms', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(parkedOf);
    },
  };
}

async function currentSession(
  db: Kysely<Schema>,
  siteId: string,
  vendor: string,
): Promise<SiteSession | undefined> {
  const row = await db
    .selectFrom('site_session')
    .selectAll()
    .where('site_id', '=', siteId)
    .where('vendor', '=', vendor)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    siteId: row.site_id,
    vendor: row.vendor,
    storeId: row.store_id,
    epoch: row.epoch,
    sessionNo: row.session_no,
    conflict: row.conflict === 1,
  };
}
