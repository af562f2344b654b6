import { expect, test } from 'vitest';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
import {
  answersIn,
  armedIn,
  at,
  BOOT,
  callsIn,
  eventsIn,
  NOW_MS,
  ORDER,
  ofType,
  START,
  STATION,
  STOP,
  sentIn,
  Talk,
} from './testing/talk.ts';

test('an adopted station is admitted, boots and is told the time', () => {
  const talk = new Talk();
  expect(talk.open().map((effect) => effect.do)).toEqual(['admit', 'emit', 'arm']);
  const effects = talk.hear('BootNotification', BOOT);
  expect(answersIn(effects)).toEqual([
    { status: 'Accepted', currentTime: '2025-11-22T10:00:00.000Z', interval: expect.any(Number) },
  ]);
  expect(ofType(effects, 'PileLoggedIn')).toMatchObject([
    { protocolVersion: '1.6', firmware: '1.0.0', connectorCount: 1, dc: false },
  ]);
  expect(ofType(effects, 'Noted')).toMatchObject([{ key: 'boot', value: { vendor: 'Example' } }]);
  expect(answersIn(talk.hear('Heartbeat'))).toEqual([{ currentTime: '2025-11-22T10:00:00.000Z' }]);
});

test('[OCPP-A7] intervals are spread, the same for a station each time', () => {
  const intervalOf = (settings = {}) =>
    answersIn(
      ((talk) => {
        talk.open();
        return talk.hear('BootNotification', BOOT);
      })(new Talk(settings)),
    );
  expect(intervalOf()).toEqual(intervalOf());
  const [answer] = intervalOf({ heartbeatSeconds: 1_000, jitterPercent: 50 });
  expect(answer).toMatchObject({ status: 'Accepted' });
  const { interval } = answer as { interval: number };
  expect(interval).toBeGreaterThanOrEqual(1_000);
  expect(interval).toBeLessThan(1_500);
});

test('[OCPP-A7] a station waits until it is adopted, and a stranger is refused', () => {
  const talk = new Talk();
  talk.site.profiles.set(STATION, { pileNo: STATION, adopted: false, dialect: undefined });
  expect(talk.open()).toEqual([]);
  const pending = talk.hear('BootNotification', BOOT);
  expect(answersIn(pending)).toMatchObject([{ status: 'Pending' }]);
  expect(ofType(pending, 'PileLoggedIn')).toHaveLength(1);
  talk.site.profiles.clear();
  expect(answersIn(talk.hear('BootNotification', BOOT))).toMatchObject([{ status: 'Rejected' }]);
  talk.site.adopt(STATION);
  const adopted = talk.hear('BootNotification', BOOT);
  expect(answersIn(adopted)).toMatchObject([{ status: 'Accepted' }]);
  expect(adopted.map((effect) => effect.do)).toContain('admit');
});

test('[OCPP-A8] a known station is served without a boot', () => {
  const talk = new Talk().boot();
  talk.open();
  talk.hear('BootNotification', { ...BOOT, firmwareVersion: '2.0' });
  talk.closed();
  talk.restart();
  talk.effects.length = 0;
  const opened = talk.open();
  expect(ofType(opened, 'PileLoggedIn')).toMatchObject([{ firmware: '2.0' }]);
  expect(armedIn(opened)).not.toHaveProperty('boot');
  expect(answersIn(talk.charge())).toMatchObject([{ transactionId: 1_001 }]);
  expect(callsIn(talk.timer('boot'))).toEqual([]);
});

test('[OCPP-A8] only one that never booted is asked to, and is served meanwhile', () => {
  const talk = new Talk();
  expect(armedIn(talk.open())).toEqual({ boot: 30_000 });
  expect(answersIn(talk.charge())).toMatchObject([{ transactionId: 1_001 }]);
  expect(callsIn(talk.timer('boot'))).toMatchObject([
    { action: 'TriggerMessage', payload: { requestedMessage: 'BootNotification' } },
  ]);
  talk.hear('BootNotification', BOOT);
  expect(callsIn(talk.timer('boot'))).toEqual([]);
});

test('[OCPP-A9] a station that is not adopted gets an error for all but its boot', () => {
  const talk = new Talk();
  talk.site.profiles.clear();
  talk.open();
  const effects = talk.hear('StatusNotification', { connectorId: 1, status: 'Available' });
  expect(sentIn(effects)).toMatchObject([{ is: 'error', code: 'SecurityError' }]);
  expect(eventsIn(effects)).toEqual([]);
  expect(talk.told({ do: 'readNow', connectorNo: 1 })).toEqual([]);
});

test('a card is answered once the site has decided', () => {
  const talk = new Talk().boot();
  const [asked] = ofType(talk.hear('Authorize', { idTag: 'CARD-1' }), 'CardChecked');
  expect(asked).toMatchObject({ identity: { by: 'token', token: 'CARD-1', tokenType: 'idTag' } });
  const request = asked?.request ?? '';
  const decided = { do: 'answerCard', request, group: 'FAMILY', expiresAtMs: NOW_MS } as const;
  expect(answersIn(talk.told({ ...decided, refusal: null }))).toEqual([
    { idTagInfo: { status: 'Accepted', parentIdTag: 'FAMILY', expiryDate: at(0) } },
  ]);
  expect(talk.told({ ...decided, refusal: null })).toEqual([]);
});

test.each([
  ['account-missing', 'Invalid'],
  ['account-frozen', 'Blocked'],
  ['card-expired', 'Expired'],
  ['balance-low', 'Blocked'],
  ['card-has-open-order', 'ConcurrentTx'],
] as const)('a card refused as %s is %s', (refusal, status) => {
  const talk = new Talk().boot();
  const [asked] = ofType(talk.hear('Authorize', { idTag: 'C' }), 'CardChecked');
  const request = asked?.request ?? '';
  const told = talk.told({ do: 'answerCard', request, refusal, group: null, expiresAtMs: null });
  expect(answersIn(told)).toEqual([{ idTagInfo: { status } }]);
});

test('a whole charge: begun, measured, stopped, answered when it is on disk', () => {
  const talk = new Talk().boot();
  const began = talk.hear('StartTransaction', START);
  expect(sentIn(began)).toEqual([]);
  expect(ofType(began, 'ChargeBegan')).toMatchObject([
    {
      connectorNo: 1,
      charge: { key: `1|CARD-1|${NOW_MS}|27010.0000`, meterStart: 270_100_000n },
      tradeNo: null,
      identity: { by: 'token', token: 'CARD-1' },
      startedAtMs: NOW_MS,
      late: false,
      frameType: 'StartTransaction',
    },
  ]);
  expect(answersIn(talk.charge())).toEqual([
    { transactionId: 1_001, idTagInfo: { status: 'Accepted' } },
  ]);
  talk.hear('StatusNotification', { connectorId: 1, status: 'Charging', timestamp: at(1) });
  talk.nowMs += 60_000;
  const measured = talk.hear('MeterValues', {
    connectorId: 1,
    transactionId: 1_001,
    meterValue: [{ timestamp: at(60), sampledValue: [{ value: '27010500' }] }],
  });
  expect(answersIn(measured)).toEqual([{}]);
  expect(ofType(measured, 'Measured')).toMatchObject([
    { measurement: { tradeNo: ORDER, status: 'charging', energy: 5_000n, chargedMinutes: 1 } },
  ]);
  talk.nowMs = NOW_MS + 600_000;
  const stopped = talk.hear('StopTransaction', STOP);
  expect(sentIn(stopped)).toEqual([]);
  const [uploaded] = ofType(stopped, 'RecordUploaded');
  expect(uploaded).toMatchObject({
    charge: { by: 'no', no: 1_001 },
    record: {
      tradeNo: ORDER,
      connectorNo: 1,
      startedAtMs: NOW_MS,
      endedAtMs: NOW_MS + 600_000,
      meterStart: 270_100_000n,
      meterEnd: 270_154_000n,
      totalEnergy: 54_000n,
      rows: [],
      stopClass: 'normal',
    },
  });
  expect(uploaded?.record.readings).toEqual([
    { atMs: NOW_MS, energy: 0n },
    { atMs: NOW_MS + 60_000, energy: 5_000n },
    { atMs: NOW_MS + 600_000, energy: 54_000n },
  ]);
  const request = uploaded?.request ?? '';
  expect(answersIn(talk.told({ do: 'recordStored', tradeNo: ORDER, request }))).toEqual([{}]);
});

test('a stop that names who ended it is answered with what the site thinks of that card', () => {
  const talk = new Talk().boot();
  talk.charge();
  const stop = { ...STOP, idTag: 'CARD-2' };
  const [uploaded] = ofType(talk.hear('StopTransaction', stop), 'RecordUploaded');
  expect(uploaded?.endedBy).toEqual({ by: 'token', token: 'CARD-2', tokenType: 'idTag' });
  const request = uploaded?.request ?? '';
  const card = { refusal: null, group: 'family', expiresAtMs: NOW_MS } as const;
  const stored = talk.told({ do: 'recordStored', tradeNo: ORDER, request, card });
  expect(answersIn(stored)).toEqual([
    { idTagInfo: { status: 'Accepted', parentIdTag: 'family', expiryDate: at(0) } },
  ]);
});

test('a stop with the token of a remote start is ours to know', () => {
  const talk = new Talk().boot();
  talk.charge();
  const stop = { ...STOP, idTag: remoteTokenOf(ORDER) };
  const [uploaded] = ofType(talk.hear('StopTransaction', stop), 'RecordUploaded');
  expect(uploaded?.endedBy).toBeUndefined();
  const request = uploaded?.request ?? '';
  const stored = talk.told({ do: 'recordStored', tradeNo: ORDER, request });
  expect(answersIn(stored)).toEqual([{ idTagInfo: { status: 'Accepted' } }]);
});

test('[OCPP-D4] a remote start names its connector, and its charge is known by the token', () => {
  const talk = new Talk().boot();
  talk.ordered();
  const start = { do: 'start', connectorNo: 1, tradeNo: ORDER, cardNo: null, balance: 0n } as const;
  const [call] = callsIn(talk.told(start as never));
  expect(call).toMatchObject({
    action: 'RemoteStartTransaction',
    payload: { connectorId: 1, idTag: remoteTokenOf(ORDER) },
  });
  expect(ofType(talk.reply(call?.tag ?? '', { status: 'Accepted' }), 'StartAnswered')).toEqual([
    { type: 'StartAnswered', connectorNo: 1, tradeNo: ORDER, refusal: null },
  ]);
  const own = talk.hear('Authorize', { idTag: remoteTokenOf(ORDER) });
  expect(answersIn(own)).toEqual([{ idTagInfo: { status: 'Accepted' } }]);
  const began = talk.hear('StartTransaction', { ...START, idTag: remoteTokenOf(ORDER) });
  expect(ofType(began, 'ChargeBegan')).toMatchObject([{ tradeNo: ORDER }]);
});

test('a running charge is stopped by its number, also after a restart', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.restart();
  talk.open();
  const [call] = callsIn(talk.told({ do: 'stop', connectorNo: 1 }));
  expect(call).toMatchObject({
    action: 'RemoteStopTransaction',
    payload: { transactionId: 1_001 },
  });
  expect(ofType(talk.reply(call?.tag ?? '', { status: 'Accepted' }), 'StopAnswered')).toEqual([
    { type: 'StopAnswered', connectorNo: 1, refusal: null },
  ]);
  expect(ofType(talk.fail(call?.tag ?? '', 'timeout'), 'StopAnswered')).toMatchObject([
    { refusal: 'no-confirmation' },
  ]);
});
