import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { DriverView } from '../driver.ts';
import { textAt } from '../ocpp/fields.ts';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
import {
  call,
  emit,
  type Failed,
  type OcppEffect,
  type Result,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import { placeAt } from './connectors.ts';
import { remoteStartIdOf } from './remote-start-id.ts';
import { chargeAt, connectorOf, type Ocpp2State, withCharge } from './state.ts';
import type { Ocpp2Step } from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const startAnswered = (connectorNo: number, tradeNo: string, refusal: Refusal | null): OcppEffect =>
  emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal });

const stopAnswered = (connectorNo: number, refusal: Refusal | null): OcppEffect =>
  emit({ type: 'StopAnswered', connectorNo, refusal });

/** [OCPP-C8], [OCPP-D4] RequestStartTransaction, always with its EVSE, and a token of the order. */
export function start(state: Ocpp2State, { connectorNo, tradeNo }: Command<'start'>): Ocpp2Step {
  const payload = {
    evseId: placeAt(state.memory.connectors, connectorNo).evse,
    remoteStartId: remoteStartIdOf(tradeNo),
    idToken: { idToken: remoteTokenOf(tradeNo), type: 'Central' },
  };
  const tag = tagOf('start', connectorNo, tradeNo);
  return step(state, call('RequestStartTransaction', payload, tag));
}

/** No OCPP charge runs over several connectors. */
export const startTogether = (
  state: Ocpp2State,
  { connectors }: Command<'startTogether'>,
): Ocpp2Step =>
  step(
    state,
    ...connectors.map(({ connectorNo, tradeNo }) => startAnswered(connectorNo, tradeNo, 'unknown')),
  );

/** What a refusal of a start can only mean, as the connector stands. */
const REFUSED: Readonly<Record<string, Refusal>> = {
  Reserved: 'connector-busy',
  Unavailable: 'device-offline',
  Faulted: 'device-fault',
};

/** [OCPP-C8] Accepted is not started: without a car the start waits for the plug. */
export function startResult(state: Ocpp2State, result: Result, view: DriverView): Ocpp2Step {
  const [, connector = '', tradeNo = ''] = result.tag.split(':');
  const connectorNo = Number(connector);
  const { status } = connectorOf(state, connectorNo);
  if (textAt(result.payload, 'status') !== 'Accepted') {
    const busy = chargeAt(state, connectorNo, view) !== undefined;
    const refusal = busy ? 'connector-busy' : (REFUSED[status] ?? 'pile-refused');
    return step(state, startAnswered(connectorNo, tradeNo, refusal));
  }
  const unplugged = status === 'Available';
  return step(state, startAnswered(connectorNo, tradeNo, unplugged ? 'not-plugged' : null));
}

/** What goes unanswered may still have been done: only its order's own deadline says that it failed. */
export function startFailed(state: Ocpp2State, failed: Failed): Ocpp2Step {
  const [, connector = '', tradeNo = ''] = failed.tag.split(':');
  if (failed.why === 'timeout' || failed.why === 'lost') return stay(state);
  const refusal = failed.why === 'full' ? 'device-offline' : 'unknown';
  return step(state, startAnswered(Number(connector), tradeNo, refusal));
}

/** RequestStopTransaction. A start without a charge is stopped when its charge has begun. */
export function stopCharge(
  state: Ocpp2State,
  { connectorNo }: Command<'stop'>,
  view: DriverView,
): Ocpp2Step {
  const charge = chargeAt(state, connectorNo, view);
  // The stop that goes with a refusal; the station stops what it is told is refused (E05).
  if (charge?.warned === true) return stay(withCharge(state, { ...charge, warned: false }));
  if (charge !== undefined) {
    const payload = { transactionId: charge.key };
    return step(state, call('RequestStopTransaction', payload, tagOf('stop', connectorNo)));
  }
  const starting = view.site
    .openCharges(state.pileNo)
    .some((open) => open.connectorNo === connectorNo && open.charge === undefined);
  return starting ? stay(state) : step(state, stopAnswered(connectorNo, 'not-charging'));
}

export function stopResult(state: Ocpp2State, result: Result): Ocpp2Step {
  const accepted = textAt(result.payload, 'status') === 'Accepted';
  const connectorNo = Number(result.tag.split(':')[1]);
  return step(state, stopAnswered(connectorNo, accepted ? null : 'pile-refused'));
}

export const stopFailed = (state: Ocpp2State, { tag }: Failed): Ocpp2Step =>
  step(state, stopAnswered(Number(tag.split(':')[1]), 'no-confirmation'));
