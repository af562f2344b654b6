import { useQuery } from '@tanstack/react-query';
import { Descriptions, Drawer, Table, Timeline, Typography } from 'antd';
import { useTranslation } from 'react-i18next';
import type { OrderResource, OrderRowResource } from '../api/resources.ts';
import { useEntity, useLive } from './live-context.tsx';
import { StatusTag } from './status-tag.tsx';
import { timeText } from './time-text.ts';

function BillTable({ order }: { order: OrderResource }) {
  const { t, i18n } = useTranslation();
  const kindText = (kind: string): string =>
    i18n.exists(`kind.${kind}`) ? t(`kind.${kind}`) : kind;
  const right = { align: 'right' as const };
  return (
    <Table<OrderRowResource>
      size="small"
      pagination={false}
      rowKey={(row) => `${row.kind} ${row.from ?? ''}`}
      dataSource={[...order.rows]}
      scroll={{ x: 'max-content' }}
      columns={[
        { title: t('col.kind'), render: (_, row) => kindText(row.kind) },
        { title: t('col.energy'), dataIndex: 'energyKwh', ...right },
        {
          title: t('col.price'),
          render: (_, row) => `${row.electricityPrice} + ${row.servicePrice}`,
          ...right,
        },
        { title: t('col.electricity'), dataIndex: 'electricityYuan', ...right },
        { title: t('col.service'), dataIndex: 'serviceYuan', ...right },
      ]}
      summary={() => (
        <Table.Summary.Row>
          <Table.Summary.Cell index={0}>
            <strong>{t('order.due')}</strong>
          </Table.Summary.Cell>
          <Table.Summary.Cell index={1} align="right">
            {order.energyKwh}
          </Table.Summary.Cell>
          <Table.Summary.Cell index={2} align="right">
            <strong data-testid="order-total">{order.totalYuan}</strong>
          </Table.Summary.Cell>
          <Table.Summary.Cell index={3} align="right">
            {order.electricityYuan}
          </Table.Summary.Cell>
          <Table.Summary.Cell index={4} align="right">
            {order.serviceYuan}
          </Table.Summary.Cell>
        </Table.Summary.Row>
      )}
    />
  );
}

function History({ orderNo }: { orderNo: string }) {
  const { api } = useLive();
  const { t, i18n } = useTranslation();
  const events = useQuery({
    queryKey: ['order-events', orderNo],
    queryFn: () => api.orderEvents(orderNo),
    refetchInterval: 5_000,
  });
  const stateText = (state: string): string =>
    i18n.exists(`state.${state}`) ? t(`state.${state}`) : state;
  return (
    <Timeline
      items={(events.data?.items ?? []).map((event) => ({
        key: event.eventNo,
        content: `${timeText(event.at)} · ${event.kind} · ${stateText(event.state)}`,
      }))}
    />
  );
}

/** One order explained line by line: who, when, what is due, what the pile says, how it came about. */
export function OrderDrawer({
  order: listed,
  onClose,
}: {
  order: OrderResource;
  onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const order = useEntity('order', listed.orderNo) ?? listed;
  const stop =
    order.stopReason === null ? '–' : order.stopReason[i18n.language === 'zh' ? 'zh' : 'en'];
  const tariff = order.tariff === null ? '–' : `${order.tariff.tariffId} v${order.tariff.version}`;
  return (
    <Drawer open size={720} onClose={onClose} title={t('order.title', { no: order.orderNo })}>
      <Descriptions
        size="small"
        column={2}
        items={[
          { key: 'state', label: t('col.state'), children: <StatusTag name={order.state} /> },
          { key: 'pile', label: t('col.pile'), children: `${order.pileNo} · ${order.connectorNo}` },
          {
            key: 'who',
            label: t('order.who'),
            children: order.account ?? order.cardNo ?? order.vin ?? '–',
          },
          { key: 'how', label: t('order.how'), children: order.startMethod },
          { key: 'from', label: t('order.charged'), children: timeText(order.chargingAt) },
          { key: 'to', label: '→', children: timeText(order.endedAt) },
          { key: 'tariff', label: t('order.tariff'), children: tariff },
          { key: 'stop', label: t('order.stop'), children: stop },
          { key: 'pileTotal', label: t('col.pileTotal'), children: order.pileTotalYuan ?? '–' },
          {
            key: 'difference',
            label: t('order.difference'),
            children: order.differenceYuan ?? '–',
          },
        ]}
      />
      {order.exceptions.map((name) => (
        <Typography.Paragraph key={name} type="warning">
          ⚠ {t(`exception.${name}`)}
        </Typography.Paragraph>
      ))}
      <Typography.Title level={5}>{t('order.rows')}</Typography.Title>
      <BillTable order={order} />
      <Typography.Title level={5}>{t('order.history')}</Typography.Title>
      <History orderNo={order.orderNo} />
    </Drawer>
  );
}
