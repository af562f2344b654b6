import { textAt } from '../ocpp/fields.ts';
import { answer, type Call, observed, step } from '../ocpp/steps.ts';
import type { Ocpp2State } from './state.ts';
import type { Ocpp2Step } from './step.ts';

/** Messages of vendors that are understood, and what they are shown as ([OCPP-D17]). */
const KNOWN: Readonly<Record<string, readonly (readonly [messageId: RegExp, name: string])[]>> = {
  'org.openchargealliance.iso15118pnc': [[/./, 'plugAndCharge']],
};
/** What is the same whoever the vendor is. */
const ANYBODY: readonly (readonly [messageId: RegExp, name: string])[] = [
  [/^(get|set)?qr-?code$/i, 'qrCode'],
  [/ocmf|signed/i, 'signedMeterValues'],
  [/^vin$|vehicle/i, 'vehicle'],
];

/** DataTransfer (P02): kept for whoever looks; what nobody knows is said to be unknown. */
export function dataTransfer(state: Ocpp2State, message: Call): Ocpp2Step {
  const vendorId = textAt(message.payload, 'vendorId');
  const messageId = textAt(message.payload, 'messageId');
  const own = KNOWN[vendorId.toLowerCase()];
  const found = [...(own ?? []), ...ANYBODY].find(([pattern]) => pattern.test(messageId));
  const refusal = own === undefined ? 'UnknownVendorId' : 'UnknownMessageId';
  return step(
    state,
    answer(message.call, { status: found === undefined ? refusal : 'Accepted' }),
    observed(found?.[1] ?? 'dataTransfer', message.payload),
  );
}
