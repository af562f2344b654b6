import { call, forEach, step, tagOf } from '../ocpp/steps.ts';
import type { Drain, Ocpp2State } from './state.ts';
import type { Ocpp2Step } from './step.ts';

/**
 * [OCPP-D15] A connector that is locked by its charge: stop, wait for the end, then unlock. After the
 * time of grace it is asked all the same.
 */
export const drained = (state: Ocpp2State, drain: Drain): Ocpp2Step =>
  step(
    { ...state, drains: [...state.drains, drain] },
    call('RequestStopTransaction', { transactionId: drain.key }, tagOf('drain', drain.key)),
    { do: 'arm', timer: tagOf('drain', drain.key), ms: state.settings.drainMs },
  );

/** A charge has ended, or had its time: what waited for it goes out. */
export function drainEnded(state: Ocpp2State, key: string): Ocpp2Step {
  const ready = state.drains.filter((drain) => drain.key === key);
  const drains = state.drains.filter((drain) => drain.key !== key);
  return forEach({ ...state, drains }, ready, (s, { payload, tag }) =>
    step(s, { do: 'disarm', timer: tagOf('drain', key) }, call('UnlockConnector', payload, tag)),
  );
}
