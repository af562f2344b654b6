import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Card, InputNumber, Space, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PileResource } from '../api/resources.ts';
import type { SeenLimit } from './api-client.ts';
import { CommandWatch, useCommand } from './command-button.tsx';
import { useLive } from './live-context.tsx';
import { timeText } from './time-text.ts';

const LOOK_MS = 5_000;
const W_A_KW = 1_000;
const S_A_MINUTE = 60;
const KEY = ['limits'];

type Put = (connectorNo: number, maxW: number | null, seconds: number) => void;

/** Asks the site for a limit, or for the end of one. */
function useLimit({ siteId, pileNo }: PileResource) {
  const { send, awaited } = useCommand();
  const queries = useQueryClient();
  const put: Put = (connectorNo, maxW, seconds) => {
    const limit = { maxW, seconds };
    void send({ siteId, pileNo, connectorNo, op: 'limit', limit }).then(() =>
      queries.invalidateQueries({ queryKey: KEY }),
    );
  };
  return { put, awaited };
}

function LimitForm({ pile, put }: { pile: PileResource; put: Put }) {
  const { t } = useTranslation();
  const [connectorNo, setConnectorNo] = useState(0);
  const [kilowatts, setKilowatts] = useState<number | null>(null);
  const [minutes, setMinutes] = useState<number | null>(60);
  const guns = Array.from({ length: pile.connectorCount }, (_, i) => i + 1);
  return (
    <Space wrap>
      <select
        className="plain-select short"
        aria-label={t('col.connector')}
        value={connectorNo}
        onChange={(event) => setConnectorNo(Number(event.target.value))}
      >
        <option value={0}>{t('engineer.wholePile')}</option>
        {guns.map((no) => (
          <option key={no} value={no}>{`${t('col.connector')} ${no}`}</option>
        ))}
      </select>
      <InputNumber
        aria-label={t('engineer.most')}
        placeholder={t('engineer.most')}
        min={0}
        max={10_000}
        value={kilowatts}
        onChange={setKilowatts}
      />
      <InputNumber
        aria-label={t('engineer.minutes')}
        suffix={t('engineer.minutes')}
        min={1}
        max={10_000}
        value={minutes}
        onChange={setMinutes}
      />
      <Button
        disabled={kilowatts === null || minutes === null}
        onClick={() => put(connectorNo, (kilowatts ?? 0) * W_A_KW, (minutes ?? 1) * S_A_MINUTE)}
      >
        {t('engineer.limit')}
      </Button>
    </Space>
  );
}

function LimitTable({ limits, put }: { limits: readonly SeenLimit[]; put: Put }) {
  const { t } = useTranslation();
  return (
    <Table<SeenLimit>
      size="small"
      pagination={false}
      rowKey={({ connectorNo }) => connectorNo}
      dataSource={[...limits]}
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
        {
          title: t('col.action'),
          render: (_, { connectorNo }) => (
            <Button size="small" onClick={() => put(connectorNo, null, S_A_MINUTE)}>
              {t('engineer.lift')}
            </Button>
          ),
        },
      ]}
    />
  );
}

/** Power limits that the site keeps up for a pile now; only the box itself knows them. */
export function LimitList({ pile }: { pile: PileResource }) {
  const { t } = useTranslation();
  const { api } = useLive();
  const { put, awaited } = useLimit(pile);
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: () => api.limits().catch(() => null),
    refetchInterval: LOOK_MS,
  });
  return (
    <Card size="small" title={t('engineer.limits')}>
      <Space orientation="vertical" style={{ width: '100%' }}>
        {data === undefined || data === null ? (
          <span className="quiet">{t('engineer.atSite')}</span>
        ) : (
          <LimitTable
            limits={data.items.filter(({ pileNo }) => pileNo === pile.pileNo)}
            put={put}
          />
        )}
        <LimitForm pile={pile} put={put} />
      </Space>
      {awaited === undefined ? null : <CommandWatch id={awaited} />}
    </Card>
  );
}
