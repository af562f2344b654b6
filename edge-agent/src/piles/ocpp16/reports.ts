import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { DriverView } from '../driver.ts';
import { type Fields, integerAt, isFields, textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, emit, observed, step } from '../ocpp/steps.ts';
import { connectorNosOf, type Ocpp16State } from './state.ts';
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

/** What stands in the data of a vendor's message, where it is JSON. */
function fieldsIn(data: unknown): Fields {
  if (typeof data !== 'string' || !data.trimStart().startsWith('{')) return {};
  try {
    const fields: unknown = JSON.parse(data);
    return isFields(fields) ? fields : {};
  } catch {
    return {};
  }
}

/** [OCPP-E12] Signed values that a vendor sends by this way are kept like any other. */
function signedBy(state: Ocpp16State, { payload, action }: Call, raw: Uint8Array): OcppStep {
  const fields = fieldsIn(payload['data']);
  const no = integerAt(fields, 'transactionId') ?? -1;
  const [only, more] = connectorNosOf(state);
  const alone = more === undefined ? (only ?? null) : null;
  return step(
    state,
    emit({
      type: 'MeterSigned',
      connectorNo: integerAt(fields, 'connectorId') ?? alone,
      ...(no > 0 ? { charge: { by: 'no', no } } : {}),
      rawHex: hexOf(raw),
      frameType: action,
    }),
  );
}

/** DataTransfer: kept for whoever looks; what nobody knows is said to be unknown. */
export function dataTransfer(
  state: Ocpp16State,
  message: Call,
  _view: DriverView,
  raw: Uint8Array,
): OcppStep {
  const vendorId = textAt(message.payload, 'vendorId');
  const messageId = textAt(message.payload, 'messageId');
  const ofVendor = TRANSFERS.filter((row) => row.vendorId.test(vendorId)).reverse();
  const known = ofVendor.find((row) => row.messageId.test(messageId));
  const isVendorKnown = ofVendor.some((row) => row.vendorId.source !== '.');
  const unknown = isVendorKnown ? 'UnknownMessageId' : 'UnknownVendorId';
  const status = known === undefined ? unknown : (known.refusal ?? 'Accepted');
  const told = step(
    state,
    answer(message.call, { status }),
    observed(known?.name ?? 'dataTransfer', message.payload),
  );
  return known?.name === 'signedMeterValues'
    ? andThen(told, (s) => signedBy(s, message, raw))
    : told;
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
