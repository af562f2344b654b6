import { join } from 'node:path';
import { openLedger } from '../open.ts';
import { BULK_PROFILE, CORE_PROFILE, openFile } from '../sqlite/file.ts';
import { NOON_MS } from './fixtures.ts';

/** Puts `events` waiting events into both files of a ledger, past the ledger: it would take minutes. */
export async function buildBacklog(folder: string, events: number): Promise<void> {
  await (await openLedger({ folder, siteId: 'S1', tendEveryMs: 0 })).close();
  const files = [
    ['core', CORE_PROFILE, 'money'],
    ['bulk', BULK_PROFILE, 'backlog'],
  ] as const;
  for (const [file, profile, lane] of files) {
    const db = openFile(join(folder, `${file}.db`), profile);
    const body = JSON.stringify({ order: 'x'.repeat(120) });
    db.pragma('synchronous = OFF');
    db.prepare('INSERT INTO stream VALUES (1, ?, ?, ?, 0, 0, ?, ?)').run(
      'ykc',
      lane,
      events + 1,
      events,
      events * body.length,
    );
    db.prepare(
      `INSERT INTO outbox
         (stream, seq, at_ms, kind, kind_version, key, body, coalesces, day_count, hash)
       WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       SELECT 1, i, ? + i, 'OrderSettled', 1, 'k' || (i % 1000), ?, 0, i, ? FROM n`,
    ).run(events, NOON_MS, body, '0'.repeat(64));
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
  }
}
