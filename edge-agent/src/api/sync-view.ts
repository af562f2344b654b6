import { isoOrNull } from '@holdfast/shared/api/present';
import type { SiteResource, StreamResource, SyncResource } from '@holdfast/shared/api/resources';
import { dayText } from '@holdfast/shared/time/shanghai';
import type { EdgeConfig } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { DayCheck, Ledger, StreamState } from '../ports/ledger.ts';
import type { SiteMemory } from '../site/site.ts';
import type { CheckStatus, SyncStatus } from '../sync/status.ts';

/** What the sync page is made of. */
export interface SyncFacts {
  readonly config: EdgeConfig;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** `undefined`: no hub is configured. */
  readonly status: () => Promise<SyncStatus | undefined>;
}

type Link = SiteResource['link'];

/** The worst of the lines; a site without a hub is offline. */
export function linkOf(status: SyncStatus | undefined): Link {
  const lines = status?.lines ?? [];
  if (lines.length === 0) return 'offline';
  if (lines.every((line) => line.phase === 'open')) return 'online';
  return lines.some((line) => line.phase === 'open') ? 'late' : 'offline';
}

const laneKey = ({ vendor, lane }: StreamState['stream']): string => `${vendor} ${lane}`;

/** Our count of the day beside the hub's, when it has told us one ([SYNC-14]). */
function checkOf(
  ours: DayCheck | undefined,
  theirs: CheckStatus | null | undefined,
): StreamResource['check'] {
  if (theirs !== null && theirs !== undefined) {
    return {
      day: theirs.day,
      edgeCount: theirs.ownCount,
      hubCount: theirs.hubCount,
      equal: theirs.equal,
    };
  }
  if (ours === undefined) return null;
  return { day: ours.day, edgeCount: ours.count, hubCount: null, equal: null };
}

/** How every stream stands, from the ledger and from the line. */
export async function syncResource(facts: SyncFacts): Promise<SyncResource> {
  const { config, ledger, clock } = facts;
  const [status, streams, checks] = await Promise.all([
    facts.status(),
    ledger.streams(),
    ledger.dayChecks(),
  ]);
  const today = dayText(clock.nowMs());
  const identity = ledger.identity();
  const rows = streams.map((state): StreamResource => {
    const { vendor, lane } = state.stream;
    const line = status?.lines.find((each) => each.vendor === vendor);
    const told = line?.streams.find((each) => each.lane === lane)?.check;
    const own = checks.find(
      (check) => laneKey(check.stream) === laneKey(state.stream) && check.day === today,
    );
    return {
      siteId: config.siteId,
      vendor,
      lane,
      epoch: identity.epoch,
      watermark: state.acked,
      next: state.next,
      pending: state.pending,
      oldestAt: isoOrNull(state.oldestMs),
      parked: 0,
      gaps: 0,
      check: checkOf(own, told),
    };
  });
  return {
    siteId: config.siteId,
    link: linkOf(status),
    sessionNo: status?.lines[0]?.sessionNo ?? null,
    epoch: identity.epoch,
    storeId: identity.storeId,
    contenderStoreId: null,
    clockOffsetMs: status?.clockOffsetMs ?? null,
    clockQuality: clock.reading().quality,
    streams: rows,
  };
}

/** Lanes whose events a person waits for; measurements are not a backlog. */
const COUNTED = ['control', 'money', 'state'];

/** The site in one line: link, backlog, piles, charges. */
export async function siteResource(facts: SyncFacts, memory: SiteMemory): Promise<SiteResource> {
  const { config, ledger, clock } = facts;
  const streams = (await ledger.streams()).filter(({ stream }) => COUNTED.includes(stream.lane));
  const oldest = streams.flatMap(({ oldestMs }) => (oldestMs === null ? [] : [oldestMs]));
  const piles = memory.piles().filter(({ pile }) => pile.adopted);
  const connectors = memory.connectors();
  const link = linkOf(await facts.status());
  return {
    siteId: config.siteId,
    name: config.name,
    link,
    lastHeardAt: link === 'online' ? isoOrNull(clock.nowMs()) : null,
    backlog: streams.reduce((sum, { pending }) => sum + pending, 0),
    oldestBacklogAt: isoOrNull(oldest.length === 0 ? null : Math.min(...oldest)),
    piles: piles.length,
    pilesOnline: piles.filter(({ pile }) => pile.online).length,
    connectors: connectors.length,
    charging: connectors.filter(({ connector }) => connector.state === 'charging').length,
  };
}
