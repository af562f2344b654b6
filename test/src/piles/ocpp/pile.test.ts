import { describe, expect, test } from 'vitest';
import { virtualTime } from '../../simulation/virtual-time.ts';
import { openBooks } from '../books.ts';
import { type Faults, NO_FAULTS } from '../faults.ts';
import { ocpp21, ocpp201 } from '../ocpp2/dialect.ts';
import { ocpp16 } from '../ocpp16/dialect.ts';
import { randomOf } from '../random.ts';
import { pileNoOf, SHOW_PACE } from '../setup.ts';
import { BOOK_TARIFF } from '../show-tariff.ts';
import type { Dialect } from './dialect.ts';
import { numberOf, type Payload, partOf, partsOf, textOf } from './payload.ts';
import { runOcppPile } from './runner.ts';
import { central, type Heard } from './testing/central.ts';

const START_MS = Date.parse('2026-11-22T23:55:00+08:00');
const MINUTE_MS = 60_000;

function open(dialect: Dialect, faults: Partial<Faults> = {}, remoteOneIn = 0) {
  const time = virtualTime(START_MS);
  const books = openBooks();
  const platform = central(dialect.version, time);
  const setup = {
    pileNo: pileNoOf(0),
    connectorCount: 1,
    powerW: 120_000,
    pace: SHOW_PACE,
    faults: { ...NO_FAULTS, ...faults },
    random: randomOf(7),
    remoteOneIn,
    tariff: BOOK_TARIFF,
  };
  const { surroundings } = platform;
  const pile = runOcppPile({ dialect, setup, password: null, surroundings, books });
  const run = (minutes: number): Promise<void> =>
    time.runUntil(time.clock.nowMs() + minutes * MINUTE_MS);
  return { time, books, platform, pile, run };
}

const called = (heard: readonly Heard[], action: string): readonly Payload[] =>
  heard.filter((one) => one.action === action).map(({ payload }) => payload);

/** Energy of each charge as its messages tell it, Wh. */
function toldWh(heard: readonly Heard[]): number {
  const starts = called(heard, 'StartTransaction');
  const stops = called(heard, 'StopTransaction');
  if (stops.length > 0) {
    return stops.reduce(
      (sum, stop, i) =>
        sum + (numberOf(stop, 'meterStop') ?? 0) - (numberOf(starts[i] ?? {}, 'meterStart') ?? 0),
      0,
    );
  }
  return called(heard, 'TransactionEvent')
    .filter((event) => textOf(event, 'eventType') === 'Ended')
    .reduce((sum, event) => {
      const values = partsOf(event, 'meterValue').map((value) =>
        numberOf(partsOf(value, 'sampledValue')[0] ?? {}, 'value'),
      );
      return sum + (values.at(-1) ?? 0) - (values[0] ?? 0);
    }, 0);
}

describe.each([ocpp16, ocpp201, ocpp21])('OCPP $version', (dialect) => {
  test('what the pile says is as the standard has it, and its books agree with it', async () => {
    const { platform, books, pile, run } = open(dialect);
    await run(10);
    pile.closeTheShop();
    await run(2);
    pile.stop();
    expect(platform.faults).toEqual([]);
    const entries = books.entries();
    expect(entries.length).toBeGreaterThan(5);
    expect(books.unconfirmed()).toBe(0);
    const energy = entries.reduce((sum, entry) => sum + entry.energy, 0n);
    expect(BigInt(toldWh(platform.heard)) * 10n).toBe(energy);
    expect(called(platform.heard, 'BootNotification')).toHaveLength(1);
  });

  test('a bad night: every charge is told whole, whatever happens to its messages', async () => {
    const { platform, books, pile, run } = open(dialect, {
      dropOneIn: 60,
      delayOneIn: 10,
      delayMs: 800,
      duplicateOneIn: 20,
      disconnectOneIn: 40,
      halfOpenOneIn: 150,
      outageOneIn: 2,
      outageMs: 30_000,
      rebootOneIn: 5,
      lostBeginOneIn: 5,
      resendOneIn: 6,
      wrongClockOneIn: 3,
      meterResetOneIn: 2,
    });
    await run(30);
    pile.closeTheShop();
    await run(10);
    pile.stop();
    expect(books.entries().length).toBeGreaterThan(15);
    expect(books.unconfirmed()).toBe(0);
    expect(platform.faults.filter((fault) => fault.includes('request'))).toEqual([]);
  });

  test('after an outage: no boot, old reports first, then what is left of the old charge', async () => {
    const { platform, books, run, pile } = open(dialect);
    // Until a charge runs, with cards in the cache.
    while (pile.charging() === 0 || books.entries().length < 4) await run(0.05);
    platform.cut();
    const before = platform.heard.length;
    const done = books.entries().length;
    while (books.entries().length < done + 2) await run(0.05);
    platform.restore();
    await run(1);
    pile.stop();
    const after = platform.heard.slice(before).map(({ action }) => action);
    expect(after).not.toContain('BootNotification');
    const first = after.findIndex((action) => action !== 'StatusNotification');
    expect(first).toBeGreaterThan(2);
    const reports = platform.heard.slice(before, before + first);
    for (const { payload, atMs } of reports.slice(0, 2)) {
      expect(Date.parse(textOf(payload, 'timestamp') ?? '')).toBeLessThan(atMs - 2_000);
    }
    const told = platform.heard.slice(before + first).map(
      ({ action, payload }) =>
        ({
          StopTransaction: 'end',
          StartTransaction: 'begin',
          TransactionEvent: { Started: 'begin', Ended: 'end' }[textOf(payload, 'eventType') ?? ''],
        })[action],
    );
    expect(told.filter((one) => one !== undefined).slice(0, 3)).toEqual(['end', 'begin', 'end']);
  });

  test('the current obeys a profile, and falls back when it expires', async () => {
    const { platform, pile, run } = open(dialect);
    while (pile.charging() === 0) await run(0.02);
    const profile = {
      stackLevel: 1,
      chargingProfilePurpose: 'TxDefaultProfile',
      chargingProfileKind: 'Relative',
    };
    const schedule = {
      chargingRateUnit: 'W',
      duration: 4,
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 22_000 }],
    };
    const asked =
      dialect.version === '1.6'
        ? platform.ask('SetChargingProfile', {
            connectorId: 1,
            csChargingProfiles: { ...profile, chargingProfileId: 3, chargingSchedule: schedule },
          })
        : platform.ask('SetChargingProfile', {
            evseId: 1,
            chargingProfile: { ...profile, id: 3, chargingSchedule: [{ id: 1, ...schedule }] },
          });
    await run(0.005);
    expect(asked.outcome).toMatchObject({ is: 'result', payload: { status: 'Accepted' } });
    expect(pile.state().guns[0]?.register.powerW).toBe(22_000);
    await run(0.09);
    expect(pile.charging()).toBe(1);
    expect(pile.state().guns[0]?.register.powerW).toBe(120_000);
    pile.stop();
  });
});

test('a begin whose answer is lost for good: the end goes up with −1', async () => {
  const { platform, run, pile, books } = open(ocpp16, { lostBeginOneIn: 2 });
  await run(15);
  pile.stop();
  const stops = called(platform.heard, 'StopTransaction');
  expect(stops.some((stop) => numberOf(stop, 'transactionId') === -1)).toBe(true);
  expect(stops.some((stop) => (numberOf(stop, 'transactionId') ?? 0) > 1_000)).toBe(true);
  expect(stops.length).toBeGreaterThanOrEqual(books.entries().length - 1);
  expect(platform.faults).toEqual([]);
});

const ASKED: readonly (readonly [Dialect, string, Payload])[] = [
  [ocpp16, 'GetConfiguration', {}],
  [ocpp16, 'GetConfiguration', { key: ['HeartbeatInterval', 'NoSuchKey'] }],
  [ocpp16, 'ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '60' }],
  [ocpp16, 'GetLocalListVersion', {}],
  [
    ocpp16,
    'SendLocalList',
    {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: 'A', idTagInfo: { status: 'Accepted' } }],
    },
  ],
  [ocpp16, 'ClearCache', {}],
  [ocpp16, 'UnlockConnector', { connectorId: 1 }],
  [ocpp16, 'ChangeAvailability', { connectorId: 0, type: 'Inoperative' }],
  [ocpp16, 'ClearChargingProfile', {}],
  [ocpp16, 'GetCompositeSchedule', { connectorId: 1, duration: 60 }],
  [ocpp16, 'TriggerMessage', { requestedMessage: 'StatusNotification' }],
  [ocpp16, 'ExtendedTriggerMessage', { requestedMessage: 'SignChargePointCertificate' }],
  [ocpp16, 'GetDiagnostics', { location: 'http://127.0.0.1/x' }],
  [ocpp16, 'DataTransfer', { vendorId: 'nobody' }],
  [ocpp16, 'CancelReservation', { reservationId: 1 }],
  [
    ocpp16,
    'ReserveNow',
    { connectorId: 1, expiryDate: '2030-01-01T00:00:00Z', idTag: 'A', reservationId: 1 },
  ],
  [ocpp16, 'Reset', { type: 'Soft' }],
  [ocpp201, 'GetBaseReport', { requestId: 1, reportBase: 'FullInventory' }],
  [
    ocpp201,
    'GetVariables',
    {
      getVariableData: [
        {
          component: { name: 'OCPPCommCtrlr' },
          variable: { name: 'HeartbeatInterval' },
        },
      ],
    },
  ],
  [
    ocpp201,
    'SetVariables',
    {
      setVariableData: [
        {
          attributeValue: '60',
          component: { name: 'OCPPCommCtrlr' },
          variable: { name: 'HeartbeatInterval' },
        },
      ],
    },
  ],
  [ocpp201, 'GetTransactionStatus', {}],
  [ocpp201, 'GetLocalListVersion', {}],
  [ocpp201, 'ClearCache', {}],
  [ocpp201, 'ChangeAvailability', { operationalStatus: 'Inoperative' }],
  [ocpp201, 'UnlockConnector', { evseId: 1, connectorId: 1 }],
  [ocpp201, 'GetCompositeSchedule', { duration: 60, evseId: 1 }],
  [ocpp201, 'GetChargingProfiles', { requestId: 1, chargingProfile: {} }],
  [ocpp201, 'ClearChargingProfile', { chargingProfileId: 4 }],
  [ocpp201, 'TriggerMessage', { requestedMessage: 'StatusNotification' }],
  [
    ocpp201,
    'GetLog',
    { logType: 'DiagnosticsLog', requestId: 1, log: { remoteLocation: 'http://127.0.0.1/x' } },
  ],
  [ocpp201, 'CustomerInformation', { requestId: 1, report: true, clear: false }],
  [ocpp201, 'Reset', { type: 'OnIdle' }],
  [ocpp21, 'DataTransfer', { vendorId: 'nobody' }],
];

test.each(
  ASKED.map(([dialect, action, payload]) => ({
    version: dialect.version,
    dialect,
    action,
    payload,
  })),
)('$version answers $action as the standard has it', async ({ dialect, action, payload }) => {
  const { platform, pile, run } = open(dialect);
  await run(0.1);
  const asked = platform.ask(action, payload);
  await run(1);
  pile.stop();
  expect(asked.outcome?.is).toBe('result');
  expect(platform.faults).toEqual([]);
});

test('what a pile cannot do is an error, not silence', async () => {
  const { platform, pile, run } = open(ocpp21);
  await run(0.1);
  const asked = platform.ask('SetDERControl', {});
  await run(0.1);
  pile.stop();
  expect(asked.outcome).toMatchObject({ is: 'error', code: 'NotImplemented' });
});

test('a remote start begins where a car waits, and a remote stop ends it', async () => {
  const { platform, pile, run } = open(ocpp201, {}, 1);
  while (pile.state().guns[0]?.phase !== 'plugged') await run(0.02);
  platform.ask('RequestStartTransaction', {
    evseId: 1,
    remoteStartId: 7,
    idToken: { idToken: 'APP1', type: 'Central' },
  });
  await run(0.01);
  const [started] = called(platform.heard, 'TransactionEvent');
  expect(partOf(started ?? {}, 'transactionInfo')).toMatchObject({ remoteStartId: 7 });
  expect(partOf(started ?? {}, 'idToken')).toEqual({ idToken: 'APP1', type: 'Central' });
  const transactionId = textOf(partOf(started ?? {}, 'transactionInfo'), 'transactionId') ?? '';
  const asked = platform.ask('RequestStopTransaction', { transactionId });
  await run(0.02);
  pile.stop();
  expect(asked.outcome).toMatchObject({ payload: { status: 'Accepted' } });
  expect(called(platform.heard, 'TransactionEvent').at(-1)).toMatchObject({ eventType: 'Ended' });
});
