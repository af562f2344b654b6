import type { OrderResource } from '@holdfast/shared/api/resources';
import { decimalOf, decimalText } from '@holdfast/shared/units';
import type { BookEntry } from '../piles/books.ts';

/** Orders and money (fen) of one side. */
export interface Tally {
  readonly orders: number;
  readonly fen: bigint;
}

export interface Reconciliation {
  readonly siteId: string;
  readonly piles: Tally;
  readonly edge: Tally;
  readonly hub: Tally;
  /** Every order that is not the same on all sides, in words. Empty means equal, to the fen. */
  readonly faults: readonly string[];
}

const fenOf = (yuan: string | null): bigint | undefined =>
  yuan === null ? undefined : decimalOf(yuan, 2);

/** An end that names no charge, told again when its charge is closed: kept for a person, worth nothing. */
const isParked = ({ state, energyKwh }: OrderResource): boolean =>
  state === 'orphan' && decimalOf(energyKwh ?? '0', 4) === 0n;

/** A charge that took place: a start that never became one has no bill. */
const billed = (orders: readonly OrderResource[]): readonly OrderResource[] =>
  orders.filter(
    (order) => order.state === 'settled' || (order.state === 'orphan' && !isParked(order)),
  );

const tallyOf = (orders: readonly OrderResource[]): Tally => ({
  orders: orders.length,
  fen: orders.reduce((sum, order) => sum + (fenOf(order.totalYuan) ?? 0n), 0n),
});

/** Names an order as the books do: by its number, or by its pile's own name for the charge. */
const nameOf = ({ orderNo, pileNo, charge }: OrderResource): string =>
  charge === null ? orderNo : `${pileNo} ${charge.key}`;

const bookNameOf = ({ tradeNo, pileNo, chargeKey }: BookEntry): string =>
  chargeKey === undefined ? tradeNo : `${pileNo} ${chargeKey}`;

function byName(
  orders: readonly OrderResource[],
  side: string,
  faults: string[],
): Map<string, OrderResource> {
  const map = new Map<string, OrderResource>();
  for (const order of orders) {
    const name = nameOf(order);
    if (map.has(name)) faults.push(`${name}: twice at the ${side}`);
    map.set(name, order);
  }
  return map;
}

function compare(entry: BookEntry, side: string, order: OrderResource | undefined): string[] {
  if (order === undefined) return [`${entry.tradeNo}: missing at the ${side}`];
  const faults: string[] = [];
  const due = fenOf(order.totalYuan);
  if (due !== entry.due) {
    const ours = order.totalYuan ?? 'no bill';
    faults.push(`${entry.tradeNo}: ${ours} at the ${side}, due ${decimalText(entry.due, 2)}`);
  }
  const energy = order.energyKwh === null ? undefined : decimalOf(order.energyKwh, 4);
  if (energy !== entry.energy) {
    const ours = order.energyKwh ?? 'none';
    faults.push(
      `${entry.tradeNo}: ${ours} kWh at the ${side}, delivered ${decimalText(entry.energy, 4)}`,
    );
  }
  return faults;
}

/** Compares the piles' own books with edge and hub, order by order, to the fen and to 0.0001 kWh. */
export function reconcile(
  siteId: string,
  books: readonly BookEntry[],
  edgeOrders: readonly OrderResource[],
  hubOrders: readonly OrderResource[],
): Reconciliation {
  const faults: string[] = [];
  const edge = byName(billed(edgeOrders), 'edge', faults);
  const hub = byName(billed(hubOrders), 'hub', faults);
  const known = new Set(books.map(bookNameOf));
  for (const entry of books) {
    faults.push(...compare(entry, 'edge', edge.get(bookNameOf(entry))));
    faults.push(...compare(entry, 'hub', hub.get(bookNameOf(entry))));
  }
  for (const [side, orders] of [
    ['edge', edge],
    ['hub', hub],
  ] as const) {
    for (const name of orders.keys()) {
      if (!known.has(name)) faults.push(`${name}: at the ${side}, but no pile delivered it`);
    }
  }
  return {
    siteId,
    piles: { orders: books.length, fen: books.reduce((sum, entry) => sum + entry.due, 0n) },
    edge: tallyOf([...edge.values()]),
    hub: tallyOf([...hub.values()]),
    faults,
  };
}

/** One line for a person: orders and money at the piles, at the edge, at the hub, equal or not. */
export function reconciliationLine({ siteId, piles, edge, hub, faults }: Reconciliation): string {
  const side = (name: string, { orders, fen }: Tally): string =>
    `${name} ${orders} orders ${decimalText(fen, 2)} yuan`;
  const verdict = faults.length === 0 ? 'EQUAL' : `NOT EQUAL (${faults.length} differences)`;
  return `${siteId}: ${side('piles', piles)} | ${side('edge', edge)} | ${side('hub', hub)} | ${verdict}`;
}
