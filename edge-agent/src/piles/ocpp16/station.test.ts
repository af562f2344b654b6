import { CENTRAL_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { describe, expect, test } from 'vitest';
import type { OcppEffect } from '../ocpp/steps.ts';
import {
  answersIn,
  armedIn,
  at,
  callsIn,
  NOW_MS,
  ORDER,
  ofType,
  type Payload,
  STATION,
  STOP,
  sentIn,
  Talk,
} from './testing/talk.ts';

const notesIn = (effects: readonly OcppEffect[], key: string) =>
  ofType(effects, 'Noted')
    .filter((noted) => noted.key === key)
    .map(({ value }) => value);
const operate = (talk: Talk, operation: string, parameters: unknown) =>
  talk.told({ do: 'operate', request: 'r1', operation, parameters });
const stored = (talk: Talk, effects: readonly OcppEffect[]) =>
  talk.told({
    do: 'recordStored',
    tradeNo: ORDER,
    request: ofType(effects, 'RecordUploaded')[0]?.request ?? '',
  });

describe('configuration', () => {
  test('[OCPP-D1] all is asked first, what is missing in parts', () => {
    const talk = new Talk().boot();
    const [all] = callsIn(talk.timer('welcome'));
    expect(all).toMatchObject({ action: 'GetConfiguration', payload: {}, tag: 'config:all' });
    const part = callsIn(
      talk.reply('config:all', {
        configurationKey: [{ key: 'GetConfigurationMaxKeys', readonly: true, value: '3' }],
      }),
    )[0];
    expect(part?.payload).toMatchObject({ key: { length: 3 } });
    const next = callsIn(talk.reply('config:part', { unknownKey: ['NumberOfConnectors'] }))[0];
    expect(next?.payload).not.toEqual(part?.payload);
  });

  test('[OCPP-D1] a station that fails on all of them is asked by name', () => {
    const talk = new Talk().boot();
    talk.timer('welcome');
    expect(callsIn(talk.fail('config:all', 'timeout'))).toMatchObject([
      { action: 'GetConfiguration', payload: { key: { length: 10 } } },
    ]);
    expect(talk.fail('config:all', 'lost')).toEqual([]);
  });

  const keys = (
    ...list: readonly (readonly [key: string, value: string, readonly?: boolean])[]
  ) => ({
    configurationKey: list.map(([key, value, readonly = false]) => ({ key, value, readonly })),
  });
  /** Reads a configuration, and whatever parts are asked for besides. */
  const read = (talk: Talk, payload: Payload): readonly OcppEffect[] => {
    const effects = [...talk.reply('config:all', payload)];
    for (let n = 0; n < 4; n += 1) effects.push(...talk.reply('config:part', {}));
    return effects;
  };
  const setIn = (effects: readonly OcppEffect[]) =>
    callsIn(effects)
      .filter(({ action }) => action === 'ChangeConfiguration')
      .map(({ payload }) => payload);

  test('[OCPP-C12] [OCPP-D2] what differs is set, whatever way a value is written', () => {
    const talk = new Talk({ configuration: { Vendor: 'x' } }).boot();
    const effects = read(
      talk,
      keys(
        ['StopTransactionOnEVSideDisconnect', 'False'],
        ['UnlockConnectorOnEVSideDisconnect', '1'],
        ['StopTransactionOnInvalidId', 'True', true],
        ['HeartbeatInterval', ' 300 '],
        ['MeterValueSampleInterval', '60', true],
        ['Vendor', 'y'],
        ['AuthorizationKey', 'geheim'],
      ),
    );
    expect(setIn(effects)).toEqual([
      { key: 'StopTransactionOnEVSideDisconnect', value: 'true' },
      { key: 'Vendor', value: 'x' },
    ]);
    expect(JSON.stringify(effects)).not.toContain('geheim');
  });

  test('[OCPP-C12] [OCPP-A6] [OCPP-C7] what every station is set to; it is read again afterwards', () => {
    const talk = new Talk().boot();
    const wrong = ['UnlockConnectorOnEVSideDisconnect', 'StopTransactionOnInvalidId'];
    const effects = read(
      talk,
      keys(
        ['StopTransactionOnEVSideDisconnect', 'false'],
        ...wrong.map((key) => [key, 'false'] as const),
        ['WebSocketPingInterval', '0'],
      ),
    );
    expect(setIn(effects)).toEqual(
      expect.arrayContaining([
        { key: 'StopTransactionOnEVSideDisconnect', value: 'true' },
        ...wrong.map((key) => ({ key, value: 'true' })),
        { key: 'WebSocketPingInterval', value: '30' },
      ]),
    );
    const [first = ''] = wrong;
    const again = callsIn(talk.reply(`set:${first}`, { status: 'Accepted' }));
    expect(again).toMatchObject([{ action: 'GetConfiguration', payload: { key: [first] } }]);
    const noted = notesIn(
      talk.reply(again[0]?.tag ?? '', keys([first, 'true'])),
      'configuration',
    ).at(-1);
    expect(noted).toMatchObject({ keys: { [first]: { value: 'true' } } });
  });

  test('[OCPP-D3] measurands are set once for each firmware, never more than it takes', () => {
    const talk = new Talk().boot();
    const said = keys(
      ['MeterValuesSampledData', "'Voltage' , SoC"],
      ['MeterValuesSampledDataMaxLength', '2', true],
    );
    expect(setIn(read(talk, said))).toEqual([
      {
        key: 'MeterValuesSampledData',
        value: 'Energy.Active.Import.Register,Power.Active.Import',
      },
    ]);
    expect(callsIn(talk.timer('welcome')).map(({ action }) => action)).not.toContain(
      'GetConfiguration',
    );
    expect(setIn(read(talk, said))).toEqual([]);
    talk.hear('BootNotification', { chargePointVendor: 'E', firmwareVersion: '2' });
    expect(callsIn(talk.timer('welcome'))).toMatchObject([{ action: 'GetConfiguration' }, {}]);
    const abb = new Talk().boot({ chargePointVendor: 'ABB' });
    expect(setIn(read(abb, said))).toEqual([]);
  });

  test('[OCPP-D2] a value is read again once it is set, and a restart is due until there is one', () => {
    const talk = new Talk().boot();
    read(talk, keys(['HeartbeatInterval', '60']));
    const set = talk.reply('set:HeartbeatInterval', { status: 'RebootRequired' });
    expect(callsIn(set)).toMatchObject([
      { action: 'GetConfiguration', payload: { key: ['HeartbeatInterval'] } },
    ]);
    expect(notesIn(set, 'configuration')).toMatchObject([{ rebootPending: true }]);
    const again = talk.reply('config:again', keys(['HeartbeatInterval', '300']));
    expect(notesIn(again, 'configuration')).toMatchObject([
      { keys: { HeartbeatInterval: { value: '300' } }, rebootPending: true },
    ]);
    const booted = talk.hear('BootNotification', { chargePointVendor: 'E' });
    expect(notesIn(booted, 'configuration')).toMatchObject([{ rebootPending: false }]);
    expect(talk.reply('set:X', { status: 'Rejected' })).toEqual([]);
  });

  test('[OCPP-D5] profiles of others go when a station is adopted', () => {
    const talk = new Talk().boot();
    const cleared = callsIn(read(talk, keys(['ChargeProfileMaxStackLevel', '3'])));
    expect(cleared.at(-1)).toMatchObject({ action: 'ClearChargingProfile', payload: {} });
  });

  test('[OCPP-E11] currents are those of the grid where the wiring turns the lines', () => {
    const talk = new Talk().boot().configured({ ConnectorPhaseRotation: '0.RST, 1.STR' });
    const sampledValue = [{ value: '7', measurand: 'Current.Import', phase: 'L1' }];
    const values = { connectorId: 1, meterValue: [{ timestamp: at(0), sampledValue }] };
    expect(ofType(talk.hear('MeterValues', values), 'Observed')).toMatchObject([
      { name: 'gridLines', body: { connectorNo: 1, lines: { L2: 7_000 } } },
    ]);
  });

  test('[OCPP-E11] a wiring that it does not tell is learnt of its main meter, and kept', () => {
    const talk = new Talk().boot().configured({ ConnectorPhaseRotation: '0.Unknown,1.Unknown' });
    const values = (connectorId: number, amperes: readonly number[], seconds: number) =>
      talk.hear('MeterValues', {
        connectorId,
        meterValue: [
          {
            timestamp: at(seconds),
            sampledValue: amperes.map((value, n) => ({
              value: String(value),
              measurand: 'Current.Import',
              phase: `L${n + 1}`,
            })),
          },
        ],
      });
    for (let n = 0; n < 10; n += 1) {
      const drawn = n % 2 === 0 ? 0 : 16;
      talk.nowMs = NOW_MS + n * 60_000;
      values(1, [drawn], n * 60);
      values(0, [3, 5 + drawn, 4], n * 60);
    }
    expect(notesIn(talk.effects, 'rotation')).toEqual([{ 1: 'S??' }]);
    talk.restart();
    talk.open();
    expect(ofType(values(1, [7], 700), 'Observed')).toMatchObject([
      { name: 'gridLines', body: { connectorNo: 1, lines: { L2: 7_000 } } },
    ]);
  });

  test('a station that tells no firmware is set like any other, once', () => {
    const talk = new Talk();
    talk.open();
    talk.hear('BootNotification', { chargePointVendor: 'Example', chargePointModel: 'One' });
    talk.timer('welcome');
    expect(setIn(read(talk, keys(['HeartbeatInterval', '10'])))).toContainEqual({
      key: 'HeartbeatInterval',
      value: '300',
    });
    talk.restart();
    talk.open();
    expect(callsIn(talk.timer('welcome')).map(({ action }) => action)).not.toContain(
      'GetConfiguration',
    );
  });

  test('[OCPP-D1] whatever a station tells of itself, its note stays small', () => {
    const talk = new Talk().boot();
    const flood = Array.from({ length: 2_000 }, (_, n) => [`Key${n}`, '长'.repeat(400)] as const);
    const noted = notesIn(read(talk, keys(...flood, ['NumberOfConnectors', '2'])), 'configuration');
    expect(new TextEncoder().encode(JSON.stringify(noted.at(-1))).length).toBeLessThan(64_000);
    expect(noted.at(-1)).toMatchObject({ keys: { NumberOfConnectors: { value: '2' } } });
  });

  test('connectors that the configuration names are told', () => {
    const talk = new Talk().boot();
    const told = ofType(read(talk, keys(['NumberOfConnectors', '2'])), 'PileLoggedIn');
    expect(told).toMatchObject([{ connectorCount: 2 }]);
  });
});

describe('asking', () => {
  test('[OCPP-D9] a message that it does not know is not asked for again, ever', () => {
    const talk = new Talk().boot();
    const ask = () => talk.told({ do: 'readNow', connectorNo: 1 });
    expect(callsIn(ask())).toMatchObject([
      { payload: { requestedMessage: 'StatusNotification', connectorId: 1 } },
    ]);
    const deaf = talk.reply('trigger:StatusNotification', { status: 'NotImplemented' });
    expect(notesIn(deaf, 'triggers')).toEqual([{ deafTo: ['StatusNotification'] }]);
    expect(ofType(ask(), 'Measured')).toHaveLength(1);
    talk.charge();
    expect(callsIn(ask())).toMatchObject([{ payload: { requestedMessage: 'MeterValues' } }]);
    talk.fail('trigger:MeterValues', 'error', 'NotSupported');
    talk.restart();
    talk.open();
    expect(callsIn(ask())).toEqual([]);
  });

  test('[OCPP-D9] nor is one without the profile, or a boot that was accepted', () => {
    const talk = new Talk().boot().configured({ SupportedFeatureProfiles: 'Core, SmartCharging' });
    expect(callsIn(talk.told({ do: 'readNow', connectorNo: 1 }))).toEqual([]);
    expect(callsIn(talk.timer('boot'))).toEqual([]);
  });

  test('the clock is set by answers, and prices are the edge’s matter', () => {
    const talk = new Talk().boot();
    expect(ofType(talk.told({ do: 'setClock' }), 'ClockAnswered')).toHaveLength(1);
    const lock = talk.told({ do: 'setLock', connectorNo: 1, up: true });
    expect(ofType(lock, 'CommandAnswered')).toMatchObject([{ accepted: false }]);
  });
});

describe('operations', () => {
  test('every operation of the standard is in the catalogue, with its schema', async () => {
    const talk = new Talk();
    const { operations = { operations: [] } } = talk.driver;
    expect(operations.operations.map(({ name }) => name)).toEqual(CENTRAL_ACTIONS['1.6']);
    for (const { schema } of operations.operations)
      expect(await schema()).toMatchObject({ type: 'object' });
  });

  test('one that fits the schema goes out, and its answer comes back', () => {
    const talk = new Talk().boot();
    const [call] = callsIn(operate(talk, 'GetLocalListVersion', {}));
    expect(call).toMatchObject({ action: 'GetLocalListVersion', payload: {} });
    expect(ofType(talk.reply(call?.tag ?? '', { listVersion: 3 }), 'Operated')).toEqual([
      { type: 'Operated', request: 'r1', outcome: 'done', answer: { listVersion: 3 } },
    ]);
  });

  test.each([
    ['Nonsense', {}],
    ['Reset', { type: 'Medium' }],
    ['Reset', 'Soft'],
    ['ChangeConfiguration', { key: 'X' }],
  ])('%s with wrong parameters goes nowhere', (operation, parameters) => {
    const talk = new Talk().boot();
    const effects = operate(talk, operation, parameters);
    expect(callsIn(effects)).toEqual([]);
    expect(ofType(effects, 'Operated')).toMatchObject([{ outcome: 'refused' }]);
  });

  test('refused, failed and unanswered are told apart', () => {
    const talk = new Talk().boot();
    const outcomeOf = (end: (tag: string) => readonly OcppEffect[]) => {
      const [call] = callsIn(operate(talk, 'ClearCache', {}));
      return ofType(end(call?.tag ?? ''), 'Operated')[0]?.outcome;
    };
    expect([
      outcomeOf((tag) => talk.reply(tag, { status: 'Rejected' })),
      outcomeOf((tag) => talk.fail(tag, 'error', 'NotSupported')),
      outcomeOf((tag) => talk.fail(tag, 'timeout')),
      outcomeOf((tag) => talk.reply(tag, { status: 'Accepted' })),
    ]).toEqual(['refused', 'failed', 'unanswered', 'done']);
  });

  test('[OCPP-D10] a scheduled change of availability is kept until it has come to pass', () => {
    const talk = new Talk().boot();
    const [call] = callsIn(
      operate(talk, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }),
    );
    const kept = talk.reply(call?.tag ?? '', { status: 'Scheduled' });
    expect(notesIn(kept, 'availability')).toEqual([{ 1: 'Inoperative' }]);
    const booted = talk.hear('BootNotification', { chargePointVendor: 'E' });
    expect(callsIn(booted)).toMatchObject([
      { action: 'ChangeAvailability', payload: { connectorId: 1, type: 'Inoperative' } },
    ]);
    const status = { connectorId: 1, status: 'Unavailable', timestamp: at(0) };
    expect(notesIn(talk.hear('StatusNotification', status), 'availability')).toEqual([{}]);
  });

  test('[OCPP-D10] what is done at once takes the place of what waited', () => {
    const talk = new Talk().boot();
    const change = (connectorId: number, type: string, status: string) => {
      const [call] = callsIn(operate(talk, 'ChangeAvailability', { connectorId, type }));
      return notesIn(talk.reply(call?.tag ?? '', { status }), 'availability');
    };
    for (const no of [1, 2]) change(no, 'Inoperative', 'Scheduled');
    expect(change(1, 'Operative', 'Rejected')).toEqual([]);
    expect(change(1, 'Operative', 'Accepted')).toEqual([{ 2: 'Inoperative' }]);
    expect(change(0, 'Operative', 'Accepted')).toEqual([{}]);
    expect(change(0, 'Inoperative', 'Scheduled')).toEqual([{ 0: 'Inoperative' }]);
    const status = { connectorId: 0, status: 'Unavailable', timestamp: at(0) };
    expect(notesIn(talk.hear('StatusNotification', status), 'availability')).toEqual([{}]);
  });

  test('[OCPP-D15] an unlock stops what runs at the connector, and waits for its end', () => {
    const talk = new Talk().boot();
    talk.charge();
    const asked = callsIn(operate(talk, 'UnlockConnector', { connectorId: 1 }));
    expect(asked).toMatchObject([
      { action: 'RemoteStopTransaction', payload: { transactionId: 1_001 } },
    ]);
    const stopped = talk.hear('StopTransaction', STOP);
    expect(callsIn(stopped)).toEqual([]);
    expect(sentIn(stored(talk, stopped))).toMatchObject([
      { is: 'answer' },
      { is: 'call', action: 'UnlockConnector', payload: { connectorId: 1 } },
    ]);
    expect(callsIn(operate(talk, 'UnlockConnector', { connectorId: 2 }))).toMatchObject([
      { action: 'UnlockConnector' },
    ]);
  });

  test('[OCPP-D16] a reset drains the station first, for a bounded time', () => {
    const talk = new Talk().boot();
    expect(callsIn(talk.told({ do: 'reboot', whenIdle: true }))).toMatchObject([
      { action: 'Reset', payload: { type: 'Soft' } },
    ]);
    talk.charge();
    const busy = talk.told({ do: 'reboot', whenIdle: true });
    expect(ofType(busy, 'CommandAnswered')).toMatchObject([{ accepted: false }]);
    const drain = talk.told({ do: 'reboot', whenIdle: false });
    expect(callsIn(drain)).toMatchObject([{ action: 'RemoteStopTransaction' }]);
    expect(armedIn(drain)).toEqual({ drain: 60_000 });
    expect(callsIn(talk.timer('drain'))).toMatchObject([{ action: 'Reset', tag: 'reboot' }]);
    const told = ofType(talk.reply('reboot', { status: 'Accepted' }), 'CommandAnswered');
    expect(told).toMatchObject([{ command: 'reboot', accepted: true }]);
  });
});

describe('files and messages', () => {
  test('[OCPP-D14] a firmware is asked for in the past, more than once, and told once', () => {
    const talk = new Talk().boot();
    const source = { host: '10.0.0.1', port: 21, user: 'u@x', password: 'p/w', path: 'f.bin' };
    const [call] = callsIn(
      talk.told({
        do: 'updateFirmware',
        source,
        ratedPowerKw: 7,
        whenIdle: false,
        timeoutMinutes: 5,
      }),
    );
    expect(call?.payload).toEqual({
      location: 'ftp://u%40x:p%2Fw@10.0.0.1:21/f.bin',
      retrieveDate: at(-60),
      retries: 3,
      retryInterval: 60,
    });
    const flood = Array.from({ length: 5 }).flatMap(() =>
      talk.hear('FirmwareStatusNotification', { status: 'Downloading' }),
    );
    expect(answersIn(flood)).toHaveLength(5);
    expect(ofType(flood, 'Observed')).toHaveLength(1);
    expect(
      ofType(talk.hear('FirmwareStatusNotification', { status: 'Installed' }), 'Observed'),
    ).toMatchObject([{ name: 'firmwareStatusNotification', body: { status: 'Installed' } }]);
  });

  test.each([
    ['Example', 'getQRCode', 'Accepted'],
    ['Example', 'somethingElse', 'UnknownVendorId'],
    ['', 'getQRCode', 'UnknownVendorId'],
    ['org.openchargealliance.iso15118pnc', 'Authorize', 'UnknownMessageId'],
    ['x', 'saving', 'UnknownVendorId'],
  ])('[OCPP-D17] data of %s called %s is %s', (vendorId, messageId, status) => {
    const talk = new Talk().boot();
    const effects = talk.hear('DataTransfer', { vendorId, messageId, data: 'x' });
    expect(answersIn(effects)).toEqual([{ status }]);
    expect(ofType(effects, 'Observed')).toHaveLength(1);
  });

  test('[OCPP-D17] [OCPP-E12] signed values of a vendor are kept with their charge', () => {
    const talk = new Talk().boot({ numberOfConnectors: 2 });
    const send = (data: string) => {
      const payload = { vendorId: 'Example', messageId: 'SignedMeterValue', data };
      return ofType(talk.hear('DataTransfer', payload), 'MeterSigned')[0];
    };
    const signed = send('{"transactionId":1001,"connectorId":2,"ocmf":"OCMF|{}|{}"}');
    expect(signed).toMatchObject({ connectorNo: 2, charge: { by: 'no', no: 1_001 } });
    expect(Buffer.from(signed?.rawHex ?? '', 'hex').toString()).toContain('OCMF|{}|{}');
    expect(send('OCMF|{}|{}')).toMatchObject({ connectorNo: null });
    expect(send('{"broken')).toMatchObject({ connectorNo: null });
  });

  test('security messages are taken and shown', () => {
    const talk = new Talk().boot();
    const event = talk.hear('SecurityEventNotification', { type: 'TamperDetectionActivated' });
    expect([answersIn(event), ofType(event, 'Observed')]).toMatchObject([
      [{}],
      [{ name: 'securityEvent' }],
    ]);
    const csr = talk.hear('SignCertificate', { csr: 'PEM' });
    expect(answersIn(csr)).toEqual([{ status: 'Accepted' }]);
    expect(ofType(csr, 'CertificateAsked')).toMatchObject([{ request: 'PEM' }]);
    for (const action of [
      'DiagnosticsStatusNotification',
      'LogStatusNotification',
      'SignedFirmwareStatusNotification',
    ])
      expect(answersIn(talk.hear(action, { status: 'Uploading', requestId: 1 }))).toEqual([{}]);
  });

  test('a fault of the station is one of all its connectors', () => {
    const talk = new Talk().boot({ numberOfConnectors: 2 });
    const say = (connectorId: number, status: string, seconds: number) =>
      ofType(
        talk.hear('StatusNotification', { connectorId, status, timestamp: at(seconds) }),
        'ConnectorHealth',
      ).map(({ connectorNo, faulted }) => [connectorNo, faulted]);
    say(1, 'Available', 0);
    say(2, 'Faulted', 0);
    expect(say(0, 'Faulted', 1)).toEqual([[1, true]]);
    expect(say(1, 'Available', 2)).toEqual([]);
    expect(say(0, 'Available', 3)).toEqual([[1, false]]);
    expect(say(0, 'Faulted', 1)).toEqual([]);
  });

  test('what the standard has not is an error, and says so', () => {
    const talk = new Talk().boot();
    for (const action of ['TransactionEvent', 'toString'])
      expect(sentIn(talk.hear(action))).toMatchObject([{ is: 'error', code: 'NotImplemented' }]);
  });

  test('a deviation of the layer below is passed on, and ours are told once', () => {
    const talk = new Talk().boot();
    const odd = {
      connectorId: 1,
      meterValue: [{ sampledValue: [{ value: 'NaN' }, { value: '-' }] }],
    };
    expect(ofType(talk.hear('MeterValues', odd), 'Deviated')).toHaveLength(1);
    expect(ofType(talk.hear('MeterValues', odd), 'Deviated')).toHaveLength(0);
    expect(STATION).toBe(talk.state.pileNo);
    expect(NOW_MS).toBe(talk.nowMs);
  });
});

describe('local list', () => {
  const card = (cardNo: string) => ({ printedNo: cardNo, cardNo });
  const add = (talk: Talk, ...cards: readonly string[]) =>
    talk.told({ do: 'addCards', cards: cards.map(card) });
  const listed = (effects: readonly OcppEffect[]) =>
    callsIn(effects)
      .filter(({ action }) => action === 'SendLocalList')
      .map(({ payload }) => payload);

  test('[OCPP-D11] it is sent in parts, the first of them whole; then changes alone', () => {
    const talk = new Talk().boot().configured({ SendLocalListMaxLength: '2' });
    expect(listed(add(talk, 'A', 'B', 'C'))).toMatchObject([
      { listVersion: 1, updateType: 'Full', localAuthorizationList: { length: 2 } },
    ]);
    const second = talk.reply('list', { status: 'Accepted' });
    expect(listed(second)).toMatchObject([
      { listVersion: 2, updateType: 'Differential', localAuthorizationList: [{ idTag: 'C' }] },
    ]);
    const done = talk.reply('list', { status: 'Accepted' });
    expect(notesIn(done, 'local-list')).toEqual([{ version: 2, cards: ['A', 'B', 'C'] }]);
    expect(callsIn(done)).toMatchObject([{ action: 'GetLocalListVersion' }]);
    expect(listed(add(talk, 'A', 'D'))).toEqual([
      {
        listVersion: 3,
        updateType: 'Differential',
        localAuthorizationList: [{ idTag: 'D', idTagInfo: { status: 'Accepted' } }],
      },
    ]);
  });

  test('[OCPP-D11] a version that does not fit, or a list that was lost, sends all anew', () => {
    const talk = new Talk().boot().configured({});
    add(talk, 'A');
    talk.reply('list', { status: 'Accepted' });
    add(talk, 'B');
    const anew = listed(talk.reply('list', { status: 'VersionMismatch' }));
    expect(anew).toMatchObject([{ updateType: 'Full', localAuthorizationList: { length: 2 } }]);
    talk.reply('list', { status: 'Accepted' });
    expect(callsIn(talk.timer('list'))).toMatchObject([{ action: 'GetLocalListVersion' }]);
    expect(listed(talk.reply('list-version', { listVersion: 2 }))).toEqual([]);
    expect(listed(talk.reply('list-version', { listVersion: 0 }))).toMatchObject([
      { updateType: 'Full', listVersion: 3 },
    ]);
    expect(listed(talk.reply('list-version', { listVersion: -1 }))).toEqual([]);
  });

  test('[OCPP-D11] nothing is sent before the station has said how much it takes at once', () => {
    const talk = new Talk().boot();
    expect(callsIn(add(talk, 'A', 'B'))).toEqual([]);
    expect(callsIn(talk.timer('welcome')).map(({ action }) => action)).not.toContain(
      'GetLocalListVersion',
    );
    const configurationKey = [{ key: 'SendLocalListMaxLength', value: '1', readonly: true }];
    const told = [...talk.reply('config:all', { configurationKey })];
    for (let n = 0; n < 4; n += 1) told.push(...talk.reply('config:part', {}));
    expect(callsIn(told).map(({ action }) => action)).toContain('GetLocalListVersion');
    expect(listed(talk.reply('list-version', { listVersion: 0 }))).toMatchObject([
      { updateType: 'Full', localAuthorizationList: [{ idTag: 'A' }] },
    ]);
  });

  test('[OCPP-D11] a list that never arrived is sent again; of more cards than it holds the first', () => {
    const talk = new Talk().boot().configured({ LocalAuthListMaxLength: '2' });
    expect(listed(add(talk, 'A', 'B', 'C'))).toMatchObject([
      { localAuthorizationList: [{ idTag: 'A' }, { idTag: 'B' }] },
    ]);
    talk.reply('list', { status: 'Failed' });
    expect(listed(talk.reply('list-version', { listVersion: 0 }))).toMatchObject([
      { updateType: 'Full', listVersion: 1, localAuthorizationList: { length: 2 } },
    ]);
    expect(listed(add(talk, 'D'))).toEqual([]);
  });

  test('[OCPP-D12] a card that is withdrawn leaves the list and the cache', () => {
    const talk = new Talk().boot().configured({});
    add(talk, 'A', 'B');
    talk.reply('list', { status: 'Accepted' });
    const gone = talk.told({ do: 'removeCards', cardNos: ['A', 'Z'] });
    expect(listed(gone)).toMatchObject([
      { updateType: 'Differential', localAuthorizationList: [{ idTag: 'A' }] },
    ]);
    expect(callsIn(gone).map(({ action }) => action)).toContain('ClearCache');
    const found = talk.told({ do: 'findCards', cardNos: ['A', 'B'] });
    expect(ofType(found, 'CommandAnswered')).toMatchObject([{ detail: { cards: ['B'] } }]);
  });

  test('a list that was sent by hand is the truth', () => {
    const talk = new Talk().boot();
    const [call] = callsIn(
      operate(talk, 'SendLocalList', {
        listVersion: 9,
        updateType: 'Full',
        localAuthorizationList: [{ idTag: 'X', idTagInfo: { status: 'Accepted' } }],
      }),
    );
    const kept = talk.reply(call?.tag ?? '', { status: 'Accepted' });
    expect(notesIn(kept, 'local-list')).toEqual([{ version: 9, cards: ['X'] }]);
  });

  test('a station without lists says so', () => {
    const talk = new Talk().boot().configured({ SupportedFeatureProfiles: 'Core' });
    expect(ofType(add(talk, 'A'), 'CommandAnswered')).toMatchObject([{ accepted: false }]);
  });
});
