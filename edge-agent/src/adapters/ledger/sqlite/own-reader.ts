import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { Database } from 'better-sqlite3';

/** A note as it is stored: its value is JSON. */
export interface NoteRow {
  readonly pileNo: string;
  readonly key: string;
  readonly value: string;
}

interface Text {
  readonly body: string;
}

/** Reads by what piles say themselves, their charges and notes; and what people entered at the site. */
export function ownReader(db: Database) {
  // A number is given once at a site; the pile is asked besides, for a pile may say any number.
  const byNo = db.prepare<[number, string], Text>(
    'SELECT body FROM orders WHERE charge_no = ? AND pile_no = ?',
  );
  const byKey = db.prepare<[string, string], Text>(
    'SELECT body FROM orders WHERE pile_no = ? AND charge_key = ? ORDER BY opened_at_ms DESC LIMIT 1',
  );
  const notes = db.prepare<[], NoteRow>(
    'SELECT pile_no AS pileNo, key, value FROM pile_note ORDER BY pile_no, key',
  );
  const cards = db.prepare<[], Text>('SELECT body FROM card ORDER BY token');
  const cardGroups = db.prepare<[], Text>('SELECT body FROM card_group ORDER BY name');
  const reservations = db.prepare<[], Text>('SELECT body FROM reservation ORDER BY id');
  const bodies = (rows: readonly Text[]): readonly string[] => rows.map(({ body }) => body);
  return {
    orderOfCharge: ({ pileNo, ref }: { readonly pileNo: string; readonly ref: ChargeRef }) =>
      (ref.by === 'no' ? byNo.get(ref.no, pileNo) : byKey.get(pileNo, ref.key))?.body,
    notes: (): readonly NoteRow[] => notes.all(),
    cards: () => bodies(cards.all()),
    cardGroups: () => bodies(cardGroups.all()),
    reservations: () => bodies(reservations.all()),
  };
}
