import { type Dialect, STANDARD } from '@holdfast/protocols/ykc/dialects';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { LocalGroup, RemoteGroup } from './groups.ts';
import type { YkcSettings } from './settings.ts';

/**
 * `new`: nothing heard. `unserved`: heard, but not logged in or not adopted; the connection ends
 * soon. `served`: logged in.
 */
export type Phase = 'new' | 'unserved' | 'served';

/** Somebody at a gun waits for an answer (0x31). */
export interface Ask {
  /** What the site gives back with its answer. */
  readonly request: string;
  /** Sequence bytes to echo. */
  readonly seq: string;
  readonly gunNo: string;
  readonly identity: Identity;
  readonly atMs: number;
}

export interface Gun {
  /** As the last heartbeat said. */
  readonly faulted: boolean | null;
  readonly use: 'unknown' | 'idle' | 'busy';
  /** A start is under way until then; 0: none. */
  readonly startingUntilMs: number;
  readonly ask: Ask | null;
}

/** An order upload that waits for the disk. */
export interface Upload {
  readonly tradeNo: string;
  readonly seq: string;
}

/** What the driver knows of one pile on one connection. */
export interface YkcState {
  readonly pileNo: string;
  readonly settings: YkcSettings;
  readonly phase: Phase;
  /** The site has been told of a login, so it must be told of the loss. */
  readonly announced: boolean;
  readonly dialect: Dialect;
  readonly dc: boolean;
  readonly gunCount: number;
  /** Our own sequence counter: what the next frame of ours carries. */
  readonly count: number;
  /** Requests given to the site so far. */
  readonly asked: number;
  readonly guns: Readonly<Record<number, Gun>>;
  /** In order of arrival; each gets its own 0x40. */
  readonly uploads: readonly Upload[];
  /** A tariff that waits until the pile is idle. */
  readonly waitingTariff: Tariff | null;
  /** Model whose 0x57 is due. */
  readonly pushedModelNo: string | null;
  /** Guns that were told to stop and have not answered. */
  readonly stops: readonly number[];
  readonly localGroups: readonly LocalGroup[];
  readonly remoteGroups: readonly RemoteGroup[];
  /** The second that the newest parallel number of ours names. */
  readonly parallelSecond: number;
  /** Limits in force, W, by gun; 0: the whole pile. */
  readonly limits: Readonly<Record<number, number>>;
  /** Whose limits wait for their 0x51; `null`: the whole pile's. */
  readonly limiting: readonly (number | null)[];
}

/** Uploads that may wait for the disk; a pile that sends more is answered when it sends again. */
export const UPLOADS_MAX = 64;

const UNKNOWN_GUN: Gun = { faulted: null, use: 'unknown', startingUntilMs: 0, ask: null };

export const beginState = (pileNo: string, settings: YkcSettings): YkcState => ({
  pileNo,
  settings,
  phase: 'new',
  announced: false,
  dialect: STANDARD,
  dc: true,
  gunCount: 1,
  count: 0,
  asked: 0,
  guns: {},
  uploads: [],
  waitingTariff: null,
  pushedModelNo: null,
  stops: [],
  localGroups: [],
  remoteGroups: [],
  parallelSecond: 0,
  limits: {},
  limiting: [],
});

export const gunOf = (state: YkcState, connectorNo: number): Gun =>
  state.guns[connectorNo] ?? UNKNOWN_GUN;

export const withGun = (state: YkcState, connectorNo: number, change: Partial<Gun>): YkcState => ({
  ...state,
  guns: { ...state.guns, [connectorNo]: { ...gunOf(state, connectorNo), ...change } },
});

/** Connectors that the pile says it has. */
export const connectorsOf = ({ gunCount }: YkcState): readonly number[] =>
  Array.from({ length: gunCount }, (_, i) => i + 1);
