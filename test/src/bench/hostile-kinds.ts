import type { SecurityCode } from '@holdfast/shared/pile/security-event';

/** What one hostile process does, and what the agent must say of it. */
interface Attack {
  readonly about: string;
  readonly raises: SecurityCode;
}

export const ATTACKS = {
  oversized: {
    about: 'frames of 10 MiB, ten a second',
    raises: 'oversized-frame',
  },
  bombs: {
    about: 'frames that unpack to 10 MiB, ten a second',
    raises: 'deflate-bomb',
  },
  slow: {
    about: '400 handshakes at a time that never end, a byte a second each',
    raises: 'slow-handshake',
  },
  flaps: {
    about: '20 stations that connect and hang up 50 times a minute',
    raises: 'flapping',
  },
  twins: {
    about: 'ten pairs of stations with one identity a pair, from two addresses',
    raises: 'duplicate-identity',
  },
  flood: {
    about: 'one station that calls as fast as its socket takes it',
    raises: 'flood',
  },
} as const satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof ATTACKS;
export const ATTACK_NAMES = Object.keys(ATTACKS) as readonly AttackName[];
export const isAttackName = (name: string): name is AttackName => Object.hasOwn(ATTACKS, name);

/** Well-behaved stations, and those that attack; the agent knows all of them. */
export const calmIdentity = (n: number): string => `CALM-${String(n).padStart(4, '0')}`;
export const wildIdentity = (n: number): string => `WILD-${String(n).padStart(4, '0')}`;
export const WILD_STATIONS = 40;
