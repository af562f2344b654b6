import { ACCEPTED, AT, HASH, NAMED, PROFILE, REJECTED, TOKEN } from './certification-payloads-2.ts';
import type { Payload } from './plain-station.ts';

/* What stations of OCPP 2.x tell a central system, by use case, and the answer that the standard has. */

type Message = readonly [useCase: string, action: string, payload: Payload, answer: Payload];

const NOTHING: Payload = {};
const CSR = '-----BEGIN CERTIFICATE REQUEST-----\nMII\n-----END CERTIFICATE REQUEST-----\n';
const OCSP = { ...HASH, responderURL: 'http://ocsp.example.com' };
const EVENT = {
  eventId: 1,
  timestamp: AT,
  trigger: 'Alerting',
  actualValue: '230',
  eventNotificationType: 'CustomMonitor',
  variableMonitoringId: 1,
  ...NAMED,
};
const SCHEDULE = { ...PROFILE.chargingSchedule[0] };

/** One message for each word of a state, all answered with nothing. */
const words = (
  useCase: string,
  action: string,
  list: readonly string[],
  more: Payload = {},
): readonly Message[] =>
  list.map((status) => [`${useCase} ${status}`, action, { status, ...more }, NOTHING]);

/** What a station tells, and the answer that the standard has for it. */
export const MESSAGES: readonly Message[] = [
  ['A02', 'SignCertificate', { csr: CSR }, ACCEPTED],
  ['A02 of cars', 'SignCertificate', { csr: CSR, certificateType: 'V2GCertificate' }, REJECTED],
  ['A04', 'SecurityEventNotification', { type: 'FirmwareUpdated', timestamp: AT }, NOTHING],
  [
    'B07 a part',
    'NotifyReport',
    {
      requestId: 1,
      generatedAt: AT,
      seqNo: 0,
      tbc: true,
      reportData: [
        {
          ...NAMED,
          variableAttribute: [{ type: 'Actual', value: '900', mutability: 'ReadWrite' }],
          variableCharacteristics: { dataType: 'integer', supportsMonitoring: false },
        },
      ],
    },
    NOTHING,
  ],
  ['B07 the last', 'NotifyReport', { requestId: 1, generatedAt: AT, seqNo: 1 }, NOTHING],
  [
    'H04',
    'ReservationStatusUpdate',
    { reservationId: 5, reservationUpdateStatus: 'Expired' },
    NOTHING,
  ],
  [
    'K12',
    'NotifyChargingLimit',
    { chargingLimit: { chargingLimitSource: 'EMS' }, chargingSchedule: [SCHEDULE] },
    NOTHING,
  ],
  ['K13', 'ClearedChargingLimit', { chargingLimitSource: 'EMS', evseId: 1 }, NOTHING],
  [
    'K09',
    'ReportChargingProfiles',
    { requestId: 3, chargingLimitSource: 'CSO', evseId: 1, tbc: false, chargingProfile: [PROFILE] },
    NOTHING,
  ],
  [
    'K17',
    'NotifyEVChargingSchedule',
    { timeBase: AT, evseId: 1, chargingSchedule: SCHEDULE },
    ACCEPTED,
  ],
  ...words(
    'L01',
    'FirmwareStatusNotification',
    [
      'Downloading',
      'Downloaded',
      'SignatureVerified',
      'Installing',
      'InstallRebooting',
      'Installed',
      'InvalidSignature',
      'DownloadFailed',
      'InstallVerificationFailed',
    ],
    { requestId: 4 },
  ),
  ...words(
    'L03',
    'PublishFirmwareStatusNotification',
    ['Downloading', 'ChecksumVerified', 'PublishFailed'],
    { requestId: 4 },
  ),
  [
    'L03 published',
    'PublishFirmwareStatusNotification',
    { status: 'Published', location: ['http://10.0.0.2/f'], requestId: 4 },
    NOTHING,
  ],
  [
    'M01',
    'Get15118EVCertificate',
    { iso15118SchemaVersion: 'urn:iso:15118:2:2013:MsgDef', action: 'Install', exiRequest: 'AA==' },
    { status: 'Failed', exiResponse: '' },
  ],
  ['M06', 'GetCertificateStatus', { ocspRequestData: OCSP }, { status: 'Failed' }],
  ...words(
    'N01',
    'LogStatusNotification',
    ['Uploading', 'Uploaded', 'UploadFailure', 'AcceptedCanceled'],
    { requestId: 3 },
  ),
  ['N07', 'NotifyEvent', { generatedAt: AT, seqNo: 0, eventData: [EVENT] }, NOTHING],
  [
    'N09',
    'NotifyCustomerInformation',
    { data: 'x', seqNo: 0, generatedAt: AT, requestId: 5 },
    NOTHING,
  ],
  [
    'O03',
    'NotifyDisplayMessages',
    {
      requestId: 6,
      messageInfo: [{ id: 1, priority: 'AlwaysFront', message: { format: 'ASCII', content: 'x' } }],
    },
    NOTHING,
  ],
  [
    'P02',
    'DataTransfer',
    { vendorId: 'x', messageId: 'y', data: 'z' },
    { status: 'UnknownVendorId' },
  ],
];

const MONITOR = { id: 1, transaction: false, value: 1, type: 'UpperThreshold', severity: 5 };
const monitored = (variableMonitoring: Payload): Message => [
  'N02',
  'NotifyMonitoringReport',
  {
    requestId: 8,
    seqNo: 0,
    generatedAt: AT,
    monitor: [{ ...NAMED, variableMonitoring: [variableMonitoring] }],
  },
  NOTHING,
];

/** The same of what 2.0.1 has otherwise. */
export const MESSAGES_201: readonly Message[] = [
  monitored(MONITOR),
  [
    'K15',
    'NotifyEVChargingNeeds',
    { evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'AC_three_phase' } },
    { status: 'Rejected' },
  ],
];

/** The same of what only 2.1 has, or has otherwise. */
export const MESSAGES_21: readonly Message[] = [
  monitored({ ...MONITOR, eventNotificationType: 'CustomMonitor' }),
  [
    'K15',
    'NotifyEVChargingNeeds',
    { evseId: 1, chargingNeeds: { requestedEnergyTransfer: 'AC_three_phase' } },
    { status: 'NoChargingProfile' },
  ],
  [
    'I12',
    'VatNumberValidation',
    { vatNumber: 'DE1', evseId: 1 },
    { vatNumber: 'DE1', status: 'Rejected', evseId: 1 },
  ],
  [
    'C25',
    'NotifySettlement',
    { pspRef: 'x', status: 'Settled', settlementAmount: 1.5, settlementTime: AT },
    NOTHING,
  ],
  [
    'N11',
    'OpenPeriodicEventStream',
    { constantStreamData: { id: 1, variableMonitoringId: 1, params: { interval: 5 } } },
    ACCEPTED,
  ],
  ['N12', 'ClosePeriodicEventStream', { id: 1 }, NOTHING],
  ['K16', 'NotifyPriorityCharging', { transactionId: 'x', activated: true }, NOTHING],
  ['K28', 'PullDynamicScheduleUpdate', { chargingProfileId: 7 }, REJECTED],
  ['R04', 'NotifyDERAlarm', { controlType: 'FreqDroop', timestamp: AT }, NOTHING],
  ['R04 start', 'NotifyDERStartStop', { controlId: 'c', started: true, timestamp: AT }, NOTHING],
  ['R03', 'ReportDERControl', { requestId: 1, tbc: false }, NOTHING],
  [
    'S02',
    'BatterySwap',
    {
      eventType: 'BatteryIn',
      requestId: 1,
      idToken: TOKEN,
      batteryData: [{ evseId: 1, serialNumber: 's', soC: 50, soH: 90 }],
    },
    NOTHING,
  ],
];
