import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { siteHealth } from '../ingest/health.ts';
import type { HubApi } from './hub-api.ts';
import type { HubServer } from './server.ts';

/** Prometheus text, made when it is asked for. */
function metricsOf({ store, live, ingestCounts }: HubApi, liveClients: () => number) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `holdfast_hub_${name}`, help, labelNames, registers: [registry] });
  const ingest = gauge('ingest', 'What the ingest has counted since the start', ['what']);
  const sites = gauge('sites', 'Sites by connection', ['connected']);
  const orders = gauge('orders', 'Settled orders of a site', ['site']);
  const parked = gauge('parked', 'Events of a site that could not be applied', ['site']);
  const days = gauge('days', 'Days of streams by comparison with the site', ['site', 'equal']);
  const clients = gauge('live_clients', 'Pages that watch');

  return async (): Promise<string> => {
    for (const [what, value] of Object.entries(ingestCounts())) ingest.set({ what }, value);
    let connected = 0;
    const accounts = await store.sites();
    for (const { siteId } of accounts) {
      const health = await siteHealth(store, siteId);
      orders.set({ site: siteId }, health.orders);
      parked.set({ site: siteId }, health.parked);
      days.set({ site: siteId, equal: 'true' }, health.daysEqual);
      days.set({ site: siteId, equal: 'false' }, health.daysDifferent);
      if ((await live.presence(siteId)).some((presence) => presence.connected)) connected += 1;
    }
    sites.set({ connected: 'true' }, connected);
    sites.set({ connected: 'false' }, accounts.length - connected);
    clients.set(liveClients());
    return await registry.metrics();
  };
}

/** Whether the hub lives, and its figures: for watchdogs and Prometheus, without a login. */
export function healthRoutes(app: HubServer, api: HubApi, liveClients: () => number): void {
  const metrics = metricsOf(api, liveClients);
  app.get('/health', { schema: { hide: true } }, async () => {
    const users = await api.store.userCount();
    return { status: users > 0 ? 'ok' : 'starting', liveClients: liveClients() };
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
}
