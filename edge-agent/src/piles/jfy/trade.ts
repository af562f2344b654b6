import type { OpenCharge } from '../../ports/site.ts';
import type { DriverView } from '../driver.ts';
import { gunOf, type JfyState } from './state.ts';

/* Which order a frame is about: frames of this family have a user, and no number of an order. */

/** Pile (14), gun (2), yyMMddHHmmss, four of our own: a card padded with zeros has not this form. */
const OURS =
  /^(?!0{14})\d{14}(\d\d)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])[0-5]\d[0-5]\d\d{4}$/;

/** A user without what firmware pads it with; empty where there is none. */
export const userOf = (text: string): string => text.replace(/[\s\xff]+$/, '');

/** [JFY-TRADE-1] Whether a user's text is the number of an order that we gave out for this gun. */
export const isOurs = (user: string, connectorNo: number): boolean =>
  Number(OURS.exec(user)?.[1] ?? Number.NaN) === connectorNo;

const bare = (text: string): string => text.toUpperCase().replace(/^0+/, '');

/** Whether two texts name one card, padded or not. */
const sameCard = (a: string, b: string | null): boolean =>
  b !== null && bare(a) !== '' && bare(a) === bare(b);

/** [JFY-TRADE-2] A pile that keeps the card where we gave it a number: the open charge of that card. */
function byCard(
  state: JfyState,
  connectorNo: number,
  user: string,
  { site }: DriverView,
): OpenCharge | undefined {
  return site
    .openCharges(state.pileNo)
    .findLast((charge) => charge.connectorNo === connectorNo && sameCard(user, charge.cardNo));
}

/** The order that runs at a gun by what its pile says; `null`: none that is known. */
export function tradeNoAt(
  state: JfyState,
  connectorNo: number,
  text: string,
  view: DriverView,
): string | null {
  const user = userOf(text);
  if (isOurs(user, connectorNo)) return user;
  return byCard(state, connectorNo, user, view)?.orderNo ?? null;
}

/** [JFY-START-2] The order that a gun was told to begin, on this connection or before. */
export const startedAt = (
  state: JfyState,
  connectorNo: number,
  { site }: DriverView,
): string | null =>
  gunOf(state, connectorNo).tradeNo ??
  site
    .openCharges(state.pileNo)
    .find((charge) => charge.connectorNo === connectorNo && charge.state === 'starting')?.orderNo ??
  null;
