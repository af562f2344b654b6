import { ORDER_EVENT_KINDS, type OrderEvent, type OrderEventKind } from '../order/order.ts';
import { orderJson, orderOf } from '../order/order-text.ts';
import {
  bool,
  exact,
  list,
  nullable,
  oneOf,
  optional,
  type Read,
  readWith,
  shape,
  str,
  type TextCodec,
  whole,
} from '../order/text-codec.ts';
import { CONNECTOR_STATES, type Measurement } from '../pile/measurement.ts';
import { energyStep, moneyStep } from '../units.ts';
import type { CommandAnswer } from './commands.ts';
import type {
  AlarmRaised,
  ClockStepped,
  CommandAnswered,
  ConnectorChanged,
  FramesCaptured,
  MeasuredEvent,
  PileChanged,
  SecurityRaised,
  SiteEvent,
} from './events.ts';
import type { LaneName } from './lanes.ts';

/*
 * Events as the text that is stored in the outbox, sent and hashed ([SYNC-1]), and back. Within a
 * kind's version, fields are only ever added, and a reader passes over those that it does not know
 * ([SYNC-11]); a change that an older reader would misread gets a new version or a new kind.
 */

/** An event in its final form; `body` is JSON text without the kind. */
export interface EncodedEvent {
  readonly lane: LaneName;
  readonly kind: string;
  readonly kindVersion: number;
  /** What the event is about: within the state lane a newer event of a key replaces an older one. */
  readonly key: string;
  readonly body: string;
}

/** An event, or why it cannot be applied; `unknown`: a newer edge may mean something by it ([SYNC-13]). */
export type DecodedEvent =
  | { readonly ok: true; readonly value: SiteEvent }
  | { readonly ok: false; readonly unknown: boolean; readonly reason: string };

interface EventKind<E extends SiteEvent> {
  readonly lane: LaneName;
  readonly version: number;
  key(event: E): string;
  /** The final text of the body. */
  json(event: E): string;
  of(json: unknown): Read<E>;
}

/** Any number that JSON can carry; measurements only, never money. */
const real: TextCodec<number> = {
  text: (value) => value,
  of(json, path, report) {
    if (typeof json === 'number' && Number.isFinite(json)) return json;
    report(path, 'a number is wanted');
    return 0;
  },
};

const measurement = shape<Measurement>({
  connectorNo: whole(),
  tradeNo: nullable(str),
  status: oneOf(['offline', 'faulted', 'idle', 'charging', 'unknown']),
  plugged: nullable(bool),
  homed: nullable(bool),
  voltageMv: real,
  currentMa: real,
  powerW: optional(real),
  soc: nullable(real),
  energy: exact(4, energyStep),
  lossEnergy: exact(4, energyStep),
  amount: exact(4, moneyStep),
  chargedMinutes: real,
  remainMinutes: real,
  cableTempC: nullable(real),
  batteryMaxTempC: nullable(real),
  faults: list(str),
});

/** Whatever a pile said, kept as it is. */
const anyJson: TextCodec<unknown> = { text: (value) => value, of: (json) => json };

const commandAnswer = shape<CommandAnswer>({
  id: str,
  outcome: oneOf(['done', 'refused', 'expired', 'stale', 'unknown']),
  reason: optional(str),
  orderNo: optional(str),
  answer: optional(anyJson),
  atMs: whole(),
});

const stampedFrame = shape<FramesCaptured['frames'][number]>({ atMs: whole(), up: bool, hex: str });

/** A kind whose body is its fields without `kind`. */
function plainKind<E extends Exclude<SiteEvent, OrderEvent>>(
  kind: E['kind'],
  row: Omit<EventKind<E>, 'json' | 'of' | 'version'> & {
    readonly body: TextCodec<Omit<E, 'kind'>>;
  },
): EventKind<E> {
  const { lane, key, body } = row;
  return {
    lane,
    version: 1,
    key,
    json: (event) => JSON.stringify(body.text(event)),
    of(json) {
      const read = readWith(body, json);
      // The fields are E without its kind, by the type of `body`.
      return read.ok ? { ok: true, value: { kind, ...read.value } as E } : read;
    },
  };
}

const orderFields = shape<Pick<OrderEvent, 'eventNo' | 'atMs'>>({
  eventNo: whole(1),
  atMs: whole(),
});

function orderKind(kind: OrderEventKind): EventKind<OrderEvent> {
  return {
    lane: 'money',
    version: 1,
    key: (event) => event.order.orderNo,
    json: ({ eventNo, atMs, order }) =>
      `${JSON.stringify({ eventNo, atMs }).slice(0, -1)},"order":${orderJson(order)}}`,
    of(json) {
      const fields = readWith(orderFields, json);
      if (!fields.ok) return fields;
      const order = orderOf((json as { readonly order?: unknown }).order);
      if (!order.ok) return { ok: false, reason: `order: ${order.reason}` };
      return { ok: true, value: { kind, ...fields.value, order: order.value } };
    },
  };
}

const connectorKey = (pileNo: string, connectorNo: number): string => `${pileNo}/${connectorNo}`;

const orderKinds = Object.fromEntries(
  ORDER_EVENT_KINDS.map((kind) => [kind, orderKind(kind)]),
) as Record<OrderEventKind, EventKind<OrderEvent>>;

/** Every kind of event: its lane, its key, its text. */
const KINDS: { readonly [E in SiteEvent as E['kind']]: EventKind<E> } = {
  ...orderKinds,
  PileChanged: plainKind<PileChanged>('PileChanged', {
    lane: 'state',
    key: (event) => event.pileNo,
    body: shape({
      pileNo: str,
      vendor: str,
      online: bool,
      adopted: bool,
      connectorCount: whole(),
      dc: bool,
      firmware: str,
      protocolVersion: str,
    }),
  }),
  ConnectorChanged: plainKind<ConnectorChanged>('ConnectorChanged', {
    lane: 'state',
    key: (event) => connectorKey(event.pileNo, event.connectorNo),
    body: shape({
      pileNo: str,
      connectorNo: whole(),
      state: oneOf(CONNECTOR_STATES),
      plugged: nullable(bool),
      orderNo: nullable(str),
      faults: list(str),
    }),
  }),
  Measured: plainKind<MeasuredEvent>('Measured', {
    lane: 'telemetry',
    key: (event) => connectorKey(event.pileNo, event.measurement.connectorNo),
    body: shape({ pileNo: str, measurement }),
  }),
  CommandAnswered: plainKind<CommandAnswered>('CommandAnswered', {
    lane: 'control',
    key: (event) => event.answer.id,
    body: shape({ answer: commandAnswer }),
  }),
  AlarmRaised: plainKind<AlarmRaised>('AlarmRaised', {
    lane: 'control',
    key: (event) => event.code,
    body: shape({ code: str, pileNo: nullable(str), text: str }),
  }),
  SecurityRaised: plainKind<SecurityRaised>('SecurityRaised', {
    lane: 'state',
    key: (event) => event.code,
    body: shape({
      code: str,
      pileNo: nullable(str),
      address: nullable(str),
      detail: str,
      count: whole(1),
    }),
  }),
  ClockStepped: plainKind<ClockStepped>('ClockStepped', {
    lane: 'control',
    key: () => '',
    body: shape({ fromMs: real, toMs: real }),
  }),
  FramesCaptured: plainKind<FramesCaptured>('FramesCaptured', {
    lane: 'frames',
    key: (event) => event.pileNo,
    body: shape({ pileNo: str, frames: list(stampedFrame) }),
  }),
};

const BY_NAME: ReadonlyMap<string, EventKind<SiteEvent>> = new Map(Object.entries(KINDS));

/** Puts an event into its final text; the lane is the one that it goes by unless its stream is old backlog. */
export function encodeEvent(event: SiteEvent): EncodedEvent {
  const kind: EventKind<SiteEvent> = KINDS[event.kind];
  return {
    lane: kind.lane,
    kind: event.kind,
    kindVersion: kind.version,
    key: kind.key(event),
    body: kind.json(event),
  };
}

/** Reads the body of an event (parsed JSON). Total: whatever arrives, it answers and never throws. */
export function decodeEvent(
  kind: string,
  kindVersion: number,
  key: string,
  body: unknown,
): DecodedEvent {
  const known = BY_NAME.get(kind);
  if (known === undefined) return { ok: false, unknown: true, reason: `unknown kind "${kind}"` };
  if (kindVersion < 1 || kindVersion > known.version) {
    const reason = `version ${kindVersion} of ${kind} is unknown; up to ${known.version} is read here`;
    return { ok: false, unknown: true, reason };
  }
  const read = known.of(body);
  if (!read.ok) return { ok: false, unknown: false, reason: read.reason };
  const wanted = known.key(read.value);
  if (key === wanted) return read;
  return { ok: false, unknown: false, reason: `key: "${wanted}" is wanted, "${key}" came` };
}
