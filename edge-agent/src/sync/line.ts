import { LANES, type LaneName } from '@holdfast/shared/sync/lanes';
import { alarms } from './alarms.ts';
import { deletions } from './deletions.ts';
import { type Engine, momentOf, runLink, runSender, settle } from './engine.ts';
import { takeAnswer, takeCommand } from './incoming.ts';
import * as links from './link.ts';
import type { SyncParts } from './parts.ts';
import { newRate, rateAt } from './rate.ts';
import type { LineStatus, StreamStatus } from './status.ts';
import * as streams from './stream.ts';

/** Sync of one vendor of the site, over a connection of its own ([SYNC-12]). */
export interface VendorLine {
  readonly vendor: string;
  readonly start: () => void;
  /** Says goodbye and does nothing more. */
  readonly stop: () => Promise<void>;
  /** Leaves the line and the ledger alone while the store gets a new identity. */
  readonly standAside: () => Promise<void>;
  /** The store has its new identity, or could not get one. */
  readonly minted: (done: boolean) => void;
  readonly committed: (lane: LaneName) => void;
  readonly status: () => LineStatus;
}

const LANE_NAMES = Object.keys(LANES) as LaneName[];

/** How sync of the site's vendors hangs together. */
export interface LineHooks {
  readonly replaces: () => string | undefined;
  readonly mayDoubt: () => boolean;
  readonly onMint: () => void;
}

export function vendorLine(parts: SyncParts, vendor: string, hooks: LineHooks): VendorLine {
  const nowMs = parts.clock.monoMs();
  const engine: Engine = {
    ...hooks,
    parts,
    vendor,
    raise: alarms(parts, vendor),
    deletions: deletions(parts.ledger, vendor, parts.log),
    onMessage: (from, payload) => {
      if (from === 'answer') takeAnswer(engine, payload);
      else void takeCommand(engine, payload);
    },
    senders: new Map(LANE_NAMES.map((lane) => [lane, streams.newSender(lane)])),
    checks: new Map(),
    rates: new Map(LANE_NAMES.map((lane) => [lane, newRate(nowMs)])),
    link: links.newLink,
    connection: undefined,
    session: undefined,
    problem: undefined,
    lastError: undefined,
    cancelWake: () => {},
  };
  return {
    vendor,
    start: () => runLink(engine, links.started(engine.link)),
    stop: async () => {
      runLink(engine, links.stopped(engine.link));
      await engine.deletions.settled();
    },
    standAside: async () => {
      runLink(engine, links.mintedElsewhere(engine.link));
      await engine.deletions.settled();
    },
    minted: (done) => {
      const { link } = engine;
      const moment = momentOf(engine);
      runLink(engine, done ? links.minted(link) : links.mintFailed(link, moment, parts.link));
    },
    committed: (lane) => {
      const sender = engine.senders.get(lane);
      if (sender?.open !== true) return;
      runSender(engine, lane, streams.committed(sender, momentOf(engine)));
      settle(engine);
    },
    status: () => statusOf(engine),
  };
}

function statusOf(engine: Engine): LineStatus {
  const { vendor, link, session, problem, lastError } = engine;
  const { nowMs } = momentOf(engine);
  const retryAtMs = link.phase === 'waiting' ? link.wakeAtMs : null;
  return {
    vendor,
    phase: link.phase,
    retryInMs: retryAtMs === null ? null : Math.max(0, Math.ceil(retryAtMs - nowMs)),
    sessionNo: session?.sessionNo ?? null,
    epoch: session?.epoch ?? null,
    problem: problem ?? null,
    lastError: lastError ?? null,
    streams: [...engine.senders.values()].map((sender) => streamStatus(engine, sender, nowMs)),
  };
}

function streamStatus(engine: Engine, sender: streams.Sender, nowMs: number): StreamStatus {
  const { lane, acked, flight, resumeAtMs, misses } = sender;
  const rate = engine.rates.get(lane);
  return {
    lane,
    acked,
    batchesInFlight: flight.length,
    paused: resumeAtMs !== null,
    misses,
    perSecond: rate === undefined ? 0 : Math.round(rateAt(rate, nowMs) * 10) / 10,
    check: engine.checks.get(lane) ?? null,
  };
}
