import type { Order } from '@holdfast/shared/order/order';
import type { CardGroup, StoredCard } from '../../ports/cards.ts';
import type {
  StoredCertificate,
  StoredCredential,
  StoredSecurityEvent,
} from '../../ports/credentials.ts';
import type {
  Change,
  KeptRecord,
  KnownPile,
  Ledger,
  LoggedCommand,
  OrderFilter,
  PileNote,
} from '../../ports/ledger.ts';
import type { Reservation } from '../../ports/reservations.ts';
import { tokenKey } from './core-commit.ts';
import { byNewest, isOpen } from './order-listing.ts';

type Reads =
  | 'order'
  | 'orderOfCharge'
  | 'openOrders'
  | 'notes'
  | 'cards'
  | 'cardGroups'
  | 'reservations'
  | 'orders'
  | 'records'
  | 'piles'
  | 'command'
  | 'unfinishedCommands'
  | 'counter'
  | 'credentials'
  | 'certificates'
  | 'securityEvents';

export interface MemoryStore {
  readonly port: Pick<Ledger, Reads>;
  readonly save: (change: Change) => void;
  /** Oldest first. */
  readonly allOrders: () => readonly Order[];
}

function listed(newestFirst: readonly Order[], filter: OrderFilter): readonly Order[] {
  const { after, state, pileNo, exceptionsOnly, limit } = filter;
  const start = after === undefined ? 0 : newestFirst.findIndex((o) => o.orderNo === after) + 1;
  if (after !== undefined && start === 0) return [];
  return newestFirst
    .slice(start)
    .filter((o) => state === undefined || o.state === state)
    .filter((o) => pileNo === undefined || o.pileNo === pileNo)
    .filter((o) => exceptionsOnly !== true || o.exceptions.length > 0)
    .slice(0, limit);
}

const byKey = <T>(map: ReadonlyMap<string, T>): readonly T[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);

/** Cards, groups and reservations. */
function heldStore() {
  const cards = new Map<string, StoredCard>();
  const groups = new Map<string, CardGroup>();
  const reservations = new Map<number, Reservation>();
  const port: Pick<Ledger, 'cards' | 'cardGroups' | 'reservations'> = {
    cards: async () => byKey(cards),
    cardGroups: async () => byKey(groups),
    reservations: async () => [...reservations.values()].sort((a, b) => a.id - b.id),
  };
  return {
    port,
    save(change: Change): void {
      if (change.save === 'card') cards.set(tokenKey(change.card.token), change.card);
      if (change.save === 'card-gone') cards.delete(tokenKey(change.token));
      if (change.save === 'card-group') groups.set(change.group.group, change.group);
      if (change.save === 'card-group-gone') groups.delete(change.group);
      if (change.save === 'reservation') {
        reservations.set(change.reservation.id, change.reservation);
      }
      if (change.save === 'reservation-gone') reservations.delete(change.id);
    },
  };
}

/** What the tables of core.db hold, in maps. */
export function memoryStore(): MemoryStore {
  const orders = new Map<string, Order>();
  const records: KeptRecord[] = [];
  const commands = new Map<string, LoggedCommand>();
  const piles = new Map<string, KnownPile>();
  const counters = new Map<string, number>();
  const credentials = new Map<string, StoredCredential>();
  const certificates = new Map<string, StoredCertificate>();
  const notes = new Map<string, PileNote>();
  const held = heldStore();
  const securityEvents: StoredSecurityEvent[] = [];
  const allOrders = (): readonly Order[] => [...orders.values()].sort(byNewest).reverse();
  return {
    allOrders,
    save: (change) => {
      if (change.save === 'order') orders.set(change.order.orderNo, change.order);
      if (change.save === 'record') records.push(change.record);
      if (change.save === 'command') commands.set(change.logged.command.id, change.logged);
      if (change.save === 'pile') piles.set(change.pile.pileNo, change.pile);
      if (change.save === 'counter') counters.set(change.name, change.value);
      if (change.save === 'pile-note') {
        const { pileNo, key, value } = change.note;
        if (value === null) notes.delete(`${pileNo} ${key}`);
        else notes.set(`${pileNo} ${key}`, change.note);
      }
      held.save(change);
      if (change.save === 'credential') {
        credentials.set(change.credential.pileNo, change.credential);
      }
      if (change.save === 'certificate') {
        certificates.set(change.certificate.serialNumber, change.certificate);
      }
      if (change.save === 'security-event') {
        securityEvents.push({ ...change.event, id: securityEvents.length + 1 });
      }
    },
    port: {
      order: async (orderNo) => orders.get(orderNo),
      orderOfCharge: async (pileNo, ref) =>
        allOrders()
          .toReversed()
          .find(
            ({ charge, pileNo: at }) =>
              at === pileNo && (ref.by === 'no' ? charge?.no === ref.no : charge?.key === ref.key),
          ),
      notes: async () => byKey(notes),
      ...held.port,
      openOrders: async () => allOrders().filter(isOpen),
      orders: async (filter) => listed(allOrders().toReversed(), filter),
      records: async (tradeNo) => records.filter((record) => record.tradeNo === tradeNo),
      piles: async () => [...piles.values()].sort((a, b) => (a.pileNo < b.pileNo ? -1 : 1)),
      command: async (id) => commands.get(id),
      unfinishedCommands: async () =>
        [...commands.values()].filter(({ state }) => state !== 'answered'),
      counter: async (name) => counters.get(name) ?? 0,
      credentials: async () => byKey(credentials),
      certificates: async () => byKey(certificates),
      securityEvents: async ({ pileNo, before, limit }) =>
        securityEvents
          .toReversed()
          .filter((event) => pileNo === undefined || event.pileNo === pileNo)
          .filter((event) => before === undefined || event.id < before)
          .slice(0, limit),
    },
  };
}
