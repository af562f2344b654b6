import type { Reservation } from '../ports/reservations.ts';

/** A connector, and who wants to charge there. */
export interface Claim {
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly account: string | null;
  /** Whether a reservation for this card is theirs: the same card, or one of its group. */
  readonly holds: (token: string) => boolean;
}

export type Place = Pick<Claim, 'pileNo' | 'connectorNo'>;

const isFor = ({ token, account }: Reservation, claim: Claim): boolean =>
  (account !== null && account === claim.account) || (token !== null && claim.holds(token));

const isNamed = ({ connectorNo }: Reservation): boolean => connectorNo !== null;
const isOfPile = ({ pileNo, connectorNo }: Reservation): boolean =>
  pileNo !== null && connectorNo === null;

const covers = (reservation: Reservation, { pileNo, connectorNo }: Place): boolean =>
  (reservation.pileNo === null || reservation.pileNo === pileNo) &&
  (reservation.connectorNo === null || reservation.connectorNo === connectorNo);

const inForce = (all: readonly Reservation[], nowMs: number): readonly Reservation[] =>
  all.filter(({ expiresAtMs }) => expiresAtMs > nowMs);

/** [SITE-7] The reservation that a charge uses up, the narrowest first. */
export function usedBy(
  all: readonly Reservation[],
  claim: Claim,
  nowMs: number,
): Reservation | undefined {
  const own = inForce(all, nowMs).filter((one) => covers(one, claim) && isFor(one, claim));
  return own.find(isNamed) ?? own.find(isOfPile) ?? own[0];
}

/**
 * [SITE-7] Whether a connector is kept for others. `free`: connectors where a charge could begin, this
 * one among them. Of a pile, or of the site, as many stay free as are reserved there.
 */
export function isKept(
  all: readonly Reservation[],
  claim: Claim,
  free: readonly Place[],
  nowMs: number,
): boolean {
  const reserved = inForce(all, nowMs);
  const named = reserved.filter(isNamed);
  const here = named.filter((one) => covers(one, claim));
  if (here.some((one) => isFor(one, claim))) return false;
  if (here.length > 0) return true;
  if (usedBy(reserved, claim, nowMs) !== undefined) return false;
  const open = free.filter((place) => !named.some((one) => covers(one, place)));
  const ofPile = reserved.filter(isOfPile);
  const atPile = ofPile.filter((one) => one.pileNo === claim.pileNo);
  const openAtPile = open.filter(({ pileNo }) => pileNo === claim.pileNo);
  if (atPile.length > 0 && openAtPile.length <= atPile.length) return true;
  const ofSite = reserved.filter(({ pileNo }) => pileNo === null);
  return ofSite.length > 0 && open.length - ofPile.length <= ofSite.length;
}
