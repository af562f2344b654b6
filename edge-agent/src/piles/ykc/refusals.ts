import type { authRefusals, startRefusals, stopRefusals } from '@holdfast/protocols/ykc/codes';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { nameOf } from './map.ts';

type Code<N extends string> = N | { readonly unknown: number };
type AuthReason = Exclude<keyof typeof authRefusals, 'none'>;
type StartReason = keyof typeof startRefusals;
type StopReason = keyof typeof stopRefusals;

/** What the protocol has no word for, in the nearest that it has. */
const NEAREST = {
  'card-expired': 'account-frozen',
  'pile-refused': 'pile-disabled',
  'connector-busy': 'pile-has-open-order',
  reserved: 'account-not-allowed-here',
  'no-tariff': 'pile-disabled',
  'ledger-full': 'pile-disabled',
  'pile-not-adopted': 'pile-disabled',
  'device-fault': 'pile-disabled',
  'device-offline': 'pile-disabled',
  'pile-number-mismatch': 'pile-disabled',
  'not-plugged': 'pile-disabled',
  'not-charging': 'pile-disabled',
  'no-confirmation': 'pile-disabled',
  unknown: 'pile-disabled',
} as const satisfies Readonly<Record<Exclude<Refusal, AuthReason>, AuthReason>>;

const isOther = (refusal: Refusal): refusal is keyof typeof NEAREST =>
  Object.hasOwn(NEAREST, refusal);

/** The reason byte of 0x32 and 0xA2. */
export const authReasonOf = (refusal: Refusal): AuthReason =>
  isOther(refusal) ? NEAREST[refusal] : refusal;

/** By the result byte of firmware that writes its reason there (ykc.md §7). */
const START_BY_RESULT: readonly Refusal[] = [
  'unknown',
  'pile-number-mismatch',
  'connector-busy',
  'device-fault',
  'device-offline',
  'not-plugged',
];

/**
 * [YKC-START-3]: `null` when 0x33 or 0xA3 accepts: result 01, whatever the reason says. Any other
 * result refuses, and one beyond 01 is itself the reason, for the reason byte is stale then.
 */
export function startRefusalOf(
  result: Code<'ok' | 'failed'>,
  reason: Code<StartReason> | null,
): Refusal | null {
  if (result === 'ok') return null;
  if (typeof result !== 'string') return START_BY_RESULT[result.unknown] ?? 'unknown';
  const name = reason === null ? undefined : nameOf(reason);
  return name === undefined || name === 'none' ? 'unknown' : name;
}

/** [YKC-STOP-2]: the same for 0x35. */
export function stopRefusalOf(
  result: Code<'ok' | 'failed'>,
  reason: Code<StopReason> | null,
): Refusal | null {
  if (result === 'ok') return null;
  if (typeof result !== 'string') return result.unknown === 2 ? 'not-charging' : 'unknown';
  const name = reason === null ? undefined : nameOf(reason);
  return name === undefined || name === 'none' ? 'unknown' : name;
}
