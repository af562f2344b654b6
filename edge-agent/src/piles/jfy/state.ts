import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { JfySettings } from './settings.ts';

/** As with every pile of a connection: nothing heard, heard but not served, signed in. */
export type Phase = 'new' | 'unserved' | 'served';

/** Somebody at a gun waits for an answer (204). */
export interface Ask {
  /** What the site gives back with its answer. */
  readonly request: string;
  readonly seq: string;
  readonly gunNo: number;
  /** As the pile wrote it. */
  readonly text: string;
  readonly identity: Identity;
  readonly atMs: number;
}

export interface Gun {
  readonly faulted: boolean | null;
  readonly ask: Ask | null;
  /** Number of the order that was last begun here on this connection. */
  readonly tradeNo: string | null;
}

/** A record that waits for the disk: what its answer repeats. */
export interface Upload {
  /** Opaque to the site; comes back with the receipt. */
  readonly request: string;
  readonly seq: string;
  readonly gunNo: number;
  readonly user: string;
  readonly recordIndex: number;
  readonly coarse: boolean;
}

/** What the driver knows of one pile on one connection. */
export interface JfyState {
  readonly pileNo: string;
  readonly settings: JfySettings;
  readonly phase: Phase;
  /** The site has been told of a sign-in, so it must be told of the loss. */
  readonly announced: boolean;
  readonly dc: boolean;
  readonly gunCount: number;
  /** So long without a heartbeat, after the first, is a loss. */
  readonly heartbeatLostMs: number;
  /** Our own sequence counter: what the next frame of ours carries. */
  readonly count: number;
  /** Requests given to the site so far. */
  readonly asked: number;
  readonly guns: Readonly<Record<number, Gun>>;
  /** In order of arrival; each gets its own answer. */
  readonly uploads: readonly Upload[];
  /** Whose limits wait for their answer; `null`: the whole pile's. */
  readonly limiting: readonly { readonly gunNo: number; readonly connectorNo: number | null }[];
}

/** Uploads that may wait for the disk; a pile that sends more is answered when it sends again. */
export const UPLOADS_MAX = 64;
/** Limits that may wait for their answer. */
export const LIMITING_MAX = 16;
/** One byte names a gun; more than these nobody builds. */
export const GUNS_MAX = 32;

const UNKNOWN_GUN: Gun = { faulted: null, ask: null, tradeNo: null };

export const beginState = (pileNo: string, settings: JfySettings): JfyState => ({
  pileNo,
  settings,
  phase: 'new',
  announced: false,
  dc: true,
  gunCount: 1,
  heartbeatLostMs: settings.heartbeatSeconds * settings.heartbeatMisses * 1_000,
  count: 0,
  asked: 0,
  guns: {},
  uploads: [],
  limiting: [],
});

export const gunOf = (state: JfyState, connectorNo: number): Gun =>
  state.guns[connectorNo] ?? UNKNOWN_GUN;

export const withGun = (state: JfyState, connectorNo: number, change: Partial<Gun>): JfyState => ({
  ...state,
  guns: { ...state.guns, [connectorNo]: { ...gunOf(state, connectorNo), ...change } },
});

/** [JFY-GUN-1] The connector of a frame: 0 is the only one. `undefined`: no pile has so many. */
export const connectorOf = (gunNo: number): number | undefined =>
  gunNo > GUNS_MAX ? undefined : Math.max(1, gunNo);
