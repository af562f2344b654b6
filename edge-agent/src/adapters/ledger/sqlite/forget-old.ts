import type { Database } from 'better-sqlite3';
import type { Thresholds } from '../budget.ts';

const DAY_MS = 86_400_000;
/** Orders and raw records that the hub has are kept for the local pages and for a new store (sync.md §2). */
const KEEP_DAYS = 90;
/** When space runs out, history that the hub has goes before new charges are refused. */
const KEEP_DAYS_SHORT = 7;
/** Answers to commands: a command is never asked again after so long (sync.md §1). */
const KEEP_COMMAND_DAYS = 30;
/** From the opening of an order to any of its events. */
const LONGEST_CHARGE_MS = 3 * DAY_MS;
/** What happened at the doors: the newest so many. */
const KEEP_SECURITY_EVENTS = 20_000;
/** Rows of each table that one call deletes: a bounded transaction. */
const STEP_ROWS = 200;

/** Deletes, a step at a time, what has been over for long and what the hub has. */
export function forgetter(
  db: Database,
  { thinMore }: Thresholds,
): (nowMs: number, used: number) => void {
  const oldestMoney = db.prepare<[], { readonly atMs: number | null }>(
    `SELECT min(at_ms) AS atMs FROM stream JOIN outbox ON outbox.stream = stream.no
       AND outbox.seq = (SELECT min(seq) FROM outbox WHERE stream = stream.no)
     WHERE stream.lane = 'money'`,
  );
  const orders = db.prepare<[number, number]>(
    `DELETE FROM orders WHERE order_no IN (
       SELECT order_no FROM orders WHERE opened_at_ms < ?
         AND state IN ('settled', 'failed', 'orphan') ORDER BY opened_at_ms LIMIT ?)`,
  );
  const records = db.prepare<[number, number]>(
    `DELETE FROM record WHERE received_at_ms < ? AND id IN
       (SELECT id FROM record ORDER BY id LIMIT ?)`,
  );
  const commands = db.prepare<[number, number]>(
    `DELETE FROM command WHERE id IN (
       SELECT id FROM command WHERE state = 'answered' AND deadline_ms < ? LIMIT ?)`,
  );
  const securityEvents = db.prepare<[number, number]>(
    `DELETE FROM security_event WHERE id IN (
       SELECT id FROM security_event WHERE id <= (SELECT max(id) FROM security_event) - ?
       ORDER BY id LIMIT ?)`,
  );
  return (nowMs, used) => {
    const days = used >= thinMore ? KEEP_DAYS_SHORT : KEEP_DAYS;
    const waitsSinceMs = oldestMoney.get()?.atMs ?? nowMs;
    // An order of which an event waits is not forgotten, however full it is and however long that takes.
    const cutoffMs = Math.min(nowMs - days * DAY_MS, waitsSinceMs - LONGEST_CHARGE_MS);
    orders.run(cutoffMs, STEP_ROWS);
    records.run(cutoffMs, STEP_ROWS);
    commands.run(nowMs - KEEP_COMMAND_DAYS * DAY_MS, STEP_ROWS);
    securityEvents.run(KEEP_SECURITY_EVENTS, STEP_ROWS);
  };
}
