import { fen } from '@holdfast/shared/units';
import { expect, test } from 'vitest';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
import { answersIn, armedIn, callsIn, eventsIn, ofType, sentIn } from '../ocpp/testing/effects.ts';
import { remoteStartIdOf } from './remote-start-id.ts';
import {
  at,
  BOOT,
  CARD,
  ENDED,
  event,
  KEY,
  meter,
  NOW_MS,
  ORDER,
  STARTED,
  STATION,
  Talk,
  UPDATED,
} from './testing/talk.ts';

const statusOf = (connectorStatus: string, seconds = 0, evseId = 1, connectorId = 1) => ({
  timestamp: at(seconds),
  connectorStatus,
  evseId,
  connectorId,
});

test('an adopted station is admitted, boots and is told the time (B01)', () => {
  const talk = new Talk();
  expect(talk.open().map((effect) => effect.do)).toEqual(['admit', 'emit', 'arm']);
  const effects = talk.hear('BootNotification', BOOT);
  expect(answersIn(effects)).toEqual([
    { status: 'Accepted', currentTime: at(0), interval: expect.any(Number) },
  ]);
  expect(ofType(effects, 'PileLoggedIn')).toMatchObject([
    { protocolVersion: '2.0.1', firmware: '1.0.0', connectorCount: 1, dc: false },
  ]);
  expect(answersIn(talk.hear('Heartbeat'))).toEqual([{ currentTime: at(0) }]);
});

test('[OCPP-A7] a station waits until it is adopted, and a stranger is refused (B02, B03)', () => {
  const talk = new Talk();
  talk.site.profiles.set(STATION, { pileNo: STATION, adopted: false, dialect: undefined });
  expect(talk.open()).toEqual([]);
  expect(answersIn(talk.hear('BootNotification', BOOT))).toMatchObject([{ status: 'Pending' }]);
  talk.site.profiles.clear();
  expect(answersIn(talk.hear('BootNotification', BOOT))).toMatchObject([{ status: 'Rejected' }]);
  talk.site.adopt(STATION);
  const adopted = talk.hear('BootNotification', BOOT);
  expect(answersIn(adopted)).toMatchObject([{ status: 'Accepted' }]);
  expect(adopted.map((effect) => effect.do)).toContain('admit');
});

test('[OCPP-A8] a known station is served without a boot, one that never booted is asked to', () => {
  const talk = new Talk();
  expect(armedIn(talk.open())).toEqual({ boot: 30_000 });
  expect(callsIn(talk.timer('boot'))).toMatchObject([{ action: 'TriggerMessage' }]);
  talk.hear('BootNotification', BOOT);
  talk.closed();
  talk.restart();
  const opened = talk.open();
  expect(ofType(opened, 'PileLoggedIn')).toMatchObject([{ firmware: '1.0.0' }]);
  expect(armedIn(opened)).not.toHaveProperty('boot');
  expect(callsIn(talk.timer('welcome'))).toContainEqual(
    expect.objectContaining({
      action: 'TriggerMessage',
      payload: { requestedMessage: 'StatusNotification', evse: { id: 1, connectorId: 1 } },
    }),
  );
  expect(answersIn(talk.charge())).toMatchObject([{ idTokenInfo: { status: 'Accepted' } }]);
});

test('[OCPP-A9] a station that is not adopted gets an error for all but its boot', () => {
  const talk = new Talk();
  talk.site.profiles.clear();
  talk.open();
  const effects = talk.hear('StatusNotification', statusOf('Available'));
  expect(sentIn(effects)).toMatchObject([{ is: 'error', code: 'SecurityError' }]);
  expect(eventsIn(effects)).toEqual([]);
  expect(talk.told({ do: 'readNow', connectorNo: 1 })).toEqual([]);
});

test('a card is answered once the site has decided (C01, C09)', () => {
  const talk = new Talk().boot();
  const [asked] = ofType(talk.hear('Authorize', { idToken: CARD }), 'CardChecked');
  expect(asked).toMatchObject({
    identity: { by: 'token', token: 'CARD-1', tokenType: 'ISO14443' },
  });
  const request = asked?.request ?? '';
  const decided = { do: 'answerCard', request, group: 'FAMILY', expiresAtMs: NOW_MS } as const;
  expect(answersIn(talk.told({ ...decided, refusal: null }))).toEqual([
    {
      idTokenInfo: {
        status: 'Accepted',
        groupIdToken: { idToken: 'FAMILY', type: 'Central' },
        cacheExpiryDateTime: at(0),
      },
    },
  ]);
  expect(talk.told({ ...decided, refusal: null })).toEqual([]);
});

test.each([
  ['account-missing', 'Unknown'],
  ['account-frozen', 'Blocked'],
  ['balance-low', 'NoCredit'],
  ['card-expired', 'Expired'],
  ['card-has-open-order', 'ConcurrentTx'],
  ['wrong-password', 'Invalid'],
] as const)('a card refused as %s is %s', (refusal, status) => {
  const talk = new Talk().boot();
  const [asked] = ofType(talk.hear('Authorize', { idToken: CARD }), 'CardChecked');
  const request = asked?.request ?? '';
  const answered = talk.told({
    do: 'answerCard',
    request,
    refusal,
    group: null,
    expiresAtMs: null,
  });
  expect(answersIn(answered)).toEqual([{ idTokenInfo: { status } }]);
});

test('a token that stands for nobody, and a contract that nobody here can check, are refused', () => {
  const talk = new Talk().boot();
  const nobody = talk.hear('Authorize', { idToken: { idToken: '', type: 'NoAuthorization' } });
  expect(answersIn(nobody)).toMatchObject([{ idTokenInfo: { status: 'Unknown' } }]);
  const contract = { idToken: { idToken: 'DE8AA1234', type: 'eMAID' }, certificate: 'PEM' };
  expect(answersIn(talk.hear('Authorize', contract))).toEqual([
    { idTokenInfo: { status: 'Invalid' }, certificateStatus: 'NoCertificateAvailable' },
  ]);
});

test('connectors are shown as they say (G01)', () => {
  const talk = new Talk().boot();
  const shown = (status: string, seconds: number) =>
    ofType(talk.hear('StatusNotification', statusOf(status, seconds)), 'Measured').map(
      ({ measurement }) => ({ status: measurement.status, plugged: measurement.plugged }),
    );
  expect(shown('Available', 0)).toEqual([{ status: 'idle', plugged: false }]);
  expect(shown('Occupied', 1)).toEqual([{ status: 'idle', plugged: true }]);
  expect(shown('Reserved', 2)).toEqual([{ status: 'idle', plugged: false }]);
  expect(shown('Unavailable', 3)).toEqual([{ status: 'offline', plugged: null }]);
  expect(shown('Faulted', 4)).toEqual([{ status: 'faulted', plugged: null }]);
  expect(ofType(talk.effects, 'ConnectorHealth')).toMatchObject([
    { faulted: false },
    { faulted: true },
  ]);
});

test('a charge from its card to its record (E01 to E07)', () => {
  const talk = new Talk().boot();
  const began = talk.hear('TransactionEvent', STARTED);
  expect(answersIn(began)).toEqual([]);
  expect(ofType(began, 'ChargeBegan')).toMatchObject([
    {
      connectorNo: 1,
      charge: { key: KEY, meterStart: 270_100_000n },
      tradeNo: null,
      identity: { by: 'token', token: 'CARD-1' },
      startedAtMs: NOW_MS,
      late: false,
      frameType: 'TransactionEvent',
    },
  ]);
  expect(answersIn(talk.store(began))).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
  talk.nowMs = NOW_MS + 60_000;
  talk.hear('StatusNotification', statusOf('Occupied', 60));
  talk.nowMs += 5_000;
  const updated = talk.hear('TransactionEvent', UPDATED);
  expect(answersIn(updated)).toEqual([{}]);
  expect(ofType(updated, 'Measured')).toMatchObject([
    { measurement: { status: 'charging', tradeNo: ORDER, energy: 4_000n } },
  ]);
  talk.nowMs = NOW_MS + 600_000;
  const ended = talk.hear('TransactionEvent', ENDED);
  expect(answersIn(ended)).toEqual([]);
  expect(ofType(ended, 'RecordUploaded')).toMatchObject([
    {
      charge: { by: 'key', key: KEY },
      record: {
        tradeNo: ORDER,
        totalEnergy: 54_000n,
        meterStart: 270_100_000n,
        meterEnd: 270_154_000n,
        startMethod: 'card',
        cardNo: 'CARD-1',
        stopClass: 'normal',
        startedAtMs: NOW_MS,
        endedAtMs: NOW_MS + 600_000,
      },
    },
  ]);
  expect(answersIn(talk.settle(ended))).toEqual([{}]);
});

test('[OCPP-C18] what is not on disk is not answered, and is told again when it comes again', () => {
  const talk = new Talk().boot();
  const [began] = ofType(talk.hear('TransactionEvent', STARTED), 'ChargeBegan');
  if (began === undefined) throw new RangeError('no charge began');
  expect(talk.unheard(began)).toEqual([]);
  const again = talk.hear('TransactionEvent', STARTED);
  expect(answersIn(talk.store(again))).toHaveLength(1);
  const [record] = ofType(talk.hear('TransactionEvent', ENDED), 'RecordUploaded');
  if (record === undefined) throw new RangeError('no record');
  expect(talk.unheard(record)).toEqual([]);
  expect(answersIn(talk.settle(talk.hear('TransactionEvent', ENDED)))).toHaveLength(1);
});

test('[OCPP-C3] a start that is sent again is the same charge', () => {
  const talk = new Talk().boot();
  talk.charge();
  const again = talk.hear('TransactionEvent', STARTED);
  expect(ofType(again, 'ChargeBegan')).toMatchObject([{ charge: { key: KEY } }]);
  expect(answersIn(talk.store(again))).toHaveLength(1);
  expect(talk.state.charges).toHaveLength(1);
});

test('[OCPP-C8] [OCPP-D4] a start from afar names its EVSE, and its charge is known by its order', () => {
  const talk = new Talk().boot();
  talk.ordered();
  talk.hear('StatusNotification', statusOf('Occupied'));
  const started = talk.told({
    do: 'start',
    connectorNo: 1,
    tradeNo: ORDER,
    cardNo: null,
    balance: fen(0n),
  });
  const remoteStartId = remoteStartIdOf(ORDER);
  expect(callsIn(started)).toMatchObject([
    {
      action: 'RequestStartTransaction',
      payload: { evseId: 1, remoteStartId, idToken: { idToken: remoteTokenOf(ORDER) } },
      tag: `start:1:${ORDER}`,
    },
  ]);
  expect(ofType(talk.reply(`start:1:${ORDER}`, { status: 'Accepted' }), 'StartAnswered')).toEqual([
    { type: 'StartAnswered', connectorNo: 1, tradeNo: ORDER, refusal: null },
  ]);
  // By the number alone, as where the token came with the plug.
  const transactionInfo = { transactionId: KEY, remoteStartId };
  const { idToken: _none, ...bare } = STARTED;
  const began = talk.hear('TransactionEvent', { ...bare, transactionInfo });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ tradeNo: ORDER }]);
});

test('[OCPP-C8] accepted is not started, and refused says why as far as it is known', () => {
  const talk = new Talk().boot();
  const refusalOf = (connectorStatus: string, seconds: number, status: string) => {
    talk.hear('StatusNotification', statusOf(connectorStatus, seconds));
    return ofType(talk.reply(`start:1:${ORDER}`, { status }), 'StartAnswered')[0]?.refusal;
  };
  expect(refusalOf('Available', 0, 'Accepted')).toBe('not-plugged');
  expect(refusalOf('Occupied', 1, 'Rejected')).toBe('pile-refused');
  expect(refusalOf('Faulted', 2, 'Rejected')).toBe('device-fault');
  expect(eventsIn(talk.fail(`start:1:${ORDER}`, 'timeout'))).toEqual([]);
  expect(ofType(talk.fail(`start:1:${ORDER}`, 'full'), 'StartAnswered')).toMatchObject([
    { refusal: 'device-offline' },
  ]);
});

test('our own token is authorised at once (C01, F01)', () => {
  const talk = new Talk().boot();
  talk.ordered();
  const idToken = { idToken: remoteTokenOf(ORDER), type: 'Central' };
  const effects = talk.hear('Authorize', { idToken });
  expect(answersIn(effects)).toEqual([{ idTokenInfo: { status: 'Accepted' } }]);
  expect(eventsIn(effects)).toEqual([]);
});

test('a charge is stopped from afar by its own name, also after a restart (F03)', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.closed();
  talk.restart();
  talk.open();
  expect(callsIn(talk.told({ do: 'stop', connectorNo: 1 }))).toMatchObject([
    { action: 'RequestStopTransaction', payload: { transactionId: KEY } },
  ]);
  expect(eventsIn(talk.reply('stop:1', { status: 'Accepted' }))).toEqual([
    { type: 'StopAnswered', connectorNo: 1, refusal: null },
  ]);
  expect(eventsIn(talk.told({ do: 'stop', connectorNo: 2 }))).toMatchObject([
    { refusal: 'not-charging' },
  ]);
});

test('meter values of an EVSE count for the charge that runs there (J01)', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.nowMs = NOW_MS + 30_000;
  const values = { evseId: 1, meterValue: [meter(30, 27_010_100)] };
  const effects = talk.hear('MeterValues', values);
  expect(answersIn(effects)).toEqual([{}]);
  expect(ofType(effects, 'Measured')).toMatchObject([{ measurement: { energy: 1_000n } }]);
  const main = talk.hear('MeterValues', { ...values, evseId: 0 });
  expect(ofType(main, 'Observed')).toMatchObject([{ name: 'mainMeter' }]);
});

test('a lost line is told once', () => {
  const talk = new Talk().boot();
  expect(eventsIn(talk.closed('silent'))).toEqual([{ type: 'PileLost', why: 'silent' }]);
  expect(talk.closed()).toEqual([]);
});

test('what one version has and the other has not is answered so', () => {
  const swap = { eventType: 'BatteryIn', requestId: 1, idToken: CARD, batteryData: [] };
  expect(sentIn(new Talk().boot().hear('BatterySwap', swap))).toMatchObject([
    { is: 'error', code: 'NotImplemented' },
  ]);
  expect(answersIn(new Talk({}, '2.1').boot().hear('BatterySwap', swap))).toEqual([{}]);
  expect(event('Updated', 1, 1)).toMatchObject({ eventType: 'Updated' });
});
