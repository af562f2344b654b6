import type { Order } from '@holdfast/shared/order/order';
import type { StartMethod } from '@holdfast/shared/order/record';
import type { PileCharge } from '@holdfast/shared/pile/pile-charge';
import type { CardVerdict } from '@holdfast/shared/pile/pile-command';
import type { Identity, PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { tariffAt } from '../config/tariff-book.ts';
import { sessionOf } from '../orders/opening.ts';
import type { ChargeBegin, Session } from '../orders/session.ts';
import type { Change } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import { type Allowance, cardNoOf } from './authorise.ts';
import { judge, spenderFor } from './judge.ts';
import { claimOf, isKeptFrom, usedUp } from './reservations.ts';
import { momentOf, type PileMemory, type SiteRoom } from './room.ts';
import { newOrderNo } from './starts.ts';
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
export function newChargeNo(room: SiteRoom): { readonly no: number; readonly change: Change } {
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
  const fits = order?.pileNo === pileNo && order.charge === undefined && order.state !== 'orphan';
  if (order === undefined || !fits) return undefined;
  return inMemory ?? sessionOf(order, momentOf(room));
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
  const spender = spenderFor(room, pile, identity);
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

/**
 * The order that has the connector of a new charge. It has ended, for the pile says that another began
 * there; unless the new one is told so late that it is the one that is over.
 */
async function endOlder(
  room: SiteRoom,
  pile: PileMemory,
  { connectorNo, late }: ChargeBegan,
  startedAtMs: number,
): Promise<Session | undefined> {
  const other = room.shelf.taking(pile.known.pileNo, connectorNo);
  if (other === undefined) return undefined;
  const { chargingAtMs, openedAtMs } = other.order;
  if (late && startedAtMs < (chargingAtMs ?? openedAtMs)) return other;
  const idleSinceMs = late ? startedAtMs : other.idleSinceMs;
  await tryStep(room, pile, { ...other, idleSinceMs }, { on: 'reported-idle', certain: true });
  return undefined;
}

/** [ORD-18] The same begin again: the same answer. */
async function answerAgain(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: ChargeBegan,
  known: Order & { readonly charge: PileCharge },
): Promise<void> {
  const { connectorNo, request, identity } = event;
  const atMs = known.chargingAtMs ?? known.openedAtMs;
  const own = { identity, atMs, ownOrderNo: known.orderNo, alone: !event.late };
  const judged = refusalOf(await judge(room, pile, own));
  const refused = known.exceptions.includes('not-authorised') ? (judged ?? 'unknown') : null;
  link.send({
    do: 'chargeStored',
    connectorNo,
    request,
    tradeNo: known.orderNo,
    charge: known.charge,
    refusal: known.state === 'failed' ? 'no-confirmation' : refused,
    ...cardOf(room, identity),
  });
}

const refusalOf = (allowance: Allowance): Refusal | null =>
  allowance.ok ? null : allowance.refusal;

/** What a card belongs to, and until when it holds. */
function cardOf({ cards }: SiteRoom, identity: Identity | null) {
  const spender = identity === null ? undefined : cards.spenderOf(identity);
  return { group: spender?.group ?? null, expiresAtMs: spender?.expiresAtMs ?? null };
}

/** The pile's time where it can be one, else now. */
function beganAtMs({ clock }: SiteRoom, { startedAtMs }: ChargeBegan): number {
  const nowMs = clock.nowMs();
  return startedAtMs !== null && startedAtMs <= nowMs ? startedAtMs : nowMs;
}

/** Opens, or moves, the order of a charge in one commit with what the pile said. */
async function storeBegin(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: ChargeBegan,
  begin: Omit<ChargeBegin, 'charge' | 'request' | 'late' | 'group' | 'expiresAtMs'>,
  by: { readonly asked: Session | undefined; readonly changes: readonly Change[] },
): Promise<Session | 'ignored'> {
  const { request, charge, late, rawHex, frameType, identity } = event;
  const { pileNo } = pile.known;
  const { no, change } = newChargeNo(room);
  const { orderNo: tradeNo } = begin.opening;
  const record = { tradeNo, pileNo, frameType, rawHex, receivedAtMs: room.clock.nowMs() };
  const whole = { ...begin, charge: { ...charge, no }, request, late, ...cardOf(room, identity) };
  return await runStep(
    room,
    pile,
    by.asked ?? null,
    { on: 'charge-began', begin: whole },
    { link, record, changes: [...by.changes, change] },
  );
}

const KEPT: Allowance = { ok: false, refusal: 'reserved' };
const NOTHING_USED = { changes: [], done: () => undefined };

/** By what a payer is known before the reservations. */
const whoIs = (identity: Identity | null, allowance: Allowance) => ({
  token: identity === null || identity.by === 'vin' ? null : cardNoOf(identity),
  account: allowance.ok ? allowance.account : null,
});

/** [ORD-18], [ORD-19]: a charge that answers no start of ours. */
async function openUnasked(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  event: ChargeBegan,
  startedAtMs: number,
): Promise<void> {
  const { identity, late, connectorNo } = event;
  const { pileNo } = pile.known;
  // The charge before it at this connector is over, whatever became of its stop.
  const ownOrderNo = room.shelf.taking(pileNo, connectorNo)?.order.orderNo;
  const wish = { identity, atMs: startedAtMs, alone: !late };
  const judged = await judge(room, pile, ownOrderNo === undefined ? wish : { ...wish, ownOrderNo });
  const claim = claimOf(room, { pileNo, connectorNo }, whoIs(identity, judged));
  const allowance = judged.ok && !late && isKeptFrom(room, claim) ? KEPT : judged;
  const { opening, change } = await openingOf(room, pile, event, startedAtMs, allowance);
  const younger = await endOlder(room, pile, event, startedAtMs);
  const begin = { opening, startedAtMs, refusal: refusalOf(allowance) };
  const used = allowance.ok && !late ? usedUp(room, claim) : NOTHING_USED;
  const opened = await storeBegin(room, pile, link, event, begin, {
    asked: undefined,
    changes: [change, ...used.changes],
  });
  used.done();
  if (younger === undefined || opened === 'ignored') return;
  // It ended before the one that charges there now began; its record is still on its way.
  const idleSinceMs = younger.order.chargingAtMs ?? younger.order.openedAtMs;
  await tryStep(room, pile, { ...opened, idleSinceMs }, { on: 'reported-idle', certain: true });
}

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
  const { pileNo } = pile.known;
  const known = await knownOrder(room, pileNo, event.charge.key);
  if (known?.charge !== undefined) {
    await answerAgain(room, pile, link, event, { ...known, charge: known.charge });
    return;
  }
  const startedAtMs = beganAtMs(room, event);
  const asked = await startedOrder(room, pileNo, event.tradeNo);
  if (asked === undefined) {
    await openUnasked(room, pile, link, event, startedAtMs);
  } else {
    // A start of ours was allowed when it was asked for.
    const begin = { opening: asked.order, startedAtMs, refusal: null };
    await storeBegin(room, pile, link, event, begin, { asked, changes: [] });
  }
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

/**
 * What the site thinks of a card that a pile asks about. That it charges already is no refusal here,
 * for it may be held up to end that charge; a second charge is refused when it begins.
 */
export async function verdictOn(
  room: SiteRoom,
  pile: PileMemory,
  identity: Identity,
): Promise<CardVerdict> {
  const wish = { identity, atMs: room.clock.nowMs(), alone: false };
  const refusal = refusalOf(await judge(room, pile, wish));
  return { refusal, ...cardOf(room, identity) };
}

/** A card that a pile asks about (Authorize): nothing is opened. */
export async function onCardChecked(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  { request, identity }: Extract<PileEvent, { type: 'CardChecked' }>,
): Promise<void> {
  link.send({ do: 'answerCard', request, ...(await verdictOn(room, pile, identity)) });
}
