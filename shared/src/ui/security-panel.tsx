import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Empty, Grid, Input, Select, Space, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SecurityEventResource } from '../api/security.ts';
import { AgeStamp } from './age-stamp.tsx';
import { useLive } from './live-context.tsx';
import { adviceOf } from './security-advice.ts';
import { StatusTag } from './status-tag.tsx';

type Severity = SecurityEventResource['severity'];
const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'notice'];
const LOOK_MS = 5_000;

function useEvents(pileNo: string) {
  const { api } = useLive();
  return useInfiniteQuery({
    queryKey: ['security-events', pileNo],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      api.securityEvents(pageParam === undefined ? { pileNo } : { pileNo, after: pageParam }),
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: LOOK_MS,
  });
}

/** What happened, in the reader's language, with the detail that the door gave. */
function Happening({ event }: { event: SecurityEventResource }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <div>{event.title[i18n.language === 'zh' ? 'zh' : 'en']}</div>
      <div className="quiet">
        {event.detail}
        {event.count > 1 ? ` · ${t('security.often', { count: event.count })}` : null}
      </div>
    </>
  );
}

interface FilterProps {
  readonly severity: Severity | '';
  readonly onSeverity: (severity: Severity | '') => void;
  readonly onPile: (pileNo: string) => void;
}

function Filters({ severity, onSeverity, onPile }: FilterProps) {
  const { t } = useTranslation();
  return (
    <Space wrap>
      <Input.Search
        allowClear
        aria-label={t('order.search')}
        placeholder={t('order.search')}
        onSearch={(text) => onPile(text.trim())}
      />
      <Select
        aria-label={t('security.severity')}
        style={{ minWidth: 150 }}
        value={severity}
        onChange={onSeverity}
        options={[
          { value: '' as const, label: t('security.allSeverities') },
          ...SEVERITIES.map((value) => ({ value, label: t(`state.${value}`) })),
        ]}
      />
      <span className="quiet">{t('security.explain')}</span>
    </Space>
  );
}

type Columns = NonNullable<TableProps<SecurityEventResource>['columns']>;

function useWide(withSite: boolean): Columns {
  const { t } = useTranslation();
  return [
    {
      title: t('security.severity'),
      width: 100,
      render: (_, event) => <StatusTag name={event.severity} />,
    },
    { title: t('security.when'), width: 110, render: (_, { at }) => <AgeStamp at={at} /> },
    ...(withSite ? [{ title: t('col.site'), width: 90, dataIndex: 'siteId' }] : []),
    { title: t('col.pile'), width: 140, render: (_, event) => event.pileNo ?? '–' },
    { title: t('security.address'), width: 120, render: (_, e) => e.address ?? '–' },
    { title: t('security.what'), render: (_, event) => <Happening event={event} /> },
    { title: t('security.todo'), render: (_, { code }) => <Advice code={code} /> },
  ];
}

/** A phone has no room for columns: all of an event one below the other. */
function useNarrow(): Columns {
  const { t } = useTranslation();
  return [
    {
      title: t('security.what'),
      render: (_, event) => (
        <>
          <Space wrap>
            <StatusTag name={event.severity} />
            <AgeStamp at={event.at} />
            <span>{event.pileNo}</span>
            <span className="quiet">{event.address}</span>
          </Space>
          <Happening event={event} />
          <strong>{t('security.todo')}</strong> <Advice code={event.code} />
        </>
      ),
    },
  ];
}

function Advice({ code }: { code: string }) {
  const { i18n } = useTranslation();
  return adviceOf(code)[i18n.language === 'zh' ? 'zh' : 'en'];
}

/** What happened at the piles' doors, how soon to look, and what a technician does about it. */
export function SecurityPanel({ withSite }: { withSite: boolean }) {
  const { t } = useTranslation();
  const { md = true } = Grid.useBreakpoint();
  const [pileNo, setPileNo] = useState('');
  const [severity, setSeverity] = useState<Severity | ''>('');
  const events = useEvents(pileNo);
  const wide = useWide(withSite);
  const narrow = useNarrow();
  const all = events.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = severity === '' ? all : all.filter((event) => event.severity === severity);
  return (
    <div className="page scrolling">
      <Filters severity={severity} onSeverity={setSeverity} onPile={setPileNo} />
      <Table<SecurityEventResource>
        size="small"
        pagination={false}
        loading={events.isLoading}
        rowKey={({ siteId, id }) => `${siteId} ${id}`}
        dataSource={[...shown]}
        locale={{ emptyText: <Empty description={t('security.none')} /> }}
        columns={md ? wide : narrow}
      />
      {events.hasNextPage ? (
        <Button onClick={() => events.fetchNextPage()}>{t('security.more')}</Button>
      ) : null}
    </div>
  );
}
