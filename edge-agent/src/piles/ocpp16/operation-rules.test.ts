import { expect, test } from 'vitest';
import { againstText } from './operation-rules.ts';
import { callsIn, ofType, Talk } from './testing/talk.ts';

const profile = (chargingProfilePurpose: string, startPeriod = 0, more: object = {}) => ({
  chargingProfileId: 1,
  stackLevel: 0,
  chargingProfilePurpose,
  chargingProfileKind: 'Relative',
  chargingSchedule: {
    chargingRateUnit: 'A',
    chargingSchedulePeriod: [{ startPeriod, limit: 16 }],
  },
  ...more,
});
const set = (connectorId: number, csChargingProfiles: object) => ({
  connectorId,
  csChargingProfiles,
});
const start = (chargingProfile: object) => ({ idTag: 'A', connectorId: 1, chargingProfile });

test.each([
  ['RemoteStartTransaction', { idTag: 'A', connectorId: 0 }],
  ['RemoteStartTransaction', start(profile('TxDefaultProfile'))],
  ['RemoteStartTransaction', start(profile('TxProfile', 0, { transactionId: 7 }))],
  ['RemoteStartTransaction', start(profile('TxProfile', 5))],
  ['UnlockConnector', { connectorId: 0 }],
  ['TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 0 }],
  ['SetChargingProfile', set(0, profile('TxProfile'))],
  ['SetChargingProfile', set(1, profile('ChargePointMaxProfile'))],
  ['SetChargingProfile', set(1, profile('TxDefaultProfile', 60))],
  ['SendLocalList', { listVersion: 0, updateType: 'Full' }],
])('TC_027 and its like: %s %j goes to no station', (operation, parameters) => {
  const talk = new Talk().boot();
  const told = talk.told({ do: 'operate', request: 'r', operation, parameters });
  expect(callsIn(told)).toEqual([]);
  expect(ofType(told, 'Operated')).toMatchObject([
    { outcome: 'refused', answer: { why: expect.any(String) } },
  ]);
});

test.each([
  ['RemoteStartTransaction', { idTag: 'A' }],
  ['RemoteStartTransaction', start(profile('TxProfile'))],
  ['TriggerMessage', { requestedMessage: 'Heartbeat' }],
  ['SetChargingProfile', set(0, profile('TxDefaultProfile'))],
  ['SetChargingProfile', set(0, profile('ChargePointMaxProfile'))],
  ['SetChargingProfile', set(1, profile('TxProfile', 0, { transactionId: 7 }))],
  ['SendLocalList', { listVersion: 1, updateType: 'Full' }],
  ['Reset', { type: 'Soft' }],
])('%s %j is as the text has it', (operation, parameters) => {
  expect(againstText(operation, parameters)).toBeNull();
});
