import {
  ACCEPTED,
  AT,
  FIRMWARE,
  get,
  HASH,
  LIST,
  MONITORS,
  NAMED,
  NETWORK,
  PEM,
  PROFILE,
  REJECTED,
  RESERVE,
  SIGNED,
  set,
  TOKEN,
} from './certification-payloads-2.ts';
import type { Payload } from './plain-station.ts';

/* Operations of OCPP 2.x that a suite asks of a central system, by use case, each with what the station
 * says to it and what the operator is told. */

type Row = readonly [
  useCase: string,
  operation: string,
  parameters: Payload,
  answer: Payload,
  state: string,
];

/** One row for each of several answers. */
const each = (
  useCase: string,
  operation: string,
  parameters: Payload,
  words: Readonly<Record<string, string>>,
): readonly Row[] =>
  Object.entries(words).map(([status, state]) => [
    `${useCase} ${status}`,
    operation,
    parameters,
    { status },
    state,
  ]);

export const ROWS: readonly Row[] = [
  ['B06', 'GetVariables', ...get('Accepted', 'Accepted'), 'done'],
  ['B06 mixed', 'GetVariables', ...get('Accepted', 'UnknownVariable', 'Rejected'), 'refused'],
  ['B06 component', 'GetVariables', ...get('UnknownComponent'), 'refused'],
  ['B06 type', 'GetVariables', ...get('NotSupportedAttributeType'), 'refused'],
  ['B05', 'SetVariables', ...set('Accepted', 'RebootRequired'), 'done'],
  ['B05 mixed', 'SetVariables', ...set('Accepted', 'Rejected', 'UnknownComponent'), 'refused'],
  ...(['ConfigurationInventory', 'FullInventory', 'SummaryInventory'] as const).map(
    (reportBase): Row => [
      `B07 ${reportBase}`,
      'GetBaseReport',
      { requestId: 1, reportBase },
      ACCEPTED,
      'done',
    ],
  ),
  ...each(
    'B07',
    'GetBaseReport',
    { requestId: 1, reportBase: 'FullInventory' },
    {
      NotSupported: 'refused',
      EmptyResultSet: 'done',
    },
  ),
  ...each(
    'B08',
    'GetReport',
    { requestId: 2, componentCriteria: ['Active', 'Problem'] },
    {
      Accepted: 'done',
      EmptyResultSet: 'done',
      NotSupported: 'refused',
    },
  ),
  ...each('B09', 'SetNetworkProfile', NETWORK, {
    Accepted: 'done',
    Rejected: 'refused',
    Failed: 'refused',
  }),
  ...each('B11', 'Reset', { type: 'Immediate' }, { Accepted: 'done', Rejected: 'refused' }),
  ...each('B12', 'Reset', { type: 'OnIdle', evseId: 1 }, { Accepted: 'done', Scheduled: 'done' }),
  ...each('C11', 'ClearCache', {}, { Accepted: 'done', Rejected: 'refused' }),
  ...each(
    'D01',
    'SendLocalList',
    {
      versionNumber: 1,
      updateType: 'Full',
      localAuthorizationList: LIST,
    },
    { Accepted: 'done', Failed: 'refused', VersionMismatch: 'refused' },
  ),
  ['D01 empty', 'SendLocalList', { versionNumber: 2, updateType: 'Full' }, ACCEPTED, 'done'],
  [
    'D01 differential',
    'SendLocalList',
    {
      versionNumber: 3,
      updateType: 'Differential',
      localAuthorizationList: [{ idToken: TOKEN }],
    },
    ACCEPTED,
    'done',
  ],
  ['D02', 'GetLocalListVersion', {}, { versionNumber: 0 }, 'done'],
  ['E14', 'GetTransactionStatus', {}, { messagesInQueue: false }, 'done'],
  [
    'E14 of one',
    'GetTransactionStatus',
    { transactionId: 'x' },
    {
      messagesInQueue: true,
      ongoingIndicator: true,
    },
    'done',
  ],
  [
    'F01',
    'RequestStartTransaction',
    { idToken: TOKEN, remoteStartId: 9, evseId: 1 },
    ACCEPTED,
    'done',
  ],
  [
    'F01 refused',
    'RequestStartTransaction',
    { idToken: TOKEN, remoteStartId: 9 },
    REJECTED,
    'refused',
  ],
  ['F03 refused', 'RequestStopTransaction', { transactionId: 'x' }, REJECTED, 'refused'],
  ...each(
    'F05',
    'UnlockConnector',
    { evseId: 1, connectorId: 1 },
    {
      Unlocked: 'done',
      UnlockFailed: 'refused',
      OngoingAuthorizedTransaction: 'refused',
      UnknownConnector: 'refused',
    },
  ),
  ...each(
    'F06',
    'TriggerMessage',
    { requestedMessage: 'MeterValues', evse: { id: 1 } },
    {
      Accepted: 'done',
      Rejected: 'refused',
      NotImplemented: 'refused',
    },
  ),
  ...each(
    'G03',
    'ChangeAvailability',
    { operationalStatus: 'Inoperative', evse: { id: 1 } },
    {
      Accepted: 'done',
      Scheduled: 'done',
      Rejected: 'refused',
    },
  ),
  ['G04', 'ChangeAvailability', { operationalStatus: 'Operative' }, ACCEPTED, 'done'],
  ...each('H01', 'ReserveNow', RESERVE, {
    Accepted: 'done',
    Faulted: 'refused',
    Occupied: 'refused',
    Rejected: 'refused',
    Unavailable: 'refused',
  }),
  [
    'H01 a kind',
    'ReserveNow',
    { id: 6, expiryDateTime: AT, idToken: TOKEN, connectorType: 'cCCS2' },
    ACCEPTED,
    'done',
  ],
  ...each(
    'H02',
    'CancelReservation',
    { reservationId: 5 },
    { Accepted: 'done', Rejected: 'refused' },
  ),
  ['I02', 'CostUpdated', { totalCost: 1.25, transactionId: 'x' }, {}, 'done'],
  ...each(
    'K01',
    'SetChargingProfile',
    { evseId: 1, chargingProfile: PROFILE },
    {
      Accepted: 'done',
      Rejected: 'refused',
    },
  ),
  [
    'K08',
    'GetCompositeSchedule',
    { duration: 300, evseId: 1, chargingRateUnit: 'A' },
    REJECTED,
    'refused',
  ],
  ...each(
    'K09',
    'GetChargingProfiles',
    { requestId: 3, chargingProfile: { chargingProfilePurpose: 'TxProfile' } },
    {
      Accepted: 'done',
      NoProfiles: 'done',
    },
  ),
  ...each(
    'K10',
    'ClearChargingProfile',
    { chargingProfileId: 7 },
    {
      Accepted: 'done',
      Unknown: 'refused',
    },
  ),
  ...each('L01', 'UpdateFirmware', SIGNED, {
    Accepted: 'done',
    AcceptedCanceled: 'done',
    InvalidCertificate: 'refused',
    RevokedCertificate: 'refused',
    Rejected: 'refused',
  }),
  ['L02', 'UpdateFirmware', FIRMWARE, ACCEPTED, 'done'],
  [
    'L03',
    'PublishFirmware',
    { requestId: 4, location: 'ftp://10.0.0.1/f', checksum: 'x'.repeat(32) },
    ACCEPTED,
    'done',
  ],
  ...each(
    'L04',
    'UnpublishFirmware',
    { checksum: 'x'.repeat(32) },
    {
      Unpublished: 'done',
      DownloadOngoing: 'refused',
      NoFirmware: 'refused',
    },
  ),
  [
    'M03',
    'GetInstalledCertificateIds',
    { certificateType: ['CSMSRootCertificate'] },
    {
      ...ACCEPTED,
      certificateHashDataChain: [
        { certificateType: 'CSMSRootCertificate', certificateHashData: HASH },
      ],
    },
    'done',
  ],
  ['M03 none', 'GetInstalledCertificateIds', {}, { status: 'NotFound' }, 'refused'],
  ...each(
    'M04',
    'DeleteCertificate',
    { certificateHashData: HASH },
    {
      Accepted: 'done',
      Failed: 'refused',
      NotFound: 'refused',
    },
  ),
  ...(
    [
      'CSMSRootCertificate',
      'ManufacturerRootCertificate',
      'V2GRootCertificate',
      'MORootCertificate',
    ] as const
  ).map(
    (certificateType): Row => [
      `M05 ${certificateType}`,
      'InstallCertificate',
      { certificateType, certificate: PEM },
      ACCEPTED,
      'done',
    ],
  ),
  [
    'M05 refused',
    'InstallCertificate',
    { certificateType: 'CSMSRootCertificate', certificate: PEM },
    REJECTED,
    'refused',
  ],
  [
    'N01',
    'GetLog',
    { requestId: 3, logType: 'SecurityLog', log: { remoteLocation: 'ftp://10.0.0.1/l' } },
    {
      ...ACCEPTED,
      filename: 'l.zip',
    },
    'done',
  ],
  [
    'N02',
    'GetMonitoringReport',
    { requestId: 8, monitoringCriteria: ['ThresholdMonitoring'] },
    ACCEPTED,
    'done',
  ],
  ...each(
    'N03',
    'SetMonitoringBase',
    { monitoringBase: 'All' },
    {
      Accepted: 'done',
      NotSupported: 'refused',
    },
  ),
  [
    'N04',
    'SetVariableMonitoring',
    { setMonitoringData: MONITORS },
    {
      setMonitoringResult: [
        { status: 'Accepted', id: 1, type: 'UpperThreshold', severity: 5, ...NAMED },
      ],
    },
    'done',
  ],
  [
    'N04 refused',
    'SetVariableMonitoring',
    { setMonitoringData: MONITORS },
    {
      setMonitoringResult: [
        { status: 'UnsupportedMonitorType', type: 'UpperThreshold', severity: 5, ...NAMED },
      ],
    },
    'refused',
  ],
  ['N05', 'SetMonitoringLevel', { severity: 4 }, ACCEPTED, 'done'],
  [
    'N06',
    'ClearVariableMonitoring',
    { id: [1, 2] },
    {
      clearMonitoringResult: [
        { id: 1, status: 'Accepted' },
        { id: 2, status: 'NotFound' },
      ],
    },
    'refused',
  ],
  [
    'N09',
    'CustomerInformation',
    { requestId: 5, report: true, clear: true, idToken: TOKEN },
    ACCEPTED,
    'done',
  ],
  ...each(
    'O01',
    'SetDisplayMessage',
    {
      message: { id: 1, priority: 'NormalCycle', message: { format: 'UTF8', content: 'x' } },
    },
    { Accepted: 'done', NotSupportedMessageFormat: 'refused', UnknownTransaction: 'refused' },
  ),
  ...each('O03', 'GetDisplayMessages', { requestId: 6 }, { Accepted: 'done', Unknown: 'refused' }),
  ...each('O05', 'ClearDisplayMessage', { id: 1 }, { Accepted: 'done', Unknown: 'refused' }),
  [
    'P01',
    'DataTransfer',
    { vendorId: 'v', messageId: 'm', data: { a: 1 } },
    { ...ACCEPTED, data: 'x' },
    'done',
  ],
  ['P01 unknown', 'DataTransfer', { vendorId: 'v' }, { status: 'UnknownVendorId' }, 'refused'],
];
