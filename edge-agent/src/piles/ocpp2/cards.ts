import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { DriverView } from '../driver.ts';
import { type Fields, fieldsAt, textAt } from '../ocpp/fields.ts';
import { orderOfToken } from '../ocpp/remote-token.ts';
import { answer, type Call, emit, type OcppEffect, stay, step } from '../ocpp/steps.ts';
import type { Token } from './memory.ts';
import type { Ocpp2State } from './state.ts';
import { answered, asking, type Ocpp2Step } from './step.ts';

/** Refusals as the standard names them (AuthorizationStatusEnumType); others are invalid. */
const STATUSES: Partial<Readonly<Record<Refusal, string>>> = {
  'account-frozen': 'Blocked',
  'account-missing': 'Unknown',
  'account-not-allowed-here': 'NotAtThisLocation',
  'balance-low': 'NoCredit',
  'card-expired': 'Expired',
  'card-has-open-order': 'ConcurrentTx',
  'no-tariff': 'NotAtThisTime',
  'vin-unknown': 'Unknown',
};

/** A token is kept, compared and sent back with so many characters. */
const TOKEN_CHARS = 36;

/** What a station is told of a token. */
export const idTokenInfoOf = (
  refusal: Refusal | null,
  group: string | null,
  expiresAtMs: number | null = null,
) => ({
  status: refusal === null ? 'Accepted' : (STATUSES[refusal] ?? 'Invalid'),
  ...(group === null
    ? {}
    : { groupIdToken: { idToken: group.slice(0, TOKEN_CHARS), type: 'Central' } }),
  ...(expiresAtMs === null ? {} : { cacheExpiryDateTime: writeTime(expiresAtMs) }),
});

/** Stands for nobody: a button was pressed (C02). */
const NOBODY = 'NoAuthorization';

/** The token of a message; `null`: it has none. */
export function tokenIn(payload: Fields): Token | null {
  const said = fieldsAt(payload, 'idToken');
  const idToken = textAt(said, 'idToken');
  const type = textAt(said, 'type');
  if (type === NOBODY) return { idToken: '', type };
  return idToken === '' ? null : { idToken, type };
}

/** Who a token stands for; `null`: nobody. */
export const identityOf = ({ idToken, type }: Token): Identity | null =>
  idToken === '' ? null : { by: 'token', token: idToken, tokenType: type };

/** Tokens are compared without regard to capitals (2.0.1 part 2, identifierString). */
export const isSameToken = (a: Token | null, b: Token | null): boolean =>
  a !== null && b !== null && a.idToken.toUpperCase() === b.idToken.toUpperCase();

/** A contract certificate can only be checked with those who issued it: nobody here can (C07, C08). */
const UNCHECKED = {
  idTokenInfo: { status: 'Invalid' },
  certificateStatus: 'NoCertificateAvailable',
} as const;

/** Authorize: the site decides; a token of ours, which the station was started with, is ours to know. */
export function authorize(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  const { payload, call } = message;
  if (
    payload['certificate'] !== undefined ||
    payload['iso15118CertificateHashData'] !== undefined
  ) {
    return step(state, answer(call, UNCHECKED));
  }
  const token = tokenIn(payload) ?? { idToken: '', type: NOBODY };
  const own = orderOfToken(token.idToken, view.site.openCharges(state.pileNo));
  if (own !== undefined) {
    return step(state, answer(call, { idTokenInfo: idTokenInfoOf(null, null) }));
  }
  return askCard(state, call, token);
}

/** Has the site decide about a token; the call is answered when it has. */
export function askCard(
  state: Ocpp2State,
  call: number,
  token: Token,
  ...before: readonly OcppEffect[]
): Ocpp2Step {
  const identity = identityOf(token);
  if (identity === null) {
    const idTokenInfo = idTokenInfoOf('account-missing', null);
    return step(state, answer(call, { idTokenInfo }), ...before);
  }
  const asked = asking(state, { call, about: 'card', late: false, key: '', token });
  if (asked === undefined) return step(state, ...before);
  const { request } = asked;
  return step(asked.state, ...before, emit({ type: 'CardChecked', request, identity }));
}

export function answerCard(
  state: Ocpp2State,
  command: Extract<PileCommand, { do: 'answerCard' }>,
): Ocpp2Step {
  const { found, rest } = answered(state, command.request, 'card');
  if (found === undefined || found.call === null) return stay(rest);
  const { refusal, group, expiresAtMs } = command;
  const idTokenInfo = idTokenInfoOf(refusal, group, expiresAtMs);
  return step(rest, answer(found.call, { idTokenInfo }));
}
