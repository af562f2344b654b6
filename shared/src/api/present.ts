import type { BillRow } from '../money/bill.ts';
import { RATE_KINDS } from '../money/tariff.ts';
import type { Order, OrderEvent } from '../order/order.ts';
import { stopReasonOf } from '../order/stop-reasons.ts';
import { type Measurement, powerOf } from '../pile/measurement.ts';
import { unverifiedProfileOf } from '../pile/unverified.ts';
import type { Command, CommandAnswer } from '../sync/commands.ts';
import type { ConnectorChanged, PileChanged } from '../sync/events.ts';
import { isoText } from '../time/shanghai.ts';
import { decimalText, energyText, type Fen, fenText, moneyStepText, priceText } from '../units.ts';
import type {
  CommandResource,
  ConnectorResource,
  OrderEventResource,
  OrderResource,
  OrderRowResource,
  PileResource,
} from './resources.ts';

/*
 * From the domain to the HTTP resources (design §8), the same at edge and hub: exact decimals as
 * strings, times ISO with +08:00.
 */

/** ISO time of an instant that may be missing. */
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoText(ms));

const yuanOrNull = (sum: Fen | null | undefined): string | null =>
  sum === null || sum === undefined ? null : fenText(sum);

/** Name of a rate kind: sharp, peak, flat, valley, or its number beyond these. */
export const rateKindName = (kind: number): string => RATE_KINDS[kind] ?? String(kind);

export function orderRowResource(row: BillRow): OrderRowResource {
  return {
    kind: rateKindName(row.kind),
    from: isoOrNull(row.fromMs ?? null),
    to: isoOrNull(row.toMs ?? null),
    energyKwh: energyText(row.energy),
    electricityPrice: priceText(row.electricityPrice),
    servicePrice: priceText(row.servicePrice),
    electricityYuan: fenText(row.electricity),
    serviceYuan: fenText(row.service),
    interpolated: row.interpolated ?? false,
  };
}

/** An order as both APIs show it, its rows included. */
export function orderResource(order: Order): OrderResource {
  const { bill, record, tariff } = order;
  return {
    orderNo: order.orderNo,
    siteId: order.siteId,
    vendor: order.vendor,
    pileNo: order.pileNo,
    connectorNo: order.connectorNo,
    state: order.state,
    startMethod: order.startMethod,
    account: order.payer.account,
    cardNo: order.payer.cardNo,
    vin: order.payer.vin,
    tariff: tariff === null ? null : { tariffId: tariff.tariffId, version: tariff.version },
    openedAt: isoText(order.openedAtMs),
    chargingAt: isoOrNull(order.chargingAtMs),
    endedAt: isoOrNull(order.endedAtMs),
    settledAt: isoOrNull(order.settledAtMs),
    energyKwh: bill === null ? null : energyText(bill.energy),
    electricityYuan: yuanOrNull(bill?.electricity),
    serviceYuan: yuanOrNull(bill?.service),
    totalYuan: yuanOrNull(bill?.total),
    pileTotalYuan: yuanOrNull(order.pileTotal),
    differenceYuan: yuanOrNull(order.difference),
    exceptions: [...order.exceptions],
    failReason: order.failReason,
    charge: order.charge === undefined ? null : { key: order.charge.key, no: order.charge.no },
    stopCode: record?.stopCode ?? null,
    stopReason:
      record === null ? null : stopReasonOf(order.vendor, record.stopCode, record.stopClass),
    rows: bill === null ? [] : bill.rows.map(orderRowResource),
  };
}

export function orderEventResource(event: OrderEvent): OrderEventResource {
  return {
    eventNo: event.eventNo,
    kind: event.kind,
    at: isoText(event.atMs),
    state: event.order.state,
  };
}

/** A pile of a site; `lastSeenMs` is `null` for one that is configured but has never come. */
export function pileResource(
  siteId: string,
  pile: Omit<PileChanged, 'kind'>,
  lastSeenMs: number | null,
): PileResource {
  return {
    siteId,
    pileNo: pile.pileNo,
    vendor: pile.vendor,
    unverified: unverifiedProfileOf(pile.vendor) ?? null,
    adopted: pile.adopted,
    online: pile.online,
    connectorCount: pile.connectorCount,
    dc: pile.dc,
    firmware: pile.firmware,
    protocolVersion: pile.protocolVersion,
    lastSeenAt: isoOrNull(lastSeenMs),
  };
}

/** The newest report of a connector and when the edge received it. */
export interface SeenMeasurement {
  readonly measurement: Measurement;
  readonly atMs: number;
}

/** Rounds a count of thousandths (mV, mA) to one decimal of the unit. */
const tenthText = (milli: number): string => decimalText(BigInt(Math.round(milli / 100)), 1);

/** In kW, to the watt. */
const kilowattText = (watts: number): string => decimalText(BigInt(Math.round(watts)), 3);

/** A pile that measures power alone has no voltage and no current to show. */
const isTold = (milli: number, { powerW }: Measurement): boolean =>
  milli !== 0 || powerW === undefined;

function liveFields(seen: SeenMeasurement | undefined) {
  const m = seen?.measurement;
  // Energy and amount of a charge mean something only while the report names one.
  const charge = m !== undefined && m.tradeNo !== null ? m : undefined;
  return {
    voltageV: m !== undefined && isTold(m.voltageMv, m) ? tenthText(m.voltageMv) : null,
    currentA: m !== undefined && isTold(m.currentMa, m) ? tenthText(m.currentMa) : null,
    powerKw: m === undefined ? null : kilowattText(powerOf(m)),
    soc: m?.soc ?? null,
    energyKwh: charge === undefined ? null : energyText(charge.energy),
    amountYuan: charge === undefined ? null : moneyStepText(charge.amount),
    chargedMinutes: charge?.chargedMinutes ?? null,
    measuredAt: isoOrNull(seen?.atMs ?? null),
  };
}

/** A connector with its newest measurement, where there is one. */
export function connectorResource(
  of: { readonly siteId: string; readonly vendor: string },
  connector: Omit<ConnectorChanged, 'kind'>,
  seen: SeenMeasurement | undefined,
): ConnectorResource {
  return {
    siteId: of.siteId,
    pileNo: connector.pileNo,
    connectorNo: connector.connectorNo,
    vendor: of.vendor,
    state: connector.state,
    plugged: connector.plugged,
    orderNo: connector.orderNo,
    faults: [...connector.faults],
    ...liveFields(seen),
  };
}

/** A command that was given, and its answer once there is one. */
export function commandResource(given: {
  readonly siteId: string;
  readonly command: Command;
  readonly sentAtMs: number;
  readonly answer: CommandAnswer | null;
}): CommandResource {
  const { command, answer } = given;
  return {
    id: command.id,
    siteId: given.siteId,
    pileNo: command.pileNo,
    connectorNo: command.connectorNo,
    op: command.op,
    state: answer?.outcome ?? 'sent',
    reason: answer?.reason ?? null,
    orderNo: answer?.orderNo ?? null,
    operation: command.operate?.operation ?? null,
    ...(answer?.answer === undefined ? {} : { answer: answer.answer }),
    sentAt: isoText(given.sentAtMs),
    answeredAt: isoOrNull(answer?.atMs ?? null),
    deadlineAt: isoText(command.deadlineMs),
  };
}
