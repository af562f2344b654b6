import { isPayload, type Payload, partOf, textOf } from '../ocpp/payload.ts';

/** `Component.Variable` → value, as it leaves the factory (2.0.1 device model). */
export const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['AlignedDataCtrlr.Interval', '1800'],
  ['AlignedDataCtrlr.Measurands', 'Energy.Active.Import.Register'],
  ['AlignedDataCtrlr.TxEndedInterval', '1800'],
  ['AlignedDataCtrlr.TxEndedMeasurands', 'Energy.Active.Import.Register'],
  ['AuthCacheCtrlr.Enabled', 'true'],
  ['AuthCtrlr.AuthorizeRemoteStart', 'false'],
  ['AuthCtrlr.LocalAuthorizeOffline', 'true'],
  ['AuthCtrlr.LocalPreAuthorize', 'false'],
  ['AuthCtrlr.OfflineTxForUnknownIdEnabled', 'false'],
  ['ClockCtrlr.DateTime', ''],
  ['DeviceDataCtrlr.BytesPerMessage', '8192'],
  ['DeviceDataCtrlr.ItemsPerMessage', '20'],
  ['LocalAuthListCtrlr.Enabled', 'true'],
  ['LocalAuthListCtrlr.Entries', '1000'],
  ['LocalAuthListCtrlr.ItemsPerMessage', '100'],
  ['OCPPCommCtrlr.HeartbeatInterval', '30'],
  ['OCPPCommCtrlr.MessageAttempts', '5'],
  ['OCPPCommCtrlr.MessageAttemptInterval', '3'],
  ['OCPPCommCtrlr.MessageTimeout', '30'],
  ['OCPPCommCtrlr.OfflineThreshold', '60'],
  ['OCPPCommCtrlr.WebSocketPingInterval', '30'],
  ['SampledDataCtrlr.TxEndedMeasurands', 'Energy.Active.Import.Register'],
  ['SampledDataCtrlr.TxUpdatedInterval', '15'],
  ['SampledDataCtrlr.TxUpdatedMeasurands', 'Energy.Active.Import.Register,Power.Active.Import'],
  ['SecurityCtrlr.OrganizationName', 'Holdfast'],
  ['SecurityCtrlr.SecurityProfile', '1'],
  ['SmartChargingCtrlr.ProfileStackLevel', '20'],
  ['SmartChargingCtrlr.RateUnit', 'A,W'],
  ['SmartChargingCtrlr.PeriodsPerSchedule', '96'],
  ['TxCtrlr.EVConnectionTimeOut', '60'],
  ['TxCtrlr.StopTxOnEVSideDisconnect', 'true'],
  ['TxCtrlr.StopTxOnInvalidId', 'true'],
  ['TxCtrlr.TxStartPoint', 'PowerPathClosed'],
  ['TxCtrlr.TxStopPoint', 'PowerPathClosed'],
]);

/** What only the maker sets. */
export const READ_ONLY: ReadonlySet<string> = new Set([
  'DeviceDataCtrlr.BytesPerMessage',
  'DeviceDataCtrlr.ItemsPerMessage',
  'LocalAuthListCtrlr.Entries',
  'LocalAuthListCtrlr.ItemsPerMessage',
  'SmartChargingCtrlr.PeriodsPerSchedule',
  'SmartChargingCtrlr.ProfileStackLevel',
  'SmartChargingCtrlr.RateUnit',
]);

/** The variable that an item of a request names. */
export const keyOf = (item: Payload): string =>
  `${textOf(partOf(item, 'component'), 'name')}.${textOf(partOf(item, 'variable'), 'name')}`;

/** Whether there is a component of that name at all. */
export const hasComponent = (variables: ReadonlyMap<string, string>, item: Payload): boolean => {
  const name = `${textOf(partOf(item, 'component'), 'name')}.`;
  return [...variables.keys()].some((key) => key.startsWith(name));
};

/** One line of a report. */
export function reported([key, value]: readonly [string, string]): Payload {
  const [component = '', variable = ''] = key.split('.');
  return {
    component: { name: component },
    variable: { name: variable },
    variableAttribute: [
      { type: 'Actual', value, mutability: READ_ONLY.has(key) ? 'ReadOnly' : 'ReadWrite' },
    ],
    variableCharacteristics: { dataType: 'string', supportsMonitoring: false },
  };
}

/** Lines of a report that was asked for; without a filter all of them. */
export function reportOf(
  variables: ReadonlyMap<string, string>,
  filter: unknown,
): readonly (readonly [string, string])[] {
  const all = [...variables];
  if (!Array.isArray(filter)) return all;
  const wanted = filter.filter(isPayload).map((item) => ({
    component: textOf(partOf(item, 'component'), 'name'),
    variable: textOf(partOf(item, 'variable'), 'name'),
  }));
  return all.filter(([key]) => {
    const [component, variable] = key.split('.');
    return wanted.some(
      (one) => one.component === component && (one.variable ?? variable) === variable,
    );
  });
}
