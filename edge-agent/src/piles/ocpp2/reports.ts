import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView } from '../driver.ts';
import { type Fields, integerAt, listAt, textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, emit, observed, step } from '../ocpp/steps.ts';
import type { Ocpp2State } from './state.ts';
import type { Handler, Ocpp2Step } from './step.ts';

/** A message's name as an event: `NotifyDERAlarm` is `notifyDERAlarm`. */
export const nameOf = (action: string): string =>
  `${action.charAt(0).toLowerCase()}${action.slice(1)}`;

/** Answered with what the payload and the clock give, and kept for whoever looks. */
export const noted =
  (answerOf: (payload: Fields, view: DriverView, state: Ocpp2State) => object): Handler =>
  (state, message, view) =>
    step(
      state,
      answer(message.call, answerOf(message.payload, view, state)),
      observed(nameOf(message.action), message.payload),
    );

/** Nothing to say to it: the answer is empty. */
export const heard: Handler = noted(() => ({}));

/** What this site does not do, said in the words of the message. */
export const declined = (status: string): Handler => noted(() => ({ status }));

/** A state of a file transfer: a flood of the same one is told once ([OCPP-D14]). */
export function transferStatus(state: Ocpp2State, message: Call): Ocpp2Step {
  const { action, payload } = message;
  const done = step(state, answer(message.call, {}));
  const key = `${textAt(payload, 'status')} ${String(payload['requestId'] ?? '')}`;
  if (state.transfers[action] === key) return done;
  const transfers = { ...state.transfers, [action]: key };
  return andThen(done, (s) => step({ ...s, transfers }, observed(nameOf(action), payload)));
}

/** SecurityEventNotification (A04). */
export const securityEvent: Handler = (state, message) =>
  step(state, answer(message.call, {}), observed('securityEvent', message.payload));

/** SignCertificate (A02, A03): taken at once; the certificate follows as `CertificateSigned`. */
export function signCertificate(state: Ocpp2State, message: Call): Ocpp2Step {
  const type = textAt(message.payload, 'certificateType');
  const isOurs = type === '' || type === 'ChargingStationCertificate';
  // A02.FR.04: it is sent for what it was asked for; in 2.1 under the number of the request as well.
  const requestId = state.version === '2.1' ? integerAt(message.payload, 'requestId') : undefined;
  const echo = {
    ...(type === '' ? {} : { certificateType: type }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return step(
    state,
    // Of what cars check we are no CA.
    answer(message.call, { status: isOurs ? 'Accepted' : 'Rejected' }),
    emit({
      type: 'CertificateAsked',
      request: textAt(message.payload, 'csr'),
      purpose: isOurs ? 'connection' : 'v2g',
      echo,
    }),
  );
}

/** Get15118EVCertificate (M01): nobody upstream makes contracts. */
export const evCertificate = noted(() => ({ status: 'Failed', exiResponse: '' }));

/** GetCertificateChainStatus (2.1 M07): nobody is asked, so nothing is known. */
export const chainStatus = noted((payload, view) => ({
  certificateStatus: listAt(payload, 'certificateStatusRequests').map((request) => ({
    certificateHashData: request['certificateHashData'],
    source: request['source'],
    status: 'Failed',
    nextUpdate: writeTime(view.nowMs),
  })),
}));

/** NotifyEVChargingNeeds (K15): no schedule is made for one car; 2.1 has a word for that. */
export const chargingNeeds = noted((_payload, _view, { version }) => ({
  status: version === '2.1' ? 'NoChargingProfile' : 'Rejected',
}));

/** VatNumberValidation (2.1 I12): nobody here can check it. */
export const vatNumber = noted((payload) => {
  const evseId = integerAt(payload, 'evseId');
  return {
    vatNumber: textAt(payload, 'vatNumber'),
    status: 'Rejected',
    ...(evseId === undefined ? {} : { evseId }),
  };
});
