import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import type { CommandResource } from '@holdfast/shared/api/resources';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { apiOf } from '../world/api.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { MESSAGES, MESSAGES_21, MESSAGES_201 } from './testing/certification-messages-2.ts';
import { ROWS } from './testing/certification-rows-2.ts';
import { type Payload, PlainStation } from './testing/plain-station.ts';

/*
 * The use cases of OCPP 2.0.1 and 2.1 as a suite plays them to a central system, by a station that is made
 * of the standard's text. It is strict, and not tended: whatever comes that it did not ask for fails.
 */

const PASSWORD = 'a password of sixteen';
const ACCEPTED: Payload = { status: 'Accepted' };
const VERSIONS = [
  { version: '2.0.1', pileNo: 'CERT-201', protocol: 'ocpp2.0.1' },
  { version: '2.1', pileNo: 'CERT-21', protocol: 'ocpp2.1' },
] as const;

let folder: string;
let edge: RunningEdge;
let url: string;

async function ask(method: string, route: string, body: object): Promise<CommandResource> {
  const answer = await fetch(`${edge.addresses.api}/api/v1${route}`, {
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) return expect.fail(`${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as CommandResource;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-certification-2-'));
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [{ protocol: 'ocpp', host: '127.0.0.1', port: 0 }],
    api: { host: '127.0.0.1', port: 0 },
    piles: VERSIONS.map(({ pileNo }) => ({
      pileNo,
      password: PASSWORD,
      ocpp: { mode: 'strict', tend: false },
    })),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  edge = await startEdge(configOf(file, folder));
  url = `ws://127.0.0.1:${edge.addresses.ocpp}/ocpp`;
});
afterAll(async () => {
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const seconds = (from: number): string => new Date(Date.now() + from * 1_000).toISOString();
const now = (): string => seconds(0);

/** What a station tells of one transaction, with its numbers. */
class Transaction {
  readonly id = crypto.randomUUID();
  readonly #station: () => PlainStation;
  #seqNo = 0;

  constructor(station: () => PlainStation) {
    this.#station = station;
  }

  tell(
    eventType: 'Started' | 'Updated' | 'Ended',
    triggerReason: string,
    more: Payload = {},
    info: Payload = {},
  ): Promise<Payload> {
    const seqNo = this.#seqNo;
    this.#seqNo += 1;
    return this.#station().call('TransactionEvent', {
      eventType,
      triggerReason,
      seqNo,
      timestamp: now(),
      transactionInfo: { transactionId: this.id, ...info },
      ...more,
    });
  }

  /** The number of the next message is left out: one got lost. */
  skip(): void {
    this.#seqNo += 1;
  }
}

const register = (wh: number, context: string, at = now()) => ({
  meterValue: [
    {
      timestamp: at,
      sampledValue: [
        {
          value: wh,
          context,
          measurand: 'Energy.Active.Import.Register',
          unitOfMeasure: { unit: 'Wh' },
        },
      ],
    },
  ],
});

describe.each(VERSIONS)('OCPP $version', ({ version, pileNo, protocol }) => {
  let station: PlainStation;
  let cards = 0;
  let password: string = PASSWORD;

  const connect = async (): Promise<void> => {
    station = await PlainStation.connect(url, pileNo, { password, protocols: [protocol] });
  };
  const again = async (): Promise<void> => {
    await station.close();
    await connect();
  };
  const status = (evseId: number, connectorStatus: string, timestamp = now()) =>
    station.call('StatusNotification', { evseId, connectorId: 1, connectorStatus, timestamp });
  const boot = async (reason = 'PowerUp'): Promise<void> => {
    const chargingStation = { vendorName: 'Plain', model: 'P2' };
    const answer = await station.call('BootNotification', { reason, chargingStation });
    expect(answer).toEqual({
      status: 'Accepted',
      currentTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      interval: expect.any(Number),
    });
    expect(answer['interval']).toBeGreaterThan(0);
    for (const evseId of [1, 2]) expect(await status(evseId, 'Available')).toEqual({});
  };

  /** A card that nobody has used before. */
  const card = async (change: object = {}) => {
    cards += 1;
    const idToken = `CERT-${pileNo}-${cards}`;
    const known = { account: idToken, balanceYuan: '500.00', state: 'accepted', ...change };
    await ask('PUT', `/cards/${idToken}`, known);
    return { idToken, type: 'ISO14443' } as const;
  };
  const authorize = async (idToken: Payload) =>
    (await station.call('Authorize', { idToken }))['idTokenInfo'];

  const place = { siteId: 'site-01', pileNo, connectorNo: 0 };
  const operate = (operation: string, parameters: object = {}) =>
    ask('POST', '/commands', { ...place, op: 'operate', operate: { operation, parameters } });
  const operated = async (operation: string, parameters: Payload, answer: Payload) => {
    const heard = station.expects(operation, answer);
    const command = operate(operation, parameters);
    expect(await heard).toEqual(parameters);
    return await command;
  };
  const ordersOf = async (idToken: string) =>
    (await apiOf(edge.addresses.api).allOrders()).filter(({ cardNo }) => cardNo === idToken);

  const begin = async (idToken: Payload, evseId = 1) => {
    const tx = new Transaction(() => station);
    const evse = { id: evseId, connectorId: 1 };
    const answer = await tx.tell('Started', 'Authorized', {
      idToken,
      evse,
      ...register(1_000, 'Transaction.Begin'),
    });
    return { tx, info: answer['idTokenInfo'] };
  };
  const end = (tx: Transaction, more: Payload = {}, reason = 'Local', wh = 3_000) =>
    tx.tell(
      'Ended',
      'StopAuthorized',
      { ...register(wh, 'Transaction.End'), ...more },
      { stoppedReason: reason },
    );

  beforeAll(async () => {
    await connect();
    await boot();
  });
  afterEach(() => expect(station.unexpected.splice(0)).toEqual([]));
  afterAll(async () => await station?.close());

  test('B01 cold boot, G02 heartbeat, G01 states as messages and as events', async () => {
    await again();
    await boot();
    expect(await station.call('Heartbeat')).toEqual({
      currentTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    const eventData = [
      {
        eventId: 1,
        timestamp: now(),
        trigger: 'Delta',
        actualValue: 'Available',
        eventNotificationType: 'HardWiredNotification',
        component: { name: 'Connector', evse: { id: 1, connectorId: 1 } },
        variable: { name: 'AvailabilityState' },
      },
    ];
    const notified = { generatedAt: now(), seqNo: 0, tbc: false, eventData };
    expect(await station.call('NotifyEvent', notified)).toEqual({});
  });

  describe('a charge', () => {
    test('E02 the cable first, E05 to E07: every state, values, and the card ends it', async () => {
      const idToken = await card();
      const tx = new Transaction(() => station);
      const evse = { id: 1, connectorId: 1 };
      await status(1, 'Occupied');
      const plugged = { evse, ...register(1_000, 'Transaction.Begin') };
      expect(
        await tx.tell('Started', 'CablePluggedIn', plugged, { chargingState: 'EVConnected' }),
      ).toEqual({});
      expect(await authorize(idToken)).toMatchObject(ACCEPTED);
      const shown = await tx.tell('Updated', 'Authorized', { idToken });
      expect(shown['idTokenInfo']).toMatchObject(ACCEPTED);
      for (const chargingState of ['Charging', 'SuspendedEV', 'Charging', 'SuspendedEVSE']) {
        const changed = await tx.tell('Updated', 'ChargingStateChanged', {}, { chargingState });
        if (version === '2.0.1') expect(changed).toEqual({});
      }
      await tx.tell('Updated', 'MeterValuePeriodic', register(2_000, 'Sample.Periodic'));
      await tx.tell('Updated', 'MeterValueClock', register(2_500, 'Sample.Clock'));
      const stopped = await tx.tell(
        'Updated',
        'StopAuthorized',
        { idToken },
        { chargingState: 'EVConnected' },
      );
      expect(stopped['idTokenInfo']).toMatchObject(ACCEPTED);
      const ended = await tx.tell(
        'Ended',
        'EVCommunicationLost',
        register(3_500, 'Transaction.End'),
        {
          stoppedReason: 'EVDisconnected',
        },
      );
      expect(ended).toEqual({ totalCost: expect.any(Number) });
      await status(1, 'Available');
      expect(await ordersOf(idToken.idToken)).toMatchObject([
        { state: 'settled', energyKwh: '2.5000' },
      ]);
    });

    test('E03 the card first, and no EVSE before the car comes', async () => {
      const [running, idToken] = [await card(), await card()];
      const { tx: other } = await begin(running, 1);
      const tx = new Transaction(() => station);
      expect(await authorize(idToken)).toMatchObject(ACCEPTED);
      const shown = await tx.tell('Started', 'Authorized', { idToken });
      expect(shown['idTokenInfo']).toMatchObject(ACCEPTED);
      await status(2, 'Occupied');
      const evse = { id: 2, connectorId: 1 };
      await tx.tell('Updated', 'CablePluggedIn', { evse, ...register(10, 'Transaction.Begin') });
      await tx.tell('Updated', 'ChargingStateChanged', {}, { chargingState: 'Charging' });
      await end(tx, { idToken }, 'Local', 1_010);
      await end(other);
      await status(2, 'Available');
      expect(await ordersOf(idToken.idToken)).toMatchObject([
        { connectorNo: 2, energyKwh: '1.0000' },
      ]);
      expect(await ordersOf(running.idToken)).toMatchObject([
        { connectorNo: 1, energyKwh: '2.0000' },
      ]);
    });

    test('E03 the card, and then no car', async () => {
      const idToken = await card();
      const tx = new Transaction(() => station);
      await tx.tell('Started', 'Authorized', { idToken });
      expect(await tx.tell('Ended', 'EVConnectTimeout', {}, { stoppedReason: 'Timeout' })).toEqual(
        {},
      );
      expect(await ordersOf(idToken.idToken)).toEqual([]);
    });

    test('C01, C06 what is unknown, expired or blocked is said to be, and its charge is on record', async () => {
      const words = [
        [{ idToken: 'CERT-NOBODY', type: 'ISO14443' }, /Unknown|Invalid/],
        [await card({ expiresAt: '2020-01-01T00:00:00Z' }), /Expired/],
        [await card({ state: 'blocked' }), /Blocked/],
      ] as const;
      for (const [idToken, word] of words) {
        expect(await authorize(idToken)).toMatchObject({ status: expect.stringMatching(word) });
        const { tx, info } = await begin(idToken);
        expect(info).toMatchObject({ status: expect.stringMatching(word) });
        await tx.tell('Updated', 'Deauthorized', {}, { chargingState: 'EVConnected' });
        await end(tx, { triggerReason: 'Deauthorized' }, 'DeAuthorized', 1_000);
      }
    });

    test('C01 tokens of every kind are read', async () => {
      for (const type of ['Central', 'eMAID', 'ISO15693', 'KeyCode', 'Local', 'MacAddress']) {
        const { idToken } = await card();
        expect(await authorize({ idToken, type })).toMatchObject(ACCEPTED);
      }
    });

    test('C02 a button is nobody’s card, and still a charge', async () => {
      const { tx, info } = await begin({ idToken: '', type: 'NoAuthorization' });
      expect(info).toHaveProperty('status');
      await end(tx);
    });

    test('C09 a card of the same group ends it; one of another is told what it is', async () => {
      const group = `G-${version}`;
      const [own, friend] = [await card({ group }), await card({ group })];
      const groupIdToken = { idToken: group, type: 'Central' };
      const { tx, info } = await begin(own);
      expect(info).toEqual({ ...ACCEPTED, groupIdToken });
      expect(await authorize(friend)).toEqual({ ...ACCEPTED, groupIdToken });
      const ended = await end(tx, { idToken: friend });
      expect(ended['idTokenInfo']).toEqual({ ...ACCEPTED, groupIdToken });
      const second = await begin(own);
      const nobody = await end(second.tx, {
        idToken: { idToken: 'CERT-NOBODY', type: 'ISO14443' },
      });
      expect(nobody['idTokenInfo']).toMatchObject({
        status: expect.stringMatching(/Unknown|Invalid/),
      });
    });

    test('C07 a contract that nobody here can check is not accepted, in the words of the standard', async () => {
      const hash = {
        hashAlgorithm: 'SHA256',
        issuerNameHash: 'aa',
        issuerKeyHash: 'bb',
        serialNumber: '01',
        responderURL: 'http://ocsp.example.com',
      };
      const idToken = { idToken: 'DE-ABC-C12345678-9', type: 'eMAID' };
      const answer = await station.call('Authorize', {
        idToken,
        iso15118CertificateHashData: [hash],
      });
      expect(answer).toMatchObject({
        idTokenInfo: { status: 'Invalid' },
        certificateStatus: 'NoCertificateAvailable',
      });
    });

    test('J02 values of a charge, J01 values of an EVSE and of the main meter', async () => {
      const idToken = await card();
      const { tx } = await begin(idToken);
      for (const evseId of [0, 1, 2]) {
        const values = { evseId, ...register(5, 'Sample.Clock') };
        const other = evseId === 1 ? register(1_500, 'Sample.Clock') : values;
        expect(await station.call('MeterValues', { evseId, ...other })).toEqual({});
      }
      await end(tx);
      expect(await ordersOf(idToken.idToken)).toMatchObject([{ energyKwh: '2.0000' }]);
    });

    test('J02 thousandths of a watt-hour are counted as they stand', async () => {
      const idToken = await card();
      const tx = new Transaction(() => station);
      const evse = { id: 1, connectorId: 1 };
      await tx.tell('Started', 'Authorized', {
        idToken,
        evse,
        ...register(1_000.3, 'Transaction.Begin'),
      });
      await end(tx, {}, 'Local', 3_000.7);
      expect(await ordersOf(idToken.idToken)).toMatchObject([{ energyKwh: '2.0004' }]);
    });
  });

  describe('without a line', () => {
    test('E12, E13 what ran on is told afterwards, messages twice and out of order: one order', async () => {
      const idToken = await card();
      const { tx } = await begin(idToken);
      await again();
      const offline = { offline: true };
      const meter = register(2_000, 'Sample.Periodic', seconds(-1));
      const late = { ...offline, ...meter };
      await tx.tell('Updated', 'MeterValuePeriodic', late);
      await tx.tell('Updated', 'MeterValuePeriodic', { ...late, seqNo: 1 });
      tx.skip();
      const ended = await end(tx, offline);
      expect(ended).toHaveProperty('totalCost');
      await tx.tell('Updated', 'MeterValuePeriodic', { ...late, seqNo: 2 });
      expect(await ordersOf(idToken.idToken)).toMatchObject([
        { state: 'settled', energyKwh: '2.0000' },
      ]);
    });

    test('E04, C10 a whole charge of an outage, by its own times, old states before it', async () => {
      const idToken = await card();
      await again();
      for (const [at, word] of [
        [-3_000, 'Occupied'],
        [-1_000, 'Available'],
      ] as const) {
        await status(1, word, seconds(at));
      }
      const tx = new Transaction(() => station);
      const evse = { id: 1, connectorId: 1 };
      const at = (from: number) => ({ timestamp: seconds(from), offline: true });
      const begun = await tx.tell('Started', 'Authorized', {
        idToken,
        evse,
        ...at(-3_000),
        ...register(100, 'Transaction.Begin', seconds(-3_000)),
      });
      expect(begun['idTokenInfo']).toMatchObject(ACCEPTED);
      await tx.tell(
        'Ended',
        'StopAuthorized',
        {
          idToken,
          ...at(-1_000),
          ...register(4_100, 'Transaction.End', seconds(-1_000)),
        },
        { stoppedReason: 'Local' },
      );
      expect(await ordersOf(idToken.idToken)).toMatchObject([
        { state: 'settled', energyKwh: '4.0000' },
      ]);
    });

    test('E05 a start of an outage with a card that is refused: told, and on record', async () => {
      const idToken = await card({ state: 'blocked' });
      const tx = new Transaction(() => station);
      const evse = { id: 1, connectorId: 1 };
      const begun = await tx.tell('Started', 'Authorized', {
        idToken,
        evse,
        offline: true,
        timestamp: seconds(-900),
        ...register(100, 'Transaction.Begin', seconds(-900)),
      });
      expect(begun['idTokenInfo']).toMatchObject({ status: 'Blocked' });
      await end(tx, {}, 'DeAuthorized', 400);
      expect(await ordersOf(idToken.idToken)).toHaveLength(1);
    });

    test('B11 a reset in a charge ends it', async () => {
      const { tx } = await begin(await card());
      expect(await operated('Reset', { type: 'Immediate' }, ACCEPTED)).toMatchObject({
        state: 'done',
      });
      expect(await end(tx, { triggerReason: 'ResetCommand' }, 'ImmediateReset')).toHaveProperty(
        'totalCost',
      );
      await again();
      await boot('RemoteReset');
    });
  });

  describe('from afar', () => {
    test('F01, F03 the site’s own start and stop, known by the number of the start', async () => {
      await status(1, 'Occupied');
      const own = { ...place, connectorNo: 1 };
      const heard = station.expects('RequestStartTransaction', ACCEPTED);
      const payer = { account: 'CERT', balanceYuan: '20.00' };
      const started = ask('POST', '/commands', { ...own, op: 'start', ...payer });
      const { idToken, remoteStartId, evseId } = await heard;
      expect(evseId).toBe(1);
      expect(await authorize(idToken as Payload)).toMatchObject(ACCEPTED);
      const tx = new Transaction(() => station);
      const evse = { id: 1, connectorId: 1 };
      const begun = await tx.tell('Started', 'RemoteStart', { evse, idToken }, { remoteStartId });
      expect(begun['idTokenInfo']).toMatchObject(ACCEPTED);
      expect(await started).toMatchObject({ state: 'done', orderNo: expect.any(String) });
      const told = station.expects('RequestStopTransaction', ACCEPTED);
      const stopped = ask('POST', '/commands', { ...own, op: 'stop' });
      expect(await told).toEqual({ transactionId: tx.id });
      await end(tx, { triggerReason: 'RemoteStop' }, 'Remote');
      expect(await stopped).toMatchObject({ state: 'done' });
      await status(1, 'Available');
    });

    test('F06 each message that can be asked for', async () => {
      const asked: Readonly<Record<string, readonly [string, Payload]>> = {
        BootNotification: [
          'BootNotification',
          { reason: 'Triggered', chargingStation: { vendorName: 'Plain', model: 'P2' } },
        ],
        LogStatusNotification: ['LogStatusNotification', { status: 'Idle' }],
        FirmwareStatusNotification: ['FirmwareStatusNotification', { status: 'Idle' }],
        Heartbeat: ['Heartbeat', {}],
        StatusNotification: [
          'StatusNotification',
          { evseId: 1, connectorId: 1, connectorStatus: 'Available', timestamp: now() },
        ],
        PublishFirmwareStatusNotification: [
          'PublishFirmwareStatusNotification',
          { status: 'Idle' },
        ],
        MeterValues: ['MeterValues', { evseId: 1, ...register(1, 'Trigger') }],
      };
      for (const [requestedMessage, [action, payload]] of Object.entries(asked)) {
        await operated('TriggerMessage', { requestedMessage }, ACCEPTED);
        expect(await station.call(action, payload)).toBeTypeOf('object');
      }
    });

    test.each(ROWS)('%s %s %j', async (_useCase, operation, parameters, answer, state) => {
      expect(await operated(operation, parameters, answer)).toMatchObject({ state, answer });
    });
  });

  test.each([...MESSAGES, ...(version === '2.1' ? MESSAGES_21 : MESSAGES_201)])(
    'is answered: %s %s %j',
    async (_useCase, action, payload, answer) => {
      expect(await station.call(action, payload)).toEqual(answer);
    },
  );

  describe('the connection', () => {
    test('[OCPP-A11] A00 without a password, with another, under another name: nobody comes in', async () => {
      const protocols = [protocol];
      for (const options of [{}, { password: 'another password' }]) {
        await expect(PlainStation.connect(url, pileNo, { ...options, protocols })).rejects.toThrow(
          '401',
        );
      }
      const stranger = PlainStation.connect(url, 'CERT-NOBODY', { password, protocols });
      await expect(stranger).rejects.toThrow('404');
    });

    test('of several versions the newest that both know', async () => {
      await station.close();
      const protocols = ['ocpp1.6', 'ocpp9.9', protocol];
      station = await PlainStation.connect(url, pileNo, { password, protocols });
      expect(station.protocol).toBe(protocol);
    });

    test.each([
      ['NoSuchAction', {}, 'NotImplemented'],
      ['Heartbeat', { more: 1 }, 'FormatViolation'],
      ['Authorize', {}, 'OccurrenceConstraintViolation'],
      ['Authorize', { idToken: { idToken: 5, type: 'Central' } }, 'TypeConstraintViolation'],
      ['LogStatusNotification', { status: 'Nonsense' }, 'PropertyConstraintViolation'],
      [
        'Authorize',
        { idToken: { idToken: 'x'.repeat(300), type: 'Central' } },
        'PropertyConstraintViolation',
      ],
    ])('an error for %s %j', async (action, payload, code) => {
      await expect(station.call(action, payload)).rejects.toThrow(code);
    });

    test('[OCPP-A12] A01 a new password: refused the old one goes on, taken the new one alone', async () => {
      const fresh = 'another password of 40 characters, typed';
      const component = { name: 'SecurityCtrlr' };
      const variable = { name: 'BasicAuthPassword' };
      const parameters = { setVariableData: [{ component, variable, attributeValue: fresh }] };
      const answer = (attributeStatus: string) => ({
        setVariableResult: [{ attributeStatus, component, variable }],
      });
      const refused = await operated('SetVariables', parameters, answer('Rejected'));
      expect(refused).toMatchObject({ state: 'refused' });
      const protocols = [protocol];
      const early = PlainStation.connect(url, pileNo, { password: fresh, protocols });
      await expect(early).rejects.toThrow('401');
      const taken = await operated('SetVariables', parameters, answer('Accepted'));
      expect(taken).toMatchObject({ state: 'done' });
      const old = password;
      password = fresh;
      await again();
      await boot();
      const late = PlainStation.connect(url, pileNo, { password: old, protocols });
      await expect(late).rejects.toThrow('401');
    });
  });
});
