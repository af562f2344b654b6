import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import { FORMATS, payloadOf } from '@holdfast/shared/sync/wire';
import { systemClock } from '../../adapters/clock.ts';
import { memoryLedger } from '../../adapters/ledger/memory.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { type VirtualTime, virtualTime } from '../../site/testing/virtual-time.ts';
import type { SyncLog } from '../parts.ts';
import { type SyncHandle, type SyncOptions, startSync } from '../sync.ts';
import { type FakeBroker, fakeBroker } from './fake-broker.ts';
import { type ModelHub, type ModelHubOptions, modelHub } from './model-hub.ts';

/* Edges, a broker and a model hub in virtual time; everything is decided by a seed. */

/** 2025-07-15 12:00 in Shanghai. */
export const NOON_MS = 1_752_552_000_000;

export interface World {
  readonly time: VirtualTime;
  readonly hub: ModelHub;
  readonly broker: FakeBroker;
  readonly random: () => number;
  /** Sends a command to the site, as the hub would. */
  readonly command: (message: object) => void;
  readonly box: (options?: BoxOptions) => Box;
}

export interface BoxOptions {
  readonly ledger?: Ledger;
  readonly vendors?: readonly string[];
  readonly link?: SyncOptions['link'];
  /** The box's own wall clock, milliseconds ahead of the hub's. */
  readonly wallAheadMs?: () => number;
  readonly handle?: (command: Command, hubNowMs: number) => Promise<CommandAnswer>;
}

export interface Box {
  readonly ledger: Ledger;
  readonly sync: SyncHandle;
  readonly log: readonly string[];
  /** Events of a lane that the hub has yet to confirm. */
  readonly pending: (lane: LaneName) => Promise<number>;
}

const MULTIPLIER = 1_664_525;
const INCREMENT = 1_013_904_223;
const MODULUS = 2 ** 32;

/** Numbers in [0, 1) that a seed decides. */
export function seeded(seed: number): () => number {
  let state = seed % MODULUS;
  return () => {
    state = (state * MULTIPLIER + INCREMENT) % MODULUS;
    return state / MODULUS;
  };
}

const pack = (text: string): Uint8Array => payloadOf(FORMATS.json, Buffer.from(text));

export function world(
  seed = 1,
  given: Pick<ModelHubOptions, 'credit' | 'policy'> = {},
  siteId = 'site-1',
): World {
  const time = virtualTime(NOON_MS);
  const random = seeded(seed);
  const hub = modelHub({
    ...given,
    nowMs: time.clock.nowMs,
    send: (to, from, payload) => broker.toSite(to, from, payload),
  });
  const broker = fakeBroker({
    timers: time.timers,
    random,
    toHub: (from, topic, payload) => hub.take(from, topic, payload),
  });
  return {
    time,
    hub,
    broker,
    random,
    command: (message) => {
      broker.toSite({ vendor: 'ykc', siteId }, 'command', Buffer.from(JSON.stringify(message)));
    },
    box: (options = {}) => {
      const ahead = options.wallAheadMs ?? (() => 0);
      const clock = systemClock(1, undefined, {
        wallMs: () => time.clock.nowMs() + ahead(),
        monoMs: time.clock.monoMs,
        isSynced: () => true,
      });
      const ledger = options.ledger ?? memoryLedger(siteId, clock.nowMs);
      const lines: string[] = [];
      const write = (_fields: object, event: string) => void lines.push(event);
      const log: SyncLog = { debug: write, info: write, warn: write, error: write };
      const refuse = async ({ id }: Command): Promise<CommandAnswer> => ({
        id,
        outcome: 'refused',
        atMs: clock.nowMs(),
      });
      const sync = startSync({
        ledger,
        clock,
        timers: time.timers,
        transport: broker.transport(),
        commands: { handle: options.handle ?? refuse },
        log,
        pack,
        random,
        software: 'test',
        vendors: options.vendors ?? ['ykc'],
        ...(options.link === undefined ? {} : { link: options.link }),
      });
      const pending = async (lane: LaneName) =>
        (await ledger.streams())
          .filter(({ stream }) => stream.lane === lane)
          .reduce((sum, state) => sum + state.pending, 0);
      return { ledger, sync, log: lines, pending };
    },
  };
}
