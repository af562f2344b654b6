import { FaultError } from '@holdfast/shared/errors/fault';
import { payerKey } from '../config/lists.ts';
import type { Clock } from '../ports/clock.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import type { Reservation } from '../ports/reservations.ts';
import { type Claim, isKept, type Place, usedBy } from './reserved.ts';
import type { SiteRoom } from './room.ts';

/** Counter of the ledger that numbers are made with. */
const MADE = 'reservations-made';
/** More are no site's; they end by themselves. */
const MOST = 1_000;

/** What is kept for whom, on disk. Ended ones go with the next that is made. */
export interface Reservations {
  /** Those in force. */
  readonly list: () => readonly Reservation[];
  /** On disk when it resolves. Throws `FaultError` when a connector has one already. */
  readonly make: (wish: Omit<Reservation, 'id' | 'madeAtMs'>) => Promise<Reservation>;
  /** `false`: there is none of that number. */
  readonly cancel: (id: number) => Promise<boolean>;
  /** It was used up, and that is on disk already. */
  readonly forget: (id: number) => void;
}

const gone = ({ id }: Pick<Reservation, 'id'>): Change => ({ save: 'reservation-gone', id });

/** Opens the book on what the ledger holds. */
export async function openReservations(
  ledger: Pick<Ledger, 'reservations' | 'counter' | 'commit'>,
  clock: Pick<Clock, 'nowMs'>,
): Promise<Reservations> {
  const kept = new Map((await ledger.reservations()).map((one) => [one.id, one]));
  let made = await ledger.counter(MADE);
  const list = (): readonly Reservation[] =>
    [...kept.values()].filter(({ expiresAtMs }) => expiresAtMs > clock.nowMs());
  return {
    list,
    async make(wish) {
      const inForce = list();
      const { pileNo, connectorNo } = wish;
      const isTwice = (one: Reservation): boolean =>
        connectorNo !== null && one.connectorNo === connectorNo && one.pileNo === pileNo;
      if (inForce.some(isTwice)) {
        throw new FaultError('connector-busy', `connector ${connectorNo} is reserved already`);
      }
      if (inForce.length >= MOST) throw new FaultError('too-many-requests', 'reservations');
      made += 1;
      const reservation = { ...wish, id: made, madeAtMs: clock.nowMs() };
      const ended = [...kept.values()].filter((one) => !inForce.includes(one));
      const changes: readonly Change[] = [
        { save: 'reservation', reservation },
        { save: 'counter', name: MADE, value: made },
        ...ended.map(gone),
      ];
      await ledger.commit({ changes, events: [] });
      for (const { id } of ended) kept.delete(id);
      kept.set(reservation.id, reservation);
      return reservation;
    },
    async cancel(id) {
      if (!kept.has(id)) return false;
      await ledger.commit({ changes: [gone({ id })], events: [] });
      kept.delete(id);
      return true;
    },
    forget: (id) => void kept.delete(id),
  };
}

/** Who wants to charge at a connector, by what they show. */
export function claimOf(
  { cards }: SiteRoom,
  place: Place,
  who: { readonly token: string | null; readonly account: string | null },
): Claim {
  const groupOf = (token: string): string | null =>
    cards.spenderOf({ by: 'token', token, tokenType: '' })?.group ?? null;
  return {
    ...place,
    account: who.account,
    holds(token) {
      if (who.token === null) return false;
      if (payerKey(who.token) === payerKey(token)) return true;
      const group = groupOf(who.token);
      return group !== null && group === groupOf(token);
    },
  };
}

/** Connectors where a charge could begin now, and the one that is asked about. */
function freePlaces({ piles, shelf }: SiteRoom, asked: Place): readonly Place[] {
  const free: Place[] = [];
  for (const { known, online, connectors } of piles.values()) {
    for (const { connectorNo, faulted } of connectors.values()) {
      const { pileNo } = known;
      const isAsked = pileNo === asked.pileNo && connectorNo === asked.connectorNo;
      const isFree = online && known.adopted && !faulted;
      if (isAsked || (isFree && shelf.taking(pileNo, connectorNo) === undefined)) {
        free.push({ pileNo, connectorNo });
      }
    }
  }
  return free;
}

/** [SITE-7] Whether a connector is kept for somebody else, whatever its pile thinks of that. */
export const isKeptFrom = (room: SiteRoom, claim: Claim): boolean =>
  isKept(room.reservations.list(), claim, freePlaces(room, claim), room.clock.nowMs());

/** What a charge of this payer uses up: to be committed with its order, and then forgotten. */
export function usedUp(
  room: SiteRoom,
  claim: Claim,
): { readonly changes: readonly Change[]; readonly done: () => void } {
  const used = usedBy(room.reservations.list(), claim, room.clock.nowMs());
  if (used === undefined) return { changes: [], done: () => undefined };
  return { changes: [gone(used)], done: () => room.reservations.forget(used.id) };
}
