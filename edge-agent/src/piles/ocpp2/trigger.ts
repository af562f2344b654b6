import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { call, type Failed, forEach, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { placeAt } from './connectors.ts';
import { show } from './measure.ts';
import { chargeAt, connectorNosOf, connectorOf, type Ocpp2State } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

/** [OCPP-D9] Whether the station can be asked for a message, as far as it has shown. */
const canTrigger = ({ memory, quirks }: Ocpp2State, message: string): boolean =>
  !memory.deafTo.includes(message) && !quirks.deafTo.includes(message);

/** Asks for a message of a connector; a connector may be named for its status only (F06). */
function trigger(
  state: Ocpp2State,
  requestedMessage: 'MeterValues' | 'StatusNotification',
  connectorNo: number,
): Ocpp2Step {
  const { evse: id, connector: connectorId } = placeAt(state.memory.connectors, connectorNo);
  const evse = requestedMessage === 'MeterValues' ? { id } : { id, connectorId };
  const tag = tagOf('trigger', requestedMessage);
  return step(state, call('TriggerMessage', { requestedMessage, evse }, tag));
}

/** [OCPP-A8] A station that comes back without a boot need not say how its connectors stand. */
export function askStates(state: Ocpp2State): Ocpp2Step {
  if (!canTrigger(state, 'StatusNotification')) return stay(state);
  const silent = connectorNosOf(state).filter((no) => connectorOf(state, no).status === '');
  return forEach(state, silent, (s, no) => trigger(s, 'StatusNotification', no));
}

/** What a connector does now: from the station where it can say it, else as it was last heard. */
export function readNow(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const charging = chargeAt(state, connectorNo, view) !== undefined;
  const requestedMessage = charging ? 'MeterValues' : 'StatusNotification';
  const canAsk = state.settings.isTended && canTrigger(state, requestedMessage);
  if (!canAsk) return show(state, connectorNo, view);
  return trigger(state, requestedMessage, connectorNo);
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
