import type { SiteSession, StreamCursor } from '../../ports/store.ts';
import type { Origin } from '../sql/plan.ts';
import type { SqliteDatabase } from './database.ts';
import { insertRow, selectOne } from './statements.ts';

type Progress = Pick<StreamCursor, 'watermark' | 'parked' | 'gapCount'>;

export interface CursorTable {
  readonly session: (
    siteId: string,
    vendor: string,
  ) => Pick<SiteSession, 'epoch' | 'sessionNo'> | undefined;
  readonly read: (stream: Omit<Origin, 'receivedAtMs'>) => Progress;
  readonly save: (stream: Omit<Origin, 'receivedAtMs'>, progress: Progress) => void;
}

/** Sessions and watermarks, read and written inside the running transaction. */
export function cursorTable(database: SqliteDatabase): CursorTable {
  const { db } = database;
  const session = selectOne(
    database,
    db
      .selectFrom('site_session')
      .select(['epoch', 'session_no as sessionNo'])
      .where('site_id', '=', '')
      .where('vendor', '=', ''),
  );
  const cursor = selectOne(
    database,
    db
      .selectFrom('stream_cursor')
      .select(['watermark', 'parked', 'gap_count as gapCount'])
      .where('site_id', '=', '')
      .where('vendor', '=', '')
      .where('lane', '=', 'money')
      .where('epoch', '=', 0),
  );
  const save = insertRow(
    database,
    'stream_cursor',
    ['site_id', 'vendor', 'lane', 'epoch', 'watermark', 'parked', 'gap_count'],
    { do: 'update', keys: ['site_id', 'vendor', 'lane', 'epoch'] },
  );
  return {
    session: (siteId, vendor) => session(siteId, vendor),
    read: ({ siteId, vendor, lane, epoch }) =>
      cursor(siteId, vendor, lane, epoch) ?? { watermark: 0, parked: 0, gapCount: 0 },
    save: ({ siteId, vendor, lane, epoch }, progress) => {
      save({
        site_id: siteId,
        vendor,
        lane,
        epoch,
        watermark: progress.watermark,
        parked: progress.parked,
        gap_count: progress.gapCount,
      });
    },
  };
}
