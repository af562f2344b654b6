import { type Fields, fieldsAt, integerAt, listAt, textAt } from '../ocpp/fields.ts';
import { saidPlace } from './connectors.ts';
import { VALUE_CHARS, VALUES_MAX } from './memory.ts';
import type { Ocpp2State } from './state.ts';

/** Values by their names. */
export type Values = Readonly<Record<string, string>>;

/** What is kept besides the controllers: what a connector is. */
const KEPT: ReadonlySet<string> = new Set([
  'ChargingStation.SupplyPhases',
  'Connector.ConnectorType',
  'Connector.SupplyPhases',
  'EVSE.Power',
  'EVSE.SupplyPhases',
]);
const SECRET = /password|key$/i;

const instanceOf = (fields: Fields): string => {
  const instance = textAt(fields, 'instance');
  return instance === '' ? '' : `/${instance}`;
};

/** The name that a variable is kept under: `Component.Variable`, EVSE and instances where there are any. */
export function variableName({
  component,
  variable,
}: {
  component: Fields;
  variable: Fields;
}): string {
  const place = saidPlace(component);
  const evse = place === undefined ? '' : `@${place.evse}.${place.connector ?? 0}`;
  const owner = `${textAt(component, 'name')}${instanceOf(component)}${evse}`;
  return `${owner}.${textAt(variable, 'name')}${instanceOf(variable)}`;
}

const isKept = (component: string, variable: string): boolean =>
  !SECRET.test(variable) && (component.endsWith('Ctrlr') || KEPT.has(`${component}.${variable}`));

/** With the values of a list of `reportData`, as many and as long as a note may hold. */
export function withReport(values: Values, rows: readonly Fields[]): Values {
  const next: Record<string, string> = { ...values };
  for (const row of rows) {
    const component = fieldsAt(row, 'component');
    const variable = fieldsAt(row, 'variable');
    if (!isKept(textAt(component, 'name'), textAt(variable, 'name'))) continue;
    const actual = listAt(row, 'variableAttribute').find((attribute) =>
      ['', 'Actual'].includes(textAt(attribute, 'type')),
    );
    const name = variableName({ component, variable });
    if (actual === undefined || typeof actual['value'] !== 'string') continue;
    if (!(name in next) && Object.keys(next).length >= VALUES_MAX) continue;
    next[name] = textAt(actual, 'value').slice(0, VALUE_CHARS);
  }
  return next;
}

/** With the values of a list of `getVariableResult`. */
export const withResults = (values: Values, rows: readonly Fields[]): Values =>
  withReport(
    values,
    rows
      .filter((row) => textAt(row, 'attributeStatus') === 'Accepted')
      .map((row) => ({
        ...row,
        variableAttribute: [{ type: row['attributeType'], value: row['attributeValue'] }],
      })),
  );

/** What the station last said that a variable is. */
export const saidOf = ({ memory }: Ocpp2State, name: string): string | undefined =>
  memory.model?.values[name];

export function saidNumberOf(state: Ocpp2State, name: string): number | undefined {
  const value = saidOf(state, name);
  const number = value === undefined || value === '' ? Number.NaN : Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Whether the station has a functional block, as far as it says; one that says nothing is asked. */
export const hasFeature = (state: Ocpp2State, controller: string): boolean =>
  ['Available', 'Enabled'].every(
    (variable) => saidOf(state, `${controller}.${variable}`)?.toLowerCase() !== 'false',
  );

/** Connectors that hand out direct current, by the standard's name of their type. */
const DC_TYPE = /^(cCCS|cG105|cChaoJi|cMCS|cUltra|cGBT-DC|cLECCS|cNACS-CCS|wInductive|wResonant)/;

/** Connectors in a report, and whether any of them is one of direct current. */
export function connectorsIn(values: Values): {
  readonly places: readonly { readonly evse: number; readonly connector: number }[];
  readonly dc: boolean;
} {
  const types = Object.entries(values).flatMap(([name, type]) => {
    const match = /^Connector[^@]*@(\d+)\.(\d+)\.ConnectorType$/.exec(name);
    return match === null
      ? []
      : [{ evse: Number(match[1]), connector: Number(match[2]), isDc: DC_TYPE.test(type) }];
  });
  return {
    places: types
      .map(({ evse, connector }) => ({ evse, connector }))
      .toSorted((a, b) => a.evse - b.evse || a.connector - b.connector),
    dc: types.some(({ isDc }) => isDc),
  };
}

/** Part of a report, by the number that it was asked under. */
export const requestIdOf = (payload: Fields): number => integerAt(payload, 'requestId') ?? -1;
