import type { Payload } from './plain-station.ts';

/* Operations that certification asks of a central system, each with what the station says to it and
 * what the operator is told. */

export const ACCEPTED: Payload = { status: 'Accepted' };
export const PARENT = 'CERT-PARENT';

const LIST = [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }];
export const PROFILE = {
  connectorId: 1,
  csChargingProfiles: {
    chargingProfileId: 7,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Absolute',
    validFrom: '2030-01-01T00:00:00.000Z',
    chargingSchedule: {
      duration: 3_600,
      startSchedule: '2030-01-01T00:00:00.000Z',
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1, numberPhases: 3 }],
    },
  },
};
export const RESERVE = {
  connectorId: 1,
  expiryDate: '2030-01-01T00:00:00.000Z',
  idTag: 'A',
  reservationId: 5,
};
const HASH = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'aa',
  issuerKeyHash: 'bb',
  serialNumber: '01',
};
const ROOT = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
export const FTP = { location: 'ftp://10.0.0.1/f', retries: 1, retryInterval: 5 };
export const LOG = {
  requestId: 3,
  logType: 'SecurityLog',
  log: { remoteLocation: 'ftp://10.0.0.1/l' },
};
export const SIGNED = {
  requestId: 4,
  firmware: {
    location: 'ftp://10.0.0.1/f',
    retrieveDateTime: '2026-01-01T00:00:00.000Z',
    signingCertificate: ROOT,
    signature: 'c2ln',
  },
};

type Row = readonly [
  tc: string,
  operation: string,
  parameters: Payload,
  answer: Payload,
  state: string,
];
export const ROWS: readonly Row[] = [
  ['TC_061', 'ClearCache', {}, ACCEPTED, 'done'],
  ['TC_013', 'Reset', { type: 'Hard' }, ACCEPTED, 'done'],
  ['TC_014', 'Reset', { type: 'Soft' }, ACCEPTED, 'done'],
  ['TC_017_1', 'UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }, 'done'],
  ['TC_017_2', 'UnlockConnector', { connectorId: 1 }, { status: 'NotSupported' }, 'refused'],
  ['TC_030', 'UnlockConnector', { connectorId: 1 }, { status: 'UnlockFailed' }, 'refused'],
  ['TC_031', 'UnlockConnector', { connectorId: 9 }, { status: 'NotSupported' }, 'refused'],
  [
    'TC_019_1',
    'GetConfiguration',
    {},
    { configurationKey: [{ key: 'HeartbeatInterval', readonly: false, value: '300' }] },
    'done',
  ],
  [
    'TC_019_2',
    'GetConfiguration',
    { key: ['SupportedFeatureProfiles'] },
    { unknownKey: ['X'] },
    'done',
  ],
  [
    'TC_021',
    'ChangeConfiguration',
    { key: 'MeterValueSampleInterval', value: '60' },
    ACCEPTED,
    'done',
  ],
  [
    'TC_021b',
    'ChangeConfiguration',
    { key: 'X', value: '1' },
    { status: 'RebootRequired' },
    'done',
  ],
  [
    'TC_040_1',
    'ChangeConfiguration',
    { key: 'X', value: '1' },
    { status: 'NotSupported' },
    'refused',
  ],
  ['TC_040_2', 'ChangeConfiguration', { key: 'X', value: '-1' }, { status: 'Rejected' }, 'refused'],
  ['TC_028', 'RemoteStopTransaction', { transactionId: 77 }, { status: 'Rejected' }, 'refused'],
  ['availability', 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' }, ACCEPTED, 'done'],
  [
    'availability in a charge',
    'ChangeAvailability',
    { connectorId: 1, type: 'Operative' },
    { status: 'Scheduled' },
    'done',
  ],
  ['TC_042_1', 'GetLocalListVersion', {}, { listVersion: -1 }, 'done'],
  ['TC_042_2', 'GetLocalListVersion', {}, { listVersion: 0 }, 'done'],
  ...(['NotSupported', 'Failed', 'VersionMismatch'] as const).map(
    (word): Row => [
      `TC_043 ${word}`,
      'SendLocalList',
      { listVersion: 1, updateType: 'Full', localAuthorizationList: LIST },
      { status: word },
      'refused',
    ],
  ),
  ...(['Full', 'Differential'] as const).map(
    (updateType): Row => [
      `TC_043 ${updateType}`,
      'SendLocalList',
      { listVersion: 2, updateType, localAuthorizationList: LIST },
      ACCEPTED,
      'done',
    ],
  ),
  ['TC_046', 'ReserveNow', RESERVE, ACCEPTED, 'done'],
  ...(['Faulted', 'Occupied', 'Unavailable', 'Rejected'] as const).map(
    (word): Row => [`TC_048 ${word}`, 'ReserveNow', RESERVE, { status: word }, 'refused'],
  ),
  ['TC_049', 'ReserveNow', { ...RESERVE, connectorId: 0 }, ACCEPTED, 'done'],
  ['TC_053', 'ReserveNow', { ...RESERVE, parentIdTag: PARENT }, ACCEPTED, 'done'],
  ['TC_051', 'CancelReservation', { reservationId: 5 }, ACCEPTED, 'done'],
  ['TC_052', 'CancelReservation', { reservationId: 5 }, { status: 'Rejected' }, 'refused'],
  [
    'TC_055',
    'TriggerMessage',
    { requestedMessage: 'MeterValues', connectorId: 1 },
    { status: 'Rejected' },
    'refused',
  ],
  ['TC_056', 'SetChargingProfile', PROFILE, ACCEPTED, 'done'],
  ['TC_060', 'SetChargingProfile', PROFILE, { status: 'NotSupported' }, 'refused'],
  [
    'TC_066',
    'GetCompositeSchedule',
    { connectorId: 1, duration: 300, chargingRateUnit: 'A' },
    { status: 'Accepted', connectorId: 1, scheduleStart: '2026-01-01T00:00:00Z' },
    'done',
  ],
  ['TC_067', 'ClearChargingProfile', { id: 7 }, ACCEPTED, 'done'],
  ['TC_067b', 'ClearChargingProfile', { stackLevel: 1 }, { status: 'Unknown' }, 'refused'],
  [
    'data transfer',
    'DataTransfer',
    { vendorId: 'v', messageId: 'm', data: 'd' },
    { ...ACCEPTED, data: 'x' },
    'done',
  ],
  [
    'TC_075_1',
    'InstallCertificate',
    { certificateType: 'ManufacturerRootCertificate', certificate: ROOT },
    ACCEPTED,
    'done',
  ],
  [
    'TC_075_2',
    'InstallCertificate',
    { certificateType: 'CentralSystemRootCertificate', certificate: ROOT },
    { status: 'Failed' },
    'refused',
  ],
  [
    'TC_076',
    'GetInstalledCertificateIds',
    { certificateType: 'CentralSystemRootCertificate' },
    { status: 'Accepted', certificateHashData: [HASH] },
    'done',
  ],
  ['TC_076b', 'DeleteCertificate', { certificateHashData: HASH }, ACCEPTED, 'done'],
  [
    'TC_076c',
    'DeleteCertificate',
    { certificateHashData: HASH },
    { status: 'NotFound' },
    'refused',
  ],
  ['TC_081', 'SignedUpdateFirmware', SIGNED, { status: 'InvalidCertificate' }, 'refused'],
];
