import type { SecurityProfile } from '../ports/doorkeeper.ts';
import type { AddressRange } from './address-range.ts';
import type { LockoutLimits } from './lockout.ts';

/** What the configuration says of one pile's security. */
export interface PileRule {
  /** Least profile; `null`: that of the site, or what the pile has reached before. */
  readonly profile: SecurityProfile | null;
  /** Where it may come from; empty: from anywhere. */
  readonly allow: readonly AddressRange[];
  /** Name in its certificate where that is not its identity. */
  readonly certificateName: string | null;
  /** Its password as configured; hashed before it is kept. */
  readonly password: string | null;
  readonly pskHex: string | null;
}

/** What holds at every front of the site. */
export interface DoorRules {
  readonly profile: Exclude<SecurityProfile, 0>;
  readonly organisation: string | null;
  /** Serial numbers of certificates that hold no more, as `serialText` writes them. */
  readonly revoked: ReadonlySet<string>;
  readonly piles: ReadonlyMap<string, PileRule>;
  /** Any pile is served, and those of this machine without a password: for tests. */
  readonly adoptAll: boolean;
  /** An adopted pile without a password keeps the one that it came with. */
  readonly learnPasswords: boolean;
  /** How long an old password holds beside a newer one, milliseconds. */
  readonly graceMs: number;
  readonly lockout: LockoutLimits;
  /** New connections of one address a minute. */
  readonly handshakesPerMinute: number;
}

export const NO_RULE: PileRule = {
  profile: null,
  allow: [],
  certificateName: null,
  password: null,
  pskHex: null,
};

/**
 * The least profile of a pile. What is configured for it holds, higher or lower; without that it is
 * served with no less than it has reached before, for a downgrade is what an impostor would want.
 */
export const leastProfileOf = (
  rules: DoorRules,
  rule: PileRule,
  reached: number,
): SecurityProfile => rule.profile ?? (Math.max(rules.profile, Math.min(reached, 3)) as 1 | 2 | 3);
