import { CENTRAL_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { faultsIn, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OperationCatalogue } from '../../ports/site.ts';
import type { DriverView } from '../driver.ts';
import { type Fields, integerAt, isFields, textAt } from '../ocpp/fields.ts';
import { andThen, call, emit, type Failed, type Result, stay, step, tagOf } from '../ocpp/steps.ts';
import { configurationSet } from './configuration.ts';
import { drained } from './drains.ts';
import { forgetBase } from './limits.ts';
import { listSentBy } from './local-list.ts';
import { againstText } from './operation-rules.ts';
import type { Asked, Ocpp16State } from './state.ts';
import { type OcppStep, remember } from './step.ts';

type Outcome = Extract<PileEvent, { type: 'Operated' }>['outcome'];

const VERSION = '1.6';
/** Operations that may wait for their answers. */
const OPERATIONS_MAX = 32;
/** Answers that say no; any other word says that it is done, or will be. */
const REFUSED: readonly string[] = [
  'Failed',
  'Faulted',
  'InvalidCertificate',
  'NotImplemented',
  'NotSupported',
  'Occupied',
  'Rejected',
  'RejectedVersion',
  'RevokedCertificate',
  'Unavailable',
  'Unknown',
  'UnknownMessageId',
  'UnknownVendorId',
  'UnlockFailed',
  'VersionMismatch',
];

/** Every operation that the standard and its security extension give the central system. */
export const OPERATIONS: OperationCatalogue = {
  protocol: 'ocpp1.6',
  operations: CENTRAL_ACTIONS[VERSION].map((name) => ({
    name,
    schema: () => Promise.resolve(schemaOf(VERSION, name, 'request')),
  })),
};

const NAMES: readonly string[] = CENTRAL_ACTIONS[VERSION];

const operated = (request: string, outcome: Outcome, answer: unknown) =>
  emit({ type: 'Operated', request, outcome, answer });

/** Asks for an operation as it is; one whose parameters do not fit the standard goes nowhere. */
export function operate(
  state: Ocpp16State,
  command: Extract<PileCommand, { do: 'operate' }>,
  view: DriverView,
): OcppStep {
  const { request, operation } = command;
  const parameters = command.parameters ?? {};
  const refused = (why: string, faults: unknown = []) =>
    step(state, operated(request, 'refused', { why, faults }));
  if (!NAMES.includes(operation)) return refused('no operation of OCPP 1.6');
  if (!isFields(parameters)) return refused('the parameters are no object');
  const faults = faultsIn(VERSION, operation, 'request', parameters) ?? [];
  if (faults.length > 0) return refused('the parameters do not fit the schema', faults);
  const against = againstText(operation, parameters);
  if (against !== null) return refused(against);
  if (state.operations.length >= OPERATIONS_MAX) return refused('too many operations wait');
  const asked: Asked = { request, operation, parameters };
  const waiting = { ...state, operations: [...state.operations, asked] };
  return asks(waiting, asked, view);
}

/** A reset and an unlock let charges end first ([OCPP-D15], [OCPP-D16]). */
function asks(state: Ocpp16State, { request, operation, parameters }: Asked, view: DriverView) {
  const tag = tagOf('op', request);
  if (operation === 'Reset') {
    return drained(state, { call: operation, payload: parameters, tag }, 'all', view);
  }
  if (operation === 'UnlockConnector') {
    const connectorNo = integerAt(parameters, 'connectorId') ?? 1;
    return drained(state, { call: operation, payload: parameters, tag }, [connectorNo], view);
  }
  return step(state, call(operation, parameters, tag));
}

interface Taken {
  readonly found: Asked | undefined;
  readonly request: string;
  readonly rest: Ocpp16State;
}

function taken(state: Ocpp16State, tag: string): Taken {
  const request = tag.slice(tag.indexOf(':') + 1);
  const found = state.operations.find((asked) => asked.request === request);
  const operations = state.operations.filter((asked) => asked !== found);
  return { found, request, rest: { ...state, operations } };
}

/** What an operation changes in what the driver knows of the station. */
function learnt(state: Ocpp16State, { operation, parameters }: Asked, payload: Fields): OcppStep {
  const status = textAt(payload, 'status');
  switch (operation) {
    case 'ChangeConfiguration':
      return configurationSet(state, textAt(parameters, 'key'), status);
    case 'ChangeAvailability':
      return availabilityAnswered(state, parameters, status);
    case 'SendLocalList':
      return status === 'Accepted' ? listSentBy(state, parameters) : stay(state);
    case 'ClearChargingProfile':
      return forgetBase(state);
    default:
      return stay(state);
  }
}

/**
 * [OCPP-D10] What waits for the end of a charge may be forgotten by a restart: so it is kept. What is
 * done at once takes the place of what waited; for the whole station, of all that did.
 */
function availabilityAnswered(state: Ocpp16State, parameters: Fields, status: string): OcppStep {
  const connectorNo = integerAt(parameters, 'connectorId') ?? 0;
  const { availability: before } = state.memory;
  if (status === 'Scheduled') {
    const availability = { ...before, [connectorNo]: textAt(parameters, 'type') };
    return remember(state, 'availability', { availability });
  }
  const left = Object.entries(before).filter(
    ([no]) => connectorNo !== 0 && no !== String(connectorNo),
  );
  if (status !== 'Accepted' || left.length === Object.keys(before).length) return stay(state);
  return remember(state, 'availability', { availability: Object.fromEntries(left) });
}

export function operationResult(state: Ocpp16State, { tag, payload }: Result): OcppStep {
  const { found, request, rest } = taken(state, tag);
  // A late answer's operation was told as unanswered: that it was done after all is told too.
  const status = textAt(payload, 'status');
  // To delete what is not there has failed; to find nothing has not.
  const isMissing = found?.operation === 'DeleteCertificate' && status === 'NotFound';
  const outcome = isMissing || REFUSED.includes(status) ? 'refused' : 'done';
  const told = step(rest, operated(request, outcome, payload));
  return found === undefined ? told : andThen(told, (s) => learnt(s, found, payload));
}

export function operationFailed(state: Ocpp16State, failed: Failed): OcppStep {
  const { request, rest } = taken(state, failed.tag);
  const { why, code, description } = failed;
  const outcome = why === 'error' || why === 'full' ? 'failed' : 'unanswered';
  return step(rest, operated(request, outcome, { why, code, description }));
}

/** [OCPP-D10] After a boot what waited is asked for again. */
export const availabilityAgain = (state: Ocpp16State): OcppStep =>
  !state.settings.isTended
    ? stay(state)
    : Object.entries(state.memory.availability).reduce<OcppStep>(
        (before, [connectorNo, type]) =>
          andThen(before, (s) =>
            step(
              s,
              call(
                'ChangeAvailability',
                { connectorId: Number(connectorNo), type },
                'availability',
              ),
            ),
          ),
        stay(state),
      );
