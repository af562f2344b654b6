import type { StoredCredential } from '../ports/credentials.ts';

/* [OCPP-A12] Passwords of a pile change in two phases: both hold until the newer one was used or a
 * time is over, then the newer one alone. */

export const noCredential = (pileNo: string): StoredCredential => ({
  pileNo,
  passwordHash: null,
  next: null,
  sealedPsk: null,
  seeds: { password: null, psk: null },
  reachedProfile: 0,
  changedAtMs: 0,
});

/**
 * As it is now: a newer password whose time is over has taken the place of the old one, or, where
 * nobody knows whether the pile has it, is forgotten.
 */
export function settledCredential(credential: StoredCredential, nowMs: number): StoredCredential {
  const { next } = credential;
  if (next === null || nowMs < next.untilMs) return credential;
  if (next.isUnsure === true) return { ...credential, next: null };
  return { ...credential, passwordHash: next.passwordHash, next: null, changedAtMs: next.untilMs };
}

/** Hashes that a password may fit now, the newer one first. */
export function hashesOf(credential: StoredCredential, nowMs: number): readonly string[] {
  const { next, passwordHash } = settledCredential(credential, nowMs);
  return [next?.passwordHash ?? null, passwordHash].filter((hash) => hash !== null);
}

/** After a success with one of its hashes: the newer one used ends the older one. */
export function provenWith(
  credential: StoredCredential,
  hash: string,
  nowMs: number,
): StoredCredential {
  const settled = settledCredential(credential, nowMs);
  if (settled.next?.passwordHash !== hash) return settled;
  return { ...settled, passwordHash: hash, next: null, changedAtMs: nowMs };
}

/** A newer password beside the present one for `graceMs`; at once where there was none. */
export function offered(
  credential: StoredCredential,
  passwordHash: string,
  nowMs: number,
  graceMs: number,
): StoredCredential {
  const settled = settledCredential(credential, nowMs);
  if (settled.passwordHash === null) {
    return { ...settled, passwordHash, next: null, changedAtMs: nowMs };
  }
  return { ...settled, next: { passwordHash, untilMs: nowMs + graceMs } };
}

/** One that is being sent to the pile: it may come with it from now on, or never hear of it. */
export const proposed = (
  credential: StoredCredential,
  passwordHash: string,
  nowMs: number,
  graceMs: number,
): StoredCredential => ({
  ...settledCredential(credential, nowMs),
  next: { passwordHash, untilMs: nowMs + graceMs, isUnsure: true },
});

/** The pile has said that it has it: now it is only a matter of time. */
export function confirmed(
  credential: StoredCredential,
  nowMs: number,
  graceMs: number,
): StoredCredential {
  const { next } = credential;
  return next === null ? credential : offered(credential, next.passwordHash, nowMs, graceMs);
}

/** The pile has refused the newer password: the present one goes on. */
export const withdrawn = (credential: StoredCredential, nowMs: number): StoredCredential => ({
  ...settledCredential(credential, nowMs),
  next: null,
});
