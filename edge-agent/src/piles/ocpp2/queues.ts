import type { DriverView } from '../driver.ts';
import { call, type OcppEffect, observed, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { gapsIn } from './sequence.ts';
import { chargeNamed, chargesOf, type Ocpp2State } from './state.ts';
import type { Ocpp2Step } from './step.ts';

const KIND = 'queue';

/** GetTransactionStatus (E14): does it run, and is there more to come of it. */
export const askQueue = (key: string): OcppEffect =>
  call('GetTransactionStatus', { transactionId: key }, tagOf(KIND, key));

/** [OCPP-C11] What ran before a boot, or before the line was lost, is asked for. */
export const askQueues = (state: Ocpp2State, view: DriverView): Ocpp2Step =>
  step(
    state,
    ...chargesOf(state, view)
      .filter(({ stored, ended }) => stored !== null && ended === null)
      .map(({ key }) => askQueue(key)),
  );

/**
 * [OCPP-C11], [OCPP-C13] A charge that neither runs nor waits in a queue is gone: it is
 * given the time of grace. Numbers that are missing and will not come are told.
 */
export function queueResult(
  state: Ocpp2State,
  { tag, payload }: Result,
  view: DriverView,
): Ocpp2Step {
  if (payload['messagesInQueue'] === true) return stay(state);
  const charge = chargeNamed(state, tag.slice(tag.indexOf(':') + 1), view);
  const { key, ended, sequence } = charge;
  if (ended !== null) {
    const missing = gapsIn(sequence);
    if (missing.length === 0) return stay(state);
    return step(state, observed('transactionGaps', { transactionId: key, missing }));
  }
  if (payload['ongoingIndicator'] !== false) return stay(state);
  return step(state, { do: 'arm', timer: tagOf('vanish', key), ms: state.settings.goneMs });
}
