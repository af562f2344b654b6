import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Transport } from '../ports/transport.ts';
import type { LinkPolicy } from './link.ts';
import type { Pack } from './uplink.ts';

type Write = (fields: Readonly<Record<string, unknown>>, event: string) => void;

export interface SyncLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** A clock that the hub's answers teach ([SYNC-9]). */
export interface TaughtClock extends Clock {
  /** The hub's time as it was when half of `rttMs` was over. */
  readonly learnHubTime: (hubMs: number, rttMs: number) => void;
  readonly hubNowMs: () => number;
  /** Ours minus the hub's; `null`: not known. */
  readonly hubOffsetMs: () => number | null;
}

/** Where commands of the hub are recorded, carried out and answered ([SYNC-7]). */
export interface CommandTaker {
  /** Resolves when the answer is on its way in the control lane. */
  readonly handle: (command: Command, hubNowMs: number) => Promise<CommandAnswer>;
}

/** What sync is made of. */
export interface SyncParts {
  readonly ledger: Ledger;
  readonly clock: TaughtClock;
  readonly timers: Timers;
  readonly transport: Transport;
  readonly commands: CommandTaker;
  readonly log: SyncLog;
  readonly pack: Pack;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Name and version, for the hub's pages. */
  readonly software: string;
  readonly link: LinkPolicy;
}
