import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { orderOfToken } from '../ocpp/remote-token.ts';
import { answer, type Call, emit, stay, step } from '../ocpp/steps.ts';
import { type Ocpp16State, WAITING_MAX, type Waiting } from './state.ts';
import { type OcppStep, requestOf } from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

/** Refusals as the standard names them (1.6 §7.2); what has no name of its own is invalid. */
const STATUSES: Partial<Readonly<Record<Refusal, string>>> = {
  'account-frozen': 'Blocked',
  'card-expired': 'Expired',
  'account-not-allowed-here': 'Blocked',
  'balance-low': 'Blocked',
  'card-has-open-order': 'ConcurrentTx',
};

/** What the station is told of a card. */
export const idTagInfoOf = (
  refusal: Refusal | null,
  group: string | null,
  expiresAtMs: number | null = null,
): Readonly<Record<string, string>> => ({
  status: refusal === null ? 'Accepted' : (STATUSES[refusal] ?? 'Invalid'),
  ...(group === null ? {} : { parentIdTag: group.slice(0, 20) }),
  ...(expiresAtMs === null ? {} : { expiryDate: writeTime(expiresAtMs) }),
});

export const tokenOf = (idTag: string): Identity => ({
  by: 'token',
  token: idTag,
  tokenType: 'idTag',
});

/** A call that is answered once the site has decided. */
export function asking(
  state: Ocpp16State,
  message: Call,
  about: Pick<Waiting, 'about'> & Partial<Waiting>,
): { readonly state: Ocpp16State; readonly request: string } {
  const request = requestOf(state);
  const waiting: Waiting = {
    late: false,
    idTag: '',
    charge: null,
    ...about,
    request,
    call: message.call,
  };
  return {
    state: {
      ...state,
      asked: state.asked + 1,
      waiting: [...state.waiting, waiting].slice(-WAITING_MAX),
    },
    request,
  };
}

/** The call that a decision is about, and the others. */
export function answered(
  state: Ocpp16State,
  request: string | undefined,
  about: Waiting['about'],
): { readonly found: Waiting | undefined; readonly rest: Ocpp16State } {
  const found = state.waiting.find((one) => one.request === request && one.about === about);
  const waiting = state.waiting.filter((one) => one !== found);
  return { found, rest: { ...state, waiting } };
}

/** Authorize: the site decides; a token of ours, that the station was started with, is ours to know. */
export function authorize(state: Ocpp16State, message: Call, view: DriverView): OcppStep {
  const idTag = textAt(message.payload, 'idTag');
  const own = orderOfToken(idTag, view.site.openCharges(state.pileNo));
  if (own !== undefined) {
    return step(state, answer(message.call, { idTagInfo: idTagInfoOf(null, null) }));
  }
  const asked = asking(state, message, { about: 'card', idTag });
  const { request } = asked;
  return step(asked.state, emit({ type: 'CardChecked', request, identity: tokenOf(idTag) }));
}

export function answerCard(state: Ocpp16State, command: Command<'answerCard'>): OcppStep {
  const { found, rest } = answered(state, command.request, 'card');
  if (found === undefined) return stay(state);
  const { refusal, group, expiresAtMs } = command;
  return step(rest, answer(found.call, { idTagInfo: idTagInfoOf(refusal, group, expiresAtMs) }));
}
