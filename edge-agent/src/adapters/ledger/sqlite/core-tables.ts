import type { Database, Statement } from 'better-sqlite3';
import type { Write } from '../core-commit.ts';

/** Newest event of an order: kept where a save brings none. */
const SAVE: Readonly<Record<Write[0], string>> = {
  orders: `INSERT INTO orders
      (order_no, state, pile_no, opened_at_ms, flagged, body, event_kind, event_at_ms,
       charge_key, charge_no)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (order_no) DO UPDATE SET state = excluded.state, pile_no = excluded.pile_no,
      opened_at_ms = excluded.opened_at_ms, flagged = excluded.flagged, body = excluded.body,
      event_kind = coalesce(excluded.event_kind, event_kind),
      event_at_ms = coalesce(excluded.event_at_ms, event_at_ms),
      charge_key = excluded.charge_key, charge_no = excluded.charge_no`,
  record: `INSERT INTO record (trade_no, pile_no, frame_type, raw_hex, received_at_ms)
    VALUES (?, ?, ?, ?, ?)`,
  command: `INSERT INTO command (id, state, deadline_ms, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, deadline_ms = excluded.deadline_ms,
      body = excluded.body`,
  pile: `INSERT INTO pile (pile_no, body) VALUES (?, ?)
    ON CONFLICT (pile_no) DO UPDATE SET body = excluded.body`,
  counter: `INSERT INTO counter (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  credential: `INSERT INTO credential (pile_no, body) VALUES (?, ?)
    ON CONFLICT (pile_no) DO UPDATE SET body = excluded.body`,
  certificate: `INSERT INTO certificate (serial_no, body) VALUES (?, ?)
    ON CONFLICT (serial_no) DO UPDATE SET body = excluded.body`,
  pile_note: `INSERT INTO pile_note (pile_no, key, value) VALUES (?, ?, ?)
    ON CONFLICT (pile_no, key) DO UPDATE SET value = excluded.value`,
  pile_note_gone: 'DELETE FROM pile_note WHERE pile_no = ? AND key = ?',
  card: `INSERT INTO card (token, body) VALUES (?, ?)
    ON CONFLICT (token) DO UPDATE SET body = excluded.body`,
  card_gone: 'DELETE FROM card WHERE token = ?',
  card_group: `INSERT INTO card_group (name, body) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET body = excluded.body`,
  card_group_gone: 'DELETE FROM card_group WHERE name = ?',
  reservation: `INSERT INTO reservation (id, body) VALUES (?, ?)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
  reservation_gone: 'DELETE FROM reservation WHERE id = ?',
  security_event: 'INSERT INTO security_event (pile_no, body) VALUES (?, ?)',
};

/** Writes one change of a commit to its table. */
export function coreWriter(db: Database): (write: Write) => void {
  const statements: Readonly<Record<Write[0], Statement>> = {
    orders: db.prepare(SAVE.orders),
    record: db.prepare(SAVE.record),
    command: db.prepare(SAVE.command),
    pile: db.prepare(SAVE.pile),
    counter: db.prepare(SAVE.counter),
    credential: db.prepare(SAVE.credential),
    certificate: db.prepare(SAVE.certificate),
    pile_note: db.prepare(SAVE.pile_note),
    pile_note_gone: db.prepare(SAVE.pile_note_gone),
    card: db.prepare(SAVE.card),
    card_gone: db.prepare(SAVE.card_gone),
    card_group: db.prepare(SAVE.card_group),
    card_group_gone: db.prepare(SAVE.card_group_gone),
    reservation: db.prepare(SAVE.reservation),
    reservation_gone: db.prepare(SAVE.reservation_gone),
    security_event: db.prepare(SAVE.security_event),
  };
  return ([table, columns]) => {
    statements[table].run(...columns);
  };
}
