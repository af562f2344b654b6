import { useQuery } from '@tanstack/react-query';
import { Card, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PileResource } from '../api/resources.ts';
import { useLive } from './live-context.tsx';
import { timeText } from './time-text.ts';

const LOOK_MS = 5_000;
const W_A_KW = 1_000;

/** Power limits that the site keeps up for a pile now; only the box itself knows them. */
export function LimitList({ pile }: { pile: PileResource }) {
  const { t } = useTranslation();
  const { api } = useLive();
  const { data } = useQuery({
    queryKey: ['limits'],
    queryFn: () => api.limits().catch(() => null),
    refetchInterval: LOOK_MS,
  });
  if (data === undefined) return null;
  if (data === null) return <span className="quiet">{t('engineer.atSite')}</span>;
  return (
    <Card size="small" title={t('engineer.limits')}>
      <Table
        size="small"
        pagination={false}
        rowKey={({ connectorNo }) => connectorNo}
        dataSource={data.items.filter(({ pileNo }) => pileNo === pile.pileNo)}
        locale={{ emptyText: t('engineer.noLimits') }}
        columns={[
          {
            title: t('col.connector'),
            render: (_, { connectorNo }) =>
              connectorNo === 0 ? t('engineer.wholePile') : connectorNo,
          },
          {
            title: t('engineer.most'),
            align: 'right',
            render: (_, { maxW }) => (maxW === null ? '–' : maxW / W_A_KW),
          },
          { title: t('engineer.until'), render: (_, { until }) => timeText(until) },
        ]}
      />
    </Card>
  );
}
