import type { Order } from '@holdfast/shared/order/order';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import { fen } from '@holdfast/shared/units';
import type { Spender } from '../config/lists.ts';
import { tariffAt } from '../config/tariff-book.ts';
import { type Allowance, authorise, cardNoOf } from './authorise.ts';
import { reserveOf } from './balance.ts';
import type { PileMemory, SiteRoom } from './room.ts';
import { placeOf, ratedPowerOf } from './starts.ts';

/** A charge as its pile tells of it, or a card that may begin one. */
export interface Wish {
  readonly identity: Identity | null;
  /** When it began; what held then decides. */
  readonly atMs: number;
  /** The order of a repeated begin: it does not stand in its own way. */
  readonly ownOrderNo?: string;
  /**
   * Whether another order of the card stands in its way: not for a card that is only asked about, for
   * it may be held up to end its charge, and not for a charge that was over long before.
   */
  readonly alone: boolean;
}

const NOBODY: Identity = { by: 'token', token: '', tokenType: '' };

const knownBy = ({ cards }: SiteRoom, identity: Identity | null): Spender | undefined =>
  identity === null ? undefined : cards.spenderOf(identity);

/** Who pays at a pile for charges of nobody. */
function guestAt({ config }: SiteRoom, pileNo: string): Spender | undefined {
  const { guest = config.guest } = config.piles.get(pileNo) ?? {};
  return guest ?? undefined;
}

/** Who pays: whoever the card stands for, else the guest of the pile or the site, where there is one. */
export const spenderFor = (
  room: SiteRoom,
  pile: PileMemory,
  identity: Identity | null,
): Spender | undefined => knownBy(room, identity) ?? guestAt(room, pile.known.pileNo);

/** Guests share an account and no balance: each of their charges has its own. */
export const isGuests = (room: SiteRoom, order: Order): boolean =>
  order.startMethod !== 'remote' &&
  order.payer.account !== null &&
  order.payer.account === guestAt(room, order.pileNo)?.account &&
  room.cards.payerOf(order) === undefined;

function isElsewhere({ shelf }: SiteRoom, { identity, ownOrderNo, alone }: Wish): boolean {
  if (!alone || identity === null) return false;
  const binding =
    identity.by === 'vin'
      ? shelf.bindingOrder('vin', identity.vin, ownOrderNo)
      : shelf.bindingOrder('card', cardNoOf(identity), ownOrderNo);
  return binding !== undefined;
}

/** Whether a payer may charge: as at a start, but for the connector, which charges already. */
export async function judge(room: SiteRoom, pile: PileMemory, wish: Wish): Promise<Allowance> {
  const { identity, atMs } = wish;
  const known = knownBy(room, identity);
  const spender = known ?? guestAt(room, pile.known.pileNo);
  if (identity === null && spender === undefined) return { ok: false, refusal: 'account-missing' };
  const tariff = tariffAt(room.config.tariffs, atMs);
  return authorise({
    place: { ...placeOf(room, pile, 0), tariff, health: 'ok', busy: false },
    spender,
    identity: identity ?? NOBODY,
    spent: known === undefined ? fen(0n) : await room.spending.spent(known),
    hasOpenOrder: spender?.concurrent !== true && isElsewhere(room, wish),
    reserve:
      spender === undefined || tariff === undefined
        ? fen(0n)
        : reserveOf(tariff, spender.balance, {
            maxPowerW: ratedPowerOf(room, pile.known.pileNo) ?? 0,
            reactionMs: room.config.reactionMs,
            nowMs: atMs,
          }),
    nowMs: atMs,
  });
}
