import Type, { type Static } from 'typebox';
import { ORDER_STATES } from '../order/order.ts';
import { CONNECTOR_STATES } from '../pile/measurement.ts';
import { CardsWish } from './cards.ts';

/*
 * HTTP resources of hub and edge (design §8): exact decimals as strings, times ISO with +08:00.
 * Both sides serve the same shapes, so one client and one page kit read both.
 */

const IsoTime = Type.String({ description: 'ISO time with +08:00' });
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Decimal = (what: string) => Type.String({ description: what });

/** Link of a site, by the age of its last word: online, late (heard of lately), offline. */
export const SiteLink = Type.Union([
  Type.Literal('online'),
  Type.Literal('late'),
  Type.Literal('offline'),
  Type.Literal('conflict'),
]);

export const SiteResource = Type.Object({
  siteId: Type.String(),
  name: Type.String(),
  link: SiteLink,
  lastHeardAt: Nullable(IsoTime),
  /** Events at the edge that the hub has not got yet, as last reported. */
  backlog: Type.Integer(),
  oldestBacklogAt: Nullable(IsoTime),
  piles: Type.Integer(),
  pilesOnline: Type.Integer(),
  connectors: Type.Integer(),
  charging: Type.Integer(),
});
export type SiteResource = Static<typeof SiteResource>;

export const PileResource = Type.Object({
  siteId: Type.String(),
  pileNo: Type.String(),
  vendor: Type.String(),
  unverified: Nullable(
    Type.Object(
      { profile: Type.String(), zh: Type.String(), en: Type.String() },
      { description: 'its protocol is an assumption, and which; null: it is public' },
    ),
  ),
  adopted: Type.Boolean({ description: 'false: waits for adoption, gets no service' }),
  online: Type.Boolean(),
  connectorCount: Type.Integer(),
  dc: Type.Boolean(),
  firmware: Type.String(),
  protocolVersion: Type.String(),
  lastSeenAt: Nullable(IsoTime),
});
export type PileResource = Static<typeof PileResource>;

export const ConnectorResource = Type.Object({
  siteId: Type.String(),
  pileNo: Type.String(),
  connectorNo: Type.Integer(),
  vendor: Type.String(),
  state: Type.Enum([...CONNECTOR_STATES]),
  plugged: Nullable(Type.Boolean()),
  orderNo: Nullable(Type.String()),
  faults: Type.Array(Type.String()),
  voltageV: Nullable(Decimal('volts, one decimal')),
  currentA: Nullable(Decimal('amperes, one decimal')),
  powerKw: Nullable(Decimal('kW, three decimals')),
  soc: Nullable(Type.Integer()),
  energyKwh: Nullable(Decimal('kWh of this charge, four decimals')),
  amountYuan: Nullable(Decimal('yuan of this charge as the pile shows it, four decimals')),
  chargedMinutes: Nullable(Type.Integer()),
  measuredAt: Nullable(IsoTime),
});
export type ConnectorResource = Static<typeof ConnectorResource>;

export const OrderRowResource = Type.Object({
  kind: Type.String({ description: 'sharp, peak, flat, valley or the number of the kind' }),
  from: Nullable(IsoTime),
  to: Nullable(IsoTime),
  energyKwh: Decimal('billed energy, four decimals'),
  electricityPrice: Decimal('yuan/kWh, five decimals'),
  servicePrice: Decimal('yuan/kWh, five decimals'),
  electricityYuan: Decimal('yuan, two decimals'),
  serviceYuan: Decimal('yuan, two decimals'),
  interpolated: Type.Boolean(),
});
export type OrderRowResource = Static<typeof OrderRowResource>;

export const OrderResource = Type.Object({
  orderNo: Type.String(),
  siteId: Type.String(),
  vendor: Type.String(),
  pileNo: Type.String(),
  connectorNo: Type.Integer(),
  state: Type.Enum([...ORDER_STATES]),
  startMethod: Type.String(),
  account: Nullable(Type.String()),
  cardNo: Nullable(Type.String()),
  vin: Nullable(Type.String()),
  tariff: Nullable(Type.Object({ tariffId: Type.String(), version: Type.Integer() })),
  openedAt: IsoTime,
  chargingAt: Nullable(IsoTime),
  endedAt: Nullable(IsoTime),
  settledAt: Nullable(IsoTime),
  energyKwh: Nullable(Decimal('billed energy')),
  electricityYuan: Nullable(Decimal('yuan')),
  serviceYuan: Nullable(Decimal('yuan')),
  totalYuan: Nullable(Decimal('what is due')),
  pileTotalYuan: Nullable(Decimal("the pile's own total")),
  differenceYuan: Nullable(Decimal("ours minus the pile's")),
  exceptions: Type.Array(Type.String()),
  failReason: Nullable(Type.String()),
  /** How its pile names it, where the pile does not know the order number (OCPP). */
  charge: Nullable(
    Type.Object({
      key: Type.String({ description: 'natural key at its pile' }),
      no: Type.Integer({ description: 'transaction number that the edge gave out' }),
    }),
  ),
  stopCode: Nullable(Type.Integer()),
  stopReason: Nullable(Type.Object({ zh: Type.String(), en: Type.String() })),
  rows: Type.Array(OrderRowResource),
});
export type OrderResource = Static<typeof OrderResource>;

export const OrderEventResource = Type.Object({
  eventNo: Type.Integer(),
  kind: Type.String(),
  at: IsoTime,
  state: Type.String(),
});
export type OrderEventResource = Static<typeof OrderEventResource>;

export const StreamResource = Type.Object({
  siteId: Type.String(),
  vendor: Type.String(),
  lane: Type.String(),
  epoch: Type.Integer(),
  watermark: Type.Integer(),
  next: Nullable(Type.Integer({ description: 'number of the next event at the edge' })),
  pending: Type.Integer(),
  oldestAt: Nullable(IsoTime),
  parked: Type.Integer(),
  gaps: Type.Integer(),
  /** [SYNC-14]: today's count and hash on both sides, and whether they agree. */
  check: Nullable(
    Type.Object({
      day: Type.String(),
      edgeCount: Nullable(Type.Integer()),
      hubCount: Nullable(Type.Integer()),
      equal: Nullable(Type.Boolean({ description: 'null: not comparable yet' })),
    }),
  ),
});
export type StreamResource = Static<typeof StreamResource>;

export const SyncResource = Type.Object({
  siteId: Type.String(),
  link: SiteLink,
  sessionNo: Nullable(Type.Integer()),
  epoch: Nullable(Type.Integer()),
  storeId: Nullable(Type.String()),
  /** A second box that says it is this site and waits for an operator's decision. */
  contenderStoreId: Nullable(Type.String()),
  /** Edge's clock minus the hub's, milliseconds; `null` unknown. */
  clockOffsetMs: Nullable(Type.Integer()),
  clockQuality: Nullable(Type.Integer()),
  streams: Type.Array(StreamResource),
});
export type SyncResource = Static<typeof SyncResource>;

export const CommandRequest = Type.Object(
  {
    id: Type.Optional(
      Type.String({
        pattern: '^[0-9A-HJKMNP-TV-Z]{26}$',
        description: 'ULID; the same id runs at most once',
      }),
    ),
    siteId: Type.String({ minLength: 1, maxLength: 64 }),
    pileNo: Type.String({ maxLength: 64, description: 'empty for `cards`: the site itself' }),
    connectorNo: Type.Integer({ minimum: 0, maximum: 99, description: '0: the whole pile' }),
    op: Type.Union([
      Type.Literal('start'),
      Type.Literal('stop'),
      Type.Literal('read'),
      Type.Literal('reboot'),
      Type.Literal('upload-frames'),
      Type.Literal('operate'),
      Type.Literal('limit'),
      Type.Literal('cards'),
    ]),
    account: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    balanceYuan: Type.Optional(Type.String({ pattern: '^\\d{1,7}(\\.\\d{1,2})?$' })),
    orderNo: Type.Optional(
      Type.String({ description: 'fence: only while this order is the connector’s' }),
    ),
    operate: Type.Optional(
      Type.Object(
        {
          operation: Type.String({ minLength: 1, maxLength: 64 }),
          parameters: Type.Unknown({ description: 'as the protocol of the pile has them' }),
        },
        { additionalProperties: false },
      ),
    ),
    limit: Type.Optional(
      Type.Object(
        {
          maxW: Nullable(Type.Integer({ minimum: 0, maximum: 10_000_000 })),
          seconds: Type.Integer({ minimum: 1, maximum: 604_800 }),
        },
        { additionalProperties: false },
      ),
    ),
    cards: Type.Optional(CardsWish),
    timeoutSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 600 })),
  },
  { additionalProperties: false },
);
export type CommandRequest = Static<typeof CommandRequest>;

export const CommandResource = Type.Object({
  id: Type.String(),
  siteId: Type.String(),
  pileNo: Type.String(),
  connectorNo: Type.Integer(),
  op: Type.String(),
  state: Type.Union([
    Type.Literal('sent'),
    Type.Literal('done'),
    Type.Literal('refused'),
    Type.Literal('expired'),
    Type.Literal('stale'),
    Type.Literal('unknown'),
  ]),
  reason: Nullable(Type.String()),
  orderNo: Nullable(Type.String()),
  operation: Nullable(Type.String()),
  answer: Type.Optional(Type.Unknown({ description: 'what the pile said to an operation' })),
  sentAt: IsoTime,
  answeredAt: Nullable(IsoTime),
  deadlineAt: IsoTime,
});
export type CommandResource = Static<typeof CommandResource>;

/** A page of a listing; `next` goes into `?after=`. */
export const PageOf = <T extends Type.TSchema>(item: T) =>
  Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) });
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export const LoginRequest = Type.Object(
  {
    user: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  { additionalProperties: false },
);
export type LoginRequest = Static<typeof LoginRequest>;
export const LoginAnswer = Type.Object({
  token: Type.String(),
  user: Type.String(),
  expiresAt: IsoTime,
});
export type LoginAnswer = Static<typeof LoginAnswer>;

/** application/problem+json with a code of the fault table. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  titleZh: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.Optional(Type.String()),
  retry: Type.Boolean(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;
