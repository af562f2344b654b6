import type { Tariff } from '@holdfast/shared/money/tariff';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { GqaaSettings } from './settings.ts';
import type { Down } from './step.ts';

/** As with every pile of a connection: nothing heard, heard but not served, logged in. */
export type Phase = 'new' | 'unserved' | 'served';

/** What an answer repeats of its question. */
export interface Question {
  readonly seq: string;
  readonly code: number;
  readonly gunNo: number;
}

/** A frame that was taken, with the answer that it got; `null`: not yet. */
export interface Taken extends Question {
  /** Checksum of the plain frame: the same number, type and mark are the same frame. */
  readonly mark: number;
  readonly atMs: number;
  readonly answer: Down | null;
}

/** A command of ours that is not answered. */
export interface Due {
  readonly message: Down;
  readonly code: number;
  readonly tries: number;
  /** What the site asked for; `null`: of our own accord. */
  readonly wish: PileCommand | null;
}

/** Somebody at a gun waits for an answer (0x31). */
export interface Ask {
  /** What the site gives back with its answer. */
  readonly request: string;
  readonly question: Question;
  readonly identity: Identity;
  readonly atMs: number;
}

export interface Gun {
  readonly faulted: boolean | null;
  readonly use: 'unknown' | 'idle' | 'busy';
  /** A start is under way until then; 0: none. */
  readonly startingUntilMs: number;
  readonly ask: Ask | null;
}

/** An order that waits for the disk. */
export interface Upload {
  readonly tradeNo: string;
  readonly question: Question;
}

/** What the driver knows of one pile on one connection. */
export interface GqaaState {
  readonly pileNo: string;
  readonly settings: GqaaSettings;
  readonly phase: Phase;
  /** The site has been told of a login, so it must be told of the loss. */
  readonly announced: boolean;
  readonly dc: boolean;
  readonly gunCount: number;
  readonly canLimit: boolean;
  /** Our own sequence counter: what the next frame of ours carries. */
  readonly count: number;
  /** Requests given to the site so far. */
  readonly asked: number;
  readonly guns: Readonly<Record<number, Gun>>;
  /** Newest last. */
  readonly taken: readonly Taken[];
  /** In order of arrival; each gets its own answer. */
  readonly uploads: readonly Upload[];
  /** Oldest first. */
  readonly due: readonly Due[];
  /** A tariff that waits until the pile is idle. */
  readonly waitingTariff: Tariff | null;
}

/** Uploads that may wait for the disk; a pile that sends more is answered when it sends again. */
export const UPLOADS_MAX = 64;
/** Frames that are remembered against being taken twice. */
export const TAKEN_MAX = 128;
/** Commands that may wait for their answer. */
export const DUE_MAX = 64;

const UNKNOWN_GUN: Gun = { faulted: null, use: 'unknown', startingUntilMs: 0, ask: null };

export const beginState = (pileNo: string, settings: GqaaSettings): GqaaState => ({
  pileNo,
  settings,
  phase: 'new',
  announced: false,
  dc: true,
  gunCount: 1,
  canLimit: false,
  count: 0,
  asked: 0,
  guns: {},
  taken: [],
  uploads: [],
  due: [],
  waitingTariff: null,
});

export const gunOf = (state: GqaaState, connectorNo: number): Gun =>
  state.guns[connectorNo] ?? UNKNOWN_GUN;

export const withGun = (
  state: GqaaState,
  connectorNo: number,
  change: Partial<Gun>,
): GqaaState => ({
  ...state,
  guns: { ...state.guns, [connectorNo]: { ...gunOf(state, connectorNo), ...change } },
});

/** Connectors that the pile says it has. */
export const connectorsOf = ({ gunCount }: GqaaState): readonly number[] =>
  Array.from({ length: gunCount }, (_, i) => i + 1);
