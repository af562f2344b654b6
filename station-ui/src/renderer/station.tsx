import { apiClient } from '@holdfast/shared/ui/api-client';
import { CardPanel } from '@holdfast/shared/ui/card-panel.tsx';
import { cardsHere } from '@holdfast/shared/ui/cards-desk';
import { ConnectorGrid } from '@holdfast/shared/ui/connector-grid.tsx';
import { EngineerPanel } from '@holdfast/shared/ui/engineer-panel.tsx';
import { entityStore } from '@holdfast/shared/ui/entity-store';
import { liveClient } from '@holdfast/shared/ui/live-client';
import {
  type Live,
  LiveProvider,
  useEntity,
  useEntityIds,
} from '@holdfast/shared/ui/live-context.tsx';
import { OrderList } from '@holdfast/shared/ui/order-list.tsx';
import { PageFrame } from '@holdfast/shared/ui/page-frame.tsx';
import { PileList } from '@holdfast/shared/ui/pile-list.tsx';
import { SecurityPanel } from '@holdfast/shared/ui/security-panel.tsx';
import { StatusTag } from '@holdfast/shared/ui/status-tag.tsx';
import { StrangerList } from '@holdfast/shared/ui/stranger-list.tsx';
import { SyncPanel } from '@holdfast/shared/ui/sync-panel.tsx';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const PAGES = ['connectors', 'orders', 'piles', 'cards', 'security', 'engineer', 'sync'] as const;
type Page = (typeof PAGES)[number];

function openLive(): Live {
  const store = entityStore();
  const url = `${location.origin.replace(/^http/, 'ws')}/api/v1/live`;
  const api = apiClient(() => undefined);
  const client = liveClient({ url, token: undefined, store });
  return { store, client, api, cards: cardsHere(api) };
}

/** Link to the hub and what waits for it: a technician must see at once that the hub is away. */
function HubLink() {
  const { t } = useTranslation();
  const [siteId = ''] = useEntityIds('site');
  const site = useEntity('site', siteId);
  if (site === undefined) return null;
  return (
    <span title={t('col.backlog')}>
      {t('title.hub')} <StatusTag name={site.link} />{' '}
      {site.backlog > 0 ? `${t('col.backlog')} ${site.backlog}` : null}
    </span>
  );
}

function Pages() {
  const { t } = useTranslation();
  const [page, setPage] = useState<Page>('connectors');
  return (
    <PageFrame
      title={t('title.edge')}
      pages={PAGES.map((id) => ({ id, label: t(`nav.${id}`) }))}
      page={page}
      onPage={setPage}
      extra={<HubLink />}
    >
      {page === 'connectors' ? <ConnectorGrid withSite={false} /> : null}
      {page === 'orders' ? <OrderList withSite={false} /> : null}
      {page === 'piles' ? <StrangerList /> : null}
      {page === 'piles' ? <PileList /> : null}
      {page === 'cards' ? <CardPanel /> : null}
      {page === 'security' ? <SecurityPanel withSite={false} /> : null}
      {page === 'engineer' ? <EngineerPanel /> : null}
      {page === 'sync' ? <SyncPanel /> : null}
    </PageFrame>
  );
}

/** The station's own page, served by the edge agent: works with the hub away. */
export function Station() {
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    const opened = openLive();
    setLive(opened);
    return () => opened.client.close();
  }, []);
  if (live === undefined) return null;
  return (
    <LiveProvider live={live}>
      <Pages />
    </LiveProvider>
  );
}
