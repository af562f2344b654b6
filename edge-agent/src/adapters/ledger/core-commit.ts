import { orderJson } from '@holdfast/shared/order/order-text';
import type { Change, Commit, OutgoingEvent } from '../../ports/ledger.ts';
import { type OutboundEvent, outboundOf } from './outbound-event.ts';

type Columns = readonly (string | number | null)[];

/** A change as the columns of its table: strings and numbers, cheap to hand to a thread. */
export type Write =
  | readonly [table: 'orders', columns: Columns]
  | readonly [table: 'record', columns: Columns]
  | readonly [table: 'command', columns: Columns]
  | readonly [table: 'pile', columns: Columns]
  | readonly [table: 'counter', columns: Columns]
  | readonly [table: 'credential', columns: Columns]
  | readonly [table: 'certificate', columns: Columns]
  | readonly [table: 'security_event', columns: Columns]
  | readonly [table: 'pile_note', columns: Columns]
  | readonly [table: 'pile_note_gone', columns: Columns]
  | readonly [table: 'card', columns: Columns]
  | readonly [table: 'card_gone', columns: Columns]
  | readonly [table: 'card_group', columns: Columns]
  | readonly [table: 'card_group_gone', columns: Columns]
  | readonly [table: 'reservation', columns: Columns]
  | readonly [table: 'reservation_gone', columns: Columns];

/** A commit as the writer takes it. */
export interface CoreCommit {
  readonly writes: readonly Write[];
  readonly events: readonly OutboundEvent[];
}

/** The newest event of an order within a commit; what a new store will send again. */
function newestEvent(orderNo: string, events: readonly OutgoingEvent[]): Columns {
  const of = events.findLast(({ event }) => 'order' in event && event.order.orderNo === orderNo);
  return of !== undefined && 'order' in of.event ? [of.event.kind, of.event.atMs] : [null, null];
}

/** Tokens are told apart without regard to capitals. */
export const tokenKey = (token: string): string => token.toLowerCase();

function writeOf(change: Change, events: readonly OutgoingEvent[]): Write {
  switch (change.save) {
    case 'order': {
      const { order } = change;
      const { orderNo, state, pileNo, openedAtMs, exceptions } = order;
      const flagged = exceptions.length > 0 ? 1 : 0;
      const columns = [orderNo, state, pileNo, openedAtMs, flagged, orderJson(order)];
      const { key = null, no = null } = order.charge ?? {};
      return ['orders', [...columns, ...newestEvent(orderNo, events), key, no]];
    }
    case 'record': {
      const { tradeNo, pileNo, frameType, rawHex, receivedAtMs } = change.record;
      return ['record', [tradeNo, pileNo, frameType, rawHex, receivedAtMs]];
    }
    case 'command': {
      const { command, state } = change.logged;
      return ['command', [command.id, state, command.deadlineMs, JSON.stringify(change.logged)]];
    }
    case 'pile':
      return ['pile', [change.pile.pileNo, JSON.stringify(change.pile)]];
    case 'counter':
      return ['counter', [change.name, change.value]];
    case 'credential':
      return ['credential', [change.credential.pileNo, JSON.stringify(change.credential)]];
    case 'certificate':
      return ['certificate', [change.certificate.serialNumber, JSON.stringify(change.certificate)]];
    case 'pile-note': {
      const { pileNo, key, value } = change.note;
      if (value === null) return ['pile_note_gone', [pileNo, key]];
      return ['pile_note', [pileNo, key, JSON.stringify(value)]];
    }
    case 'card':
      return ['card', [tokenKey(change.card.token), JSON.stringify(change.card)]];
    case 'card-gone':
      return ['card_gone', [tokenKey(change.token)]];
    case 'card-group':
      return ['card_group', [change.group.group, JSON.stringify(change.group)]];
    case 'card-group-gone':
      return ['card_group_gone', [change.group]];
    case 'reservation':
      return ['reservation', [change.reservation.id, JSON.stringify(change.reservation)]];
    case 'reservation-gone':
      return ['reservation_gone', [change.id]];
    case 'security-event':
      return ['security_event', [change.event.pileNo, JSON.stringify(change.event)]];
  }
}

/** Encodes a commit on the caller's side; a value that has no text throws here and harms nobody else. */
export const coreCommitOf = ({ changes, events }: Commit): CoreCommit => ({
  writes: changes.map((change) => writeOf(change, events)),
  events: events.map(outboundOf),
});

/** A commit that begins a charge: the only kind that is refused while space runs out ([SYNC-5]). */
export const opensOrder = ({ changes }: Commit): boolean =>
  changes.some(
    (change) =>
      change.save === 'order' && change.order.state === 'starting' && change.order.eventNo <= 1,
  );
