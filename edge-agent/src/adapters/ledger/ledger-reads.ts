import { FaultError } from '@holdfast/shared/errors/fault';
import type { Order } from '@holdfast/shared/order/order';
import { orderOf } from '@holdfast/shared/order/order-text';
import type { ClockReading } from '@holdfast/shared/sync/messages';
import type { CardGroup, StoredCard } from '../../ports/cards.ts';
import type {
  StoredCertificate,
  StoredCredential,
  StoredSecurityEvent,
} from '../../ports/credentials.ts';
import type { KnownPile, Ledger, LoggedCommand } from '../../ports/ledger.ts';
import type { Reservation } from '../../ports/reservations.ts';
import type { SecurityEventRow } from './sqlite/security-reader.ts';
import type { Threads } from './threads.ts';

function orderFrom(body: string): Order {
  const read = orderOf(JSON.parse(body));
  if (read.ok) return read.value;
  throw new FaultError('ledger-failed', `an order of the ledger cannot be read: ${read.reason}`);
}

// What was written from these types is read back as them; only this ledger writes the tables.
const commandFrom = (body: string): LoggedCommand => JSON.parse(body);
const pileFrom = (body: string): KnownPile => JSON.parse(body);
const cardFrom = (body: string): StoredCard => JSON.parse(body);
const groupFrom = (body: string): CardGroup => JSON.parse(body);
const reservationFrom = (body: string): Reservation => JSON.parse(body);
const clockFrom = (body: string): ClockReading => JSON.parse(body);
const credentialFrom = (body: string): StoredCredential => JSON.parse(body);
const certificateFrom = (body: string): StoredCertificate => JSON.parse(body);
const eventFrom = ({ id, body }: SecurityEventRow): StoredSecurityEvent => ({
  ...JSON.parse(body),
  id,
});

export type LedgerReads = Pick<
  Ledger,
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
  | 'streams'
  | 'dayChecks'
  | 'lastClock'
  | 'credentials'
  | 'certificates'
  | 'securityEvents'
>;

/** The part of the port that only reads. */
export function ledgerReads({ reader, bulk }: Threads): LedgerReads {
  return {
    order: async (orderNo) => {
      const body = await reader.ask('order', orderNo);
      return body === undefined ? undefined : orderFrom(body);
    },
    orderOfCharge: async (pileNo, ref) => {
      const body = await reader.ask('orderOfCharge', { pileNo, ref });
      return body === undefined ? undefined : orderFrom(body);
    },
    notes: async () =>
      (await reader.ask('notes', undefined)).map((row) => ({
        ...row,
        value: JSON.parse(row.value),
      })),
    cards: async () => (await reader.ask('cards', undefined)).map(cardFrom),
    cardGroups: async () => (await reader.ask('cardGroups', undefined)).map(groupFrom),
    reservations: async () => (await reader.ask('reservations', undefined)).map(reservationFrom),
    openOrders: async () => (await reader.ask('openOrders', undefined)).map(orderFrom),
    orders: async (filter) => (await reader.ask('orders', filter)).map(orderFrom),
    records: (tradeNo) => reader.ask('records', tradeNo),
    piles: async () => (await reader.ask('piles', undefined)).map(pileFrom),
    command: async (id) => {
      const body = await reader.ask('command', id);
      return body === undefined ? undefined : commandFrom(body);
    },
    unfinishedCommands: async () =>
      (await reader.ask('unfinishedCommands', undefined)).map(commandFrom),
    counter: (name) => reader.ask('counter', name),
    streams: async () => {
      const [core, others] = await Promise.all([
        reader.ask('states', undefined),
        bulk.ask('states', undefined),
      ]);
      return [...core, ...others];
    },
    dayChecks: async () => {
      const [core, others] = await Promise.all([
        reader.ask('dayChecks', undefined),
        bulk.ask('dayChecks', undefined),
      ]);
      return [...core, ...others];
    },
    credentials: async () => (await reader.ask('credentials', undefined)).map(credentialFrom),
    certificates: async () => (await reader.ask('certificates', undefined)).map(certificateFrom),
    securityEvents: async (query) => (await reader.ask('securityEvents', query)).map(eventFrom),
    lastClock: async () => {
      const body = await reader.ask('clock', undefined);
      return body === undefined ? undefined : clockFrom(body);
    },
  };
}
