import type { DriverView } from '../driver.ts';
import { integerAt, textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, emit, stay, step } from '../ocpp/steps.ts';
import { toldTime } from '../ocpp/told-time.ts';
import { availabilitySeen } from './availability.ts';
import { numberedPlace } from './boot.ts';
import { show } from './measure.ts';
import {
  chargeAt,
  chargesOf,
  connectorOf,
  type Ocpp2State,
  withCharge,
  withConnector,
} from './state.ts';
import type { Ocpp2Step } from './step.ts';

/** A state of a connector at a time. */
export interface Seen {
  readonly connectorNo: number;
  readonly status: string;
  readonly atMs: number;
  readonly late: boolean;
}

/** The site hears of a fault, and of its end; a first word that all is well is none. */
export function health(state: Ocpp2State, connectorNo: number, faulted: boolean): Ocpp2Step {
  if (connectorOf(state, connectorNo).faulted === faulted) return stay(state);
  return step(
    withConnector(state, connectorNo, { faulted }),
    emit({ type: 'ConnectorHealth', connectorNo, faulted }),
  );
}

/** [OCPP-C11] Idle, though a charge is open: its end may still come, or never. */
function goneWatch(state: Ocpp2State, { connectorNo, status }: Seen, view: DriverView): Ocpp2Step {
  if (chargeAt(state, connectorNo, view) === undefined) return stay(state);
  const timer = `gone:${connectorNo}`;
  if (status !== 'Available') return step(state, { do: 'disarm', timer });
  return step(state, { do: 'arm', timer, ms: state.settings.goneMs });
}

/**
 * [OCPP-C5] The newest state by the station's own time counts, whatever came first. One of the past
 * is shown when the replay is over, and sets nothing off.
 */
export function seen(state: Ocpp2State, now: Seen, view: DriverView): Ocpp2Step {
  const { connectorNo, status, atMs, late } = now;
  if (atMs < connectorOf(state, connectorNo).statusAtMs) return stay(state);
  const faults = status === 'Faulted' ? connectorOf(state, connectorNo).faults : [];
  const told = withConnector(state, connectorNo, { status, statusAtMs: atMs, faults });
  if (late) {
    const { quietMs } = state.settings;
    return step(told, { do: 'arm', timer: `show:${connectorNo}`, ms: quietMs });
  }
  const healthy = health(told, connectorNo, status === 'Faulted');
  const watched = andThen(healthy, (s) => goneWatch(s, now, view));
  const available = andThen(watched, availabilitySeen);
  return andThen(available, (s) => show(s, connectorNo, view));
}

/** A state of the past that nothing newer has overtaken. */
export const reveal = (state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step =>
  andThen(health(state, connectorNo, connectorOf(state, connectorNo).status === 'Faulted'), (s) =>
    show(s, connectorNo, view),
  );

/** StatusNotification (G01). */
export function status(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  const { payload, action } = message;
  const place = {
    evse: integerAt(payload, 'evseId') ?? 0,
    connector: integerAt(payload, 'connectorId') ?? 1,
  };
  const { so, connectorNo } = numberedPlace(state, place);
  const done = andThen(so, (s) => step(s, answer(message.call, {})));
  if (connectorNo === null) return done;
  const at = { action, path: '/timestamp' };
  const told = toldTime(done.state, payload['timestamp'], at, view);
  const now: Seen = {
    connectorNo,
    status: textAt(payload, 'connectorStatus'),
    atMs: told.time.ms ?? view.nowMs,
    late: told.time.late,
  };
  const heard = { state: told.state, effects: [...done.effects, ...told.effects] };
  return andThen(heard, (s) => seen(s, now, view));
}

/** [OCPP-C11] Still idle after the time of grace: its charge is over. */
export function goneOver(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const charge = chargeAt(state, connectorNo, view);
  const { status: now } = connectorOf(state, connectorNo);
  if (charge === undefined || (now !== '' && now !== 'Available')) return stay(state);
  return vanish(state, charge.key, view);
}

/** [OCPP-C11] A charge that its station knows nothing of: the site hears twice that it is over. */
export function vanish(state: Ocpp2State, key: string, view: DriverView): Ocpp2Step {
  const charge = chargesOf(state, view).find((one) => one.key === key && one.ended === null);
  if (charge === undefined || charge.connectorNo === null) return stay(state);
  const { connectorNo } = charge;
  const known = connectorOf(state, connectorNo).status;
  const told = withConnector(state, connectorNo, { status: known === '' ? 'Available' : known });
  const over = withCharge(told, { ...charge, vanished: true });
  return andThen(show(over, connectorNo, view), (s) => show(s, connectorNo, view));
}
