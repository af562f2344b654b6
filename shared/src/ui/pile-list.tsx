import { App, Button, Empty } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { AgeStamp } from './age-stamp.tsx';
import { ProblemError } from './api-client.ts';
import { useEntity, useEntityIds, useLive } from './live-context.tsx';
import { Cell, type GridColumn, LiveGrid } from './live-grid.tsx';
import { vendorText } from './reason-text.ts';
import { StatusTag } from './status-tag.tsx';
import { UnverifiedTag } from './unverified-tag.tsx';

function Adoption({ pileNo, adopted }: { pileNo: string; adopted: boolean }) {
  const { api } = useLive();
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  if (adopted) return <StatusTag name="adopted" />;
  const adopt = async (): Promise<void> => {
    try {
      await api.adopt(pileNo);
      void message.success(t('pile.adoptedDone'));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      void message.error(i18n.language === 'zh' ? error.problem.titleZh : error.problem.title);
    }
  };
  return (
    <Button size="small" type="primary" onClick={adopt}>
      {t('pile.adopt')}
    </Button>
  );
}

function PileCells({ id }: { id: string }) {
  const { t } = useTranslation();
  const pile = useEntity('pile', id);
  if (pile === undefined) return null;
  return (
    <>
      <Cell>{pile.pileNo}</Cell>
      <Cell>
        {vendorText(t, pile.vendor)} <UnverifiedTag of={pile.unverified} />
      </Cell>
      <Cell>
        <StatusTag name={pile.online ? 'online' : 'offline'} />
      </Cell>
      <Cell numeric>{pile.connectorCount}</Cell>
      <Cell>{[pile.firmware, pile.protocolVersion].filter((text) => text !== '').join(' · ')}</Cell>
      <Cell>
        <AgeStamp at={pile.lastSeenAt} />
      </Cell>
      <Cell>
        <Adoption pileNo={pile.pileNo} adopted={pile.adopted} />
      </Cell>
    </>
  );
}

/** Piles that the box has met; the unknown ones wait here for adoption and get no service before. */
export function PileList() {
  const { t } = useTranslation();
  const ids = useEntityIds('pile');
  const columns = useMemo<readonly GridColumn[]>(
    () => [
      { id: 'pile', title: t('col.pile'), track: 'minmax(140px, 1fr)' },
      { id: 'vendor', title: t('col.vendor'), track: '150px' },
      { id: 'state', title: t('col.state'), track: '110px' },
      { id: 'connectors', title: t('nav.connectors'), track: '90px', numeric: true },
      { id: 'firmware', title: t('col.firmware'), track: 'minmax(120px, 1fr)' },
      { id: 'age', title: t('col.heard'), track: '120px' },
      { id: 'adopted', title: t('col.adopted'), track: '120px' },
    ],
    [t],
  );
  return (
    <LiveGrid
      label={t('nav.piles')}
      columns={columns}
      ids={ids}
      Row={PileCells}
      empty={<Empty description={t('empty.piles')} />}
    />
  );
}
