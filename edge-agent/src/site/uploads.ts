import type { Order } from '@holdfast/shared/order/order';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import type { ChargeRef, PileCharge } from '@holdfast/shared/pile/pile-charge';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { energyStep } from '@holdfast/shared/units';
import { tariffAt } from '../config/tariff-book.ts';
import { sessionOf } from '../orders/opening.ts';
import type { RecordFacts } from '../orders/records.ts';
import type { Session } from '../orders/session.ts';
import { isNoNumber, numberOfRecord } from '../orders/trade-no.ts';
import type { Change } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import { newChargeNo, verdictOn } from './charges.ts';
import { raiseAlarm } from './reports.ts';
import { momentOf, type PileMemory, type SiteRoom } from './room.ts';
import { ratedPowerOf } from './starts.ts';
import { runStep } from './stepper.ts';

type RecordUploaded = Extract<PileEvent, { type: 'RecordUploaded' }>;

/** A session from memory, or made of the order on disk. */
async function sessionFor(room: SiteRoom, orderNo: string): Promise<Session | undefined> {
  const inMemory = room.shelf.get(orderNo);
  if (inMemory !== undefined) return inMemory;
  const order = await room.ledger.order(orderNo);
  return order === undefined ? undefined : sessionOf(order, momentOf(room));
}

interface Place {
  readonly orderNo: string;
  readonly session: Session | undefined;
}

/** The order of a charge by its pile's own name for it. */
export async function sessionOfCharge(
  room: SiteRoom,
  pileNo: string,
  ref: ChargeRef,
): Promise<Session | undefined> {
  const open = room.shelf
    .openOf(pileNo)
    .find(({ order: { charge } }) =>
      ref.by === 'no' ? charge?.no === ref.no : charge?.key === ref.key,
    );
  if (open !== undefined) return open;
  const order = await room.ledger.orderOfCharge(pileNo, ref);
  if (order !== undefined) return await sessionFor(room, order.orderNo);
  if (ref.by === 'key' || ref.otherwise === undefined) return undefined;
  return await sessionOfCharge(room, pileNo, { by: 'key', key: ref.otherwise });
}

/** [ORD-11] The order that a record belongs to: never that of another pile, never one without a number. */
async function placeOf(
  room: SiteRoom,
  record: ChargeRecord,
  ref: ChargeRef | undefined,
): Promise<Place> {
  const named = ref && (await sessionOfCharge(room, record.pileNo, ref));
  if (named !== undefined) return { orderNo: named.order.orderNo, session: named };
  if (!isNoNumber(record.tradeNo)) {
    const session = await sessionFor(room, record.tradeNo);
    if (session === undefined || session.order.pileNo === record.pileNo) {
      return { orderNo: record.tradeNo, session };
    }
  }
  const orderNo = numberOfRecord(record);
  return { orderNo, session: await sessionFor(room, orderNo) };
}

/** Whether a record says more than where the meter stands. */
const tellsOfCharge = ({ totalEnergy, rows, meterStart }: ChargeRecord): boolean =>
  totalEnergy > 0n || rows.length > 0 || meterStart > 0n;

/**
 * A stop that names a charge of which its driver knows nothing any more says only where the meter
 * stands: the order says where it stood.
 */
function countedFrom(record: ChargeRecord, order: Order | undefined): ChargeRecord {
  const meterStart = order?.charge?.meterStart ?? null;
  if (tellsOfCharge(record) || meterStart === null || record.meterEnd <= meterStart) return record;
  const totalEnergy = energyStep(record.meterEnd - meterStart);
  const startedAtMs = record.startedAtMs ?? order?.chargingAtMs ?? null;
  return { ...record, startedAtMs, meterStart, totalEnergy, totalLossEnergy: totalEnergy };
}

/** The edge has seen the end of this charge on the connection that the record came on. */
function isLive(pile: PileMemory, session: Session | undefined): boolean {
  if (session === undefined) return false;
  const lastWord = Math.max(session.reportMono ?? 0, session.endedMono ?? 0);
  return pile.online && lastWord >= pile.loggedInMono;
}

/**
 * [ORD-11] An orphan whose pile names its charge, or whose record has a name, gets a number for that
 * name: its begin, if it comes after all, and the same record, sent again, are of this one order.
 */
function nameOf(
  room: SiteRoom,
  record: ChargeRecord,
  ref: ChargeRef | undefined,
): { readonly charge?: PileCharge; readonly changes: readonly Change[] } {
  const key = ref?.by === 'key' ? ref.key : ref?.otherwise;
  if (key === undefined) return { changes: [] };
  const { no, change } = newChargeNo(room);
  const meterStart = tellsOfCharge(record) ? record.meterStart : null;
  return { charge: { key, no, meterStart }, changes: [change] };
}

function factsOf(
  room: SiteRoom,
  pile: PileMemory,
  record: ChargeRecord,
  place: Place,
  charge: PileCharge | undefined,
): RecordFacts {
  const { config, clock } = room;
  const nowMs = clock.nowMs();
  const { startedAtMs, startMethod, cardNo, vin } = record;
  const beganMs = startedAtMs !== null && startedAtMs <= nowMs ? startedAtMs : nowMs;
  const payer = room.cards.payerOf({ startMethod, payer: { account: null, cardNo, vin } });
  return {
    record,
    live: isLive(pile, place.session),
    ratedPowerW: ratedPowerOf(room, record.pileNo),
    policy: config.policy,
    orphan: {
      orderNo: place.orderNo,
      siteId: config.siteId,
      vendor: pile.known.vendor,
      tariff: tariffAt(config.tariffs, beganMs) ?? null,
      account: payer?.account ?? null,
      ...(charge === undefined ? {} : { charge }),
    },
  };
}

/**
 * [ORD-12] A record is settled and its frame is on disk before the pile may forget it. Throws
 * `FaultError` when the ledger refuses: the pile hears nothing and sends again.
 */
export async function onRecordUploaded(
  room: SiteRoom,
  pile: PileMemory,
  link: PileLink,
  { record: told, rawHex, frameType, charge, request, endedBy }: RecordUploaded,
): Promise<void> {
  const { pileNo, vendor } = pile.known;
  room.counts.records += 1;
  const place = await placeOf(room, told, charge);
  const { orderNo, session } = place;
  const record = countedFrom(told, session?.order);
  const name = session === undefined ? nameOf(room, record, charge) : { changes: [] };
  const facts = factsOf(room, pile, record, place, name.charge);
  const kept = { tradeNo: orderNo, pileNo, frameType, rawHex, receivedAtMs: record.receivedAtMs };
  try {
    const after = await runStep(
      room,
      pile,
      session ?? null,
      { on: 'record', facts },
      { record: kept, changes: name.changes },
    );
    if (after !== 'ignored' && after.order === session?.order) room.counts.duplicateRecords += 1;
    if (session === undefined) room.counts.orphans += 1;
  } catch (error) {
    raiseAlarm(room, vendor, {
      code: 'record-not-stored',
      pileNo,
      text: `A record could not be written and was not answered (${orderNo}).`,
    });
    throw error;
  }
  link.send({
    do: 'recordStored',
    tradeNo: record.tradeNo,
    ...(request === undefined ? {} : { request }),
    ...(endedBy === undefined ? {} : { card: await verdictOn(room, pile, endedBy) }),
  });
}
