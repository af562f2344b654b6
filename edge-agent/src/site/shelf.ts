import type { OrderState } from '@holdfast/shared/order/order';
import { payerKey, vinKey } from '../config/lists.ts';
import type { Session } from '../orders/session.ts';

/** States in which a connector is taken ([ORD-15]). */
const TAKEN: readonly OrderState[] = ['starting', 'charging', 'stopping'];
const CLOSED: readonly OrderState[] = ['settled', 'failed', 'orphan'];

export const isTaking = ({ order }: Session): boolean => TAKEN.includes(order.state);
export const isClosed = ({ order }: Session): boolean => CLOSED.includes(order.state);

const placeOf = (pileNo: string, connectorNo: number): string => `${pileNo}/${connectorNo}`;

/** Whoever pays must wait for the record; when it counts as missing, no longer ([ORD-15]). */
const bindsPayer = (session: Session): boolean =>
  isTaking(session) ||
  (session.order.state === 'awaiting-record' &&
    !session.order.exceptions.includes('record-missing'));

function payerKeys({ order: { payer } }: Session): readonly string[] {
  const keys: string[] = [];
  if (payer.cardNo !== null) keys.push(`card ${payerKey(payer.cardNo)}`);
  else if (payer.vin !== null) keys.push(`vin ${vinKey(payer.vin)}`);
  return keys;
}

/** Sessions in memory: every open one, and those that were closed last. */
export interface Shelf {
  readonly put: (session: Session) => void;
  readonly get: (orderNo: string) => Session | undefined;
  /** The session that has the connector now. */
  readonly taking: (pileNo: string, connectorNo: number) => Session | undefined;
  /** The newest session of the connector that is not closed: taking it, or awaiting its record. */
  readonly newest: (pileNo: string, connectorNo: number) => Session | undefined;
  readonly openOf: (pileNo: string) => readonly Session[];
  readonly open: () => readonly Session[];
  /** An order that a card or VIN must wait for, other than `own`. */
  readonly bindingOrder: (by: 'card' | 'vin', value: string, own?: string) => Session | undefined;
  readonly ofAccount: (account: string) => readonly Session[];
}

/** A set of order numbers for each key; a key without numbers is forgotten. */
function index() {
  const byKey = new Map<string, Set<string>>();
  return {
    add(key: string, orderNo: string): void {
      const set = byKey.get(key);
      if (set === undefined) byKey.set(key, new Set([orderNo]));
      else set.add(orderNo);
    },
    remove(key: string, orderNo: string): void {
      const set = byKey.get(key);
      if (set?.delete(orderNo) === true && set.size === 0) byKey.delete(key);
    },
    get: (key: string): readonly string[] => [...(byKey.get(key) ?? [])],
  };
}

export function shelf(recentOrders: number): Shelf {
  const open = new Map<string, Session>();
  const recent = new Map<string, Session>();
  const places = index();
  const piles = index();
  const payers = index();
  const accounts = index();

  const sessionsOf = (numbers: readonly string[]): readonly Session[] =>
    numbers.flatMap((orderNo) => open.get(orderNo) ?? []);

  function enter(session: Session): void {
    const { orderNo, pileNo, connectorNo, payer } = session.order;
    places.add(placeOf(pileNo, connectorNo), orderNo);
    piles.add(pileNo, orderNo);
    for (const key of payerKeys(session)) payers.add(key, orderNo);
    if (payer.account !== null) accounts.add(payer.account, orderNo);
  }

  function leave(session: Session): void {
    const { orderNo, pileNo, connectorNo, payer } = session.order;
    places.remove(placeOf(pileNo, connectorNo), orderNo);
    piles.remove(pileNo, orderNo);
    for (const key of payerKeys(session)) payers.remove(key, orderNo);
    if (payer.account !== null) accounts.remove(payer.account, orderNo);
  }

  function close(session: Session): void {
    const { orderNo } = session.order;
    const before = open.get(orderNo);
    if (before !== undefined) leave(before);
    open.delete(orderNo);
    recent.delete(orderNo);
    recent.set(orderNo, { ...session, samples: [] });
    const oldest = recent.size > recentOrders ? recent.keys().next().value : undefined;
    if (oldest !== undefined) recent.delete(oldest);
  }

  const here = (pileNo: string, connectorNo: number): readonly Session[] =>
    sessionsOf(places.get(placeOf(pileNo, connectorNo)));

  return {
    put(session) {
      const { orderNo } = session.order;
      if (isClosed(session)) {
        close(session);
        return;
      }
      if (!open.has(orderNo)) enter(session);
      open.set(orderNo, session);
    },
    get: (orderNo) => open.get(orderNo) ?? recent.get(orderNo),
    taking: (pileNo, connectorNo) => here(pileNo, connectorNo).find(isTaking),
    newest: (pileNo, connectorNo) => here(pileNo, connectorNo).at(-1),
    openOf: (pileNo) => sessionsOf(piles.get(pileNo)),
    open: () => [...open.values()],
    bindingOrder: (by, value, own) =>
      sessionsOf(
        payers.get(by === 'card' ? `card ${payerKey(value)}` : `vin ${vinKey(value)}`),
      ).find((session) => session.order.orderNo !== own && bindsPayer(session)),
    ofAccount: (account) => sessionsOf(accounts.get(account)),
  };
}
