import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { EdgeApiParts } from '../../api/edge-api.ts';
import { linkOf } from '../../api/sync-view.ts';

/** What a front counts; names become labels. */
export type FrontCounts = () => Readonly<Record<string, number>>;

const HEALTH = ['ok', 'thinning', 'telemetry-refused', 'money-refused'];

/** Prometheus text, made when it is asked for. */
export interface Metrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export function metricsOf(
  parts: EdgeApiParts,
  fronts: FrontCounts,
  liveClients: () => number,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `holdfast_${name}`, help, labelNames, registers: [registry] });
  const piles = gauge('piles', 'Piles of the site', ['online']);
  const orders = gauge('open_orders', 'Orders that are not closed');
  const counts = gauge('site_total', 'What the site has counted since its start', ['what']);
  const front = gauge('front', 'Sockets and frames of the pile fronts', ['what']);
  const pending = gauge('outbox_pending', 'Events not yet confirmed by the hub', [
    'vendor',
    'lane',
  ]);
  const age = gauge('outbox_oldest_seconds', 'Age of the oldest of them', ['vendor', 'lane']);
  const bytes = gauge('ledger_bytes', 'Size of the ledger files', ['file']);
  const health = gauge('ledger_health', '0 ok, 1 thinning, 2 telemetry refused, 3 money refused');
  const line = gauge('hub_online', '1 while the line to the hub is open');
  const live = gauge('live_clients', 'Pages that watch');
  const clock = gauge('clock_quality', '0 never synced, 1 saved time, 2 NTP or hub, 3 GPS');

  async function look(): Promise<void> {
    const { site, ledger } = parts;
    const seen = site.memory.piles().filter(({ pile }) => pile.adopted);
    const online = seen.filter(({ pile }) => pile.online).length;
    piles.set({ online: 'true' }, online);
    piles.set({ online: 'false' }, seen.length - online);
    orders.set(site.memory.openOrders().length);
    for (const [what, value] of Object.entries(site.memory.counts())) counts.set({ what }, value);
    counts.set({ what: 'droppedMeasurements' }, site.memory.droppedMeasurements());
    for (const [what, value] of Object.entries(fronts())) front.set({ what }, value);
    for (const state of await ledger.streams()) {
      const { vendor, lane } = state.stream;
      pending.set({ vendor, lane }, state.pending);
      const ageMs = state.oldestMs === null ? 0 : parts.clock.nowMs() - state.oldestMs;
      age.set({ vendor, lane }, Math.max(0, ageMs) / 1_000);
    }
    for (const [file, size] of Object.entries(await ledger.sizes())) bytes.set({ file }, size);
    health.set(HEALTH.indexOf(ledger.health()));
    line.set(linkOf(await parts.status()) === 'online' ? 1 : 0);
    live.set(liveClients());
    clock.set(parts.clock.reading().quality);
  }

  return {
    contentType: registry.contentType,
    async text() {
      await look();
      return await registry.metrics();
    },
  };
}
