import { useQuery } from '@tanstack/react-query';
import { Card, Empty, Select, Space, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PileResource } from '../api/resources.ts';
import { AgeStamp } from './age-stamp.tsx';
import type { SeenFrame } from './api-client.ts';
import { LimitList } from './limit-list.tsx';
import { useEntity, useEntityIds, useLive } from './live-context.tsx';
import { OperationForm } from './operation-form.tsx';

const LOOK_MS = 3_000;
const FIRST_TEXT = /^5b|^7b/;

/** A message as its protocol's people read it: text where it is text, hex otherwise. */
function frameText({ hex }: SeenFrame): string {
  if (!FIRST_TEXT.test(hex)) return hex;
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return new TextDecoder().decode(bytes);
}

function Frames({ pile }: { pile: PileResource }) {
  const { t } = useTranslation();
  const { api } = useLive();
  const { data } = useQuery({
    queryKey: ['frames', pile.pileNo],
    queryFn: () => api.frames(pile.pileNo).catch(() => null),
    refetchInterval: LOOK_MS,
  });
  // Raw messages lie at the site; the hub's page does without them.
  if (data === undefined || data === null) return null;
  return (
    <Card size="small" title={t('engineer.frames')}>
      <ol className="frames">
        {[...data.items].reverse().map((frame) => (
          <li key={`${frame.at}${frame.hex}`}>
            <time>{frame.at.slice(11, 23)}</time> {frame.up ? '▲' : '▼'}{' '}
            <code>{frameText(frame)}</code>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Deviations({ pile }: { pile: PileResource }) {
  const { t } = useTranslation();
  const { api } = useLive();
  const { data } = useQuery({
    queryKey: ['deviations', pile.siteId, pile.pileNo],
    queryFn: () => api.deviations(pile.siteId, pile.pileNo).catch(() => null),
    refetchInterval: LOOK_MS * 5,
  });
  if (data === undefined || data === null) return null;
  return (
    <Card size="small" title={t('engineer.deviations')}>
      <Table
        size="small"
        pagination={false}
        rowKey={({ rule, action, path }) => `${rule}${action}${path}`}
        dataSource={[...data.items]}
        locale={{ emptyText: t('engineer.noDeviations') }}
        columns={[
          { title: t('engineer.rule'), dataIndex: 'rule' },
          { title: t('engineer.count'), dataIndex: 'count', align: 'right' },
          {
            title: t('engineer.where'),
            key: 'where',
            render: (_value, { action, path }) => `${action} ${path}`,
          },
          { title: t('engineer.seen'), dataIndex: 'seen' },
          { title: t('engineer.repair'), dataIndex: 'repair' },
          { title: t('engineer.last'), render: (_, { last }) => <AgeStamp at={last} /> },
        ]}
      />
    </Card>
  );
}

function PileDesk({ id }: { id: string }) {
  const pile = useEntity('pile', id);
  if (pile === undefined) return null;
  return (
    <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
      <OperationForm key={id} pile={pile} />
      <LimitList pile={pile} />
      <Deviations pile={pile} />
      <Frames pile={pile} />
    </Space>
  );
}

/** The engineer's page: one pile, anything that its protocol can be asked, and what it says. */
export function EngineerPanel() {
  const { t } = useTranslation();
  const ids = useEntityIds('pile');
  const [id, setId] = useState<string>();
  return (
    <div className="engineer">
      <Space orientation="vertical" size="middle" style={{ width: '100%' }}>
        <Select
          showSearch
          aria-label={t('engineer.pile')}
          placeholder={t('engineer.pile')}
          style={{ width: 360 }}
          value={id ?? null}
          onChange={setId}
          options={ids.map((pile) => ({ value: pile, label: pile }))}
        />
        {id === undefined ? <Empty description={t('engineer.choose')} /> : <PileDesk id={id} />}
      </Space>
    </div>
  );
}
