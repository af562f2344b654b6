import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { type Fen, fen } from '@holdfast/shared/units';
import type { Spender } from '../config/lists.ts';
import type { LedgerHealth } from '../ports/ledger.ts';

/** Whether a connector can take a charge at all, whoever pays. */
export interface PlaceFacts {
  readonly adopted: boolean;
  readonly health: LedgerHealth;
  readonly tariff: Tariff | undefined;
  /** The connector has an order that is starting, charging or stopping. */
  readonly busy: boolean;
}

/** Who asks at a pile, and what is known of that. */
export interface AskFacts {
  readonly place: PlaceFacts;
  readonly spender: Spender | undefined;
  readonly identity: Identity;
  /** What the account has spent of its balance. */
  readonly spent: Fen;
  /** The card or VIN has an order that is not closed. */
  readonly hasOpenOrder: boolean;
  /** Less would be spent before a stop takes effect. */
  readonly reserve: Fen;
  readonly nowMs: number;
}

export type Allowance =
  | { readonly ok: true; readonly account: string; readonly balance: Fen; readonly tariff: Tariff }
  | { readonly ok: false; readonly refusal: Refusal };

const refuse = (refusal: Refusal): Allowance => ({ ok: false, refusal });

/** The number under which a card or token stands in the lists and in an order. */
export const cardNoOf = (identity: Exclude<Identity, { by: 'vin' }>): string =>
  identity.by === 'card' ? identity.cardNo : identity.token;

/** A pile sends 16 of the 32 digits of an MD5 (ykc.md §5.3), those in the middle. */
const shortMd5 = (md5: string): string =>
  (md5.length === 32 ? md5.slice(8, 24) : md5).toLowerCase();

function passwordFits({ passwordMd5 }: Spender, identity: Identity): boolean {
  if (passwordMd5 === null || identity.by !== 'card') return true;
  return identity.passwordMd5 !== null && shortMd5(identity.passwordMd5) === shortMd5(passwordMd5);
}

/** What keeps a charge from a connector, whoever pays; `undefined`: nothing. */
export function placeRefusal(place: PlaceFacts, busy: Refusal): Refusal | undefined {
  if (!place.adopted) return 'pile-not-adopted';
  if (place.busy) return busy;
  // [SYNC-5]: what could not be billed is not begun; running charges go on.
  if (place.health === 'money-refused') return 'ledger-full';
  return place.tariff === undefined ? 'no-tariff' : undefined;
}

/** Decides on a start that a card or a VIN asks for at the pile. */
export function authorise(facts: AskFacts): Allowance {
  const { place, spender, identity } = facts;
  const inTheWay = placeRefusal(place, 'pile-has-open-order');
  if (inTheWay !== undefined) return refuse(inTheWay);
  if (place.tariff === undefined) return refuse('no-tariff');
  if (spender === undefined) {
    return refuse(identity.by === 'vin' ? 'vin-unknown' : 'account-missing');
  }
  if (spender.frozen) return refuse('account-frozen');
  if (spender.expiresAtMs !== null && spender.expiresAtMs <= facts.nowMs) {
    return refuse('card-expired');
  }
  if (!passwordFits(spender, identity)) return refuse('wrong-password');
  if (facts.hasOpenOrder) return refuse('card-has-open-order');
  const balance = fen(spender.balance - facts.spent);
  if (balance <= 0n || balance <= facts.reserve) return refuse('balance-low');
  return { ok: true, account: spender.account, balance, tariff: place.tariff };
}
