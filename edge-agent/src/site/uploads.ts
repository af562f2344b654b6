import type { ChargeRecord } from '@holdfast/shared/order/record';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { tariffAt } from '../config/tariff-book.ts';
import { sessionOf } from '../orders/opening.ts';
import type { RecordFacts } from '../orders/records.ts';
import type { Session } from '../orders/session.ts';
import { isNoNumber, numberOfRecord } from '../orders/trade-no.ts';
import type { PileLink } from '../ports/site.ts';
import { raiseAlarm } from './reports.ts';
import { momentOf, type PileMemory, type SiteRoom } from './room.ts';
import { payerOf } from './spending.ts';
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

/** [ORD-11] The order that a record belongs to: never that of another pile, never one without a number. */
async function placeOf(room: SiteRoom, record: ChargeRecord): Promise<Place> {
  if (!isNoNumber(record.tradeNo)) {
    const session = await sessionFor(room, record.tradeNo);
    if (session === undefined || session.order.pileNo === record.pileNo) {
      return { orderNo: record.tradeNo, session };
    }
  }
  const orderNo = numberOfRecord(record);
  return { orderNo, session: await sessionFor(room, orderNo) };
}

/** The edge has seen the end of this charge on the connection that the record came on. */
function isLive(pile: PileMemory, session: Session | undefined): boolean {
  if (session === undefined) return false;
  const lastWord = Math.max(session.reportMono ?? 0, session.endedMono ?? 0);
  return pile.online && lastWord >= pile.loggedInMono;
}

function factsOf(
  room: SiteRoom,
  pile: PileMemory,
  record: ChargeRecord,
  place: Place,
): RecordFacts {
  const { config, clock } = room;
  const nowMs = clock.nowMs();
  const { startedAtMs, startMethod, cardNo, vin } = record;
  const beganMs = startedAtMs !== null && startedAtMs <= nowMs ? startedAtMs : nowMs;
  const payer = payerOf(config.lists, { startMethod, payer: { account: null, cardNo, vin } });
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
  { record, rawHex, frameType }: RecordUploaded,
): Promise<void> {
  const { pileNo, vendor } = pile.known;
  room.counts.records += 1;
  const place = await placeOf(room, record);
  const { orderNo, session } = place;
  const facts = factsOf(room, pile, record, place);
  const kept = { tradeNo: orderNo, pileNo, frameType, rawHex, receivedAtMs: record.receivedAtMs };
  try {
    const after = await runStep(
      room,
      pile,
      session ?? null,
      { on: 'record', facts },
      { record: kept },
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
  link.send({ do: 'recordStored', tradeNo: record.tradeNo });
}
