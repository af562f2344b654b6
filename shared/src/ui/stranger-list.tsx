import { useQuery } from '@tanstack/react-query';
import { Card, Space, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Page } from '../api/resources.ts';
import { AgeStamp } from './age-stamp.tsx';
import { useLive } from './live-context.tsx';

/** An address that has connected to a front that only listens. */
interface SeenStranger {
  readonly address: string;
  readonly lastSeenAt: string;
  readonly connections: number;
  readonly bytes: number;
  readonly families: readonly SeenFamily[];
}
interface SeenFamily {
  readonly family: string;
  readonly zh: string;
  readonly en: string;
  readonly samples: readonly string[];
}

const LOOK_MS = 5_000;
const WORDS = {
  zh: {
    title: '监听端口上的未知桩',
    address: '地址',
    seen: '最近',
    heard: '连接 / 字节',
    family: '可能的协议',
    none: '尚无相符的协议族',
  },
  en: {
    title: 'Unknown piles at the listener',
    address: 'Address',
    seen: 'Last heard',
    heard: 'Connections / bytes',
    family: 'What it may speak',
    none: 'No family that is known fits',
  },
} as const;

/** The best verdict in words, and the first frame that speaks for it. */
function Family({ of, language }: { of: SeenFamily; language: 'zh' | 'en' }) {
  return (
    <Space orientation="vertical" size={0}>
      <span>{of[language]}</span>
      <code className="quiet" style={{ wordBreak: 'break-all' }}>
        {of.samples[0]}
      </code>
    </Space>
  );
}

/** Who has connected to the listener of this box; nothing where nobody has. */
export function StrangerList() {
  const { i18n } = useTranslation();
  const { api } = useLive();
  const { data } = useQuery({
    queryKey: ['strangers'],
    queryFn: () => api.ask<Page<SeenStranger>>('/strangers').catch(() => null),
    refetchInterval: LOOK_MS,
  });
  if (data === undefined || data === null || data.items.length === 0) return null;
  const language = i18n.language === 'zh' ? 'zh' : 'en';
  const words = WORDS[language];
  return (
    <Card size="small" title={words.title}>
      <Table
        size="small"
        pagination={false}
        rowKey={({ address }) => address}
        dataSource={[...data.items]}
        columns={[
          { title: words.address, width: 140, dataIndex: 'address' },
          {
            title: words.seen,
            width: 110,
            render: (_, { lastSeenAt }) => <AgeStamp at={lastSeenAt} />,
          },
          {
            title: words.heard,
            width: 150,
            render: (_, { connections, bytes }) => `${connections} / ${bytes}`,
          },
          {
            title: words.family,
            render: (_, { families: [best] }) =>
              best === undefined ? words.none : <Family of={best} language={language} />,
          },
        ]}
      />
    </Card>
  );
}
