import type { LiveEntity } from '@holdfast/shared/api/live';
import type { LiveFeed } from '@holdfast/shared/api/live-feed';
import {
  commandResource,
  connectorResource,
  orderResource,
  pileResource,
} from '@holdfast/shared/api/present';
import type { EdgeApiParts } from './edge-api.ts';
import { siteResource, syncResource } from './sync-view.ts';

/** The line and its backlog change all the time; they are shown this often. */
const SYNC_EVERY_MS = 1_000;

/** Puts what changes at the site into a live feed. */
export interface LiveSource {
  /** Brings what has been touched since the last call into the feed; before each flush. */
  readonly collect: () => void;
  readonly stop: () => void;
}

type Place = readonly [pileNo: string, connectorNo: number];

/** Values are made when they are looked at, so a pile that reports often costs no more. */
export function liveSource(parts: EdgeApiParts, feed: LiveFeed): LiveSource {
  const { site, desk, config, timers } = parts;
  const { memory } = site;
  const { siteId } = config;
  const piles = new Set<string>();
  const places = new Map<string, Place>();
  let stopped = false;

  const putPile = (pileNo: string): void => {
    const seen = memory.pile(pileNo);
    if (seen === undefined) return;
    feed.put({ entity: 'pile', value: pileResource(siteId, seen.pile, seen.lastSeenMs) });
  };
  const putConnector = ([pileNo, connectorNo]: Place): void => {
    const seen = memory.connector(pileNo, connectorNo);
    if (seen === undefined) return;
    const value = connectorResource({ siteId, vendor: seen.vendor }, seen.connector, seen.seen);
    feed.put({ entity: 'connector', value });
  };

  for (const { pile } of memory.piles()) putPile(pile.pileNo);
  for (const { connector } of memory.connectors()) {
    putConnector([connector.pileNo, connector.connectorNo]);
  }
  for (const order of memory.openOrders()) {
    feed.put({ entity: 'order', value: orderResource(order) });
  }
  memory.onTouched((touched) => {
    if (touched.what === 'pile') piles.add(touched.pileNo);
    else if (touched.what === 'order') {
      feed.put({ entity: 'order', value: orderResource(touched.event.order) });
    } else {
      const { pileNo, connectorNo } = touched;
      places.set(`${pileNo}/${connectorNo}`, [pileNo, connectorNo]);
    }
  });
  desk.onChanged((seen) => {
    feed.put({ entity: 'command', value: commandResource({ siteId, ...seen }) });
  });

  /** The text of what was put last: an entity that has not changed is not sent again. */
  const last = new Map<LiveEntity['entity'], string>();
  const putIfChanged = (item: LiveEntity): void => {
    const text = JSON.stringify(item.value);
    if (last.get(item.entity) === text) return;
    last.set(item.entity, text);
    feed.put(item);
  };

  async function lookAtSync(): Promise<void> {
    const [one, sync] = await Promise.all([siteResource(parts, memory), syncResource(parts)]);
    putIfChanged({ entity: 'site', value: one });
    putIfChanged({ entity: 'sync', value: sync });
  }
  let cancel = (): void => undefined;
  const tend = (): void => {
    void lookAtSync()
      // A ledger that is being closed answers no more; the next look is told.
      .catch(() => undefined)
      .finally(() => {
        if (!stopped) cancel = timers.after(SYNC_EVERY_MS, tend);
      });
  };
  tend();

  return {
    collect() {
      for (const pileNo of piles) putPile(pileNo);
      piles.clear();
      for (const place of places.values()) putConnector(place);
      places.clear();
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
