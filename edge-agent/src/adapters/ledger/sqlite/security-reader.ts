import type { Database } from 'better-sqlite3';
import type { SecurityEventQuery } from '../../../ports/credentials.ts';

/** An event as it is stored: its body is JSON. */
export interface SecurityEventRow {
  readonly id: number;
  readonly body: string;
}

interface Text {
  readonly body: string;
}

/** Reads of what the doors keep. */
export function securityReader(db: Database) {
  const credentials = db.prepare<[], Text>('SELECT body FROM credential ORDER BY pile_no');
  const certificates = db.prepare<[], Text>('SELECT body FROM certificate ORDER BY serial_no');
  const events = db.prepare<[number, number], SecurityEventRow>(
    'SELECT id, body FROM security_event WHERE id < ? ORDER BY id DESC LIMIT ?',
  );
  const ofPile = db.prepare<[string, number, number], SecurityEventRow>(
    'SELECT id, body FROM security_event WHERE pile_no = ? AND id < ? ORDER BY id DESC LIMIT ?',
  );
  const bodies = (rows: readonly Text[]): readonly string[] => rows.map(({ body }) => body);
  return {
    credentials: () => bodies(credentials.all()),
    certificates: () => bodies(certificates.all()),
    securityEvents: ({ pileNo, before = Number.MAX_SAFE_INTEGER, limit }: SecurityEventQuery) =>
      pileNo === undefined ? events.all(before, limit) : ofPile.all(pileNo, before, limit),
  };
}
