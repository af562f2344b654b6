import type { SecurityCode, SecurityEvent } from '@holdfast/shared/pile/security-event';
import type { Clock } from '../ports/clock.ts';
import type { DoorRefusal, Entry, Visit } from '../ports/doorkeeper.ts';
import { isWithin } from './address-range.ts';
import type { DoorRules, PileRule } from './door-rules.ts';
import { Guesses } from './guesses.ts';
import type { Keyring } from './keyring.ts';
import { Rate } from './rate.ts';

/** What all fronts of a site share. */
export interface DoorRoom {
  readonly rules: DoorRules;
  readonly keyring: Keyring;
  readonly guesses: Guesses;
  readonly rate: Rate;
  readonly clock: Clock;
  /** Whether the site serves a pile of this name. */
  readonly isServed: (identity: string) => boolean;
  readonly isRevoked: (serialNumber: string) => boolean;
  /** Whom the local CA has made a certificate out to; `undefined`: it is not one of its own. */
  readonly issuedTo: (serialNumber: string) => string | undefined;
  /** Short names of secrets, see `PasswordHasher`. */
  readonly mark: (secret: Uint8Array) => string;
  /** Passwords that unknown piles came with, as marks, until somebody adopts them. */
  readonly strangers: Map<string, string>;
  /** Piles of the configuration by their names in small letters: whom a stranger may mean. */
  readonly byLowerCase: ReadonlyMap<string, string>;
  /** Identities whose secret is being checked now, and how many at a time. */
  readonly checking: Map<string, number>;
  readonly tell: (event: SecurityEvent) => void;
}

/** Addresses whose rate is remembered. */
const ADDRESSES_MOST = 20_000;
const SECOND_MS = 1_000;

export type Refused = Extract<Entry, { ok: false }>;
export type Caller = Pick<Visit, 'address' | 'identity'>;

const STATUS: Readonly<Record<DoorRefusal, number>> = {
  address: 403,
  locked: 429,
  'too-fast': 429,
  unknown: 404,
  profile: 403,
  password: 401,
  certificate: 403,
  identity: 403,
  busy: 503,
};

/** What a refusal is reported as; `null`: it was reported when it began. */
const CODE: Readonly<Record<DoorRefusal, SecurityCode | null>> = {
  address: 'address-refused',
  locked: null,
  'too-fast': 'handshake-flood',
  unknown: 'unknown-pile',
  profile: 'profile-too-low',
  password: 'failed-to-authenticate',
  certificate: 'invalid-pile-certificate',
  identity: 'identity-mismatch',
  busy: null,
};

/** Refusals that are guesses at a secret. */
const GUESSES: readonly DoorRefusal[] = ['password', 'certificate', 'identity'];

const secondsOf = (ms: number): number => Math.ceil(ms / SECOND_MS);

export function doorRoom(
  parts: Omit<DoorRoom, 'guesses' | 'rate' | 'strangers' | 'byLowerCase' | 'checking'>,
): DoorRoom {
  const { lockout, handshakesPerMinute } = parts.rules;
  return {
    ...parts,
    guesses: new Guesses(lockout),
    rate: new Rate(handshakesPerMinute, ADDRESSES_MOST),
    strangers: new Map(),
    byLowerCase: new Map([...parts.rules.piles.keys()].map((name) => [name.toLowerCase(), name])),
    checking: new Map(),
  };
}

export const refusedWith = (why: DoorRefusal, waitMs = 0): Refused => ({
  ok: false,
  why,
  status: STATUS[why],
  retryAfterS: secondsOf(waitMs),
});

/** Refuses, reports it, and holds a guess against whoever made it. */
export function refuse(
  { guesses, clock, tell }: DoorRoom,
  { address, identity }: Caller,
  why: DoorRefusal,
  detail: string,
): Refused {
  const code = CODE[why];
  const who = { pileNo: identity, address };
  if (code !== null) tell({ code, ...who, detail });
  if (GUESSES.includes(why) && guesses.failed(address, identity, clock.monoMs())) {
    const lockedMs = guesses.lockedMs(address, identity, clock.monoMs());
    tell({ code: 'locked-out', ...who, detail: `for ${secondsOf(lockedMs)} s` });
  }
  return refusedWith(why);
}

/** What stands against a visit before its secret is looked at; `null`: nothing. */
export function obstacle(room: DoorRoom, caller: Caller, { allow }: PileRule): Refused | null {
  const { address, identity } = caller;
  if (allow.length > 0 && !isWithin(allow, address)) {
    return refuse(room, caller, 'address', 'not on the list of the pile');
  }
  const lockedMs = room.guesses.lockedMs(address, identity, room.clock.monoMs());
  return lockedMs > 0 ? refusedWith('locked', lockedMs) : null;
}
