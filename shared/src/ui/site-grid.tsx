import { Empty } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { AgeStamp } from './age-stamp.tsx';
import { useEntity, useEntityIds } from './live-context.tsx';
import { Cell, type GridColumn, LiveGrid } from './live-grid.tsx';
import { StatusTag } from './status-tag.tsx';

function SiteCells({ id }: { id: string }) {
  const site = useEntity('site', id);
  if (site === undefined) return null;
  return (
    <>
      <Cell>{site.siteId}</Cell>
      <Cell>{site.name}</Cell>
      <Cell>
        <StatusTag name={site.link} />
      </Cell>
      <Cell>
        <AgeStamp at={site.lastHeardAt} />
      </Cell>
      <Cell numeric>{site.backlog}</Cell>
      <Cell>{site.oldestBacklogAt === null ? '–' : <AgeStamp at={site.oldestBacklogAt} />}</Cell>
      <Cell numeric>
        {site.pilesOnline} / {site.piles}
      </Cell>
      <Cell numeric>
        {site.charging} / {site.connectors}
      </Cell>
    </>
  );
}

/** Sites with their link and what still waits at the edge. */
export function SiteGrid({ onOpen }: { onOpen: (siteId: string) => void }) {
  const { t } = useTranslation();
  const ids = useEntityIds('site');
  const columns = useMemo<readonly GridColumn[]>(
    () => [
      { id: 'site', title: t('col.site'), track: 'minmax(100px, 1fr)' },
      { id: 'name', title: t('col.name'), track: 'minmax(120px, 1.5fr)' },
      { id: 'link', title: t('col.link'), track: '110px' },
      { id: 'heard', title: t('col.heard'), track: '120px' },
      { id: 'backlog', title: t('col.backlog'), track: '100px', numeric: true },
      { id: 'oldest', title: t('col.oldest'), track: '120px' },
      { id: 'piles', title: t('col.piles'), track: '120px', numeric: true },
      { id: 'charging', title: t('col.charging'), track: '120px', numeric: true },
    ],
    [t],
  );
  return (
    <LiveGrid
      label={t('nav.sites')}
      columns={columns}
      ids={ids}
      Row={SiteCells}
      empty={<Empty description={t('empty.sites')} />}
      onOpen={onOpen}
    />
  );
}
