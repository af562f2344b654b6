import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { call, type Failed, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { deaf } from './deaf.ts';
import { show } from './measure.ts';
import { chargeAt, type Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';

export type Triggered = 'MeterValues' | 'StatusNotification' | 'BootNotification' | 'Heartbeat';

const PROFILE = 'RemoteTrigger';

/** [OCPP-D9] Whether the station can be asked for a message, as far as it has said or shown. */
export function canTrigger({ memory, quirks }: Ocpp16State, message: string): boolean {
  if (memory.deafTo.includes(message) || quirks.deafTo.includes(message)) return false;
  const profiles = memory.configuration?.keys['SupportedFeatureProfiles']?.value;
  return profiles === undefined || profiles === '' || profiles.includes(PROFILE);
}

/** Asks for a message; says nothing to a station that cannot. */
export function trigger(
  state: Ocpp16State,
  requestedMessage: Triggered,
  connectorNo: number,
): OcppStep {
  if (!canTrigger(state, requestedMessage)) return stay(state);
  const payload = { requestedMessage, connectorId: connectorNo };
  return step(state, call('TriggerMessage', payload, tagOf('trigger', requestedMessage)));
}

/** What a connector does now: from the station where it can say it, else as it was last heard. */
export function readNow(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  const charge = chargeAt(state, connectorNo, view);
  const wanted = charge === undefined ? 'StatusNotification' : 'MeterValues';
  return state.settings.isTended && canTrigger(state, wanted)
    ? trigger(state, wanted, connectorNo)
    : show(state, connectorNo, view);
}

/** `NotImplemented` is remembered, and not asked again. */
export const triggerResult = (state: Ocpp16State, { tag, payload }: Result): OcppStep =>
  textAt(payload, 'status') === 'NotImplemented'
    ? deaf(state, tag.split(':')[1] ?? '')
    : stay(state);

export function triggerFailed(state: Ocpp16State, { tag, why, code }: Failed): OcppStep {
  const unknown = why === 'error' && (code === 'NotImplemented' || code === 'NotSupported');
  return unknown ? deaf(state, tag.split(':')[1] ?? '') : stay(state);
}
