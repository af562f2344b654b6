import type { Order } from '@holdfast/shared/order/order';
import type { StartMethod } from '@holdfast/shared/order/record';
import type { Identity, PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { fen } from '@holdfast/shared/units';
import { tariffAt } from '../config/tariff-book.ts';
import { sessionOf } from '../orders/opening.ts';
import type { ChargeBegin, Session } from '../orders/session.ts';
import type { Change } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import { type Allowance, authorise, cardNoOf } from './authorise.ts';
import { momentOf, type PileMemory, type SiteRoom } from './room.ts';
import { newOrderNo, placeOf, startReserve } from './starts.ts';
import { runStep, tryStep } from './stepper.ts';

type ChargeBegan = Extract<PileEvent, { type: 'ChargeBegan' }>;

/** Counter of the ledger that transaction numbers are made with ([ORD-20]). */
export const CHARGES_NUMBERED = 'charges-numbered';
/** A store that was set back gets another epoch: its numbers begin elsewhere in the 31 bits. */
const EPOCHS = 64;
const NUMBERS_AN_EPOCH = 2 ** 25;
/** Small numbers are what stations make up by themselves. */
const FIRST_NUMBER = 1_000;

/** [ORD-20] A transaction number that no charge of this site has, and the change that keeps its count. */
function newChargeNo(room: SiteRoom): { readonly no: number; readonly change: Change } {
  room.chargesNumbered += 1;
  const value = room.chargesNumbered;
  const place = FIRST_NUMBER + (value % (NUMBERS_AN_EPOCH - FIRST_NUMBER));
  const no = (room.ledger.identity().epoch % EPOCHS) * NUMBERS_AN_EPOCH + place;
  return { no, change: { save: 'counter', name: CHARGES_NUMBERED, value } };
}

/** The order that a begin has already, by the pile's own name for it. */
async function knownOrder(room: SiteRoom, pileNo: string, key: string): Promise<Order | undefined> {
  const open = room.shelf.openOf(pileNo).find(({ order }) => order.charge?.key === key);
  return open?.order ?? (await room.ledger.orderOfCharge(pileNo, { by: 'key', key }));
}

/** The start of ours that a begin answers: of this pile, and not yet a charge with another name. */
async function startedOrder(
  room: SiteRoom,
  pileNo: string,
  orderNo: string | null,
): Promise<Session | undefined> {
  if (orderNo === null) return undefined;
  const inMemory = room.shelf.get(orderNo);
  const order = inMemory?.order ?? (await room.ledger.order(orderNo));
  if (order === undefined || order.pileNo !== pileNo || order.charge !== undefined)
    return undefined;
  return inMemory ?? sessionOf(order, momentOf(room));
}

/** Whether a payer may charge: as at a start, but for the connector, which charges already. */
export async function judge(
  room: SiteRoom,
  pile: PileMemory,
  identity: Identity | null,
  ownOrderNo?: string,
): Promise<Allowance> {
  if (identity === null) return { ok: false, refusal: 'account-missing' };
  const spender = room.cards.spenderOf(identity);
  const spent = spender === undefined ? fen(0n) : await room.spending.spent(spender);
  const binding =
    identity.by === 'vin'
      ? room.shelf.bindingOrder('vin', identity.vin)
      : room.shelf.bindingOrder('card', cardNoOf(identity));
  const isOther = binding !== undefined && binding.order.orderNo !== ownOrderNo;
  return authorise({
    place: { ...placeOf(room, pile, 0), health: 'ok', busy: false },
    spender,
    identity,
    spent,
    hasOpenOrder: isOther && spender?.concurrent !== true,
    reserve:
      spender === undefined ? fen(0n) : startReserve(room, pile.known.pileNo, spender.balance),
    nowMs: room.clock.nowMs(),
  });
}

const methodOf = (identity: Identity | null): StartMethod => {
  if (identity === null) return 'unknown';
  return identity.by === 'vin' ? 'vin' : 'card';
};

/** What the order is opened with, where the begin answers none of ours. */
async function openingOf(
  room: SiteRoom,
  pile: PileMemory,
  event: ChargeBegan,
  startedAtMs: number,
  allowance: Allowance,
): Promise<{ readonly opening: ChargeBegin['opening']; readonly change: Change }> {
  const { identity, connectorNo } = event;
  const { pileNo, vendor } = pile.known;
  const { orderNo, change } = await newOrderNo(room, pileNo, connectorNo);
  const spender = identity === null ? undefined : room.cards.spenderOf(identity);
  return {
    change,
    opening: {
      orderNo,
      siteId: room.config.siteId,
      vendor,
      pileNo,
      connectorNo,
      startMethod: methodOf(identity),
      payer: {
        // A refused payer owes what was delivered all the same.
        account: spender?.account ?? null,
        cardNo: identity === null || identity.by === 'vin' ? null : cardNoOf(identity),
        vin: identity?.by === 'vin' ? identity.vin : null,
      },
      balance: allowance.ok ? allowance.balance : null,
      // A charge of days ago is priced as it was then.
      tariff: tariffAt(room.config.tariffs, startedAtMs) ?? null,
    },
  };
}

/** Another order on the connector has ended: the pile says that a new charge began there. */
async function endOlder(room: SiteRoom, pile: PileMemory, event: ChargeBegan): Promise<void> {
  const older = room.shelf.taking(pile.known.pileNo, event.connectorNo);
  if (older === undefined || older.order.orderNo === event.tradeNo) return;
  await tryStep(room, pile, older, { on: 'reported-idle', certain: true });
}

const refusalOf = (allowance: Allowance): Refusal | null =>
  allowance.ok ? null : allowance.refusal;

/**
 * [ORD-18] A charge that its pile began. Throws `FaultError` when the ledger refuses: the pile hears
 * nothing and tells it again.
 */
export async function onChargeBegan(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: ChargeBegan,
): Promise<void> {
  const { request, charge, identity, late, connectorNo, rawHex, frameType } = event;
  const { pileNo } = pile.known;
  const nowMs = room.clock.nowMs();
  const group = identity === null ? null : (room.cards.spenderOf(identity)?.group ?? null);
  const known = await knownOrder(room, pileNo, charge.key);
  if (known?.charge !== undefined) {
    const refused = known.exceptions.includes('not-authorised');
    const refusal = refused ? (refusalOf(await judge(room, pile, identity)) ?? 'unknown') : null;
    const { orderNo: tradeNo } = known;
    const again = { tradeNo, charge: known.charge, refusal, group };
    link.send({ do: 'chargeStored', connectorNo, request, ...again });
    return;
  }
  const asked = await startedOrder(room, pileNo, event.tradeNo);
  const allowance = await judge(room, pile, identity, asked?.order.orderNo);
  const believable = event.startedAtMs !== null && event.startedAtMs <= nowMs;
  const startedAtMs = believable && event.startedAtMs !== null ? event.startedAtMs : nowMs;
  const opened = await openingOf(room, pile, event, startedAtMs, allowance);
  const { no, change } = newChargeNo(room);
  if (asked === undefined) await endOlder(room, pile, event);
  const opening = asked === undefined ? opened.opening : { ...opened.opening, ...asked.order };
  const begin: ChargeBegin = {
    opening,
    charge: { ...charge, no },
    startedAtMs,
    request,
    // A start of ours was allowed when it was asked for.
    refusal: asked === undefined ? refusalOf(allowance) : null,
    group,
    late,
  };
  const tradeNo = opening.orderNo;
  await runStep(
    room,
    pile,
    asked ?? null,
    { on: 'charge-began', begin },
    {
      link,
      record: { tradeNo, pileNo, frameType, rawHex, receivedAtMs: nowMs },
      changes: [opened.change, change],
    },
  );
  room.counts.starts += 1;
}

/** Readings that came late belong to a charge that has no record yet, or to nobody. */
export async function onChargeReadings(
  room: SiteRoom,
  pile: PileMemory,
  _link: PileLink,
  { tradeNo, readings }: Extract<PileEvent, { type: 'ChargeReadings' }>,
): Promise<void> {
  const session = room.shelf.get(tradeNo);
  if (session === undefined || session.order.pileNo !== pile.known.pileNo) return;
  await tryStep(room, pile, session, { on: 'read-late', readings });
}

/** A card that a pile asks about before a charge (Authorize): nothing is opened. */
export async function onCardChecked(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  { request, identity }: Extract<PileEvent, { type: 'CardChecked' }>,
): Promise<void> {
  const spender = room.cards.spenderOf(identity);
  const refusal = refusalOf(await judge(room, pile, identity));
  link.send({
    do: 'answerCard',
    request,
    refusal,
    group: spender?.group ?? null,
    expiresAtMs: spender?.expiresAtMs ?? null,
  });
}
