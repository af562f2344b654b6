import type { DriverView } from '../driver.ts';
import type { Fields } from '../ocpp/fields.ts';
import { andThen, call, forEach, step, tagOf } from '../ocpp/steps.ts';
import { chargeAt, connectorNosOf, type Drain, type Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';

const stopCall = (no: number) =>
  call('RemoteStopTransaction', { transactionId: no }, tagOf('drain', no));

/**
 * [OCPP-D15], [OCPP-D16] A reset or an unlock ends what runs first: stop, wait for the stop message,
 * then ask. After the time of grace it is asked all the same. A station that is not tended does that
 * itself, as the standard has it (1.6 §5.14, §5.18).
 */
export function drained(
  state: Ocpp16State,
  wish: Omit<Drain, 'connectors'>,
  connectorNos: readonly number[] | 'all',
  view: DriverView,
): OcppStep {
  const nos = connectorNos === 'all' ? connectorNosOf(state) : connectorNos;
  const running = nos.flatMap((no) => chargeAt(state, no, view) ?? []);
  if (running.length === 0 || !state.settings.isTended)
    return step(state, call(wish.call, wish.payload, wish.tag));
  const drain: Drain = { ...wish, connectors: running.map(({ connectorNo }) => connectorNo) };
  const waiting = { ...state, drains: [...state.drains, drain] };
  return step(waiting, ...running.map(({ no }) => stopCall(no)), {
    do: 'arm',
    timer: 'drain',
    ms: state.settings.drainMs,
  });
}

const release = (state: Ocpp16State, ready: readonly Drain[]): OcppStep =>
  forEach(
    { ...state, drains: state.drains.filter((drain) => !ready.includes(drain)) },
    ready,
    (s, d) => step(s, call(d.call, d.payload, d.tag)),
  );

/** A charge has ended: what waited for it alone goes out. */
export function drainEnded(state: Ocpp16State, view: DriverView): OcppStep {
  const ready = state.drains.filter(({ connectors }) =>
    connectors.every((no) => chargeAt(state, no, view) === undefined),
  );
  const released = release(state, ready);
  if (ready.length === 0 || released.state.drains.length > 0) return released;
  return andThen(released, (s) => step(s, { do: 'disarm', timer: 'drain' }));
}

/** The time of grace is over. */
export const drainOver = (state: Ocpp16State): OcppStep => release(state, state.drains);

/** Reset, gently unless it must be at once. */
export const resetWish = (type: 'Soft' | 'Hard', tag: string): Omit<Drain, 'connectors'> => ({
  call: 'Reset',
  payload: { type } satisfies Fields,
  tag,
});
