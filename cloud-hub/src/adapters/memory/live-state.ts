import type { LiveMeasurement, LiveState, SitePresence } from '../../ports/live-state.ts';

/** Connectors that measurements are kept for; beyond it the one not heard of for longest goes. */
const MAX_CONNECTORS = 400_000;

/** Live state of one process. A restart empties it; the next words of the sites fill it again. */
export function memoryLiveState(limits: { readonly connectors?: number } = {}): LiveState {
  const maxConnectors = limits.connectors ?? MAX_CONNECTORS;
  const presences = new Map<string, Map<string, SitePresence>>();
  const measurements = new Map<string, LiveMeasurement>();

  return {
    setPresence: async (presence) => {
      const vendors = presences.get(presence.siteId) ?? new Map<string, SitePresence>();
      vendors.set(presence.vendor, presence);
      presences.set(presence.siteId, vendors);
    },
    presence: async (siteId) => [...(presences.get(siteId)?.values() ?? [])],
    setMeasurement: async (live) => {
      const key = `${live.siteId}|${live.pileNo}|${live.measurement.connectorNo}`;
      const known = measurements.get(key);
      if (known !== undefined && known.atMs > live.atMs) return;
      // Taken out first, so that the map stays in the order of the last word.
      measurements.delete(key);
      measurements.set(key, live);
      if (measurements.size <= maxConnectors) return;
      const [oldest] = measurements.keys();
      if (oldest !== undefined) measurements.delete(oldest);
    },
    measurements: async (siteId) => {
      const all = [...measurements.values()];
      return siteId === undefined ? all : all.filter((live) => live.siteId === siteId);
    },
  };
}
