import type { Refused } from '@holdfast/shared/sync/messages';
import type { CloseCause } from '../ports/transport.ts';
import type { Moment } from './stream.ts';

/*
 * The connection to the hub as a pure machine: when to connect, greet, wait and give up the line.
 * Times are monotonic milliseconds.
 */

export interface LinkPolicy {
  /** rand(0, min(cap, first · 2^n)) before the n-th attempt after a failure. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** A refused login does not heal in seconds. */
  readonly firstLoginDelayMs: number;
  readonly longestLoginDelayMs: number;
  /** A session that held so long was a good one: n counts from 0 again. */
  readonly stableMs: number;
  /** The hub has so long to answer a HELLO before it is said again. */
  readonly helloWaitMs: number;
  readonly longestHelloWaitMs: number;
  /** So many connections that the other side closed after less than `quickMs`, within `quickWithinMs`… */
  readonly quickCloses: number;
  readonly quickMs: number;
  readonly quickWithinMs: number;
  /** … mean that another box has this identity: leave it alone for a while. */
  readonly restMs: readonly [least: number, most: number];
}

export const LINK_POLICY: LinkPolicy = {
  firstDelayMs: 1_000,
  longestDelayMs: 60_000,
  firstLoginDelayMs: 10_000,
  longestLoginDelayMs: 15 * 60_000,
  stableMs: 5 * 60_000,
  helloWaitMs: 5_000,
  longestHelloWaitMs: 60_000,
  quickCloses: 3,
  quickMs: 10_000,
  quickWithinMs: 60_000,
  restMs: [60_000, 300_000],
};

export type LinkPhase =
  /** Not started, or stopped for good. */
  | 'stopped'
  | 'waiting'
  | 'connecting'
  /** Connected; the hub has not answered the HELLO yet. */
  | 'greeting'
  | 'open'
  /** The store is getting a new identity. */
  | 'minting';

export type LinkAlarm =
  | 'sync-login-refused'
  | 'sync-identity-in-use'
  | 'sync-store-regressed'
  | 'sync-store-conflict'
  | 'sync-version-unsupported'
  | 'sync-site-unknown';

export interface Link {
  readonly phase: LinkPhase;
  readonly wakeAtMs: number | null;
  readonly failures: number;
  readonly loginFailures: number;
  readonly connectedAtMs: number;
  readonly openSinceMs: number | null;
  /** HELLOs of this connection. */
  readonly hellos: number;
  readonly spreadMs: number;
  readonly quickClosesMs: readonly number[];
}

export type LinkEffect =
  | { readonly do: 'connect' }
  /** Drops the connection; what it still says is not wanted. */
  | { readonly do: 'disconnect' }
  | { readonly do: 'hello' }
  /** A new store identity, then `minted` or `mintFailed`. */
  | { readonly do: 'mint' }
  | { readonly do: 'alarm'; readonly code: LinkAlarm; readonly text: string };

export interface LinkStep {
  readonly link: Link;
  readonly effects: readonly LinkEffect[];
}

export const newLink: Link = {
  phase: 'stopped',
  wakeAtMs: null,
  failures: 0,
  loginFailures: 0,
  connectedAtMs: 0,
  openSinceMs: null,
  hellos: 0,
  spreadMs: 0,
  quickClosesMs: [],
};

const connecting = (link: Link): LinkStep => ({
  link: { ...link, phase: 'connecting', wakeAtMs: null, hellos: 0, openSinceMs: null },
  effects: [{ do: 'connect' }],
});

const waiting = (link: Link, delayMs: number, { nowMs }: Moment): Link => ({
  ...link,
  phase: 'waiting',
  wakeAtMs: nowMs + delayMs,
  openSinceMs: null,
});

/** Full jitter: a fleet that lost its line together does not come back together. */
const jitterMs = (mostMs: number, { random }: Moment): number => mostMs * random();

export const started = (link: Link): LinkStep => connecting(link);

export const stopped = (link: Link): LinkStep => ({
  link: { ...link, phase: 'stopped', wakeAtMs: null, openSinceMs: null },
  effects: [{ do: 'disconnect' }],
});

function greeted(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  const waitMs = Math.min(policy.helloWaitMs * 1.5 ** link.hellos, policy.longestHelloWaitMs);
  const wakeAtMs = moment.nowMs + waitMs * (0.8 + 0.4 * moment.random());
  return {
    link: { ...link, phase: 'greeting', wakeAtMs, hellos: link.hellos + 1 },
    effects: [{ do: 'hello' }],
  };
}

/** The broker has taken us in and will bring what is for us. */
export function connected(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  if (link.phase !== 'connecting') return { link, effects: [] };
  const next = { ...link, connectedAtMs: moment.nowMs, loginFailures: 0 };
  return greeted(next, moment, policy);
}

/** WELCOME for this connection; a second one comes when a HELLO was doubled on its way. */
export function welcomed(link: Link, spreadMs: number, { nowMs }: Moment): Link {
  if (link.phase !== 'greeting' && link.phase !== 'open') return link;
  return {
    ...link,
    phase: 'open',
    wakeAtMs: null,
    spreadMs,
    openSinceMs: link.openSinceMs ?? nowMs,
  };
}

const REFUSALS: Readonly<Record<Refused['reason'], LinkAlarm>> = {
  regressed: 'sync-store-regressed',
  conflict: 'sync-store-conflict',
  version: 'sync-version-unsupported',
  'unknown-site': 'sync-site-unknown',
};

/** REFUSED for this connection. Once WELCOME has come, it is about a HELLO that went astray. */
export function refused(
  link: Link,
  message: Refused,
  moment: Moment,
  policy: LinkPolicy,
): LinkStep {
  if (link.phase !== 'greeting') return { link, effects: [] };
  const { reason, text } = message;
  const alarm = { do: 'alarm', code: REFUSALS[reason], text } as const;
  if (reason === 'regressed') {
    return {
      link: { ...link, phase: 'minting', wakeAtMs: null },
      effects: [{ do: 'disconnect' }, alarm, { do: 'mint' }],
    };
  }
  const retryMs = Math.max(message.retryAfterMs, policy.firstDelayMs);
  return {
    link: waiting(link, retryMs + jitterMs(retryMs / 5, moment), moment),
    effects: [{ do: 'disconnect' }, alarm],
  };
}

/** The store has a new identity: say HELLO with it at once. */
export const minted = (link: Link): LinkStep =>
  link.phase === 'minting' ? connecting(link) : { link, effects: [] };

export const mintFailed = (link: Link, moment: Moment, policy: LinkPolicy): LinkStep =>
  link.phase === 'minting' ? failed(link, moment, policy) : { link, effects: [] };

/** The store gets a new identity on behalf of another vendor's connection. */
export function mintedElsewhere(link: Link): LinkStep {
  const { phase } = link;
  if (phase === 'stopped' || phase === 'waiting') return { link, effects: [] };
  return { link: { ...link, phase: 'minting', wakeAtMs: null }, effects: [{ do: 'disconnect' }] };
}

/** Another session speaks for the site: HELLO again, on a new connection. */
export function fenced(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  if (link.phase !== 'open') return { link, effects: [] };
  const { link: next } = failed(link, moment, policy);
  return { link: next, effects: [{ do: 'disconnect' }] };
}

function failed(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  const mostMs = Math.min(policy.firstDelayMs * 2 ** link.failures, policy.longestDelayMs);
  const next = { ...link, failures: link.failures + 1 };
  return { link: waiting(next, jitterMs(mostMs, moment), moment), effects: [] };
}

function loginRefused(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  const { firstLoginDelayMs, longestLoginDelayMs } = policy;
  const mostMs = Math.min(firstLoginDelayMs * 2 ** link.loginFailures, longestLoginDelayMs);
  const next = { ...link, loginFailures: link.loginFailures + 1 };
  const text = 'the broker refuses this site: check its name, vendor and secret';
  return {
    link: waiting(next, jitterMs(mostMs, moment), moment),
    effects: link.loginFailures === 0 ? [{ do: 'alarm', code: 'sync-login-refused', text }] : [],
  };
}

function rest(link: Link, moment: Moment, { restMs: [least, most] }: LinkPolicy): LinkStep {
  const text = 'the broker keeps handing this connection to another box with the same identity';
  return {
    link: waiting({ ...link, quickClosesMs: [] }, least + jitterMs(most - least, moment), moment),
    effects: [{ do: 'alarm', code: 'sync-identity-in-use', text }],
  };
}

/** The connection has ended, or could not be made. */
export function closed(
  link: Link,
  cause: CloseCause,
  moment: Moment,
  policy: LinkPolicy,
): LinkStep {
  const { phase, connectedAtMs, openSinceMs } = link;
  const { nowMs } = moment;
  if (phase === 'stopped' || phase === 'waiting' || phase === 'minting')
    return { link, effects: [] };
  if (cause === 'login-refused') return loginRefused(link, moment, policy);
  if (cause === 'taken-over') return rest(link, moment, policy);
  // A broker that cannot be reached has not given our place to anybody.
  if (phase === 'connecting') return failed({ ...link, quickClosesMs: [] }, moment, policy);
  const recent = link.quickClosesMs.filter((ms) => nowMs - ms < policy.quickWithinMs);
  const isQuick = nowMs - connectedAtMs < policy.quickMs;
  const quickClosesMs = isQuick ? [...recent, nowMs] : recent;
  const next = { ...link, quickClosesMs };
  if (quickClosesMs.length >= policy.quickCloses) return rest(next, moment, policy);
  if (openSinceMs === null || nowMs - openSinceMs < policy.stableMs) {
    return failed(next, moment, policy);
  }
  // The whole fleet may have lost this hub just now ([SYNC-6]).
  return {
    link: waiting({ ...next, failures: 0 }, jitterMs(next.spreadMs, moment), moment),
    effects: [],
  };
}

/** Time has passed. */
export function ticked(link: Link, moment: Moment, policy: LinkPolicy): LinkStep {
  if (link.wakeAtMs === null || link.wakeAtMs > moment.nowMs) return { link, effects: [] };
  if (link.phase === 'waiting') return connecting(link);
  return link.phase === 'greeting' ? greeted(link, moment, policy) : { link, effects: [] };
}
