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
import { chargeAt, connectorOf, type Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const startAnswered = (connectorNo: number, tradeNo: string, refusal: Refusal | null): OcppEffect =>
  emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal });

const stopAnswered = (connectorNo: number, refusal: Refusal | null): OcppEffect =>
  emit({ type: 'StopAnswered', connectorNo, refusal });

/** [OCPP-D4], [OCPP-C8] RemoteStartTransaction, always with its connector, and a token of the order. */
export function start(state: Ocpp16State, command: Command<'start'>): OcppStep {
  const { connectorNo, tradeNo } = command;
  const payload = { connectorId: connectorNo, idTag: remoteTokenOf(tradeNo) };
  return step(state, call('RemoteStartTransaction', payload, tagOf('start', connectorNo, tradeNo)));
}

/** No OCPP charge runs over several connectors. */
export const startTogether = (
  state: Ocpp16State,
  { connectors }: Command<'startTogether'>,
): OcppStep =>
  step(
    state,
    ...connectors.map(({ connectorNo, tradeNo }) => startAnswered(connectorNo, tradeNo, 'unknown')),
  );

/** What a refusal of a start can only mean, as the connector stands. */
const REFUSED: Readonly<Record<string, Refusal>> = {
  Charging: 'connector-busy',
  SuspendedEV: 'connector-busy',
  SuspendedEVSE: 'connector-busy',
  Finishing: 'connector-busy',
  Reserved: 'connector-busy',
  Unavailable: 'device-offline',
  Faulted: 'device-fault',
};

/** [OCPP-C8] Accepted is not started: without a car the start waits for the plug. */
export function startResult(state: Ocpp16State, result: Result): OcppStep {
  const [, connector = '', tradeNo = ''] = result.tag.split(':');
  const connectorNo = Number(connector);
  const { status } = connectorOf(state, connectorNo);
  if (textAt(result.payload, 'status') !== 'Accepted') {
    return step(state, startAnswered(connectorNo, tradeNo, REFUSED[status] ?? 'unknown'));
  }
  const unplugged = status === 'Available';
  return step(state, startAnswered(connectorNo, tradeNo, unplugged ? 'not-plugged' : null));
}

/** What goes unanswered may still have been done: only its order's own deadline says that it failed. */
export function startFailed(state: Ocpp16State, failed: Failed): OcppStep {
  const [, connector = '', tradeNo = ''] = failed.tag.split(':');
  if (failed.why === 'timeout' || failed.why === 'lost') return stay(state);
  const refusal = failed.why === 'full' ? 'device-offline' : 'unknown';
  return step(state, startAnswered(Number(connector), tradeNo, refusal));
}

/** RemoteStopTransaction. A start without a charge is stopped when its charge has begun. */
export function stopCharge(
  state: Ocpp16State,
  { connectorNo }: Command<'stop'>,
  view: DriverView,
): OcppStep {
  const charge = chargeAt(state, connectorNo, view);
  if (charge !== undefined) {
    const payload = { transactionId: charge.no };
    return step(state, call('RemoteStopTransaction', payload, tagOf('stop', connectorNo)));
  }
  const starting = view.site
    .openCharges(state.pileNo)
    .some((open) => open.connectorNo === connectorNo && open.charge === undefined);
  return starting ? stay(state) : step(state, stopAnswered(connectorNo, 'not-charging'));
}

export function stopResult(state: Ocpp16State, result: Result): OcppStep {
  const accepted = textAt(result.payload, 'status') === 'Accepted';
  const connectorNo = Number(result.tag.split(':')[1]);
  return step(state, stopAnswered(connectorNo, accepted ? null : 'unknown'));
}

export const stopFailed = (state: Ocpp16State, { tag }: Failed): OcppStep =>
  step(state, stopAnswered(Number(tag.split(':')[1]), 'no-confirmation'));
