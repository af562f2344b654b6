import type { StartMethod } from '@holdfast/shared/order/record';
import type { Identity, PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { type Fen, fen } from '@holdfast/shared/units';
import { payerKey, vinKey } from '../config/lists.ts';
import type { OrderOpening } from '../orders/opening.ts';
import type { Session } from '../orders/session.ts';
import { tradeNoOf } from '../orders/trade-no.ts';
import type { Change } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import { type Allowance, authorise, cardNoOf } from './authorise.ts';
import { reserveOf } from './balance.ts';
import { tariffFor } from './prices.ts';
import { raiseAlarm } from './reports.ts';
import { claimOf, isKeptFrom, usedUp } from './reservations.ts';
import type { PileMemory, SiteRoom } from './room.ts';
import { runStep } from './stepper.ts';

type StartAsked = Extract<PileEvent, { type: 'StartAsked' }>;

/** Counter of the ledger that order numbers are made with ([ORD-14]). */
export const NUMBERED = 'orders-numbered';

/** A number that no order has, and the change that keeps its count. */
export async function newOrderNo(
  room: SiteRoom,
  pileNo: string,
  connectorNo: number,
): Promise<{ readonly orderNo: string; readonly change: Change }> {
  const { epoch } = room.ledger.identity();
  for (;;) {
    room.numbered += 1;
    const count = room.numbered;
    const atMs = room.clock.nowMs();
    const orderNo = tradeNoOf({ pileNo, connectorNo, atMs, epoch, count });
    const isKnown =
      room.shelf.get(orderNo) !== undefined || (await room.ledger.order(orderNo)) !== undefined;
    if (!isKnown) return { orderNo, change: { save: 'counter', name: NUMBERED, value: count } };
  }
}

/** Most that a connector of this pile delivers, W; 0 when nobody has said. */
export const ratedPowerOf = ({ config }: SiteRoom, pileNo: string): number | null =>
  config.piles.get(pileNo)?.ratedPowerW ?? null;

/** What may be spent before a stop takes effect at this pile; 0 where its power is not known. */
export function startReserve(room: SiteRoom, pileNo: string, balance: Fen): Fen {
  const tariff = tariffFor(room, pileNo);
  if (tariff === undefined) return fen(0n);
  return reserveOf(tariff, balance, {
    maxPowerW: ratedPowerOf(room, pileNo) ?? 0,
    reactionMs: room.config.reactionMs,
    nowMs: room.clock.nowMs(),
  });
}

/** What stands in the way of a charge at this connector, or not. */
export const placeOf = (room: SiteRoom, pile: PileMemory, connectorNo: number) => ({
  adopted: pile.known.adopted,
  health: room.ledger.health(),
  tariff: tariffFor(room, pile.known.pileNo),
  busy: room.shelf.taking(pile.known.pileNo, connectorNo) !== undefined,
});

const isSamePayer = ({ order: { payer } }: Session, identity: Identity): boolean =>
  identity.by === 'vin'
    ? payer.cardNo === null && payer.vin !== null && vinKey(payer.vin) === vinKey(identity.vin)
    : payer.cardNo !== null && payerKey(payer.cardNo) === payerKey(cardNoOf(identity));

/** The same ask again while its order is starting: our answer was lost. */
function askedBefore(room: SiteRoom, pile: PileMemory, event: StartAsked): Session | undefined {
  const session = room.shelf.taking(pile.known.pileNo, event.connectorNo);
  if (session === undefined || session.order.state !== 'starting') return undefined;
  if (session.order.startMethod === 'remote') return undefined;
  return isSamePayer(session, event.identity) ? session : undefined;
}

/** Orders of one charge over several connectors do not keep each other away. */
function hasOtherOrder(room: SiteRoom, pile: PileMemory, event: StartAsked): boolean {
  const { identity, group } = event;
  const binding =
    identity.by === 'vin'
      ? room.shelf.bindingOrder('vin', identity.vin)
      : room.shelf.bindingOrder('card', cardNoOf(identity));
  if (binding === undefined) return false;
  return group === undefined || room.groups.get(binding.order.orderNo) !== groupKey(pile, group);
}

const groupKey = (pile: PileMemory, group: string): string => `${pile.known.pileNo}/${group}`;

async function decide(room: SiteRoom, pile: PileMemory, event: StartAsked): Promise<Allowance> {
  const { identity, connectorNo } = event;
  const spender = room.cards.spenderOf(identity);
  const spent = spender === undefined ? fen(0n) : await room.spending.spent(spender);
  const allowance = authorise({
    place: placeOf(room, pile, connectorNo),
    spender,
    identity,
    spent,
    hasOpenOrder: spender?.concurrent !== true && hasOtherOrder(room, pile, event),
    reserve:
      spender === undefined ? fen(0n) : startReserve(room, pile.known.pileNo, spender.balance),
    nowMs: room.clock.nowMs(),
  });
  if (!allowance.ok || !isKeptFrom(room, claimOfAsk(room, pile, event, allowance))) {
    return allowance;
  }
  return { ok: false, refusal: 'reserved' };
}

/** Whoever asks, before the reservations. */
function claimOfAsk(
  room: SiteRoom,
  pile: PileMemory,
  { identity, connectorNo }: StartAsked,
  { account }: Extract<Allowance, { ok: true }>,
) {
  const token = identity.by === 'vin' ? null : cardNoOf(identity);
  return claimOf(room, { pileNo: pile.known.pileNo, connectorNo }, { token, account });
}

const methodOf = ({ by }: Identity): StartMethod => (by === 'vin' ? 'vin' : 'card');

/** The opening of an order that runs already, for an answer that was lost. */
function openingAgain({ order }: Session): OrderOpening | undefined {
  const { balance, tariff } = order;
  return balance === null || tariff === null ? undefined : { ...order, balance, tariff };
}

function refuse(room: SiteRoom, link: PileLink, event: StartAsked, refusal: Refusal): void {
  const { connectorNo, request } = event;
  room.counts.refusedStarts += 1;
  room.log.info({ pile: link.pileNo, connector: connectorNo, refusal }, 'start-refused');
  link.send({ do: 'refuseStart', connectorNo, request, refusal });
}

async function open(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: StartAsked,
  allowance: Extract<Allowance, { ok: true }>,
): Promise<void> {
  const { identity, connectorNo, request, group } = event;
  const { pileNo, vendor } = pile.known;
  const { orderNo, change } = await newOrderNo(room, pileNo, connectorNo);
  const opening: OrderOpening = {
    orderNo,
    siteId: room.config.siteId,
    vendor,
    pileNo,
    connectorNo,
    startMethod: methodOf(identity),
    payer: {
      account: allowance.account,
      cardNo: identity.by === 'vin' ? null : cardNoOf(identity),
      vin: identity.by === 'vin' ? identity.vin : null,
    },
    balance: allowance.balance,
    tariff: allowance.tariff,
  };
  if (group !== undefined) room.groups.set(orderNo, groupKey(pile, group));
  const used = usedUp(room, claimOfAsk(room, pile, event, allowance));
  await runStep(
    room,
    pile,
    null,
    { on: 'start-allowed', opening, request },
    { link, changes: [change, ...used.changes] },
  );
  used.done();
  room.counts.starts += 1;
}

/** A card or a VIN asks at the pile. Without an order on disk the answer is no ([ORD-1]). */
export async function onStartAsked(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: StartAsked,
): Promise<void> {
  const before = askedBefore(room, pile, event);
  const opening = before === undefined ? undefined : openingAgain(before);
  if (before !== undefined && opening !== undefined) {
    const { request } = event;
    await runStep(room, pile, before, { on: 'start-allowed', opening, request }, { link });
    return;
  }
  try {
    const allowance = await decide(room, pile, event);
    if (allowance.ok) await open(room, pile, link, event, allowance);
    else refuse(room, link, event, allowance.refusal);
  } catch (error) {
    room.log.error({ pile: pile.known.pileNo, err: error }, 'start-not-stored');
    raiseAlarm(room, pile.known.vendor, {
      code: 'ledger-refused',
      pileNo: pile.known.pileNo,
      text: 'An order could not be written, so a start was refused.',
    });
    refuse(room, link, event, 'ledger-full');
  }
}
