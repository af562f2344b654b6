import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { Database } from 'better-sqlite3';
import { assertWatermark } from '../call-checks.ts';
import { LOSSLESS_LANES } from '../lane-rules.ts';
import type { StreamTables } from './stream-tables.ts';

/** Deletes what the hub has committed, up to and with its watermark ([SYNC-2]). */
export function acknowledger(
  db: Database,
  tables: StreamTables,
): (stream: StreamId, watermark: number) => void {
  const covered = db.prepare<[number, number], { readonly rows: number; readonly bytes: number }>(
    `SELECT count(*) AS rows, coalesce(sum(octet_length(body)), 0) AS bytes FROM outbox
     WHERE stream = ? AND seq <= ?`,
  );
  const remove = db.prepare<[number, number]>('DELETE FROM outbox WHERE stream = ? AND seq <= ?');
  return (stream, watermark) => {
    const cursor = tables.cursors.of(stream);
    assertWatermark(watermark, cursor?.next ?? 1);
    if (cursor === undefined || watermark <= cursor.acked) return;
    if (!LOSSLESS_LANES.includes(stream.lane)) tables.lossy.settle(cursor, watermark);
    const gone = covered.get(cursor.no, watermark);
    remove.run(cursor.no, watermark);
    tables.gaps.trim(cursor.no, watermark);
    cursor.acked = watermark;
    cursor.handed = Math.max(cursor.handed, watermark);
    cursor.pending -= gone?.rows ?? 0;
    cursor.pendingBytes -= gone?.bytes ?? 0;
  };
}
