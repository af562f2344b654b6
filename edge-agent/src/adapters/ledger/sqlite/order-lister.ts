import type { Database } from 'better-sqlite3';
import type { OrderFilter } from '../../../ports/ledger.ts';

/** Orders that one listing returns at most; the asker's own limit is lower. */
const MOST_ROWS = 1_000;

/** Lists orders by page, newest first, as the JSON text that is stored. */
export function orderLister(db: Database): (filter: OrderFilter) => readonly string[] {
  const place = db.prepare<[string], { readonly openedAtMs: number }>(
    'SELECT opened_at_ms AS openedAtMs FROM orders WHERE order_no = ?',
  );
  return ({ state, pileNo, exceptionsOnly, after, limit }) => {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (condition: string, ...of: (string | number)[]): void => {
      conditions.push(condition);
      values.push(...of);
    };
    if (after !== undefined) {
      const last = place.get(after);
      if (last === undefined) return [];
      where('(opened_at_ms, order_no) < (?, ?)', last.openedAtMs, after);
    }
    if (state !== undefined) where('state = ?', state);
    if (pileNo !== undefined) where('pile_no = ?', pileNo);
    if (exceptionsOnly === true) where('flagged = 1');
    const rows = db
      .prepare<unknown[], { readonly body: string }>(
        `SELECT body FROM orders ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
         ORDER BY opened_at_ms DESC, order_no DESC LIMIT ?`,
      )
      .all(...values, Math.min(limit, MOST_ROWS));
    return rows.map(({ body }) => body);
  };
}
