import type { Payload } from './plain-station.ts';

/* What messages of OCPP 2.x are made of in the tests. */

export const ACCEPTED: Payload = { status: 'Accepted' };
export const REJECTED: Payload = { status: 'Rejected' };
export const AT = '2030-01-01T00:00:00.000Z';
export const TOKEN = { idToken: 'A', type: 'Central' } as const;
export const PEM = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n';
export const HASH = {
  hashAlgorithm: 'SHA256',
  issuerNameHash: 'aa',
  issuerKeyHash: 'bb',
  serialNumber: '01',
};
const component = { name: 'AlignedDataCtrlr' };
const variable = { name: 'Interval' };
export const NAMED = { component, variable };

export const get = (...words: readonly string[]): readonly [Payload, Payload] => [
  { getVariableData: words.map(() => NAMED) },
  {
    getVariableResult: words.map((attributeStatus) => ({
      attributeStatus,
      ...(attributeStatus === 'Accepted' ? { attributeValue: '900' } : {}),
      ...NAMED,
    })),
  },
];
export const set = (...words: readonly string[]): readonly [Payload, Payload] => [
  { setVariableData: words.map(() => ({ ...NAMED, attributeValue: '60' })) },
  { setVariableResult: words.map((attributeStatus) => ({ attributeStatus, ...NAMED })) },
];

export const PROFILE = {
  id: 7,
  stackLevel: 0,
  chargingProfilePurpose: 'TxDefaultProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    {
      id: 1,
      duration: 3_600,
      startSchedule: AT,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.1, numberPhases: 3 }],
    },
  ],
};
export const NETWORK = {
  configurationSlot: 1,
  connectionData: {
    ocppVersion: 'OCPP20',
    ocppTransport: 'JSON',
    ocppCsmsUrl: 'wss://10.0.0.1/ocpp',
    messageTimeout: 30,
    securityProfile: 2,
    ocppInterface: 'Wired0',
  },
};
export const MONITORS = [{ value: 1, type: 'UpperThreshold', severity: 5, ...NAMED }];
export const RESERVE = { id: 5, expiryDateTime: AT, idToken: TOKEN, evseId: 1 };
export const FIRMWARE = {
  requestId: 4,
  firmware: { location: 'ftp://10.0.0.1/f', retrieveDateTime: '2026-01-01T00:00:00.000Z' },
};
export const SIGNED = {
  requestId: 4,
  firmware: { ...FIRMWARE.firmware, signingCertificate: PEM, signature: 'c2ln' },
};
export const LIST = [{ idToken: TOKEN, idTokenInfo: ACCEPTED }];
