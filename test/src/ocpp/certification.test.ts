import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import type { CommandResource } from '@holdfast/shared/api/resources';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { apiOf } from '../world/api.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import {
  ACCEPTED,
  FTP,
  LOG,
  PARENT,
  PROFILE,
  RESERVE,
  ROWS,
  SIGNED,
} from './testing/certification-rows.ts';
import { type Payload, PlainStation } from './testing/plain-station.ts';

/*
 * The scenarios of OCPP 1.6 that certification asks of a central system, by the numbers that they are
 * known under, played by a station that is made of the standard's text. It is strict, and not tended:
 * whatever comes that it did not ask for fails the test.
 */

const STATION = 'CERT-16';
const KEY = '00112233445566778899aabbccddeeff01234567';

let folder: string;
let edge: RunningEdge;
let url: string;
let station: PlainStation;
let cards = 0;

async function ask(method: string, route: string, body: object): Promise<CommandResource> {
  const answer = await fetch(`${edge.addresses.api}/api/v1${route}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) return expect.fail(`${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as CommandResource;
}

/** A card that nobody has used before. */
async function card(change: object = {}): Promise<string> {
  cards += 1;
  const token = `CERT-CARD-${cards}`;
  const known = { account: token, balanceYuan: '500.00', state: 'accepted', ...change };
  await ask('PUT', `/cards/${token}`, known);
  return token;
}

/** What an operator does: an operation by its name. */
const operate = (operation: string, parameters: object = {}, pileNo = STATION) =>
  ask('POST', '/commands', {
    siteId: 'site-01',
    pileNo,
    connectorNo: 0,
    op: 'operate',
    operate: { operation, parameters },
  });

/** An operation, and what the station says to it; the call must come as it was given. */
async function operated(operation: string, parameters: Payload, answer: Payload) {
  const heard = station.expects(operation, answer);
  const command = operate(operation, parameters);
  expect(await heard).toEqual(parameters);
  return await command;
}

const now = (): string => new Date().toISOString();
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

const status = (connectorId: number, word: string, more: Payload = {}) =>
  station.call('StatusNotification', {
    connectorId,
    errorCode: 'NoError',
    status: word,
    timestamp: now(),
    ...more,
  });
const authorize = async (idTag: string) =>
  (await station.call('Authorize', { idTag }))['idTagInfo'];

async function start(idTag: string, more: Payload = {}) {
  const answer = await station.call('StartTransaction', {
    connectorId: 1,
    idTag,
    meterStart: 0,
    timestamp: now(),
    ...more,
  });
  expect(answer['transactionId']).toBeGreaterThan(0);
  return { no: Number(answer['transactionId']), info: answer['idTagInfo'] };
}

async function stop(transactionId: number, more: Payload = {}) {
  const meter = { transactionId, meterStop: 10, timestamp: now() };
  const answer = await station.call('StopTransaction', { ...meter, ...more });
  return answer['idTagInfo'];
}

async function boot(): Promise<void> {
  const answer = await station.call('BootNotification', {
    chargePointVendor: 'Plain',
    chargePointModel: 'P1',
  });
  expect(answer).toMatchObject({
    status: 'Accepted',
    currentTime: expect.stringMatching(/Z$/),
    interval: expect.any(Number),
  });
  expect(answer['interval']).toBeGreaterThan(0);
  for (const no of [0, 1, 2]) expect(await status(no, 'Available')).toEqual({});
}

const connect = async () => {
  station = await PlainStation.connect(url, STATION, { password: Buffer.from(KEY, 'hex') });
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-certification-'));
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [{ protocol: 'ocpp', host: '127.0.0.1', port: 0 }],
    api: { host: '127.0.0.1', port: 0 },
    piles: [{ pileNo: STATION, password: KEY, ocpp: { mode: 'strict', tend: false } }],
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  edge = await startEdge(configOf(file, folder));
  url = `ws://127.0.0.1:${edge.addresses.ocpp}/ocpp`;
  await connect();
  await boot();
});
afterEach(() => expect(station.unexpected.splice(0)).toEqual([]));
afterAll(async () => {
  await station?.close();
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('core: a charge', () => {
  test('TC_001 cold boot', async () => {
    await boot();
    expect(await station.call('Heartbeat')).toEqual({
      currentTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  test('TC_003, TC_004_1 plug first and card first, TC_012 stopped from afar', async () => {
    const tag = await card();
    await status(1, 'Preparing');
    expect(await authorize(tag)).toEqual(ACCEPTED);
    const { no, info } = await start(tag);
    expect(info).toEqual(ACCEPTED);
    await status(1, 'Charging');
    const answer = await operated('RemoteStopTransaction', { transactionId: no }, ACCEPTED);
    expect(answer).toMatchObject({ state: 'done', answer: ACCEPTED });
    expect(await stop(no, { reason: 'Remote' })).toBeUndefined();
    await status(1, 'Finishing');
    await status(1, 'Available');
  });

  test('TC_004_2 the card, and then no car', async () => {
    expect(await authorize(await card())).toEqual(ACCEPTED);
    await status(1, 'Preparing');
    expect(await status(1, 'Available')).toEqual({});
  });

  test('TC_005_1 the car is unplugged', async () => {
    const tag = await card();
    const { no } = await start(tag);
    await status(1, 'Charging');
    await status(1, 'SuspendedEV');
    expect(await stop(no, { idTag: tag, reason: 'EVDisconnected' })).toEqual(ACCEPTED);
    await status(1, 'Finishing');
    await status(1, 'Available');
  });

  test('TC_007 a card that the station knew', async () => {
    const { no, info } = await start(await card());
    expect(info).toEqual(ACCEPTED);
    await stop(no);
  });

  test('TC_068, TC_069 it ends with its card, and with another of the group', async () => {
    const [own, other] = [await card({ group: PARENT }), await card({ group: PARENT })];
    const info = { ...ACCEPTED, parentIdTag: PARENT };
    for (const ending of [own, other]) {
      const begun = await start(own);
      expect(begun.info).toEqual(info);
      expect(await authorize(ending)).toEqual(info);
      expect(await stop(begun.no, { idTag: ending, reason: 'Local' })).toEqual(info);
    }
  });

  test('TC_070, TC_071 meter values of a charge, at intervals and by the clock', async () => {
    const { no } = await start(await card());
    for (const context of ['Sample.Periodic', 'Sample.Clock']) {
      const sampledValue = [
        { value: '5', context, measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
      ];
      const meterValue = [{ timestamp: now(), sampledValue }];
      const values = { connectorId: 1, transactionId: no, meterValue };
      expect(await station.call('MeterValues', values)).toEqual({});
    }
    await stop(no);
  });

  test('TC_023 what is unknown, expired or blocked is said to be', async () => {
    expect(await authorize('CERT-NOBODY')).toEqual({ status: 'Invalid' });
    const expired = await card({ expiresAt: '2020-01-01T00:00:00Z' });
    expect(await authorize(expired)).toMatchObject({ status: 'Expired' });
    expect(await authorize(await card({ state: 'blocked' }))).toEqual({ status: 'Blocked' });
  });

  test('TC_024 the lock fails', async () => {
    expect(await authorize(await card())).toEqual(ACCEPTED);
    await status(1, 'Faulted', { errorCode: 'ConnectorLockFailure' });
    await status(1, 'Available');
  });
});

describe('core: from afar', () => {
  test.each([
    ['TC_010', ['Preparing']],
    ['TC_011_1', []],
  ] as const)('%s a remote start with a card of ours', async (_tc, before) => {
    const tag = await card();
    for (const word of before) await status(1, word);
    const command = await operated(
      'RemoteStartTransaction',
      { idTag: tag, connectorId: 1 },
      ACCEPTED,
    );
    expect(command).toMatchObject({ state: 'done' });
    expect(await authorize(tag)).toEqual(ACCEPTED);
    await status(1, 'Preparing');
    const { no, info } = await start(tag);
    expect(info).toEqual(ACCEPTED);
    await status(1, 'Charging');
    await stop(no);
    await status(1, 'Available');
  });

  test('TC_011_2, TC_026 a remote start that leads to nothing, and one that is refused', async () => {
    const wish = { idTag: await card(), connectorId: 1 };
    expect(await operated('RemoteStartTransaction', wish, ACCEPTED)).toMatchObject({
      state: 'done',
    });
    await status(1, 'Preparing');
    await status(1, 'Available');
    const refused = await operated('RemoteStartTransaction', wish, { status: 'Rejected' });
    expect(refused).toMatchObject({ state: 'refused', answer: { status: 'Rejected' } });
  });

  test('TC_059 a remote start with a profile', async () => {
    const chargingProfile = {
      chargingProfileId: 1,
      stackLevel: 0,
      chargingProfilePurpose: 'TxProfile',
      chargingProfileKind: 'Relative',
      chargingSchedule: {
        chargingRateUnit: 'W',
        chargingSchedulePeriod: [{ startPeriod: 0, limit: 6_000.5 }],
      },
    };
    const wish = { idTag: await card(), connectorId: 1, chargingProfile };
    expect(await operated('RemoteStartTransaction', wish, ACCEPTED)).toMatchObject({
      state: 'done',
    });
  });

  test('the site’s own start and stop', async () => {
    await status(1, 'Preparing');
    const place = { siteId: 'site-01', pileNo: STATION, connectorNo: 1 };
    const heard = station.expects('RemoteStartTransaction', ACCEPTED);
    const payer = { account: 'CERT', balanceYuan: '20.00' };
    const started = ask('POST', '/commands', { ...place, op: 'start', ...payer });
    const { idTag, connectorId } = await heard;
    expect(connectorId).toBe(1);
    expect(await authorize(String(idTag))).toEqual(ACCEPTED);
    const { no, info } = await start(String(idTag));
    expect(info).toEqual(ACCEPTED);
    expect(await started).toMatchObject({ state: 'done', orderNo: expect.any(String) });
    await status(1, 'Charging');
    const told = station.expects('RemoteStopTransaction', ACCEPTED);
    const stopped = ask('POST', '/commands', { ...place, op: 'stop' });
    expect(await told).toEqual({ transactionId: no });
    expect(await stop(no, { idTag, reason: 'Remote' })).toEqual(ACCEPTED);
    expect(await stopped).toMatchObject({ state: 'done' });
    await status(1, 'Available');
  });

  test('TC_018_1, TC_013 in a charge: what is asked comes first, the stop after it', async () => {
    const asked = [
      ['UnlockConnector', { connectorId: 1 }, { status: 'Unlocked' }, 'UnlockCommand'],
      ['Reset', { type: 'Hard' }, ACCEPTED, 'HardReset'],
      ['Reset', { type: 'Soft' }, ACCEPTED, 'SoftReset'],
    ] as const;
    for (const [operation, parameters, answer, reason] of asked) {
      const { no } = await start(await card());
      expect(await operated(operation, parameters, answer)).toMatchObject({ state: 'done' });
      await stop(no, { reason });
    }
  });
});

describe('core: what happened without a line', () => {
  test('TC_032_1 the power fails in a charge', async () => {
    const tag = await card();
    const { no } = await start(tag);
    await station.close();
    await connect();
    await boot();
    await status(1, 'Finishing');
    expect(await stop(no, { idTag: tag, reason: 'PowerLoss' })).toEqual(ACCEPTED);
    await status(1, 'Available');
  });

  test('TC_036 the line is lost in a charge, and nothing is said of it', async () => {
    const { no } = await start(await card());
    await station.close();
    await connect();
    await stop(no);
  });

  test('TC_037_1, TC_037_3 a charge that began alone, with a card of ours and with none', async () => {
    const begun = await start(await card(), { timestamp: hoursAgo(4) });
    expect(begun.info).toEqual(ACCEPTED);
    await status(1, 'Charging', { timestamp: hoursAgo(4) });
    await stop(begun.no);
    const strange = await start('CERT-NOBODY', { timestamp: hoursAgo(3) });
    expect(strange.info).toEqual({ status: 'Invalid' });
    await status(1, 'Charging', { timestamp: hoursAgo(3) });
    const ended = await stop(strange.no, { idTag: 'CERT-NOBODY', reason: 'DeAuthorized' });
    expect(ended).toEqual({ status: 'Invalid' });
    await status(1, 'Finishing');
  });

  test('[OCPP-C5] what an outage left, in the order in which stations send it: two correct orders', async () => {
    const [first, second] = [await card(), await card()];
    const at = (seconds: number) => ({
      timestamp: new Date(Date.now() + seconds * 1_000).toISOString(),
    });
    const { no } = await start(first, { meterStart: 1_000, ...at(-3_200) });
    await status(1, 'Charging');
    await station.close();
    await connect();
    // No boot; old states first, then the stop, then a whole charge.
    for (const [seconds, word] of [
      [-3_000, 'Finishing'],
      [-2_900, 'Available'],
      [-2_000, 'Preparing'],
      [-1_900, 'Charging'],
      [-1_000, 'Finishing'],
      [-900, 'Available'],
    ] as const) {
      await status(1, word, at(seconds));
    }
    const value = (wh: number, seconds: number) => ({
      meterValue: [{ ...at(seconds), sampledValue: [{ value: String(wh) }] }],
    });
    await station.call('MeterValues', {
      connectorId: 1,
      transactionId: no,
      ...value(2_000, -3_100),
    });
    expect(await stop(no, { meterStop: 3_000, ...at(-3_000) })).toBeUndefined();
    const alone = await start(second, { meterStart: 3_000, ...at(-1_900) });
    expect(alone.info).toEqual(ACCEPTED);
    const during = { connectorId: 1, transactionId: alone.no, ...value(4_000, -1_500) };
    await station.call('MeterValues', during);
    await stop(alone.no, { meterStop: 7_000, ...at(-1_000) });
    const orders = await apiOf(edge.addresses.api).allOrders();
    const of = (token: string) => orders.filter(({ cardNo }) => cardNo === token);
    expect(of(first)).toMatchObject([{ state: 'settled', energyKwh: '2.0000' }]);
    expect(of(second)).toMatchObject([{ state: 'settled', energyKwh: '4.0000' }]);
  });

  test('TC_039 a whole charge of hours ago', async () => {
    const tag = await card();
    const { no, info } = await start(tag, { timestamp: hoursAgo(2) });
    expect(info).toEqual(ACCEPTED);
    expect(await stop(no, { idTag: tag, timestamp: hoursAgo(1) })).toEqual(ACCEPTED);
  });
});

describe('operations, as they were given, with the station’s own words', () => {
  test.each(ROWS)('%s %s %j', async (_tc, operation, parameters, answer, state) => {
    expect(await operated(operation, parameters, answer)).toMatchObject({ state, answer });
  });

  test('TC_046, TC_053 a reserved connector is used by its card, or one of its group', async () => {
    const tag = await card({ group: PARENT });
    await operated('ReserveNow', { ...RESERVE, idTag: tag, parentIdTag: PARENT }, ACCEPTED);
    await status(1, 'Reserved');
    const { no, info } = await start(tag, { reservationId: 5 });
    expect(info).toMatchObject(ACCEPTED);
    await stop(no);
    await status(1, 'Available');
  });

  test('TC_054 each message that can be asked for', async () => {
    const sampledValue = [{ value: '1' }];
    const messages = {
      MeterValues: { connectorId: 1, meterValue: [{ timestamp: now(), sampledValue }] },
      Heartbeat: {},
      StatusNotification: { connectorId: 1, errorCode: 'NoError', status: 'Available' },
      DiagnosticsStatusNotification: { status: 'Idle' },
      FirmwareStatusNotification: { status: 'Idle' },
      BootNotification: { chargePointVendor: 'Plain', chargePointModel: 'P1' },
    };
    for (const [requestedMessage, payload] of Object.entries(messages)) {
      await operated('TriggerMessage', { requestedMessage }, ACCEPTED);
      expect(await station.call(requestedMessage, payload)).toBeTypeOf('object');
    }
  });

  test('TC_057 a profile of a charge', async () => {
    const { no } = await start(await card());
    const { validFrom: _from, ...plain } = PROFILE.csChargingProfiles;
    const own = { ...plain, transactionId: no, chargingProfilePurpose: 'TxProfile' };
    const wish = { connectorId: 1, csChargingProfiles: own };
    expect(await operated('SetChargingProfile', wish, ACCEPTED)).toMatchObject({ state: 'done' });
    await stop(no);
  });

  test('TC_064 a message of a vendor that nobody knows', async () => {
    const answer = await station.call('DataTransfer', { vendorId: 'x', messageId: 'y', data: 'z' });
    expect(answer).toEqual({ status: 'UnknownVendorId' });
  });

  const words = (action: string, list: readonly string[], more: Payload = {}) =>
    Promise.all(list.map((word) => station.call(action, { status: word, ...more })));

  test('TC_044 firmware, well and badly', async () => {
    const order = { location: 'ftp://10.0.0.1/f', retrieveDate: '2026-01-01T00:00:00.000Z' };
    expect(await operated('UpdateFirmware', order, {})).toMatchObject({ state: 'done' });
    const said = [
      'Downloading',
      'Downloaded',
      'Installing',
      'Installed',
      'DownloadFailed',
      'InstallationFailed',
    ];
    const answers = await words('FirmwareStatusNotification', said);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{}']));
  });

  test('TC_045 diagnostics, TC_079 the security log', async () => {
    expect(await operated('GetDiagnostics', FTP, { fileName: 'd.zip' })).toMatchObject({
      state: 'done',
    });
    await words('DiagnosticsStatusNotification', ['Uploading', 'Uploaded', 'UploadFailed']);
    const answer = { status: 'Accepted', filename: 'l.zip' };
    expect(await operated('GetLog', LOG, answer)).toMatchObject({ state: 'done', answer });
    const said = ['Uploading', 'Uploaded', 'UploadFailure', 'BadMessage', 'NotSupportedOperation'];
    await words('LogStatusNotification', said, { requestId: 3 });
  });

  test('TC_080 signed firmware, TC_081 with a bad signature', async () => {
    expect(await operated('SignedUpdateFirmware', SIGNED, ACCEPTED)).toMatchObject({
      state: 'done',
    });
    const said = [
      'Downloading',
      'Downloaded',
      'SignatureVerified',
      'Installing',
      'InstallRebooting',
      'Installed',
      'InvalidSignature',
    ];
    await words('SignedFirmwareStatusNotification', said, { requestId: 4 });
    const event = { type: 'InvalidFirmwareSignature', timestamp: now() };
    expect(await station.call('SecurityEventNotification', event)).toEqual({});
  });

  test('TC_077, TC_078 events of its own', async () => {
    for (const type of ['InvalidChargePointCertificate', 'InvalidCentralSystemCertificate']) {
      const event = { type, timestamp: now(), techInfo: 'x' };
      expect(await station.call('SecurityEventNotification', event)).toEqual({});
    }
  });
});

describe('the connection', () => {
  test('TC_085 without a password, with another, under another name: nobody comes in', async () => {
    for (const options of [{}, { password: 'another password' }]) {
      await expect(PlainStation.connect(url, STATION, options)).rejects.toThrow('401');
    }
    await expect(PlainStation.connect(url, 'CERT-NOBODY', { password: KEY })).rejects.toThrow(
      '404',
    );
    expect(await station.call('Heartbeat')).toHaveProperty('currentTime');
  });

  test('TC_088 the version that both know', async () => {
    const protocols = ['ocpp0.1', 'ocpp1.6'];
    await station.close();
    station = await PlainStation.connect(url, STATION, { password: KEY, protocols });
    expect(station.protocol).toBe('ocpp1.6');
    await boot();
  });

  test.each([
    ['NoSuchAction', {}, 'NotImplemented'],
    ['Heartbeat', { more: 1 }, /PropertyConstraintViolation|FormationViolation/],
    ['Authorize', {}, /OccurenceConstraintViolation|FormationViolation/],
    ['Authorize', { idTag: 5 }, 'TypeConstraintViolation'],
    ['Authorize', { idTag: 'x'.repeat(21) }, /PropertyConstraintViolation|FormationViolation/],
  ])('an error for %s %j', async (action, payload, code) => {
    await expect(station.call(action, payload)).rejects.toThrow(code);
  });

  test('[OCPP-A12] TC_073 another password: both hold, and then the new one alone', async () => {
    const fresh = 'ffeeddccbbaa99887766554433221100';
    const parameters = { key: 'AuthorizationKey', value: fresh };
    expect(await operated('ChangeConfiguration', parameters, ACCEPTED)).toMatchObject({
      state: 'done',
    });
    await station.close();
    const password = Buffer.from(fresh, 'hex');
    station = await PlainStation.connect(url, STATION, { password });
    await boot();
    const old = { password: Buffer.from(KEY, 'hex') };
    await expect(PlainStation.connect(url, STATION, old)).rejects.toThrow('401');
  });

  test('TC_083 a profile that is raised is asked for at the station as it is', async () => {
    const parameters = { key: 'SecurityProfile', value: '2' };
    expect(await operated('ChangeConfiguration', parameters, ACCEPTED)).toMatchObject({
      state: 'done',
    });
  });
});
