import { FaultError } from '@holdfast/shared/errors/fault';
import type { OrderEvent } from '@holdfast/shared/order/order';
import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import type { SiteEvent } from '@holdfast/shared/sync/events';
import { CORE_LANES, type LaneName } from '@holdfast/shared/sync/lanes';
import type { WireEvent } from '@holdfast/shared/sync/messages';
import type { Insertable } from 'kysely';
import { eventOf } from './bodies.ts';
import { connectorRow, measurementRow, pileRow } from './live-rows.ts';
import { billRows, chargeOrderRow } from './order-rows.ts';
import type {
  CaptureTable,
  ChargeOrderTable,
  ConnectorTable,
  MeasurementTable,
  OrderEventTable,
  OrderRowTable,
  ParkedTable,
  PileTable,
  SiteLogTable,
} from './schema.ts';

/** Where a batch comes from and when. */
export interface Origin {
  readonly siteId: string;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly receivedAtMs: number;
}

/** An event beside its body as text: what is stored and hashed is what came. */
export interface TextEvent {
  readonly wire: WireEvent;
  /** Made beforehand in core lanes, whose chains cover it; elsewhere it is rarely wanted. */
  readonly body: string | undefined;
}

export const textEvent = (lane: LaneName, wire: WireEvent): TextEvent => ({
  wire,
  body: CORE_LANES.includes(lane) ? JSON.stringify(wire[5]) : undefined,
});

const bodyOf = ({ wire, body }: TextEvent): string => body ?? JSON.stringify(wire[5]);

/** One order event with everything that it writes if its key is new. */
export interface PlannedOrder {
  readonly source: TextEvent;
  readonly event: Insertable<OrderEventTable>;
  readonly order: Insertable<ChargeOrderTable>;
  readonly rows: readonly Insertable<OrderRowTable>[];
}

/** What a run of events comes to, as rows. States keep only the last of a key. */
export interface Plan {
  readonly orders: PlannedOrder[];
  readonly piles: Map<string, Insertable<PileTable>>;
  readonly connectors: Map<string, Insertable<ConnectorTable>>;
  readonly measurements: Insertable<MeasurementTable>[];
  readonly answers: CommandAnswer[];
  readonly log: Insertable<SiteLogTable>[];
  readonly captures: Insertable<CaptureTable>[];
  readonly parked: Insertable<ParkedTable>[];
}

const emptyPlan = (): Plan => ({
  orders: [],
  piles: new Map(),
  connectors: new Map(),
  measurements: [],
  answers: [],
  log: [],
  captures: [],
  parked: [],
});

/** Longest texts of a parked row's columns; the body keeps everything. */
const KIND_LENGTH = 200;
const KEY_LENGTH = 255;
const CAUSE_LENGTH = 1_000;

/** An event that cannot be applied for its own fault, with why ([SYNC-13]). */
export function parkedRow(
  origin: Origin,
  source: TextEvent,
  cause: string,
): Insertable<ParkedTable> {
  const [seq, atMs, kind, kindVersion, key] = source.wire;
  return {
    site_id: origin.siteId,
    vendor: origin.vendor,
    lane: origin.lane,
    epoch: origin.epoch,
    seq,
    kind: kind.slice(0, KIND_LENGTH),
    kind_version: kindVersion,
    event_key: key.slice(0, KEY_LENGTH),
    event_at_ms: atMs,
    body: bodyOf(source),
    cause: cause.slice(0, CAUSE_LENGTH),
    at_ms: origin.receivedAtMs,
    replayed_at_ms: null,
  };
}

function plannedOrder(origin: Origin, source: TextEvent, event: OrderEvent): PlannedOrder {
  const { order, eventNo } = event;
  if (order.siteId !== origin.siteId || order.vendor !== origin.vendor) {
    throw new FaultError('invalid-input', `the order belongs to ${order.siteId}, ${order.vendor}`);
  }
  if (order.eventNo !== eventNo) {
    throw new FaultError('invalid-input', `event ${eventNo} carries the order of another event`);
  }
  return {
    source,
    event: {
      order_no: order.orderNo,
      event_no: eventNo,
      kind: event.kind,
      kind_version: source.wire[3],
      at_ms: event.atMs,
      received_at_ms: origin.receivedAtMs,
      body: bodyOf(source),
    },
    order: chargeOrderRow(order, origin.receivedAtMs),
    rows: billRows(event),
  };
}

function planEvent(plan: Plan, origin: Origin, source: TextEvent, event: SiteEvent): void {
  const { siteId, vendor, receivedAtMs } = origin;
  const atMs = source.wire[1];
  const common = { site_id: siteId, vendor, at_ms: atMs, received_at_ms: receivedAtMs };
  switch (event.kind) {
    case 'PileChanged':
      plan.piles.set(event.pileNo, pileRow(siteId, event, atMs));
      return;
    case 'ConnectorChanged': {
      const key = `${event.pileNo}|${event.connectorNo}`;
      plan.connectors.set(key, connectorRow(origin, event, atMs));
      return;
    }
    case 'Measured': {
      const { pileNo, measurement } = event;
      plan.measurements.push(measurementRow(siteId, pileNo, measurement, { atMs, receivedAtMs }));
      return;
    }
    case 'CommandAnswered':
      plan.answers.push(event.answer);
      return;
    case 'AlarmRaised':
    case 'SecurityRaised':
      plan.log.push({ ...common, kind: event.kind, pile_no: event.pileNo, body: bodyOf(source) });
      return;
    case 'ClockStepped':
      plan.log.push({ ...common, kind: event.kind, pile_no: null, body: bodyOf(source) });
      return;
    case 'FramesCaptured':
      plan.captures.push({ ...common, pile_no: event.pileNo, body: bodyOf(source) });
      return;
    default:
      plan.orders.push(plannedOrder(origin, source, event));
  }
}

/** Turns events into rows. What cannot be read, or is of an unknown kind, goes to `parked`. */
export function planOf(origin: Origin, events: readonly TextEvent[]): Plan {
  const plan = emptyPlan();
  for (const source of events) {
    const read = eventOf(source.wire);
    if (!read.ok) {
      plan.parked.push(parkedRow(origin, source, read.reason));
      continue;
    }
    try {
      planEvent(plan, origin, source, read.value);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      plan.parked.push(parkedRow(origin, source, error.message));
    }
  }
  return plan;
}
