import type { Store } from '../ports/store.ts';

/** What the hub holds of one site: its line of the reconciliation ([SYNC-14]). */
export interface SiteHealth {
  readonly siteId: string;
  /** Settled orders and what they sum up to. */
  readonly orders: number;
  readonly totalFen: bigint;
  readonly parked: number;
  readonly gaps: number;
  /** Days of streams where both sides counted the same, differently, or cannot be compared yet. */
  readonly daysEqual: number;
  readonly daysDifferent: number;
  readonly daysOpen: number;
}

/** Reads the reconciliation figures of a site. */
export async function siteHealth(store: Store, siteId: string): Promise<SiteHealth> {
  const { orders, totalFen } = await store.orderTotals(siteId);
  const cursors = (await store.allCursors()).filter((cursor) => cursor.siteId === siteId);
  const days = await store.dayCounts(siteId);
  const count = (equal: boolean | null) => days.filter((day) => day.equal === equal).length;
  return {
    siteId,
    orders,
    totalFen,
    parked: cursors.reduce((sum, cursor) => sum + cursor.parked, 0),
    gaps: cursors.reduce((sum, cursor) => sum + cursor.gapCount, 0),
    daysEqual: count(true),
    daysDifferent: count(false),
    daysOpen: count(null),
  };
}
