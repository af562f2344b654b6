import { describe, expect, test } from 'vitest';
import type { OcppEffect } from '../ocpp/steps.ts';
import { answersIn, armedIn, callsIn, eventsIn, ofType, sentIn } from '../ocpp/testing/effects.ts';
import { TARIFF } from '../ykc/testing/samples.ts';
import {
  at,
  BOOT,
  ENDED,
  KEY,
  meter,
  NOW_MS,
  ORDER,
  type Payload,
  STARTED,
  Talk,
  UPDATED,
} from './testing/talk.ts';

const actionsIn = (effects: readonly OcppEffect[]) => callsIn(effects).map(({ action }) => action);
const payloadsOf = (effects: readonly OcppEffect[], wanted: string) =>
  callsIn(effects).flatMap(({ action, payload }) => (action === wanted ? [payload] : []));
const observedIn = (effects: readonly OcppEffect[]) =>
  ofType(effects, 'Observed').map(({ name }) => name);

const statusOf = (connectorStatus: string, evseId: number, connectorId = 1, seconds = 0) => ({
  timestamp: at(seconds),
  connectorStatus,
  evseId,
  connectorId,
});

describe('connectors of EVSEs', () => {
  const numbersIn = (talk: Talk, ...places: readonly (readonly [number, number])[]) =>
    places.map(
      ([evse, connector]) =>
        ofType(
          talk.hear('StatusNotification', statusOf('Available', evse, connector)),
          'Measured',
        )[0]?.measurement.connectorNo,
    );

  test('an EVSE of one connector keeps its number', () => {
    expect(numbersIn(new Talk().boot(), [2, 1], [1, 1], [3, 1])).toEqual([2, 1, 3]);
  });

  test('others get numbers that stay, over restarts too', () => {
    const talk = new Talk().boot();
    expect(numbersIn(talk, [1, 1], [1, 2], [2, 1], [2, 2])).toEqual([1, 2, 3, 4]);
    expect(ofType(talk.effects, 'PileLoggedIn').at(-1)).toMatchObject({ connectorCount: 4 });
    talk.restart();
    talk.open();
    expect(numbersIn(talk, [2, 2], [2, 1], [1, 2])).toEqual([4, 3, 2]);
    const started = talk.told({
      do: 'readNow',
      connectorNo: 4,
    });
    expect(payloadsOf(started, 'TriggerMessage')).toEqual([
      { requestedMessage: 'StatusNotification', evse: { id: 2, connectorId: 2 } },
    ]);
  });

  test('an event that names an EVSE alone is of the connector with the car', () => {
    const talk = new Talk().boot();
    numbersIn(talk, [1, 1], [1, 2]);
    talk.hear('StatusNotification', statusOf('Occupied', 1, 2, 1));
    const began = talk.hear('TransactionEvent', { ...STARTED, evse: { id: 1 } });
    expect(ofType(began, 'ChargeBegan')).toMatchObject([{ connectorNo: 2 }]);
  });

  test('numbers that no station has are no connectors', () => {
    const talk = new Talk().boot();
    expect(numbersIn(talk, [0, 1], [-1, 1], [5_000, 1], [1, 0])).toEqual(Array.from({ length: 4 }));
  });
});

describe('the device model (B05 to B08)', () => {
  test('[OCPP-D1] [OCPP-D3] is read once for each firmware, and what differs is set', () => {
    const talk = new Talk({
      variables: [{ component: 'TxCtrlr', variable: 'EVConnectionTimeOut', value: '90' }],
    }).boot();
    expect(payloadsOf(talk.timer('welcome'), 'GetBaseReport')).toMatchObject([
      { reportBase: 'FullInventory' },
    ]);
    const settings = {
      'TxCtrlr.StopTxOnInvalidId': 'true',
      'TxCtrlr.StopTxOnEVSideDisconnect': 'false',
      'TxCtrlr.EVConnectionTimeOut': '60',
      'SampledDataCtrlr.TxUpdatedInterval': '30',
    };
    const [set] = payloadsOf(talk.modelled(settings), 'SetVariables');
    expect(set).toMatchObject({
      setVariableData: [
        { variable: { name: 'StopTxOnEVSideDisconnect' }, attributeValue: 'true' },
        { variable: { name: 'EVConnectionTimeOut' }, attributeValue: '90' },
      ],
    });
    expect(talk.state.memory.model).toMatchObject({ firmware: '1.0.0', values: settings });
    talk.restart();
    talk.open();
    expect(actionsIn(talk.timer('welcome'))).toEqual(['TriggerMessage']);
    talk.hear('StatusNotification', statusOf('Available', 1));
    const chargingStation = { vendorName: 'Example', model: 'Two', firmwareVersion: '2' };
    talk.hear('BootNotification', { ...BOOT, chargingStation });
    expect(actionsIn(talk.timer('welcome'))).toEqual(['GetBaseReport']);
  });

  test('[OCPP-D2] what was taken is read again, what waits for a restart is remembered', () => {
    const talk = new Talk().boot();
    talk.modelled({ 'TxCtrlr.StopTxOnInvalidId': 'false' });
    const component = { name: 'TxCtrlr' };
    const variable = { name: 'StopTxOnInvalidId' };
    const setVariableResult = [
      { attributeStatus: 'Accepted', component, variable },
      { attributeStatus: 'RebootRequired', component, variable: { name: 'TxStopPoint' } },
    ];
    const after = talk.reply('set', { setVariableResult });
    expect(payloadsOf(after, 'GetVariables')).toEqual([
      { getVariableData: [{ component, variable }] },
    ]);
    expect(talk.state.memory.model?.rebootPending).toBe(true);
    const attributeStatus = 'Accepted';
    const read = { attributeStatus, attributeValue: 'true', component, variable };
    talk.reply('get', { getVariableResult: [read] });
    expect(talk.state.memory.model?.values).toEqual({ 'TxCtrlr.StopTxOnInvalidId': 'true' });
    talk.hear('BootNotification', BOOT);
    expect(talk.state.memory.model?.rebootPending).toBe(false);
  });

  test('a report comes in parts; each is there for whoever looks', () => {
    const talk = new Talk().boot();
    talk.timer('welcome');
    const requestId = talk.state.reading?.requestId ?? 0;
    const part = (seqNo: number, name: string, value: string, tbc: boolean) =>
      talk.hear('NotifyReport', {
        requestId,
        generatedAt: at(0),
        seqNo,
        tbc,
        reportData: [
          {
            component: { name, evse: { id: 2, connectorId: 1 } },
            variable: { name: name === 'Connector' ? 'ConnectorType' : 'Power' },
            variableAttribute: [
              { type: 'Actual', value },
              { type: 'Target', value: 'x' },
            ],
          },
        ],
      });
    expect(observedIn(part(0, 'Connector', 'cCCS2', true))).toEqual(['notifyReport']);
    expect(talk.state.memory.model).toBeNull();
    const last = part(1, 'EVSE', '60000', false);
    expect(talk.state.memory.model?.values).toEqual({
      'Connector@2.1.ConnectorType': 'cCCS2',
      'EVSE@2.1.Power': '60000',
    });
    expect(ofType(last, 'PileLoggedIn').at(-1)).toMatchObject({ connectorCount: 2 });
    expect(talk.state.memory.boot?.dc).toBe(true);
    // A report that somebody else asked for changes nothing.
    const stranger = talk.hear('NotifyReport', { requestId: 9, generatedAt: at(0), seqNo: 0 });
    expect(eventsIn(stranger)).toMatchObject([{ name: 'notifyReport' }]);
  });

  test('secrets are no part of it, and a giant one fits its note', () => {
    const talk = new Talk().boot();
    const many = Object.fromEntries(
      Array.from({ length: 900 }, (_, n) => [`ACtrlr.V${n}`, 'x'.repeat(2_000)]),
    );
    talk.modelled({ 'SecurityCtrlr.BasicAuthPassword': 'hunter2', ...many });
    const note = JSON.stringify(talk.state.memory.model);
    expect(note).not.toContain('hunter2');
    expect(note.length).toBeLessThan(65_536);
  });

  test('a station without reports is asked by name', () => {
    const talk = new Talk().boot();
    talk.timer('welcome');
    const refused = talk.reply('model:1', { status: 'NotSupported' });
    expect(actionsIn(refused)).toEqual(['GetVariables', 'SetVariables']);
    const attributeStatus = 'Accepted';
    const component = { name: 'SmartChargingCtrlr' };
    const variable = { name: 'RateUnit' };
    const read = { attributeStatus, attributeValue: 'W', component, variable };
    talk.reply('get', { getVariableResult: [read] });
    expect(talk.state.memory.model?.values).toEqual({ 'SmartChargingCtrlr.RateUnit': 'W' });
  });

  test('[OCPP-C12] what happens at an unplugged car is set, in parts of the size that it takes', () => {
    const talk = new Talk().boot();
    talk.timer('welcome');
    const first = talk.fail('model:1', 'error', 'NotImplemented');
    const all = [...payloadsOf(first, 'SetVariables')];
    for (let n = 0; n < 4; n += 1) {
      all.push(...payloadsOf(talk.reply('set', { setVariableResult: [] }), 'SetVariables'));
    }
    expect(all.length).toBeGreaterThan(1);
    expect(JSON.stringify(all)).toContain('"StopTxOnEVSideDisconnect"');
  });
});

describe('the local list (D)', () => {
  const add = (talk: Talk, ...cards: readonly string[]) =>
    talk.told({ do: 'addCards', cards: cards.map((cardNo) => ({ printedNo: cardNo, cardNo })) });
  const accepted = { status: 'Accepted' };
  const entry = (idToken: string) => ({
    idToken: { idToken, type: 'ISO14443' },
    idTokenInfo: accepted,
  });

  test('[OCPP-D11] goes whole in parts, then by changes, and is compared', () => {
    const talk = new Talk().boot();
    talk.modelled({ 'LocalAuthListCtrlr.ItemsPerMessage': '2' });
    const first = add(talk, 'A', 'B', 'C');
    expect(payloadsOf(first, 'SendLocalList')).toEqual([
      { versionNumber: 1, updateType: 'Full', localAuthorizationList: [entry('A'), entry('B')] },
    ]);
    const second = talk.reply('list', accepted);
    expect(payloadsOf(second, 'SendLocalList')).toEqual([
      { versionNumber: 2, updateType: 'Differential', localAuthorizationList: [entry('C')] },
    ]);
    const done = talk.reply('list', accepted);
    expect(actionsIn(done)).toEqual(['GetLocalListVersion']);
    expect(armedIn(done)).toHaveProperty('list');
    expect(callsIn(talk.reply('list-version', { versionNumber: 2 }))).toEqual([]);
    expect(
      payloadsOf(talk.reply('list-version', { versionNumber: 0 }), 'SendLocalList'),
    ).toMatchObject([{ updateType: 'Full', versionNumber: 3 }]);
  });

  test('[OCPP-D11] versions that do not fit bring it anew, a refusal is tried again later', () => {
    const talk = new Talk().boot();
    add(talk, 'A');
    talk.reply('list', accepted);
    add(talk, 'B');
    const anew = talk.reply('list', { status: 'VersionMismatch' });
    expect(payloadsOf(anew, 'SendLocalList')).toMatchObject([
      { updateType: 'Full', localAuthorizationList: [entry('A'), entry('B')] },
    ]);
    talk.reply('list', { status: 'Failed' });
    expect(talk.state.memory.list).toEqual({ version: 0, cards: ['A', 'B'] });
  });

  test('[OCPP-D12] a withdrawn card leaves the list and the cache', () => {
    const talk = new Talk().boot();
    add(talk, 'A');
    talk.reply('list', accepted);
    const removed = talk.told({ do: 'removeCards', cardNos: ['A'] });
    expect(payloadsOf(removed, 'SendLocalList')).toMatchObject([
      { localAuthorizationList: [{ idToken: { idToken: 'A' } }] },
    ]);
    expect(actionsIn(removed)).toContain('ClearCache');
    const found = talk.told({ do: 'findCards', cardNos: ['A'] });
    expect(ofType(found, 'CommandAnswered')).toMatchObject([{ detail: { cards: [] } }]);
  });

  test('a station without one is told none, and a list sent by hand is the truth', () => {
    const talk = new Talk().boot();
    talk.modelled({ 'LocalAuthListCtrlr.Available': 'false' });
    expect(ofType(add(talk, 'A'), 'CommandAnswered')).toMatchObject([{ accepted: false }]);
    const parameters = {
      versionNumber: 7,
      updateType: 'Full',
      localAuthorizationList: [entry('X'), { idToken: { idToken: 'Y', type: 'Central' } }],
    };
    talk.told({ do: 'operate', request: 'r', operation: 'SendLocalList', parameters });
    talk.reply('op:r', accepted);
    expect(talk.state.memory.list).toEqual({ version: 7, cards: ['X'] });
  });
});

describe('asking and ending (F, G)', () => {
  test('[OCPP-D9] what a station cannot be asked for is not asked again', () => {
    const talk = new Talk().boot();
    talk.charge();
    const asked = talk.told({ do: 'readNow', connectorNo: 1 });
    expect(payloadsOf(asked, 'TriggerMessage')).toEqual([
      { requestedMessage: 'MeterValues', evse: { id: 1 } },
    ]);
    talk.reply('trigger:MeterValues', { status: 'NotImplemented' });
    const again = talk.told({ do: 'readNow', connectorNo: 1 });
    expect(callsIn(again)).toEqual([]);
    expect(ofType(again, 'Measured')).toHaveLength(1);
    talk.restart();
    expect(talk.open().length).toBeGreaterThan(0);
    expect(talk.state.memory.deafTo).toEqual(['MeterValues']);
  });

  test('[OCPP-D10] a change that waits is kept, asked for again, and forgotten once seen', () => {
    const talk = new Talk().boot();
    talk.hear('StatusNotification', statusOf('Occupied', 1));
    const parameters = { evse: { id: 1, connectorId: 1 }, operationalStatus: 'Inoperative' };
    talk.told({ do: 'operate', request: 'r', operation: 'ChangeAvailability', parameters });
    expect(ofType(talk.reply('op:r', { status: 'Scheduled' }), 'Operated')).toMatchObject([
      { outcome: 'done' },
    ]);
    talk.restart();
    talk.open();
    expect(payloadsOf(talk.hear('BootNotification', BOOT), 'ChangeAvailability')).toEqual([
      parameters,
    ]);
    talk.hear('StatusNotification', statusOf('Unavailable', 1, 1, 1));
    expect(talk.state.memory.availability).toEqual({});
  });

  test('[OCPP-D10] … of an EVSE or of all, until all of it is so, or something else is done', () => {
    const talk = new Talk().boot();
    for (const evse of [1, 2]) talk.hear('StatusNotification', statusOf('Available', evse));
    const change = (parameters: Payload, status: string) => {
      talk.told({ do: 'operate', request: 'r', operation: 'ChangeAvailability', parameters });
      talk.reply('op:r', { status });
      return talk.state.memory.availability;
    };
    const out = { operationalStatus: 'Inoperative' };
    expect(change(out, 'Scheduled')).toEqual({ 0: 'Inoperative' });
    talk.hear('StatusNotification', statusOf('Unavailable', 1, 1, 1));
    expect(payloadsOf(talk.hear('BootNotification', BOOT), 'ChangeAvailability')).toEqual([out]);
    talk.hear('StatusNotification', statusOf('Unavailable', 2, 1, 1));
    expect(talk.state.memory.availability).toEqual({});
    const evse = { id: 2 };
    expect(change({ ...out, evse }, 'Scheduled')).toEqual({ 2: 'Inoperative' });
    expect(change({ ...out, evse: { id: 2, connectorId: 1 } }, 'Scheduled')).toEqual({
      2: 'Inoperative',
      '2.1': 'Inoperative',
    });
    const again = payloadsOf(talk.hear('BootNotification', BOOT), 'ChangeAvailability');
    expect(again).toContainEqual({ ...out, evse });
    const back = { operationalStatus: 'Operative', evse };
    expect(change(back, 'Rejected')).not.toEqual({});
    expect(change(back, 'Accepted')).toEqual({});
  });

  test('[OCPP-D15] a connector that its charge keeps locked is unlocked after it', () => {
    const talk = new Talk().boot();
    talk.charge();
    const parameters = { evseId: 1, connectorId: 1 };
    talk.told({ do: 'operate', request: 'r', operation: 'UnlockConnector', parameters });
    const busy = talk.reply('op:r', { status: 'OngoingAuthorizedTransaction' });
    expect(actionsIn(busy)).toEqual(['RequestStopTransaction']);
    expect(ofType(busy, 'Operated')).toEqual([]);
    expect(armedIn(busy)).toEqual({ [`drain:${KEY}`]: 60_000 });
    const freed = talk.settle(talk.hear('TransactionEvent', ENDED));
    expect(callsIn(freed)).toMatchObject([{ action: 'UnlockConnector', payload: parameters }]);
    expect(ofType(talk.reply('op:r', { status: 'Unlocked' }), 'Operated')).toMatchObject([
      { request: 'r', outcome: 'done' },
    ]);
  });

  test('[OCPP-D15] … or after its time of grace, and says what came of it', () => {
    const talk = new Talk().boot();
    talk.charge();
    const parameters = { evseId: 1, connectorId: 1 };
    talk.told({ do: 'operate', request: 'r', operation: 'UnlockConnector', parameters });
    talk.reply('op:r', { status: 'OngoingAuthorizedTransaction' });
    expect(actionsIn(talk.timer(`drain:${KEY}`))).toEqual(['UnlockConnector']);
    expect(talk.state.drains).toEqual([]);
  });

  test('[OCPP-D16] a reset waits where it should, for the station ends its charges itself', () => {
    const talk = new Talk().boot();
    talk.charge();
    const types = [true, false].map((whenIdle) =>
      payloadsOf(talk.told({ do: 'reboot', whenIdle }), 'Reset'),
    );
    expect(types).toEqual([[{ type: 'OnIdle' }], [{ type: 'Immediate' }]]);
    expect(eventsIn(talk.reply('reboot', { status: 'Scheduled' }))).toMatchObject([
      { command: 'reboot', accepted: true },
    ]);
    expect(eventsIn(talk.reply('reboot', { status: 'Rejected' }))).toMatchObject([
      { accepted: false },
    ]);
  });
});

test('a reserved connector refuses a start, and what becomes of a reservation is told (H)', () => {
  const talk = new Talk().boot();
  const expiryDateTime = at(3_600);
  const idToken = { idToken: 'A', type: 'Central' };
  const parameters = { id: 7, expiryDateTime, idToken, evseId: 1 };
  const reserved = talk.told({
    do: 'operate',
    request: 'r',
    operation: 'ReserveNow',
    parameters,
  });
  expect(payloadsOf(reserved, 'ReserveNow')).toEqual([parameters]);
  expect(ofType(talk.reply('op:r', { status: 'Occupied' }), 'Operated')).toMatchObject([
    { outcome: 'refused' },
  ]);
  talk.hear('StatusNotification', statusOf('Reserved', 1));
  expect(eventsIn(talk.reply(`start:1:${ORDER}`, { status: 'Rejected' }))).toMatchObject([
    { type: 'StartAnswered', refusal: 'connector-busy' },
  ]);
  const update = { reservationId: 7, reservationUpdateStatus: 'Expired' };
  expect(ofType(talk.hear('ReservationStatusUpdate', update), 'Observed')).toEqual([
    { type: 'Observed', name: 'reservationStatusUpdate', body: update },
  ]);
});

describe('what stations tell of themselves (A, H, L to P)', () => {
  test('[OCPP-D14] firmware at a time that is past, and a flood of one state told once', () => {
    const talk = new Talk().boot();
    const source = { host: '10.0.0.1', port: 21, user: 'u', password: 'p:/', path: 'f.bin' };
    const asked = talk.told({
      do: 'updateFirmware',
      source,
      ratedPowerKw: 60,
      whenIdle: true,
      timeoutMinutes: 5,
    });
    expect(payloadsOf(asked, 'UpdateFirmware')).toMatchObject([
      {
        retries: 3,
        firmware: { location: 'ftp://u:p%3A%2F@10.0.0.1:21/f.bin', retrieveDateTime: at(-60) },
      },
    ]);
    const state: Payload = { status: 'Downloading', requestId: 1 };
    expect(observedIn(talk.hear('FirmwareStatusNotification', state))).toHaveLength(1);
    expect(observedIn(talk.hear('FirmwareStatusNotification', state))).toEqual([]);
    const next = { ...state, status: 'Downloaded' };
    expect(observedIn(talk.hear('FirmwareStatusNotification', next))).toHaveLength(1);
  });

  test('[OCPP-D17] vendors’ messages that nobody knows are said to be unknown', () => {
    const talk = new Talk().boot();
    const say = (vendorId: string, messageId: string) => {
      const effects = talk.hear('DataTransfer', { vendorId, messageId, data: { a: 1 } });
      return [answersIn(effects)[0], observedIn(effects)[0]];
    };
    expect(say('Example', 'x')).toEqual([{ status: 'UnknownVendorId' }, 'dataTransfer']);
    expect(say('Example', 'GetQRCode')).toEqual([{ status: 'Accepted' }, 'qrCode']);
    expect(say('org.openchargealliance.iso15118pnc', 'Authorize')).toEqual([
      { status: 'Accepted' },
      'plugAndCharge',
    ]);
  });

  test('security events are told by their names (A04), certificates are asked for (A02)', () => {
    const talk = new Talk().boot();
    const body = { type: 'TamperDetectionActivated', timestamp: at(0) };
    expect(ofType(talk.hear('SecurityEventNotification', body), 'Observed')).toEqual([
      { type: 'Observed', name: 'securityEvent', body },
    ]);
    const own = talk.hear('SignCertificate', { csr: 'PEM' });
    expect(answersIn(own)).toEqual([{ status: 'Accepted' }]);
    expect(eventsIn(own)).toEqual([
      { type: 'CertificateAsked', request: 'PEM', purpose: 'connection', echo: {} },
    ]);
    const certificateType = 'ChargingStationCertificate';
    const typed = talk.hear('SignCertificate', { csr: 'PEM', certificateType });
    expect(ofType(typed, 'CertificateAsked')).toMatchObject([{ echo: { certificateType } }]);
    const newer = new Talk({}, '2.1').boot();
    const counted = newer.hear('SignCertificate', { csr: 'PEM', requestId: 5 });
    expect(ofType(counted, 'CertificateAsked')).toMatchObject([{ echo: { requestId: 5 } }]);
    const car = talk.hear('SignCertificate', { csr: 'PEM', certificateType: 'V2GCertificate' });
    expect(answersIn(car)).toEqual([{ status: 'Rejected' }]);
  });

  test('contracts and their certificates are nobody’s here, and that is said (M)', () => {
    const talk = new Talk().boot();
    const contract = { iso15118SchemaVersion: 'urn', action: 'Install', exiRequest: 'AA' };
    expect(answersIn(talk.hear('Get15118EVCertificate', contract))).toEqual([
      { status: 'Failed', exiResponse: '' },
    ]);
  });

  test('problems make a connector faulty, until they are over (N07)', () => {
    const talk = new Talk().boot();
    const problem = (change: Payload) =>
      talk.hear('NotifyEvent', {
        generatedAt: at(0),
        seqNo: 0,
        eventData: [
          {
            eventId: 1,
            timestamp: at(0),
            trigger: 'Delta',
            actualValue: 'true',
            techCode: 'GroundFailure',
            eventNotificationType: 'HardWiredNotification',
            component: { name: 'Connector', evse: { id: 1, connectorId: 1 } },
            variable: { name: 'Problem' },
            ...change,
          },
        ],
      });
    const faulted = problem({});
    expect(observedIn(faulted)).toEqual(['notifyEvent']);
    expect(ofType(faulted, 'ConnectorHealth')).toMatchObject([{ connectorNo: 1, faulted: true }]);
    expect(ofType(faulted, 'Measured')).toMatchObject([
      { measurement: { faults: ['ground-fault'] } },
    ]);
    const over = problem({ cleared: true });
    expect(ofType(over, 'ConnectorHealth')).toMatchObject([{ faulted: false }]);
    const variable = { name: 'AvailabilityState' };
    const state = problem({ variable, actualValue: 'Occupied', techCode: '' });
    expect(ofType(state, 'Measured')).toMatchObject([{ measurement: { plugged: true } }]);
    const old = problem({ timestamp: at(-7_200), techCode: 'OverVoltage' });
    expect(ofType(old, 'ConnectorHealth')).toEqual([]);
  });
});

describe('what a charge costs (I02, I03)', () => {
  test.each([
    ['2.0.1', {}],
    ['2.1', { totalCost: expect.any(Number) }],
  ] as const)(
    'is told at its end once there is a tariff, in %s meanwhile %j',
    (version, running) => {
      const talk = new Talk({}, version).boot();
      talk.site.tariff = TARIFF;
      talk.charge();
      const [updated] = answersIn(talk.hear('TransactionEvent', UPDATED));
      expect(updated).toEqual(running);
      talk.nowMs = NOW_MS + 600_000;
      const [ended] = answersIn(talk.settle(talk.hear('TransactionEvent', ENDED)));
      const { totalCost } = { totalCost: 0, ...ended };
      expect(Number.isInteger(Math.round(totalCost * 1e6) / 1e4)).toBe(true);
      expect(totalCost).toBeGreaterThan(0);
    },
  );
});

test('[OCPP-E9] [OCPP-E14] values are shown now and then, and all of them count', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.nowMs = NOW_MS + 10_000;
  const value = (seconds: number, wh: number) =>
    talk.hear('MeterValues', { evseId: 1, meterValue: [meter(seconds, wh)] });
  expect(ofType(value(10, 27_010_100), 'Measured')).toHaveLength(1);
  talk.nowMs += 500;
  const soon = value(10.5, 27_010_200);
  expect(ofType(soon, 'Measured')).toEqual([]);
  expect(armedIn(soon)).toEqual({ 'show:1': 1_500 });
  expect(ofType(talk.timer('show:1'), 'Measured')).toMatchObject([
    { measurement: { tradeNo: ORDER, energy: 2_000n } },
  ]);
});

test('only so many calls wait for the site', () => {
  const talk = new Talk().boot();
  const ask = (n: number) =>
    talk.hear('Authorize', { idToken: { idToken: `CARD-${n}`, type: 'ISO14443' } });
  for (let n = 0; n < 64; n += 1) expect(eventsIn(ask(n))).toHaveLength(1);
  expect(ask(64)).toEqual([]);
  expect(sentIn(talk.effects)).toEqual([]);
});
