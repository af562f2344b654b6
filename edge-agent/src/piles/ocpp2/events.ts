import type { DriverView } from '../driver.ts';
import { type Fields, fieldsAt, listAt, textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, forEach, observed, stay, step } from '../ocpp/steps.ts';
import { toldTime } from '../ocpp/told-time.ts';
import { numberedPlace } from './boot.ts';
import { saidPlace } from './connectors.ts';
import { show } from './measure.ts';
import { connectorNosOf, connectorOf, type Ocpp2State, withConnector } from './state.ts';
import { health, seen } from './status.ts';
import type { Ocpp2Step } from './step.ts';

/** Events that one message may bring. */
const EVENTS_MAX = 500;
const FAULTS_MAX = 16;

/** Codes of problems in the site's words; others keep their own. */
const FAULTS: Readonly<Record<string, string>> = {
  ConnectorLockFailure: 'lock-failure',
  EVCommunicationError: 'ev-communication',
  GroundFailure: 'ground-fault',
  HighTemperature: 'high-temperature',
  InternalError: 'internal-error',
  OverCurrentFailure: 'over-current',
  OverVoltage: 'over-voltage',
  PowerMeterFailure: 'meter-failure',
  PowerSwitchFailure: 'contactor-failure',
  ReaderFailure: 'card-reader-failure',
  UnderVoltage: 'under-voltage',
};

const isTrue = (text: string): boolean => /^(true|1)$/i.test(text);

/** The connectors that a component is of: one, those of its EVSE, or all. */
function whose(state: Ocpp2State, component: Fields) {
  const place = saidPlace(component);
  if (place === undefined) return { so: stay(state), nos: connectorNosOf(state) };
  const { evse, connector = 1 } = place;
  const { so, connectorNo } = numberedPlace(state, { evse, connector });
  return { so, nos: connectorNo === null ? [] : [connectorNo] };
}

/** A problem (or its end) makes a connector faulted (or sound), and has a name. */
function problem(
  state: Ocpp2State,
  event: Fields,
  nos: readonly number[],
  view: DriverView,
): Ocpp2Step {
  const code = textAt(event, 'techCode');
  const fault = FAULTS[code] ?? (code || textAt(fieldsAt(event, 'component'), 'name'));
  const present = isTrue(textAt(event, 'actualValue')) && event['cleared'] !== true;
  return forEach(state, nos, (s, no) => {
    const others = connectorOf(s, no).faults.filter((one) => one !== fault);
    const faults = present ? [...others, fault].slice(-FAULTS_MAX) : others;
    const named = withConnector(s, no, { faults });
    return andThen(health(named, no, faults.length > 0), (t) => show(t, no, view));
  });
}

/** The state of a connector may come as an event as well as a StatusNotification (G01). */
function onEvent(state: Ocpp2State, event: Fields, view: DriverView): Ocpp2Step {
  const component = fieldsAt(event, 'component');
  const variable = textAt(fieldsAt(event, 'variable'), 'name');
  const isState = variable === 'AvailabilityState' && textAt(component, 'name') === 'Connector';
  if (variable !== 'Problem' && !isState) return stay(state);
  const at = { action: 'NotifyEvent', path: '/eventData' };
  const told = toldTime(state, event['timestamp'], at, view);
  const { so, nos } = whose(told.state, component);
  const heard = { state: so.state, effects: [...told.effects, ...so.effects] };
  if (variable === 'Problem') {
    return told.time.late ? heard : andThen(heard, (s) => problem(s, event, nos, view));
  }
  const [connectorNo] = nos;
  if (connectorNo === undefined) return heard;
  const { ms, late } = told.time;
  const status = textAt(event, 'actualValue');
  return andThen(heard, (s) =>
    seen(s, { connectorNo, status, atMs: ms ?? view.nowMs, late }, view),
  );
}

/** NotifyEvent (N07): kept for whoever looks; what makes a connector faulty is a fault. */
export function notifyEvent(state: Ocpp2State, message: Call, view: DriverView): Ocpp2Step {
  const { payload } = message;
  const done = step(state, answer(message.call, {}), observed('notifyEvent', payload));
  const events = listAt(payload, 'eventData').slice(0, EVENTS_MAX);
  return andThen(done, (s) => forEach(s, events, (one, event) => onEvent(one, event, view)));
}
