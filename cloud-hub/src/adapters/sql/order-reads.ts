import type { OrderEvent } from '@holdfast/shared/order/order';
import type { Kysely } from 'kysely';
import type { OrderQuery, Store, StoredOrder } from '../../ports/store.ts';
import { orderEventOf } from './bodies.ts';
import type { Schema } from './schema.ts';

type OrderReads = Pick<Store, 'orders' | 'order' | 'orderEvents'>;

/** Each order beside the event that holds the whole of it as it is now. */
function newest(db: Kysely<Schema>) {
  return db
    .selectFrom('charge_order as o')
    .innerJoin('order_event as e', (join) =>
      join.onRef('e.order_no', '=', 'o.order_no').onRef('e.event_no', '=', 'o.event_no'),
    )
    .select(['o.received_at_ms', 'o.order_no', 'e.kind', 'e.kind_version', 'e.body']);
}

type NewestRow = Awaited<ReturnType<ReturnType<typeof newest>['execute']>>[number];

const storedOf = (row: NewestRow): StoredOrder => ({
  order: orderEventOf(row).order,
  receivedAtMs: row.received_at_ms,
});

function listed(db: Kysely<Schema>, query: OrderQuery) {
  let select = newest(db);
  if (query.siteId !== undefined) select = select.where('o.site_id', '=', query.siteId);
  if (query.pileNo !== undefined) select = select.where('o.pile_no', '=', query.pileNo);
  if (query.state !== undefined) select = select.where('o.state', '=', query.state);
  if (query.exceptionsOnly === true) {
    select = select.where('o.exception_count', '>', 0);
  }
  return select.orderBy('o.opened_at_ms', 'desc').orderBy('o.order_no', 'desc').limit(query.limit);
}

/** Orders newest first; `after` is the last order number of the page before. */
export function orderReads(db: Kysely<Schema>): OrderReads {
  const openedAt = async (orderNo: string): Promise<number | undefined> => {
    const row = await db
      .selectFrom('charge_order')
      .select('opened_at_ms')
      .where('order_no', '=', orderNo)
      .executeTakeFirst();
    return row?.opened_at_ms;
  };
  return {
    orders: async (query) => {
      let select = listed(db, query);
      if (query.after !== undefined) {
        const after = query.after;
        const at = await openedAt(after);
        if (at === undefined) return [];
        select = select
          .where('o.opened_at_ms', '<=', at)
          .where((eb) => eb.or([eb('o.opened_at_ms', '<', at), eb('o.order_no', '<', after)]));
      }
      return (await select.execute()).map(storedOf);
    },
    order: async (orderNo) => {
      const row = await newest(db).where('o.order_no', '=', orderNo).executeTakeFirst();
      return row === undefined ? undefined : storedOf(row);
    },
    orderEvents: async (orderNo): Promise<readonly OrderEvent[]> => {
      const rows = await db
        .selectFrom('order_event')
        .select(['order_no', 'kind', 'kind_version', 'body'])
        .where('order_no', '=', orderNo)
        .orderBy('event_no')
        .execute();
      return rows.map(orderEventOf);
    },
  };
}
