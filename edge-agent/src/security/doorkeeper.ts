import type { Doorkeeper } from '../ports/doorkeeper.ts';
import { type AddressRange, isWithin, plainAddress } from './address-range.ts';
import { proven, stranger } from './door-proofs.ts';
import { type DoorRoom, obstacle, refuse, refusedWith } from './door-room.ts';
import { NO_RULE } from './door-rules.ts';

const IN = { ok: true } as const;
const TOO_FAST_MS = 1_000;

/** Who may come in at one front. `allow`: its own list of addresses; empty: everybody's. */
export function doorkeeper(room: DoorRoom, allow: readonly AddressRange[]): Doorkeeper {
  const { rules, keyring, guesses, clock, tell } = room;
  const ruleOf = (identity: string) => rules.piles.get(identity) ?? NO_RULE;
  return {
    enter(raw) {
      const address = plainAddress(raw);
      if (allow.length > 0 && !isWithin(allow, address)) {
        const detail = 'not on the list of the front';
        tell({ code: 'address-refused', pileNo: null, address, detail });
        return refusedWith('address');
      }
      if (room.rate.take(address, clock.monoMs())) return IN;
      tell({ code: 'handshake-flood', pileNo: null, address, detail: 'too many new connections' });
      return refusedWith('too-fast', TOO_FAST_MS);
    },
    async admit(given) {
      const visit = { ...given, address: plainAddress(given.address) };
      const { identity, address } = visit;
      const rule = ruleOf(identity);
      const refused = obstacle(room, visit, rule);
      if (refused !== null) return refused;
      if (!room.isServed(identity)) return stranger(room, visit);
      const admission = await proven(room, visit, rule);
      if (!admission.ok) return admission;
      guesses.succeeded(address, identity);
      // Remembered as soon as the ledger takes it; whoever has proven itself does not wait for that.
      keyring.reached(identity, admission.profile);
      return admission;
    },
    admitPlain(given) {
      const visit = { ...given, address: plainAddress(given.address) };
      const rule = ruleOf(visit.identity);
      const refused = obstacle(room, visit, rule);
      if (refused !== null) return refused;
      const { tls } = visit;
      if (tls !== null && tls.pskIdentity !== visit.identity) {
        return refuse(room, visit, 'identity', `the key is of ${tls.pskIdentity}`);
      }
      const least = rule.profile ?? (keyring.pskOf(visit.identity) === null ? 0 : 2);
      const profile = tls === null ? 0 : 2;
      if (profile >= least) {
        guesses.succeeded(visit.address, visit.identity);
        return IN;
      }
      return refuse(room, visit, 'profile', `${profile} of at least ${least}`);
    },
    pskOf(given) {
      const caller = { ...given, address: plainAddress(given.address) };
      if (obstacle(room, caller, ruleOf(caller.identity)) !== null) return null;
      const key = keyring.pskOf(caller.identity);
      if (key === null) refuse(room, caller, 'password', 'no key of this identity');
      return key;
    },
    pskFailed(given) {
      const caller = { ...given, address: plainAddress(given.address) };
      refuse(room, caller, 'password', 'another key');
    },
    report: tell,
  };
}
