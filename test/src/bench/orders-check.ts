import path from 'node:path';
import { CORE_PROFILE, openFile } from '@holdfast/edge-agent/adapters/ledger/sqlite/file';

/** What a ledger holds of the orders that were confirmed to piles. */
export interface OrdersFound {
  /** Confirmed, but the record, its order or the event of its bill is not there exactly once. */
  readonly faulty: number;
  readonly settled: number;
  readonly orphans: number;
}

interface Row {
  readonly records: number;
  readonly rawHex: string | null;
  readonly state: string | null;
  readonly events: number;
}

/** Compares the ledger of an agent that was killed with what its piles were told. */
export function ordersFound(
  folder: string,
  confirmed: readonly (readonly [tradeNo: string, rawHex: string])[],
): OrdersFound {
  const db = openFile(path.join(folder, 'core.db'), CORE_PROFILE);
  db.exec(`
    CREATE TEMP TABLE billed AS SELECT key, count(*) AS events FROM outbox
      WHERE kind IN ('OrderSettled', 'OrphanKept') GROUP BY key;
    CREATE UNIQUE INDEX temp.billed_key ON billed (key)`);
  const look = db.prepare<{ readonly no: string }, Row>(`
    SELECT (SELECT count(*) FROM record WHERE trade_no = :no) AS records,
      (SELECT raw_hex FROM record WHERE trade_no = :no) AS rawHex,
      (SELECT state FROM orders WHERE order_no = :no) AS state,
      coalesce((SELECT events FROM billed WHERE key = :no), 0) AS events`);
  const found = { faulty: 0, settled: 0, orphans: 0 };
  for (const [tradeNo, rawHex] of confirmed) {
    const row = look.get({ no: tradeNo });
    const whole = row?.records === 1 && row.rawHex === rawHex && row.events === 1;
    if (whole && row.state === 'settled') found.settled += 1;
    else if (whole && row.state === 'orphan') found.orphans += 1;
    else found.faulty += 1;
  }
  db.close();
  return found;
}
