import { FaultError } from '@holdfast/shared/errors/fault';
import type { Admission, SecurityProfile, ShownCertificate, Visit } from '../ports/doorkeeper.ts';
import { isOfThisMachine } from './address-range.ts';
import { basicPasswordOf } from './basic-auth.ts';
import { certificateFault } from './certificate-binding.ts';
import { type DoorRoom, type Refused, refuse, refusedWith } from './door-room.ts';
import { leastProfileOf, type PileRule } from './door-rules.ts';

/** Unknown piles whose password is remembered. */
const STRANGERS_MOST = 200;
/** Shorter passwords are not learnt: the standard forbids them. */
const PASSWORD_LEAST = 16;
/** Checks of one identity at a time, or a burst of guesses would be over before the first has failed. */
const CHECKS_MOST = 2;
const BUSY_MS = 1_000;

/** Nobody here has heard of it: it waits for adoption, and its password with it. */
export function stranger(room: DoorRoom, visit: Visit): Refused {
  const { strangers, byLowerCase, mark, tell } = room;
  const { identity, address, authorization } = visit;
  const password = basicPasswordOf(authorization, identity);
  strangers.delete(identity);
  if (password !== undefined && password.length >= PASSWORD_LEAST) {
    strangers.set(identity, mark(password));
  }
  const oldest = strangers.size > STRANGERS_MOST ? strangers.keys().next().value : undefined;
  if (oldest !== undefined) strangers.delete(oldest);
  // [OCPP-A3] Names are compared as they are; that one is nearly known is only said.
  const meant = byLowerCase.get(identity.toLowerCase());
  const detail = meant === undefined ? 'no pile of this site' : `no pile of this site; ${meant} is`;
  tell({ code: 'unknown-pile', pileNo: identity, address, detail });
  return refusedWith('unknown');
}

function certified(
  room: DoorRoom,
  visit: Visit,
  certificate: ShownCertificate,
  rule: PileRule,
): Refused | null {
  const { rules, isRevoked, issuedTo, clock } = room;
  const name = rule.certificateName ?? visit.identity;
  const owner = issuedTo(certificate.serialNumber);
  const isIssued = owner === undefined ? null : owner === visit.identity;
  const wanted = { name, isIssued, organisation: rules.organisation, isRevoked };
  const fault = certificateFault(certificate, wanted, clock.nowMs());
  if (fault === null) return null;
  return refuse(room, visit, 'certificate', `${fault}: serial ${certificate.serialNumber}`);
}

/** Adopted, and still without a password: the one that it came with is its own. */
async function learnt(room: DoorRoom, visit: Visit, password: Uint8Array): Promise<boolean> {
  const { rules, strangers, keyring, mark, tell } = room;
  const { identity: pileNo, address } = visit;
  if (!rules.learnPasswords || strangers.get(pileNo) !== mark(password)) return false;
  await keyring.learn(pileNo, password);
  strangers.delete(pileNo);
  tell({ code: 'credential-learned', pileNo, address, detail: 'adopted with its own password' });
  return true;
}

async function passworded(room: DoorRoom, visit: Visit): Promise<Refused | null> {
  const { keyring } = room;
  const { identity, authorization } = visit;
  const password = basicPasswordOf(authorization, identity);
  if (password === undefined) {
    const detail = authorization === undefined ? 'no password' : 'no password of this identity';
    return refuse(room, visit, 'password', detail);
  }
  if (!keyring.mayBring(identity)) {
    const isLearnt = await learnt(room, visit, password);
    return isLearnt ? null : refuse(room, visit, 'password', 'none is set here');
  }
  const verdict = await keyring.check(identity, password);
  if (verdict === 'busy') return refusedWith('busy', BUSY_MS);
  return verdict === 'right' ? null : refuse(room, visit, 'password', 'wrong password');
}

/** The same, a few at a time for each identity. A ledger that refuses makes nobody a guesser. */
async function checkedInTurn(room: DoorRoom, visit: Visit): Promise<Refused | null> {
  const { checking } = room;
  const now = checking.get(visit.identity) ?? 0;
  if (now >= CHECKS_MOST) return refusedWith('busy', BUSY_MS);
  checking.set(visit.identity, now + 1);
  try {
    return await passworded(room, visit);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return refusedWith('busy', BUSY_MS);
  } finally {
    const left = (checking.get(visit.identity) ?? 1) - 1;
    if (left === 0) checking.delete(visit.identity);
    else checking.set(visit.identity, left);
  }
}

/** Whether a pile may come as it is: allowed for it alone, or any of this machine in tests. */
function mayComeOpenly({ rules, keyring }: DoorRoom, visit: Visit, rule: PileRule): boolean {
  if (visit.authorization !== undefined) return false;
  if (rule.profile === 0) return true;
  const isBound = keyring.hasPassword(visit.identity) || rule.profile !== null;
  return rules.adoptAll && !isBound && isOfThisMachine(visit.address);
}

/** By certificate, by password, or openly where that is allowed; with the profile that was reached. */
export async function proven(room: DoorRoom, visit: Visit, rule: PileRule): Promise<Admission> {
  const { identity, tls } = visit;
  const certificate = tls?.certificate ?? null;
  if (tls !== null && tls.certificateFault !== null) {
    return refuse(room, visit, 'certificate', tls.certificateFault);
  }
  if (certificate !== null) {
    return certified(room, visit, certificate, rule) ?? { ok: true, profile: 3 };
  }
  if (mayComeOpenly(room, visit, rule)) return { ok: true, profile: 0 };
  const possible: SecurityProfile = tls === null ? 1 : 2;
  const least = leastProfileOf(room.rules, rule, room.keyring.of(identity).reachedProfile);
  if (possible < least) return refuse(room, visit, 'profile', `${possible} of at least ${least}`);
  return (await checkedInTurn(room, visit)) ?? { ok: true, profile: possible };
}
