/** Keys that only the maker sets (1.6 §9). */
export const READ_ONLY: ReadonlySet<string> = new Set([
  'ChargeProfileMaxStackLevel',
  'ChargingScheduleAllowedChargingRateUnit',
  'ChargingScheduleMaxPeriods',
  'ConnectorSwitch3to1PhaseSupported',
  'GetConfigurationMaxKeys',
  'LocalAuthListMaxLength',
  'MaxChargingProfilesInstalled',
  'NumberOfConnectors',
  'ReserveConnectorZeroSupported',
  'SendLocalListMaxLength',
  'SupportedFeatureProfiles',
]);

/** What can be set but takes a reboot. */
export const AFTER_REBOOT: ReadonlySet<string> = new Set(['ConnectionTimeOut']);

/** The configuration as it leaves the factory. */
export const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['AllowOfflineTxForUnknownId', 'false'],
  ['AuthorizationCacheEnabled', 'true'],
  ['AuthorizeRemoteTxRequests', 'false'],
  ['ChargeProfileMaxStackLevel', '20'],
  ['ChargingScheduleAllowedChargingRateUnit', 'Current,Power'],
  ['ChargingScheduleMaxPeriods', '96'],
  ['ClockAlignedDataInterval', '1800'],
  ['ConnectionTimeOut', '60'],
  ['ConnectorPhaseRotation', 'NotApplicable'],
  ['GetConfigurationMaxKeys', '100'],
  ['HeartbeatInterval', '30'],
  ['LocalAuthListEnabled', 'true'],
  ['LocalAuthListMaxLength', '1000'],
  ['LocalAuthorizeOffline', 'true'],
  ['LocalPreAuthorize', 'false'],
  ['MaxChargingProfilesInstalled', '20'],
  ['MeterValueSampleInterval', '15'],
  ['MeterValuesAlignedData', 'Energy.Active.Import.Register'],
  [
    'MeterValuesSampledData',
    'Energy.Active.Import.Register,Power.Active.Import,Voltage,Current.Import,SoC',
  ],
  ['NumberOfConnectors', '2'],
  ['ResetRetries', '3'],
  ['SendLocalListMaxLength', '100'],
  ['StopTransactionOnEVSideDisconnect', 'true'],
  ['StopTransactionOnInvalidId', 'true'],
  ['StopTxnAlignedData', 'Energy.Active.Import.Register'],
  ['StopTxnSampledData', 'Energy.Active.Import.Register'],
  [
    'SupportedFeatureProfiles',
    'Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger',
  ],
  ['TransactionMessageAttempts', '5'],
  ['TransactionMessageRetryInterval', '3'],
  ['UnlockConnectorOnEVSideDisconnect', 'true'],
  ['WebSocketPingInterval', '30'],
]);
