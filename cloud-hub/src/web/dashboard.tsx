import { apiClient } from '@holdfast/shared/ui/api-client';
import { CardPanel } from '@holdfast/shared/ui/card-panel.tsx';
import { cardsAfar } from '@holdfast/shared/ui/cards-desk';
import { ConnectorGrid } from '@holdfast/shared/ui/connector-grid.tsx';
import { EngineerPanel } from '@holdfast/shared/ui/engineer-panel.tsx';
import { entityStore } from '@holdfast/shared/ui/entity-store';
import { liveClient } from '@holdfast/shared/ui/live-client';
import { type Live, LiveProvider, useFreshness } from '@holdfast/shared/ui/live-context.tsx';
import { OrderList } from '@holdfast/shared/ui/order-list.tsx';
import { PageFrame } from '@holdfast/shared/ui/page-frame.tsx';
import { SecurityPanel } from '@holdfast/shared/ui/security-panel.tsx';
import { SiteGrid } from '@holdfast/shared/ui/site-grid.tsx';
import { SyncPanel } from '@holdfast/shared/ui/sync-panel.tsx';
import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoginPage } from './login-page.tsx';
import { dropToken, keepToken, keptToken } from './session.ts';

const PAGES = ['sites', 'connectors', 'orders', 'cards', 'security', 'engineer', 'sync'] as const;
type Page = (typeof PAGES)[number];

const liveUrl = (): string => `${location.origin.replace(/^http/, 'ws')}/api/v1/live`;

function openLive(token: string): Live {
  const store = entityStore();
  const api = apiClient(() => token);
  const client = liveClient({ url: liveUrl(), token, store });
  return { store, client, api, cards: cardsAfar(api) };
}

function Pages({ onLogout }: { onLogout: () => void }) {
  const { t } = useTranslation();
  const fresh = useFreshness();
  const [page, setPage] = useState<Page>('sites');
  const [siteId, setSiteId] = useState<string>();
  useEffect(() => {
    if (fresh === 'refused') onLogout();
  }, [fresh, onLogout]);
  const openSite = (id: string): void => {
    setSiteId(id);
    setPage('connectors');
  };
  const turnTo = (next: Page): void => {
    setSiteId(undefined);
    setPage(next);
  };
  return (
    <PageFrame
      title={t('title.hub')}
      pages={PAGES.map((id) => ({ id, label: t(`nav.${id}`) }))}
      page={page}
      onPage={turnTo}
      extra={
        <Button size="small" onClick={onLogout}>
          {t('frame.logout')}
        </Button>
      }
    >
      {page === 'sites' ? <SiteGrid onOpen={openSite} /> : null}
      {page === 'connectors' ? <ConnectorGrid withSite siteId={siteId} /> : null}
      {page === 'orders' ? <OrderList withSite /> : null}
      {page === 'cards' ? <CardPanel /> : null}
      {page === 'security' ? <SecurityPanel withSite /> : null}
      {page === 'engineer' ? <EngineerPanel /> : null}
      {page === 'sync' ? <SyncPanel /> : null}
    </PageFrame>
  );
}

/** The operator's page: login, then sites, guns, orders and the state of the sync, all live. */
export function Dashboard() {
  const [token, setToken] = useState(keptToken);
  const [live, setLive] = useState<Live>();
  useEffect(() => {
    if (token === undefined) return undefined;
    const opened = openLive(token);
    setLive(opened);
    return () => {
      opened.client.close();
      setLive(undefined);
    };
  }, [token]);
  const logout = (): void => {
    dropToken();
    setToken(undefined);
  };
  if (token === undefined) {
    return (
      <LoginPage
        onToken={(given) => {
          keepToken(given);
          setToken(given);
        }}
      />
    );
  }
  if (live === undefined) return null;
  return (
    <LiveProvider live={live}>
      <Pages onLogout={logout} />
    </LiveProvider>
  );
}
