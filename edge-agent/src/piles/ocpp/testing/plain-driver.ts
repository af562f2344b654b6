import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, Effect, Step } from '../../driver.ts';
import type { OcppDown, OcppUp } from '../messages.ts';

/** Calls that wait for the site: the number of the call, by the trade number that it made. */
type State = Readonly<{ waiting: Readonly<Record<string, number>> }>;
type PlainStep = Step<State, OcppDown>;

const NOW = '2026-11-23T00:00:00.000Z';
/** Heartbeat interval that a boot is answered with, seconds. */
export const INTERVAL_S = 60;

const emit = (event: PileEvent): Effect<OcppDown> => ({ do: 'emit', event });
const step = (state: State, ...effects: readonly Effect<OcppDown>[]): PlainStep => ({
  state,
  effects,
});

function answerOf(action: string, payload: object): object {
  if (action === 'DataTransfer') return { status: 'Accepted', ...payload };
  if (action === 'Heartbeat') return { currentTime: NOW };
  if (action === 'BootNotification') {
    return { status: 'Accepted', currentTime: NOW, interval: INTERVAL_S };
  }
  return {};
}

function onCall(state: State, { call, action, payload }: Extract<OcppUp, { is: 'call' }>) {
  if (action !== 'StopTransaction') {
    const seen: PileEvent = { type: 'Observed', name: action, body: payload };
    const answer = { is: 'answer', call, payload: answerOf(action, payload) } as const;
    return step(state, emit(seen), { do: 'send', message: answer });
  }
  const key = `stop:${String(payload['transactionId'])}`;
  const noted: PileEvent = { type: 'Noted', key, value: payload };
  return step({ waiting: { ...state.waiting, [key]: call } }, emit(noted));
}

function onFrame(state: State, message: OcppUp): PlainStep {
  switch (message.is) {
    case 'opened': {
      const { version: protocolVersion } = message;
      const known = { firmware: '', connectorCount: 1, dc: true };
      const login: PileEvent = { type: 'PileLoggedIn', protocolVersion, ...known };
      return step(state, { do: 'admit' }, emit(login));
    }
    case 'call':
      return onCall(state, message);
    case 'send':
      return step(state, emit({ type: 'Observed', name: message.action, body: message.payload }));
    case 'result': {
      const outcome = message.late ? 'refused' : 'done';
      const { tag: request, payload: answer } = message;
      return step(state, emit({ type: 'Operated', request, outcome, answer }));
    }
    case 'failed': {
      const { tag: request, why, code: answer } = message;
      const outcome = why === 'error' ? 'failed' : 'unanswered';
      return step(state, emit({ type: 'Operated', request, outcome, answer }));
    }
    case 'deviation': {
      const { rule, action, path, seen, repair } = message;
      return step(state, emit({ type: 'Deviated', rule, action, path, seen, repair }));
    }
  }
}

/**
 * The least driver that there can be: answers each call at once, a `StopTransaction` when the site has
 * stored it (`recordStored` with the request `stop:<number>`), and asks what `operate` says.
 */
export const plainDriver: Driver<State, OcppUp, OcppDown> = {
  vendor: 'ocpp',
  capabilities: [],
  begin: () => ({ waiting: {} }),
  onFrame,
  onCommand(state, command) {
    if (command.do === 'operate') {
      const { operation: action, request: tag, parameters } = command;
      const payload = typeof parameters === 'object' && parameters !== null ? parameters : {};
      return step(state, { do: 'send', message: { is: 'call', action, payload, tag } });
    }
    const call = command.do === 'recordStored' ? state.waiting[command.request ?? ''] : undefined;
    if (call === undefined) return step(state);
    return step(state, { do: 'send', message: { is: 'answer', call, payload: {} } });
  },
  onTimer: (state) => step(state),
  onClosed: (state, why) => step(state, emit({ type: 'PileLost', why })),
  onUnheard: (state) => step(state),
};
