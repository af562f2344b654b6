import { decimalText } from '@holdfast/shared/units';
import type { Dialect, OnCall } from '../ocpp/dialect.ts';
import { numberOf, partOf, textOf, timeOf } from '../ocpp/payload.ts';
import type { Job, PileState } from '../ocpp/state.ts';
import { ask, type PileStep, stay } from '../ocpp/step.ts';
import { HANDLERS } from './calls.ts';
import { begun, boot, ended, sampled, stamped, status } from './messages.ts';
import { SETTINGS } from './settings.ts';

const isAccepted = (payload: Readonly<Record<string, unknown>>): boolean =>
  textOf(partOf(payload, 'idTagInfo'), 'status') === 'Accepted';

/** What a pile says when a file or a key is done with. */
function onJob(state: PileState, job: Job, done: boolean, text: string): PileStep {
  const say = (action: string, payload: Readonly<Record<string, unknown>>) =>
    ask('told', { action, payload });
  if (job.job === 'sign') return stay(state, say('SignCertificate', { csr: text }));
  const status = job.job === 'upload' ? 'Uploaded' : 'Downloaded';
  const failed = job.job === 'upload' ? 'UploadFailed' : 'DownloadFailed';
  const now = done ? status : failed;
  if (job.request === null) {
    const action =
      job.job === 'upload' ? 'DiagnosticsStatusNotification' : 'FirmwareStatusNotification';
    const steps = done && job.job === 'download' ? [now, 'Installing', 'Installed'] : [now];
    return stay(state, ...steps.map((step) => say(action, { status: step })));
  }
  const requestId = job.request;
  if (job.job === 'upload') {
    return stay(
      state,
      say('LogStatusNotification', { status: done ? now : 'UploadFailure', requestId }),
    );
  }
  return stay(state, say('SignedFirmwareStatusNotification', { status: now, requestId }));
}

/** The pile's end of OCPP 1.6. */
export const ocpp16: Dialect = {
  version: '1.6',
  settings: SETTINGS,
  boot,
  readBoot: (payload) => {
    const status = textOf(payload, 'status');
    return {
      status: status === 'Accepted' || status === 'Pending' ? status : 'Rejected',
      nowMs: timeOf(payload, 'currentTime'),
      intervalMs: (numberOf(payload, 'interval') ?? 0) * 1_000,
    };
  },
  heartbeat: { action: 'Heartbeat', payload: {} },
  readTime: (payload) => timeOf(payload, 'currentTime'),
  status,
  authorize: (idTag) => ({ action: 'Authorize', payload: { idTag } }),
  readAuthorize: isAccepted,
  begun: (_state, gun, charge) => begun(gun, charge),
  readBegun: (payload) => ({
    allowed: isAccepted(payload),
    no: numberOf(payload, 'transactionId') ?? null,
  }),
  sampled: (_state, gun, charge, readings) => sampled(gun, charge, readings),
  ended: (_state, _gun, charge, reason) => ended(charge, reason),
  stamped,
  mayForgetBegin: true,
  // A start that is sent again has all of these in common with the first (errata 3.18).
  keyOf(_state, gun, { card, readings: [first], clockOffsetMs }) {
    const wh = first?.wh ?? 0n;
    const atMs = (first?.atMs ?? 0) + clockOffsetMs;
    return [gun.no, card.toUpperCase(), atMs, decimalText(wh * 10n, 4)].join('|');
  },
  get onCall(): Readonly<Record<string, OnCall>> {
    return ON_CALL;
  },
  onJob,
};

const ON_CALL: Readonly<Record<string, OnCall>> = Object.fromEntries(
  Object.entries(HANDLERS).map(([action, handler]) => [action, handler(ocpp16)]),
);
