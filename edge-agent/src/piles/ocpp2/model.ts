import { type Fields, fieldsAt, listAt, textAt } from '../ocpp/fields.ts';
import {
  andThen,
  answer,
  type Call,
  call,
  forEach,
  observed,
  type Result,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import { numberedPlace } from './boot.ts';
import type { ModelNote } from './memory.ts';
import {
  connectorsIn,
  hasFeature,
  requestIdOf,
  saidNumberOf,
  saidOf,
  type Values,
  variableName,
  withReport,
  withResults,
} from './model-values.ts';
import type { VariableWish } from './settings.ts';
import type { Ocpp2State } from './state.ts';
import { numbered, type Ocpp2Step, remember } from './step.ts';

/** Where the station does not say how many it takes at once. */
const CHUNK = 4;
const REGISTER = 'Energy.Active.Import.Register';

/** Asked one by one of a station that gives no report. */
const NEEDED: readonly (readonly [component: string, variable: string])[] = [
  ['SmartChargingCtrlr', 'Enabled'],
  ['SmartChargingCtrlr', 'RateUnit'],
  ['LocalAuthListCtrlr', 'Enabled'],
  ['LocalAuthListCtrlr', 'ItemsPerMessage'],
];

const firmwareOf = ({ memory }: Ocpp2State): string => memory.boot?.firmware ?? '';

/** The model that is known, under the firmware that runs. */
const modelOf = (state: Ocpp2State): ModelNote => ({
  firmware: firmwareOf(state),
  values: state.memory.model?.values ?? {},
  rebootPending: state.memory.model?.rebootPending ?? false,
});

/** [OCPP-D3] Read, and set, once for each firmware. */
export function readModel(state: Ocpp2State): Ocpp2Step {
  const { boot, model } = state.memory;
  if (boot === null || model?.firmware === boot.firmware) return stay(state);
  const { state: next, requestId } = numbered(state);
  const payload = { requestId, reportBase: 'FullInventory' };
  return step(
    { ...next, reading: { requestId, values: {} } },
    call('GetBaseReport', payload, tagOf('model', requestId)),
  );
}

export const modelResult = (state: Ocpp2State, { payload }: Result): Ocpp2Step =>
  textAt(payload, 'status') === 'Accepted' ? stay(state) : modelRefused(state);

/** No report: what is needed is asked for by name. */
export function modelRefused(state: Ocpp2State): Ocpp2Step {
  const getVariableData = NEEDED.map(([component, variable]) => ({
    component: { name: component },
    variable: { name: variable },
  }));
  const kept = remember({ ...state, reading: null }, 'model', { model: modelOf(state) });
  const asked = andThen(kept, (s) => step(s, call('GetVariables', { getVariableData }, 'get')));
  return andThen(asked, settle);
}

/** NotifyReport: the parts of our own report make the model; every part is there for whoever looks. */
export function notifyReport(state: Ocpp2State, message: Call): Ocpp2Step {
  const { payload } = message;
  const done = step(state, answer(message.call, {}), observed('notifyReport', payload));
  const { reading } = state;
  if (reading === null || reading.requestId !== requestIdOf(payload)) return done;
  const values = withReport(reading.values, listAt(payload, 'reportData'));
  return andThen(done, (s) =>
    payload['tbc'] === true
      ? stay({ ...s, reading: { ...reading, values } })
      : modelRead(s, values),
  );
}

function modelRead(state: Ocpp2State, values: Values): Ocpp2Step {
  const { places, dc } = connectorsIn(values);
  const read = remember({ ...state, reading: null }, 'model', {
    model: { ...modelOf(state), values },
  });
  const counted = andThen(read, (s) =>
    forEach(s, places, (one, place) => numberedPlace(one, place).so),
  );
  const typed = andThen(counted, (s) => {
    const { boot } = s.memory;
    return dc && boot !== null && !boot.dc
      ? remember(s, 'boot', { boot: { ...boot, dc } })
      : stay(s);
  });
  return andThen(andThen(typed, clearForeign), settle);
}

/** [OCPP-D5] Profiles that somebody else left behind would hide ours, or be hidden by them. */
function clearForeign(state: Ocpp2State): Ocpp2Step {
  if (!hasFeature(state, 'SmartChargingCtrlr')) return stay(state);
  const clear = (chargingProfilePurpose: string) =>
    call(
      'ClearChargingProfile',
      { chargingProfileCriteria: { chargingProfilePurpose } },
      'clear-profiles',
    );
  const forgotten = remember(state, 'limit', { limit: { ...state.memory.limit, based: [] } });
  return andThen(forgotten, (s) =>
    step(s, clear('TxDefaultProfile'), clear('ChargingStationMaxProfile')),
  );
}

const wish = (component: string, variable: string, value: string): VariableWish => ({
  component,
  variable,
  value,
});

/** What a station is set to, so that its charges can be billed and ended ([OCPP-C12]). */
function wishesOf({ quirks, settings }: Ocpp2State): readonly VariableWish[] {
  const measurands =
    quirks.measurands === 'leave'
      ? []
      : [
          wish('SampledDataCtrlr', 'TxUpdatedMeasurands', quirks.measurands.join(',')),
          wish('SampledDataCtrlr', 'TxStartedMeasurands', REGISTER),
          wish('SampledDataCtrlr', 'TxEndedMeasurands', REGISTER),
        ];
  return [
    ...measurands,
    wish('SampledDataCtrlr', 'TxUpdatedInterval', '30'),
    // A reading at each quarter of an hour falls on the borders of tariffs.
    wish('AlignedDataCtrlr', 'Interval', '900'),
    wish('AlignedDataCtrlr', 'Measurands', REGISTER),
    wish('OCPPCommCtrlr', 'WebSocketPingInterval', '30'),
    wish('TxCtrlr', 'StopTxOnInvalidId', 'true'),
    wish('TxCtrlr', 'StopTxOnEVSideDisconnect', 'true'),
    ...settings.variables,
  ];
}

const namesOf = ({ component, variable, instance }: VariableWish) => ({
  component: { name: component },
  variable: { name: variable, ...(instance === undefined ? {} : { instance }) },
});

/** Only what is other than it should be is set; what a full report does not name is not there. */
function settle(state: Ocpp2State): Ocpp2Step {
  const isReported = Object.keys(state.memory.model?.values ?? {}).length > 0;
  const toSet = wishesOf(state).filter((one) => {
    const value = saidOf(state, variableName(namesOf(one)));
    return value === undefined ? !isReported : value !== one.value;
  });
  return setNext({ ...state, toSet });
}

function setNext(state: Ocpp2State): Ocpp2Step {
  const most = saidNumberOf(state, 'DeviceDataCtrlr.ItemsPerMessage/SetVariables') ?? CHUNK;
  const now = state.toSet.slice(0, Math.max(1, most));
  if (now.length === 0) return stay(state);
  const setVariableData = now.map((one) => ({ ...namesOf(one), attributeValue: one.value }));
  const toSet = state.toSet.slice(now.length);
  return step({ ...state, toSet }, call('SetVariables', { setVariableData }, 'set'));
}

/** [OCPP-D2] What was taken is read again; what counts only after a restart is noted. */
export function variablesSet(state: Ocpp2State, { payload }: Result): Ocpp2Step {
  const results = listAt(payload, 'setVariableResult');
  const having = (status: string): readonly Fields[] =>
    results.filter((one) => textAt(one, 'attributeStatus') === status);
  const rebootPending = having('RebootRequired').length > 0;
  const noted = rebootPending
    ? remember(state, 'model', { model: { ...modelOf(state), rebootPending } })
    : stay(state);
  const getVariableData = having('Accepted').map((one) => ({
    component: fieldsAt(one, 'component'),
    variable: fieldsAt(one, 'variable'),
  }));
  const read =
    getVariableData.length === 0
      ? noted
      : andThen(noted, (s) => step(s, call('GetVariables', { getVariableData }, 'get')));
  return andThen(read, setNext);
}

export const variablesRead = (state: Ocpp2State, { payload }: Result): Ocpp2Step =>
  learntValues(state, listAt(payload, 'getVariableResult'));

/** Values that the station gave are kept. */
export function learntValues(state: Ocpp2State, rows: readonly Fields[]): Ocpp2Step {
  const before = modelOf(state);
  const values = withResults(before.values, rows);
  return remember(state, 'model', { model: { ...before, values } });
}
