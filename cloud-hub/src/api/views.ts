import { isoOrNull } from '@holdfast/shared/api/present';
import type { SiteResource, StreamResource, SyncResource } from '@holdfast/shared/api/resources';
import { isoText } from '@holdfast/shared/time/shanghai';
import type { LiveState, SitePresence } from '../ports/live-state.ts';
import type { DayCount, SiteAccount, SiteSession, Store, StreamCursor } from '../ports/store.ts';

/** A site that has been silent for so long is late, though its connection still stands. */
const LATE_MS = 45_000;

type Link = SiteResource['link'];

function linkOf(
  presences: readonly SitePresence[],
  sessions: readonly SiteSession[],
  nowMs: number,
): Link {
  if (sessions.some((session) => session.conflict)) return 'conflict';
  const connected = presences.filter((presence) => presence.connected);
  if (connected.length === 0) return 'offline';
  return connected.some((presence) => nowMs - presence.lastHeardMs < LATE_MS) ? 'online' : 'late';
}

interface Backlog {
  readonly pending: number;
  readonly next: number | null;
  readonly oldestMs: number | null;
}

/**
 * What the edge said at its HELLO minus what has come since. A new store says epoch 0: its numbers are
 * those of the epoch that the answer gave it.
 */
function backlogOf(presences: readonly SitePresence[], cursor: StreamCursor): Backlog {
  const hello = presences.find((presence) => presence.vendor === cursor.vendor)?.hello;
  const told = hello?.streams.find((stream) => stream.lane === cursor.lane);
  if (
    hello === undefined ||
    hello === null ||
    told === undefined ||
    ![0, cursor.epoch].includes(hello.epoch)
  ) {
    return { pending: 0, next: null, oldestMs: null };
  }
  const pending = Math.max(0, told.next - 1 - cursor.watermark);
  const next = Math.max(told.next, cursor.watermark + 1);
  return { pending, next, oldestMs: pending === 0 ? null : told.oldestMs };
}

const oldestOf = (backlogs: readonly Backlog[]): number | null =>
  backlogs.reduce<number | null>((oldest, { oldestMs }) => {
    if (oldestMs === null) return oldest;
    return oldest === null ? oldestMs : Math.min(oldest, oldestMs);
  }, null);

async function sessionsOf(store: Store, site: SiteAccount): Promise<readonly SiteSession[]> {
  const sessions = await Promise.all(site.vendors.map((v) => store.session(site.siteId, v)));
  return sessions.filter((session) => session !== undefined);
}

async function cursorsOf(store: Store, site: SiteAccount): Promise<readonly StreamCursor[]> {
  const lists = await Promise.all(site.vendors.map((v) => store.cursors(site.siteId, v)));
  return lists.flat();
}

/** A site as the dashboard lists it. */
export async function siteView(
  store: Store,
  live: LiveState,
  site: SiteAccount,
  nowMs: number,
): Promise<SiteResource> {
  const { siteId, name } = site;
  const presences = await live.presence(siteId);
  const sessions = await sessionsOf(store, site);
  const backlogs = (await cursorsOf(store, site)).map((cursor) => backlogOf(presences, cursor));
  const piles = await store.piles(siteId);
  const connectors = await store.connectors(siteId);
  const heard = presences.reduce((newest, { lastHeardMs }) => Math.max(newest, lastHeardMs), 0);
  return {
    siteId,
    name,
    link: linkOf(presences, sessions, nowMs),
    lastHeardAt: heard === 0 ? null : isoText(heard),
    backlog: backlogs.reduce((sum, { pending }) => sum + pending, 0),
    oldestBacklogAt: isoOrNull(oldestOf(backlogs)),
    piles: piles.length,
    pilesOnline: piles.filter((pile) => pile.online).length,
    connectors: connectors.length,
    charging: connectors.filter((connector) => connector.state === 'charging').length,
  };
}

/** The newest day of a stream on which both sides can be compared. */
function checkOf(days: readonly DayCount[], cursor: StreamCursor): StreamResource['check'] {
  const own = days.filter(
    ({ vendor, lane, epoch }) =>
      vendor === cursor.vendor && lane === cursor.lane && epoch === cursor.epoch,
  );
  const newest = own.reduce<DayCount | undefined>(
    (last, day) => (last === undefined || day.day > last.day ? day : last),
    undefined,
  );
  if (newest === undefined) return null;
  const { day, count, edgeCount, equal } = newest;
  return { day, hubCount: count, edgeCount, equal };
}

/** How far each stream of a site has come, and whether both sides counted the same. */
export async function syncView(
  store: Store,
  live: LiveState,
  site: SiteAccount,
  nowMs: number,
): Promise<SyncResource> {
  const { siteId } = site;
  const presences = await live.presence(siteId);
  const sessions = await sessionsOf(store, site);
  const days = await store.dayCounts(siteId);
  const [session] = sessions;
  const presence = presences.find(({ connected }) => connected) ?? presences[0];
  return {
    siteId,
    link: linkOf(presences, sessions, nowMs),
    sessionNo: session?.sessionNo ?? null,
    epoch: session?.epoch ?? null,
    storeId: session?.storeId ?? null,
    contenderStoreId: presences.find((p) => p.contenderStoreId)?.contenderStoreId ?? null,
    clockOffsetMs: presence?.clockOffsetMs ?? null,
    clockQuality: presence?.hello?.clock.quality ?? null,
    streams: (await cursorsOf(store, site)).map((cursor) => {
      const { pending, next, oldestMs } = backlogOf(presences, cursor);
      return {
        siteId,
        vendor: cursor.vendor,
        lane: cursor.lane,
        epoch: cursor.epoch,
        watermark: cursor.watermark,
        next,
        pending,
        oldestAt: isoOrNull(oldestMs),
        parked: cursor.parked,
        gaps: cursor.gapCount,
        check: checkOf(days, cursor),
      };
    }),
  };
}
