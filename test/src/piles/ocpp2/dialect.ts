import type { Dialect, OnCall } from '../ocpp/dialect.ts';
import { numberOf, type Payload, partOf, textOf, timeOf } from '../ocpp/payload.ts';
import type { Job, PileState } from '../ocpp/state.ts';
import { ask, type PileStep, stay } from '../ocpp/step.ts';
import { HANDLERS } from './calls.ts';
import { begun, boot, ended, sampled, status } from './messages.ts';
import { VARIABLES } from './variables.ts';

const isAccepted = (payload: Payload): boolean =>
  textOf(partOf(payload, 'idTokenInfo'), 'status') === 'Accepted';

/** What a pile says when a file or a key is done with. */
function onJob(state: PileState, job: Job, done: boolean, text: string): PileStep {
  if (job.job === 'sign') {
    return stay(state, ask('told', { action: 'SignCertificate', payload: { csr: text } }));
  }
  const requestId = job.request ?? 0;
  const say = (action: string, status: string) =>
    ask('told', { action, payload: { status, requestId } });
  if (job.job === 'upload') {
    return stay(state, say('LogStatusNotification', done ? 'Uploaded' : 'UploadFailure'));
  }
  const steps = done ? ['Downloaded', 'Installing', 'Installed'] : ['DownloadFailed'];
  return stay(state, ...steps.map((step) => say('FirmwareStatusNotification', step)));
}

/** The pile's end of OCPP 2.0.1 or 2.1; what these piles say is the same in both. */
function dialectOf(version: '2.0.1' | '2.1'): Dialect {
  const dialect: Dialect = {
    version,
    settings: VARIABLES,
    boot,
    readBoot: (payload) => {
      const said = textOf(payload, 'status');
      return {
        status: said === 'Accepted' || said === 'Pending' ? said : 'Rejected',
        nowMs: timeOf(payload, 'currentTime'),
        intervalMs: (numberOf(payload, 'interval') ?? 0) * 1_000,
      };
    },
    heartbeat: { action: 'Heartbeat', payload: {} },
    readTime: (payload) => timeOf(payload, 'currentTime'),
    status,
    authorize: (card) => ({
      action: 'Authorize',
      payload: { idToken: { idToken: card, type: 'ISO14443' } },
    }),
    readAuthorize: isAccepted,
    begun,
    // An answer without idTokenInfo has nothing against the driver (2.0.1 E).
    readBegun: (payload) => ({
      allowed: payload['idTokenInfo'] === undefined || isAccepted(payload),
      no: null,
    }),
    sampled,
    ended,
    stamped: (_state, _ref, call) => call,
    mayForgetBegin: false,
    keyOf: (_state, _gun, charge) => charge.ref,
    get onCall(): Readonly<Record<string, OnCall>> {
      return onCall;
    },
    onJob,
  };
  const onCall: Readonly<Record<string, OnCall>> = Object.fromEntries(
    Object.entries(HANDLERS).map(([action, handler]) => [action, handler(dialect)]),
  );
  return dialect;
}

export const ocpp201 = dialectOf('2.0.1');
export const ocpp21 = dialectOf('2.1');
