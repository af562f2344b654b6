import { ORDER_STATES } from '@holdfast/shared/order/order';
import Type, { type Static } from 'typebox';
import { PageQuery } from './paging.ts';

/* What the edge's own API has besides the shapes that it shares with the hub. */

const closed = { additionalProperties: false } as const;
const IsoTime = Type.String({ description: 'ISO time with +08:00' });

export const OrderQuery = Type.Object(
  {
    ...PageQuery.properties,
    state: Type.Optional(Type.Enum([...ORDER_STATES])),
    pileNo: Type.Optional(Type.String({ minLength: 1, maxLength: 48 })),
    exceptionsOnly: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type OrderQuery = Static<typeof OrderQuery>;

export const OrderPath = Type.Object({ orderNo: Type.String({ minLength: 1, maxLength: 64 }) });
export const PilePath = Type.Object({ pileNo: Type.String({ minLength: 1, maxLength: 48 }) });
export const CommandPath = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

/** A raw order upload as it is kept beside the order. */
export const RecordResource = Type.Object({
  orderNo: Type.String(),
  pileNo: Type.String(),
  frameType: Type.String({ description: 'type byte, e.g. 0x3B' }),
  rawHex: Type.String({ description: 'the whole frame' }),
  receivedAt: IsoTime,
});
export type RecordResource = Static<typeof RecordResource>;

/** A frame of the capture ring. */
export const FrameResource = Type.Object({
  at: IsoTime,
  up: Type.Boolean({ description: 'true: from the pile' }),
  hex: Type.String(),
});
export type FrameResource = Static<typeof FrameResource>;

export const HealthResource = Type.Object({
  status: Type.Enum(['ok', 'degraded', 'refusing'], {
    description: 'refusing: no new charges, running ones go on',
  }),
  siteId: Type.String(),
  ledger: Type.String(),
  hub: Type.String(),
  pilesOnline: Type.Integer(),
  openOrders: Type.Integer(),
  clockQuality: Type.Integer({ description: '0 never synced, 1 saved time, 2 NTP or hub, 3 GPS' }),
});
export type HealthResource = Static<typeof HealthResource>;

export const Nothing = Type.Object({}, closed);
