import { textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, emit, observed, step } from '../ocpp/steps.ts';
import type { Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';

/** What is known of vendors' own messages, by vendor and message ([OCPP-D17]). */
const TRANSFERS: readonly {
  readonly vendorId: RegExp;
  readonly messageId: RegExp;
  readonly name: string;
  /** Left out: it only tells, and is taken. */
  readonly refusal?: 'UnknownMessageId';
}[] = [
  { vendorId: /./, messageId: /^(getqrcode|qrcode|setqrcode)$/i, name: 'qrCode' },
  { vendorId: /./, messageId: /ocmf|signed/i, name: 'signedMeterValues' },
  { vendorId: /./, messageId: /^vin|vin$|vehicle/i, name: 'vehicle' },
  {
    // It asks, and waits for data: to accept it without any would be an answer of no sense.
    vendorId: /^org\.openchargealliance\.iso15118pnc$/i,
    messageId: /./,
    name: 'plugAndCharge',
    refusal: 'UnknownMessageId',
  },
];

/** DataTransfer: kept for whoever looks; what nobody knows is said to be unknown. */
export function dataTransfer(state: Ocpp16State, message: Call): OcppStep {
  const vendorId = textAt(message.payload, 'vendorId');
  const messageId = textAt(message.payload, 'messageId');
  const ofVendor = TRANSFERS.filter((row) => row.vendorId.test(vendorId)).reverse();
  const known = ofVendor.find((row) => row.messageId.test(messageId));
  const isVendorKnown = ofVendor.some((row) => row.vendorId.source !== '.');
  const unknown = isVendorKnown ? 'UnknownMessageId' : 'UnknownVendorId';
  const status = known === undefined ? unknown : (known.refusal ?? 'Accepted');
  return step(
    state,
    answer(message.call, { status }),
    observed(known?.name ?? 'dataTransfer', message.payload),
  );
}

/** A state of a file transfer: a flood of the same one is told once ([OCPP-D14]). */
export function transferStatus(state: Ocpp16State, message: Call): OcppStep {
  const { action, payload } = message;
  const done = step(state, answer(message.call, {}));
  const key = `${textAt(payload, 'status')} ${String(payload['requestId'] ?? '')}`;
  if (state.transfers[action] === key) return done;
  const name = `${action.charAt(0).toLowerCase()}${action.slice(1)}`;
  const transfers = { ...state.transfers, [action]: key };
  return andThen(done, (s) => step({ ...s, transfers }, observed(name, payload)));
}

/** SecurityEventNotification (security whitepaper §4.5). */
export const securityEvent = (state: Ocpp16State, message: Call): OcppStep =>
  step(state, answer(message.call, {}), observed('securityEvent', message.payload));

/** SignCertificate: taken at once; the certificate follows as `CertificateSigned`. */
export const signCertificate = (state: Ocpp16State, message: Call): OcppStep =>
  step(
    state,
    answer(message.call, { status: 'Accepted' }),
    emit({
      type: 'CertificateAsked',
      request: textAt(message.payload, 'csr'),
      purpose: 'connection',
    }),
  );
