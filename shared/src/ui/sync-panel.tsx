import { Card, Empty, Space, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { StreamResource } from '../api/resources.ts';
import { AgeStamp } from './age-stamp.tsx';
import { useEntity, useEntityIds } from './live-context.tsx';
import { vendorText } from './reason-text.ts';
import { StatusTag } from './status-tag.tsx';
import { StoreConflict } from './store-conflict.tsx';

/** Whether edge and hub have counted the same today ([SYNC-14]): shown, not claimed. */
function BooksCheck({ check }: { check: StreamResource['check'] }) {
  const { t } = useTranslation();
  if (check === null || check.equal === null)
    return <span className="quiet">{t('sync.notYet')}</span>;
  return (
    <span title={t('sync.counts', { edge: check.edgeCount ?? '–', hub: check.hubCount ?? '–' })}>
      <StatusTag name={check.equal ? 'equal' : 'unequal'} /> {check.hubCount ?? check.edgeCount}
    </span>
  );
}

function SiteSync({ siteId }: { siteId: string }) {
  const { t } = useTranslation();
  const sync = useEntity('sync', siteId);
  if (sync === undefined) return null;
  const offset =
    sync.clockOffsetMs === null
      ? t('sync.clockUnknown')
      : t('sync.clock', { offset: sync.clockOffsetMs });
  const right = { align: 'right' as const };
  return (
    <Card
      size="small"
      title={
        <Space wrap>
          {siteId}
          <StatusTag name={sync.link} />
        </Space>
      }
      extra={
        <Space wrap className="quiet">
          {sync.epoch === null ? null : t('sync.epoch', { epoch: sync.epoch })}
          {sync.sessionNo === null ? null : t('sync.session', { session: sync.sessionNo })}
          {offset}
        </Space>
      }
    >
      <StoreConflict sync={sync} />
      <Table<StreamResource>
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        rowKey={(stream) => `${stream.vendor}/${stream.lane}`}
        dataSource={[...sync.streams]}
        locale={{ emptyText: t('sync.none') }}
        columns={[
          { title: t('col.vendor'), render: (_, { vendor }) => vendorText(t, vendor) },
          {
            title: t('col.lane'),
            render: (_, { lane }) => t(`lane.${lane}`, { defaultValue: lane }),
          },
          {
            title: t('col.next'),
            render: (_, s) => (s.next === null ? '–' : s.next - 1),
            ...right,
          },
          { title: t('col.watermark'), dataIndex: 'watermark', ...right },
          { title: t('col.pending'), dataIndex: 'pending', ...right },
          {
            title: t('col.oldest'),
            render: (_, s) => (s.oldestAt === null ? '–' : <AgeStamp at={s.oldestAt} />),
          },
          { title: t('col.parked'), dataIndex: 'parked', ...right },
          { title: t('col.check'), render: (_, s) => <BooksCheck check={s.check} /> },
        ]}
      />
    </Card>
  );
}

/** The backlog as a screen of its own: per lane what the edge has, what the hub has, and whether they agree. */
export function SyncPanel() {
  const { t } = useTranslation();
  const ids = useEntityIds('sync');
  return (
    <div className="page">
      <span className="quiet">{t('sync.explain')}</span>
      {ids.length === 0 ? <Empty description={t('sync.noHub')} /> : null}
      {ids.map((siteId) => (
        <SiteSync key={siteId} siteId={siteId} />
      ))}
    </div>
  );
}
