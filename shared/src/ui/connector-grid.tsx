import { Empty } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectorResource } from '../api/resources.ts';
import { AgeStamp } from './age-stamp.tsx';
import { CommandButton } from './command-button.tsx';
import { useEntity, useEntityIds } from './live-context.tsx';
import { Cell, type GridColumn, LiveGrid } from './live-grid.tsx';
import { StatusTag } from './status-tag.tsx';

function columnsOf(withSite: boolean, t: (key: string) => string): readonly GridColumn[] {
  return [
    ...(withSite ? [{ id: 'site', title: t('col.site'), track: 'minmax(90px, 1fr)' }] : []),
    { id: 'pile', title: t('col.pile'), track: 'minmax(130px, 1.2fr)' },
    { id: 'connector', title: t('col.connector'), track: '40px', numeric: true },
    { id: 'state', title: t('col.state'), track: '110px' },
    { id: 'voltage', title: t('col.voltage'), track: '70px', numeric: true },
    { id: 'current', title: t('col.current'), track: '70px', numeric: true },
    { id: 'power', title: t('col.power'), track: '80px', numeric: true },
    { id: 'soc', title: `${t('col.soc')} %`, track: '56px', numeric: true },
    { id: 'energy', title: t('col.energy'), track: '90px', numeric: true },
    { id: 'amount', title: t('col.amount'), track: '90px', numeric: true },
    { id: 'age', title: t('col.age'), track: '100px' },
    { id: 'action', title: t('col.action'), track: '80px' },
  ];
}

/** A value that a connector told before it went away says nothing about now. */
const shown = (connector: ConnectorResource, value: string | number | null): string | number =>
  connector.state === 'offline' || value === null ? '–' : value;

function ConnectorCells({ id, withSite }: { id: string; withSite: boolean }) {
  const connector = useEntity('connector', id);
  if (connector === undefined) return null;
  return (
    <>
      {withSite ? <Cell>{connector.siteId}</Cell> : null}
      <Cell>{connector.pileNo}</Cell>
      <Cell numeric>{connector.connectorNo}</Cell>
      <Cell>
        <StatusTag name={connector.state} />
      </Cell>
      <Cell numeric>{shown(connector, connector.voltageV)}</Cell>
      <Cell numeric>{shown(connector, connector.currentA)}</Cell>
      <Cell numeric>{shown(connector, connector.powerKw)}</Cell>
      <Cell numeric>{shown(connector, connector.soc)}</Cell>
      <Cell numeric>{shown(connector, connector.energyKwh)}</Cell>
      <Cell numeric>{shown(connector, connector.amountYuan)}</Cell>
      <Cell>
        <AgeStamp at={connector.measuredAt} />
      </Cell>
      <Cell>
        <CommandButton connector={connector} />
      </Cell>
    </>
  );
}

/** Every gun, live. `siteId` narrows it to one site. */
export function ConnectorGrid({
  withSite,
  siteId,
}: {
  withSite: boolean;
  siteId?: string | undefined;
}) {
  const { t } = useTranslation();
  const all = useEntityIds('connector');
  const ids = useMemo(
    () => (siteId === undefined ? all : all.filter((id) => id.startsWith(`${siteId}/`))),
    [all, siteId],
  );
  const columns = useMemo(() => columnsOf(withSite, t), [withSite, t]);
  const Row = useMemo(
    () =>
      function Row({ id }: { id: string }) {
        return <ConnectorCells id={id} withSite={withSite} />;
      },
    [withSite],
  );
  return (
    <LiveGrid
      label={t('nav.connectors')}
      columns={columns}
      ids={ids}
      Row={Row}
      empty={<Empty description={t('empty.connectors')} />}
    />
  );
}
