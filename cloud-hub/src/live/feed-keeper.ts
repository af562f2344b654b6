import { LIVE_DELTA_MS, type LiveFeed } from '@holdfast/shared/api/live-feed';
import {
  commandResource,
  connectorResource,
  orderResource,
  pileResource,
} from '@holdfast/shared/api/present';
import { siteView, syncView } from '../api/views.ts';
import type { Change, OnChange } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Log } from '../ports/log.ts';
import type { SiteAccount, Store } from '../ports/store.ts';

/** A site's own figures cost several queries, so they are looked up less often than its connectors. */
const FIGURES_MS = 1_000;
/** A site that fell silent changes nothing, so its link is looked at now and then. */
const LINKS_MS = 5_000;
/** Orders, commands and sites that one round looks up; what is over waits for the next. */
const ROUND_MAX = 200;
const FIRST_ORDERS = 100;

export interface FeedKeeper {
  readonly onChange: OnChange;
  readonly close: () => void;
}

interface Sources {
  readonly store: Store;
  readonly live: LiveState;
  readonly feed: LiveFeed;
  readonly clock: Clock;
  readonly log: Log;
}

/** What has changed since the last round, by key. */
function dirtySet() {
  return {
    orders: new Set<string>(),
    commands: new Set<string>(),
    /** Sites whose own figures moved. */
    figures: new Set<string>(),
    piles: new Map<string, { readonly siteId: string }>(),
    connectors: new Map<string, { readonly siteId: string }>(),
  };
}
type Dirty = ReturnType<typeof dirtySet>;

function mark(dirty: Dirty, change: Change): void {
  const { siteId } = change;
  switch (change.entity) {
    case 'order':
      dirty.orders.add(change.orderNo);
      return;
    case 'command':
      dirty.commands.add(change.id);
      return;
    case 'pile':
      dirty.piles.set(`${siteId}/${change.pileNo}`, { siteId });
      return;
    case 'connector':
      dirty.connectors.set(`${siteId}/${change.pileNo}/${change.connectorNo}`, { siteId });
      return;
    case 'site':
    case 'sync':
      dirty.figures.add(siteId);
      return;
  }
}

/** Takes at most `ROUND_MAX` keys out of a set. */
function take(keys: Set<string>): readonly string[] {
  const taken = [...keys].slice(0, ROUND_MAX);
  for (const key of taken) keys.delete(key);
  return taken;
}

const sitesOf = (things: ReadonlyMap<string, { readonly siteId: string }>): ReadonlySet<string> =>
  new Set([...things.values()].map(({ siteId }) => siteId));

async function putOrders({ store, feed }: Sources, { orders, commands }: Dirty): Promise<void> {
  for (const orderNo of take(orders)) {
    const stored = await store.order(orderNo);
    if (stored !== undefined) feed.put({ entity: 'order', value: orderResource(stored.order) });
  }
  for (const id of take(commands)) {
    const command = await store.command(id);
    if (command !== undefined) feed.put({ entity: 'command', value: commandResource(command) });
  }
}

async function putPiles({ store, feed }: Sources, { piles }: Dirty): Promise<void> {
  const wanted = new Map(piles);
  piles.clear();
  for (const siteId of sitesOf(wanted)) {
    for (const pile of await store.piles(siteId)) {
      if (!wanted.has(`${siteId}/${pile.pileNo}`)) continue;
      feed.put({ entity: 'pile', value: pileResource(siteId, pile, pile.seenAtMs) });
    }
  }
}

async function putConnectors({ store, live, feed }: Sources, { connectors }: Dirty): Promise<void> {
  const wanted = new Map(connectors);
  connectors.clear();
  for (const siteId of sitesOf(wanted)) {
    const measured = await live.measurements(siteId);
    const seen = new Map(measured.map((m) => [`${m.pileNo}/${m.measurement.connectorNo}`, m]));
    for (const connector of await store.connectors(siteId)) {
      const key = `${connector.pileNo}/${connector.connectorNo}`;
      if (!wanted.has(`${siteId}/${key}`)) continue;
      const value = connectorResource(connector, connector, seen.get(key));
      feed.put({ entity: 'connector', value });
    }
  }
}

async function putSite(sources: Sources, site: SiteAccount): Promise<void> {
  const { store, live, feed, clock } = sources;
  const nowMs = clock.nowMs();
  feed.put({ entity: 'site', value: await siteView(store, live, site, nowMs) });
  feed.put({ entity: 'sync', value: await syncView(store, live, site, nowMs) });
}

async function putFigures(sources: Sources, { figures }: Dirty): Promise<void> {
  for (const siteId of take(figures)) {
    const site = await sources.store.site(siteId);
    if (site !== undefined) await putSite(sources, site);
  }
}

/** What is true when the hub starts. */
async function fill(sources: Sources): Promise<void> {
  const { store, feed } = sources;
  for (const site of await store.sites()) await putSite(sources, site);
  for (const pile of await store.piles()) {
    feed.put({ entity: 'pile', value: pileResource(pile.siteId, pile, pile.seenAtMs) });
  }
  for (const connector of await store.connectors()) {
    feed.put({ entity: 'connector', value: connectorResource(connector, connector, undefined) });
  }
  for (const { order } of await store.orders({ limit: FIRST_ORDERS })) {
    feed.put({ entity: 'order', value: orderResource(order) });
  }
  feed.flush();
}

/** Runs a round again and again, never two at once; a failed one is logged and tried again. */
function every(ms: number, log: Log, round: () => Promise<void>): () => void {
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    round()
      .catch((error: unknown) => log.error({ error: String(error) }, 'live-round-failed'))
      .finally(() => {
        busy = false;
      });
  }, ms);
  return () => clearInterval(timer);
}

/** Keeps the live feed true: looks up what the ingest says has changed, and puts it into the feed. */
export async function feedKeeper(sources: Sources): Promise<FeedKeeper> {
  const { store, log } = sources;
  const dirty = dirtySet();
  await fill(sources);
  const stops = [
    every(LIVE_DELTA_MS, log, async () => {
      await putOrders(sources, dirty);
      await putPiles(sources, dirty);
      await putConnectors(sources, dirty);
    }),
    every(FIGURES_MS, log, () => putFigures(sources, dirty)),
    every(LINKS_MS, log, async () => {
      for (const { siteId } of await store.sites()) mark(dirty, { entity: 'site', siteId });
    }),
  ];
  return {
    onChange(changes) {
      for (const change of changes) mark(dirty, change);
    },
    close() {
      for (const stop of stops) stop();
    },
  };
}
