import { CENTRAL_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { faultsIn, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OperationCatalogue } from '../../ports/site.ts';
import type { DriverView } from '../driver.ts';
import { type Fields, integerAt, isFields, listAt, textAt } from '../ocpp/fields.ts';
import {
  andThen,
  call,
  emit,
  type Failed,
  type OcppEffect,
  type Result,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import { availabilityAnswered } from './availability.ts';
import { numberOf } from './connectors.ts';
import { drained } from './drains.ts';
import { listSentBy } from './local-list.ts';
import { learntValues } from './model.ts';
import { type Asked, chargeAt, type Ocpp2State, type Version2 } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

type Outcome = Extract<PileEvent, { type: 'Operated' }>['outcome'];

/** Operations that may wait for their answers. */
const OPERATIONS_MAX = 32;
/** Answers that say no; any other word says that it is done, or will be. */
const REFUSED: ReadonlySet<string> = new Set([
  'ConditionNotSupported',
  'DownloadOngoing',
  'Duplicate',
  'DuplicateTariffId',
  'Failed',
  'Faulted',
  'Invalid',
  'InvalidCertificate',
  'LanguageNotSupported',
  'NoCurrencyChange',
  'NoFirmware',
  'NoProfile',
  'NotFound',
  'NotImplemented',
  'NotSupported',
  'NotSupportedAttributeType',
  'NotSupportedMessageFormat',
  'NotSupportedPriority',
  'NotSupportedState',
  'Occupied',
  'OngoingAuthorizedTransaction',
  'Rejected',
  'RevokedCertificate',
  'TooManyElements',
  'TxNotFound',
  'Unavailable',
  'Unknown',
  'UnknownComponent',
  'UnknownConnector',
  'UnknownMessageId',
  'UnknownTransaction',
  'UnknownVariable',
  'UnknownVendorId',
  'UnlockFailed',
  'UnsupportedMonitorType',
  'VersionMismatch',
]);

/** Answers that judge each of several things, and the word that does. */
const JUDGED: readonly (readonly [list: string, status: string])[] = [
  ['setVariableResult', 'attributeStatus'],
  ['getVariableResult', 'attributeStatus'],
  ['setMonitoringResult', 'status'],
  ['clearMonitoringResult', 'status'],
  ['clearTariffsResult', 'status'],
];

/** Every operation that a version gives the central system. */
export const operationsOf = (version: Version2): OperationCatalogue => ({
  protocol: `ocpp${version}`,
  operations: CENTRAL_ACTIONS[version].map((name) => ({
    name,
    schema: () => Promise.resolve(schemaOf(version, name, 'request')),
  })),
});

const operated = (request: string, outcome: Outcome, answer: unknown): OcppEffect =>
  emit({ type: 'Operated', request, outcome, answer });

/** Asks for an operation as it is; one whose parameters do not fit the standard goes nowhere. */
export function operate(
  state: Ocpp2State,
  { request, operation, parameters = {} }: Extract<PileCommand, { do: 'operate' }>,
): Ocpp2Step {
  const { version } = state;
  const refused = (why: string, faults: unknown = []) =>
    step(state, operated(request, 'refused', { why, faults }));
  const names: readonly string[] = CENTRAL_ACTIONS[version];
  if (!names.includes(operation)) return refused(`no operation of OCPP ${version}`);
  if (!isFields(parameters)) return refused('the parameters are no object');
  const faults = faultsIn(version, operation, 'request', parameters) ?? [];
  if (faults.length > 0) return refused('the parameters do not fit the schema', faults);
  if (state.operations.length >= OPERATIONS_MAX) return refused('too many operations wait');
  const asked: Asked = { request, operation, parameters };
  const waiting = { ...state, operations: [...state.operations, asked] };
  return step(waiting, call(operation, parameters, tagOf('op', request)));
}

interface Taken {
  readonly found: Asked | undefined;
  readonly request: string;
  readonly rest: Ocpp2State;
}

function taken(state: Ocpp2State, tag: string): Taken {
  const request = tag.slice(tag.indexOf(':') + 1);
  const found = state.operations.find((asked) => asked.request === request);
  const operations = state.operations.filter((asked) => asked !== found);
  return { found, request, rest: { ...state, operations } };
}

/** What an operation changes in what the driver knows of the station. */
function learnt(state: Ocpp2State, { operation, parameters }: Asked, payload: Fields): Ocpp2Step {
  const status = textAt(payload, 'status');
  switch (operation) {
    case 'ChangeAvailability':
      return availabilityAnswered(state, parameters, status);
    case 'SendLocalList':
      return status === 'Accepted' ? listSentBy(state, parameters) : stay(state);
    case 'ClearChargingProfile':
      return remember(state, 'limit', { limit: { ...state.memory.limit, based: [] } });
    case 'GetVariables':
      return learntValues(state, listAt(payload, 'getVariableResult'));
    default:
      return stay(state);
  }
}

/** Done when the answer does not say no, to the whole or to a part. */
function outcomeOf(payload: Fields): Outcome {
  const words = JUDGED.flatMap(([list, status]) =>
    listAt(payload, list).map((one) => textAt(one, status)),
  );
  return [textAt(payload, 'status'), ...words].some((word) => REFUSED.has(word))
    ? 'refused'
    : 'done';
}

/** [OCPP-D15] The charge that keeps a connector locked, when that is why it was not unlocked. */
function lockedBy(
  state: Ocpp2State,
  { operation, parameters }: Asked,
  payload: Fields,
  view: DriverView,
) {
  const busy = textAt(payload, 'status') === 'OngoingAuthorizedTransaction';
  if (operation !== 'UnlockConnector' || !busy || !state.settings.isTended) return undefined;
  const place = {
    evse: integerAt(parameters, 'evseId') ?? 0,
    connector: integerAt(parameters, 'connectorId') ?? 1,
  };
  const connectorNo = numberOf(state.memory.connectors, place) ?? place.evse;
  const charge = chargeAt(state, connectorNo, view);
  const waits = state.drains.some(({ key }) => key === charge?.key);
  return waits ? undefined : charge;
}

export function operationResult(state: Ocpp2State, result: Result, view: DriverView): Ocpp2Step {
  const { tag, payload } = result;
  const { found, request, rest } = taken(state, tag);
  const locked = found && lockedBy(state, found, payload, view);
  if (found !== undefined && locked !== undefined) {
    return drained(state, { key: locked.key, payload: found.parameters, tag });
  }
  // A late answer's operation was told as unanswered: that it was done after all is told too.
  const told = step(rest, operated(request, outcomeOf(payload), payload));
  return found === undefined ? told : andThen(told, (s) => learnt(s, found, payload));
}

export function operationFailed(state: Ocpp2State, failed: Failed): Ocpp2Step {
  const { request, rest } = taken(state, failed.tag);
  const { why, code, description } = failed;
  const outcome = why === 'error' || why === 'full' ? 'failed' : 'unanswered';
  return step(rest, operated(request, outcome, { why, code, description }));
}
