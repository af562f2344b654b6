import type { LiveMeasurement, LiveState, SitePresence } from '../../ports/live-state.ts';

/** Connectors that measurements are kept for; beyond it the one not heard of for longest goes. */
const MAX_CONNECTORS = 400_000;

/** Live state of one process. A restart empties it; the next words of the sites fill it again. */
export function memoryLiveState(limits: { readonly connectors?: number } = {}): LiveState {
  const maxConnectors = limits.connectors ?? MAX_CONNECTORS;
  const presences = new Map<string, Map<string, SitePresence>>();
  const bySite = new Map<string, Map<string, LiveMeasurement>>();
  /** All of them, the one not heard of for longest first. */
  const byAge = new Map<string, LiveMeasurement>();

  const forgetOldest = (): void => {
    const [oldest] = byAge;
    if (oldest === undefined) return;
    const [key, { siteId }] = oldest;
    byAge.delete(key);
    const site = bySite.get(siteId);
    site?.delete(key);
    if (site?.size === 0) bySite.delete(siteId);
  };
  return {
    setPresence: async (presence) => {
      const vendors = presences.get(presence.siteId) ?? new Map<string, SitePresence>();
      vendors.set(presence.vendor, presence);
      presences.set(presence.siteId, vendors);
    },
    presence: async (siteId) => [...(presences.get(siteId)?.values() ?? [])],
    setMeasurement: async (live) => {
      const key = `${live.siteId}|${live.pileNo}|${live.measurement.connectorNo}`;
      const known = byAge.get(key);
      if (known !== undefined && known.atMs > live.atMs) return;
      byAge.delete(key);
      byAge.set(key, live);
      const site = bySite.get(live.siteId) ?? new Map<string, LiveMeasurement>();
      site.set(key, live);
      bySite.set(live.siteId, site);
      if (byAge.size > maxConnectors) forgetOldest();
    },
    measurements: async (siteId) => [
      ...(siteId === undefined ? byAge : (bySite.get(siteId) ?? new Map())).values(),
    ],
  };
}
