import { BILL_EXCEPTIONS, type BillException } from '@holdfast/shared/money/bill';
import type { SettlePolicy } from '@holdfast/shared/money/policy';
import type { MeterReading } from '@holdfast/shared/money/readings';
import { type Settlement, settle } from '@holdfast/shared/money/settle';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Order, OrderEvent } from '@holdfast/shared/order/order';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import type { PileCharge } from '@holdfast/shared/pile/pile-charge';
import { eventOf, orderOf } from './opening.ts';

/** A record and what the site knows beside it. */
export interface RecordFacts {
  readonly record: ChargeRecord;
  /** Sent as the charge ended, not from the pile's store after a time without a line. */
  readonly live: boolean;
  /** What the connector can deliver at most; `null`: nobody said. */
  readonly ratedPowerW: number | null;
  readonly policy: SettlePolicy;
  /** For a record whose number nobody here gave out: under which number and price it is kept. */
  readonly orphan: {
    readonly orderNo: string;
    readonly siteId: string;
    readonly vendor: string;
    /** The tariff in force when it began; `null`: none, so no price. */
    readonly tariff: Tariff | null;
    /** The account of its card, where the lists know it. */
    readonly account: string | null;
    /** How its pile names the charge: a begin that comes after it finds it by that. */
    readonly charge?: PileCharge;
  };
}

/** The decision on a record of a known order. The raw frame is kept unless it is a duplicate. */
export type RecordDecision =
  | { readonly is: 'settled' | 'revised'; readonly event: OrderEvent }
  /** The same content again: answered, nothing changes. */
  | { readonly is: 'duplicate' }
  /** Another content for an order that is marked as revised already: only the frame is kept. */
  | { readonly is: 'revised-again' };

/** All of a record but the time of its arrival, as text. */
export const contentOf = ({ receivedAtMs: _received, ...content }: ChargeRecord): string =>
  JSON.stringify(content, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );

/** Whether a pile says the same of a charge as before. */
export const sameContent = (a: ChargeRecord, b: ChargeRecord): boolean =>
  contentOf(a) === contentOf(b);

/**
 * A pile that names its charges says of an end where its meter stood (OCPP); what else is in such a
 * record was made of what its driver still knew, which is less when the end is told again.
 */
const sameEnd = ({ charge }: Order, a: ChargeRecord, b: ChargeRecord): boolean =>
  charge !== undefined && a.meterEnd === b.meterEnd && a.totalEnergy === b.totalEnergy;

/** The exceptions in the table's order, each once. */
const marked = (...marks: readonly BillException[]): readonly BillException[] =>
  BILL_EXCEPTIONS.filter((mark) => marks.includes(mark));

/** Marks of an order that no record and no estimate takes away. */
export const lasting = ({ exceptions }: Order): readonly BillException[] =>
  exceptions.filter((mark) => mark === 'not-authorised');

/** A pile's time, if it can be one: not before `fromMs`, not after `toMs`. */
const plausible = (ms: number | null, fromMs: number, toMs: number): number | null =>
  ms !== null && ms >= fromMs && ms <= toMs ? ms : null;

const billed = (settlement: Settlement): Pick<Order, 'bill' | 'pileTotal' | 'difference'> => ({
  bill: settlement.bill,
  pileTotal: settlement.pileTotal,
  difference: settlement.difference,
});

/** The edge's own word on when a charge began and ended; that of a failed start says nothing. */
const edgeTimesOf = (order: Order) => ({
  startedAtMs: order.chargingAtMs,
  endedAtMs: order.state === 'failed' ? null : order.endedAtMs,
});

/** A known order and the record that it waited for. */
function settledOf(
  order: Order,
  facts: RecordFacts,
  samples: readonly MeterReading[],
  atMs: number,
): OrderEvent {
  const { record } = facts;
  const edgeTimes = edgeTimesOf(order);
  const settlement = settle({ ...facts, tariff: order.tariff, samples, edgeTimes });
  const believable = (ms: number | null) => plausible(ms, order.openedAtMs, atMs);
  const settled: Order = {
    ...order,
    ...billed(settlement),
    state: 'settled',
    payer: { ...order.payer, vin: order.payer.vin ?? record.vin },
    chargingAtMs: order.chargingAtMs ?? believable(record.startedAtMs),
    endedAtMs: edgeTimes.endedAtMs ?? believable(record.endedAtMs) ?? atMs,
    settledAtMs: atMs,
    record,
    exceptions: marked(...settlement.exceptions, ...lasting(order)),
  };
  return eventOf('OrderSettled', settled, atMs);
}

/**
 * A record whose number nobody here gave out: a charge that the pile authorised alone, or one of a
 * ledger that is lost. It is priced as far as a tariff is known, but `orphan` says that a person (or
 * the hub) decides who owes it.
 */
export function orphanOf(facts: RecordFacts, atMs: number): OrderEvent {
  const { record, orphan } = facts;
  const { tariff } = orphan;
  const nothing = { startedAtMs: null, endedAtMs: null };
  const settlement = settle({ ...facts, tariff, samples: [], edgeTimes: nothing });
  const startedAtMs = plausible(record.startedAtMs, 0, atMs);
  const opened = orderOf(
    {
      orderNo: orphan.orderNo,
      siteId: orphan.siteId,
      vendor: orphan.vendor,
      pileNo: record.pileNo,
      connectorNo: record.connectorNo,
      startMethod: record.startMethod,
      payer: { account: orphan.account, cardNo: record.cardNo, vin: record.vin },
      balance: null,
      tariff,
    },
    startedAtMs ?? atMs,
  );
  const kept: Order = {
    ...opened,
    ...billed(settlement),
    ...(orphan.charge === undefined ? {} : { charge: orphan.charge }),
    state: 'orphan',
    chargingAtMs: startedAtMs,
    endedAtMs: plausible(record.endedAtMs, opened.openedAtMs, atMs) ?? atMs,
    record,
    exceptions: marked(...settlement.exceptions, 'orphan'),
  };
  return eventOf('OrphanKept', kept, atMs);
}

/** Decides what an uploaded record does to the order of its number. */
export function decideRecord(
  order: Order,
  facts: RecordFacts,
  samples: readonly MeterReading[],
  atMs: number,
): RecordDecision {
  if (order.record === null) {
    return { is: 'settled', event: settledOf(order, facts, samples, atMs) };
  }
  const { record: before } = order;
  if (sameContent(before, facts.record) || sameEnd(order, before, facts.record)) {
    return { is: 'duplicate' };
  }
  if (order.exceptions.includes('record-revised')) return { is: 'revised-again' };
  const exceptions = marked(...order.exceptions, 'record-revised');
  return { is: 'revised', event: eventOf('OrderRevised', { ...order, exceptions }, atMs) };
}
