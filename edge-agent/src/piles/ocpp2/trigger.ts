import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { call, type Failed, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { placeAt } from './connectors.ts';
import { show } from './measure.ts';
import { chargeAt, type Ocpp2State } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

/** [OCPP-D9] Whether the station can be asked for a message, as far as it has shown. */
const canTrigger = ({ memory, quirks }: Ocpp2State, message: string): boolean =>
  !memory.deafTo.includes(message) && !quirks.deafTo.includes(message);

/** What a connector does now: from the station where it can say it, else as it was last heard. */
export function readNow(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const charging = chargeAt(state, connectorNo, view) !== undefined;
  const requestedMessage = charging ? 'MeterValues' : 'StatusNotification';
  if (!canTrigger(state, requestedMessage)) return show(state, connectorNo, view);
  const { evse: id, connector: connectorId } = placeAt(state.memory.connectors, connectorNo);
  // A connector may be named for its status only (F06).
  const evse = charging ? { id } : { id, connectorId };
  const tag = tagOf('trigger', requestedMessage);
  return step(state, call('TriggerMessage', { requestedMessage, evse }, tag));
}

const deaf = (state: Ocpp2State, message: string): Ocpp2Step =>
  state.memory.deafTo.includes(message)
    ? stay(state)
    : remember(state, 'triggers', { deafTo: [...state.memory.deafTo, message] });

/** `NotImplemented` is remembered, and not asked again. */
export const triggerResult = (state: Ocpp2State, { tag, payload }: Result): Ocpp2Step =>
  textAt(payload, 'status') === 'NotImplemented'
    ? deaf(state, tag.split(':')[1] ?? '')
    : stay(state);

export function triggerFailed(state: Ocpp2State, { tag, why, code }: Failed): Ocpp2Step {
  const unknown = why === 'error' && (code === 'NotImplemented' || code === 'NotSupported');
  return unknown ? deaf(state, tag.split(':')[1] ?? '') : stay(state);
}
