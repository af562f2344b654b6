import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Checkbox, Empty, Input, Select, Space, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OrderResource } from '../api/resources.ts';
import { ORDER_STATES } from '../order/order.ts';
import type { OrderSearch } from './api-client.ts';
import { useEntity, useEntityIds, useLive } from './live-context.tsx';
import { OrderDrawer } from './order-drawer.tsx';
import { StatusTag } from './status-tag.tsx';
import { timeText } from './time-text.ts';

/** A cell that follows the live order where one came, and shows the listed one otherwise. */
function LiveState({ order }: { order: OrderResource }) {
  const live = useEntity('order', order.orderNo);
  return <StatusTag name={(live ?? order).state} />;
}

function LiveTotal({
  order,
  field,
}: {
  order: OrderResource;
  field: 'totalYuan' | 'pileTotalYuan' | 'energyKwh';
}) {
  const live = useEntity('order', order.orderNo);
  return <span className="money">{(live ?? order)[field] ?? '–'}</span>;
}

function Exceptions({ order }: { order: OrderResource }) {
  const { t } = useTranslation();
  const live = useEntity('order', order.orderNo);
  return (live ?? order).exceptions.map((name) => (
    <Tag key={name} color="warning">
      {t(`exception.${name}`)}
    </Tag>
  ));
}

function useOrders(search: OrderSearch) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: ['orders', search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      api.orders(pageParam === undefined ? search : { ...search, after: pageParam }),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 5_000,
  });
}

function Filters({
  search,
  onSearch,
}: {
  search: OrderSearch;
  onSearch: (search: OrderSearch) => void;
}) {
  const { t } = useTranslation();
  return (
    <Space wrap>
      <Input.Search
        allowClear
        aria-label={t('order.search')}
        placeholder={t('order.search')}
        onSearch={(pileNo) => onSearch({ ...search, pileNo: pileNo.trim() })}
      />
      <Select
        aria-label={t('col.state')}
        style={{ minWidth: 150 }}
        value={search.state ?? ''}
        onChange={(state) => onSearch({ ...search, state })}
        options={[
          { value: '', label: t('order.all') },
          ...ORDER_STATES.map((state) => ({ value: state, label: t(`state.${state}`) })),
        ]}
      />
      <Checkbox
        checked={search.exceptionsOnly === true}
        onChange={(event) => onSearch({ ...search, exceptionsOnly: event.target.checked })}
      >
        {t('order.onlyExceptions')}
      </Checkbox>
      <span className="quiet">{t('order.fresh')}</span>
    </Space>
  );
}

/** Orders, newest first, with their rows one click away. */
export function OrderList({ withSite }: { withSite: boolean }) {
  const { t } = useTranslation();
  const [search, setSearch] = useState<OrderSearch>({});
  const [open, setOpen] = useState<OrderResource>();
  const orders = useOrders(search);
  useEntityIds('order');
  const items = orders.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="page">
      <Filters search={search} onSearch={setSearch} />
      <Table<OrderResource>
        rowKey="orderNo"
        size="small"
        loading={orders.isLoading}
        dataSource={[...items]}
        pagination={false}
        scroll={{ x: 'max-content' }}
        locale={{ emptyText: <Empty description={t('order.none')} /> }}
        onRow={(order) => ({ onDoubleClick: () => setOpen(order) })}
        columns={[
          {
            title: t('col.order'),
            render: (_, order) => (
              <Button type="link" size="small" onClick={() => setOpen(order)}>
                {order.orderNo}
              </Button>
            ),
          },
          ...(withSite ? [{ title: t('col.site'), dataIndex: 'siteId' }] : []),
          { title: t('col.pile'), render: (_, o) => `${o.pileNo} · ${o.connectorNo}` },
          { title: t('col.state'), render: (_, order) => <LiveState order={order} /> },
          { title: t('col.opened'), render: (_, order) => timeText(order.openedAt) },
          {
            title: t('col.energy'),
            align: 'right',
            render: (_, o) => <LiveTotal order={o} field="energyKwh" />,
          },
          {
            title: t('col.total'),
            align: 'right',
            render: (_, o) => <LiveTotal order={o} field="totalYuan" />,
          },
          {
            title: t('col.pileTotal'),
            align: 'right',
            render: (_, o) => <LiveTotal order={o} field="pileTotalYuan" />,
          },
          { title: t('col.exceptions'), render: (_, order) => <Exceptions order={order} /> },
        ]}
      />
      {orders.hasNextPage ? (
        <Button onClick={() => orders.fetchNextPage()}>{t('order.more')}</Button>
      ) : null}
      {open === undefined ? null : <OrderDrawer order={open} onClose={() => setOpen(undefined)} />}
    </div>
  );
}
