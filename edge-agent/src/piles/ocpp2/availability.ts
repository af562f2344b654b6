import { type Fields, textAt } from '../ocpp/fields.ts';
import { call, forEach, stay, step } from '../ocpp/steps.ts';
import { numberOf, numbersOf, saidPlace } from './connectors.ts';
import { connectorNosOf, connectorOf, type Ocpp2State } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

/* [OCPP-D10] Changes of availability that wait for the end of a charge, by whom they are of: the station
 * (`0`), an EVSE (`2`) or a connector (`2.1`). */

const STATION = '0';

/** Whom a ChangeAvailability is of. */
function scopeOf(parameters: Fields): string {
  const place = saidPlace(parameters);
  if (place === undefined) return STATION;
  return place.connector === undefined ? `${place.evse}` : `${place.evse}.${place.connector}`;
}

const evseIn = (scope: string): object => {
  const [id, connectorId] = scope.split('.').map(Number);
  if (scope === STATION) return {};
  return { evse: { id, ...(connectorId === undefined ? {} : { connectorId }) } };
};

const isWithin = (scope: string, wider: string): boolean =>
  wider === STATION || scope === wider || scope.startsWith(`${wider}.`);

/** It waits, and may be forgotten by a restart: so it is kept. What is done at once takes its place. */
export function availabilityAnswered(
  state: Ocpp2State,
  parameters: Fields,
  status: string,
): Ocpp2Step {
  if (status !== 'Scheduled' && status !== 'Accepted') return stay(state);
  const scope = scopeOf(parameters);
  const before = Object.entries(state.memory.availability);
  const left = before.filter(([one]) => !isWithin(one, scope));
  if (status === 'Accepted' && left.length === before.length) return stay(state);
  const waits = status === 'Scheduled' ? { [scope]: textAt(parameters, 'operationalStatus') } : {};
  return remember(state, 'availability', {
    availability: { ...Object.fromEntries(left), ...waits },
  });
}

/** The site's numbers of the connectors that a change is of. */
function connectorsIn(state: Ocpp2State, scope: string): readonly number[] {
  if (scope === STATION) return connectorNosOf(state);
  const [evse = 0, connector] = scope.split('.').map(Number);
  const { connectors } = state.memory;
  if (connector === undefined) return numbersOf(connectors, evse);
  const no = numberOf(connectors, { evse, connector });
  return no === undefined ? [] : [no];
}

/** Changes that have come to pass, as the connectors stand now, are forgotten. */
export function availabilitySeen(state: Ocpp2State): Ocpp2Step {
  const waiting = Object.entries(state.memory.availability);
  const left = waiting.filter(([scope, wanted]) => {
    const states = connectorsIn(state, scope).map((no) => connectorOf(state, no).status);
    const isSo = (status: string): boolean =>
      status !== '' && (status === 'Unavailable') === (wanted === 'Inoperative');
    return states.length === 0 || !states.every(isSo);
  });
  return left.length === waiting.length
    ? stay(state)
    : remember(state, 'availability', { availability: Object.fromEntries(left) });
}

/** After a boot what waited is asked for again. */
export function availabilityAgain(state: Ocpp2State): Ocpp2Step {
  if (!state.settings.isTended) return stay(state);
  return forEach(state, Object.entries(state.memory.availability), (s, [scope, wanted]) => {
    const payload = { ...evseIn(scope), operationalStatus: wanted };
    return step(s, call('ChangeAvailability', payload, 'availability'));
  });
}
