import type { Ocpp16State } from './state.ts';

export type KeyType = 'boolean' | 'integer' | 'list' | 'text';

/** What the values of standard keys are (1.6 §9); all of them travel as text. */
const TYPES: Readonly<Record<string, KeyType>> = {
  AllowOfflineTxForUnknownId: 'boolean',
  AuthorizationCacheEnabled: 'boolean',
  AuthorizeRemoteTxRequests: 'boolean',
  ClockAlignedDataInterval: 'integer',
  ConnectionTimeOut: 'integer',
  ConnectorPhaseRotation: 'list',
  GetConfigurationMaxKeys: 'integer',
  HeartbeatInterval: 'integer',
  LocalAuthListEnabled: 'boolean',
  LocalAuthListMaxLength: 'integer',
  LocalAuthorizeOffline: 'boolean',
  LocalPreAuthorize: 'boolean',
  MaxEnergyOnInvalidId: 'integer',
  MeterValueSampleInterval: 'integer',
  MeterValuesAlignedData: 'list',
  MeterValuesSampledData: 'list',
  NumberOfConnectors: 'integer',
  ChargeProfileMaxStackLevel: 'integer',
  ChargingScheduleAllowedChargingRateUnit: 'list',
  ChargingScheduleMaxPeriods: 'integer',
  MaxChargingProfilesInstalled: 'integer',
  ReserveConnectorZeroSupported: 'boolean',
  SendLocalListMaxLength: 'integer',
  StopTransactionOnEVSideDisconnect: 'boolean',
  StopTransactionOnInvalidId: 'boolean',
  StopTxnAlignedData: 'list',
  StopTxnSampledData: 'list',
  SupportedFeatureProfiles: 'list',
  TransactionMessageAttempts: 'integer',
  TransactionMessageRetryInterval: 'integer',
  UnlockConnectorOnEVSideDisconnect: 'boolean',
  WebSocketPingInterval: 'integer',
};

/** Items of a comma-separated list, however it is quoted and spaced ([OCPP-D2]). */
export const itemsOf = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.replace(/^[\s'"`]+|[\s'"`]+$/g, ''))
    .filter((item) => item !== '');

/** One text for all the ways in which a value is written. */
function plainOf(key: string, value: string): string {
  switch (TYPES[key] ?? 'text') {
    case 'boolean':
      return /^\s*(true|1|yes|on)\s*$/i.test(value) ? 'true' : 'false';
    case 'integer':
      return String(Math.trunc(Number(value.trim())));
    case 'list':
      return itemsOf(value).join(',').toLowerCase();
    case 'text':
      return value;
  }
}

/** Whether two values of a key mean the same ([OCPP-D2]). */
export const sameValue = (key: string, a: string, b: string): boolean =>
  plainOf(key, a) === plainOf(key, b);

/** The value of a key as the station last said it. */
export const saidOf = ({ memory }: Ocpp16State, key: string): string | undefined =>
  memory.configuration?.keys[key]?.value;

/** The same as a number; `undefined` where it is none, or unknown. */
export function numberOf(state: Ocpp16State, key: string): number | undefined {
  const value = saidOf(state, key);
  if (value === undefined || value.trim() === '') return undefined;
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Whether the station has a feature profile; one that does not say may have it. */
export function hasProfile(state: Ocpp16State, profile: string): boolean {
  const said = saidOf(state, 'SupportedFeatureProfiles');
  return said === undefined || said === '' || itemsOf(said).includes(profile);
}
