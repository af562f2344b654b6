import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
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
  START,
  STOP,
  sentIn,
  Talk,
} from './testing/talk.ts';

const OTHER = '00000000000001012511221000000102';
const stored = (effects: readonly OcppEffect[]): PileCommand => ({
  do: 'recordStored',
  tradeNo: '',
  request: ofType(effects, 'RecordUploaded')[0]?.request ?? '',
});
const recordOf = (effects: readonly OcppEffect[]) => ofType(effects, 'RecordUploaded')[0]?.record;
const meter = (seconds: number, value: string, more: Payload = {}): Payload => ({
  connectorId: 1,
  meterValue: [{ timestamp: at(seconds), sampledValue: [{ value }] }],
  ...more,
});

test('[OCPP-C1] a stop of nobody is uploaded and answered all the same', () => {
  const talk = new Talk().boot();
  for (const stop of [
    { transactionId: 999_999, meterStop: 5, timestamp: at(0) },
    { transactionId: -1, meterStop: -1, timestamp: at(0) },
    {},
  ]) {
    const uploaded = talk.hear('StopTransaction', stop);
    expect(recordOf(uploaded)).toMatchObject({ tradeNo: '', totalEnergy: 0n });
    expect(answersIn(talk.told(stored(uploaded)))).toEqual([{}]);
  }
});

test('[OCPP-C1] a stop below its start is answered, and bills nothing negative', () => {
  const talk = new Talk().boot();
  talk.charge();
  const uploaded = talk.hear('StopTransaction', { ...STOP, meterStop: 5 });
  expect(recordOf(uploaded)).toMatchObject({ totalEnergy: 0n, meterEnd: 50n });
  expect(answersIn(talk.told(stored(uploaded)))).toEqual([{}]);
});

test.each([-1, 0])('[OCPP-C2] a stop under %d ends the charge that is open', (transactionId) => {
  const talk = new Talk().boot();
  talk.charge();
  const uploaded = talk.hear('StopTransaction', { ...STOP, transactionId });
  expect(ofType(uploaded, 'RecordUploaded')).toMatchObject([
    { charge: { by: 'no', no: 1_001 }, record: { tradeNo: ORDER, totalEnergy: 54_000n } },
  ]);
});

test('[OCPP-C2] of two open charges it ends that of its card, begun before it', () => {
  const talk = new Talk().boot();
  talk.charge(1_001);
  talk.charge(1_002, { connectorId: 2, idTag: 'CARD-2', timestamp: at(60) }, OTHER);
  const ofCard = talk.hear('StopTransaction', { ...STOP, transactionId: -1, idTag: 'card-1' });
  expect(recordOf(ofCard)).toMatchObject({ tradeNo: ORDER });
  const early = talk.hear('StopTransaction', { ...STOP, transactionId: -1, timestamp: at(30) });
  expect(recordOf(early)).toMatchObject({ tradeNo: '' });
  const rest = talk.hear('StopTransaction', { ...STOP, transactionId: -1, timestamp: at(700) });
  expect(recordOf(rest)).toMatchObject({ tradeNo: OTHER });
});

test('[OCPP-C2] the same stop under −1, sent again, is of the same charge', () => {
  const talk = new Talk().boot();
  talk.charge(1_001);
  talk.charge(1_002, { connectorId: 2, timestamp: at(60) }, OTHER);
  const stop = { ...STOP, transactionId: -1 };
  const first = recordOf(talk.hear('StopTransaction', stop));
  expect(recordOf(talk.hear('StopTransaction', stop))).toEqual(first);
});

test('[OCPP-C2] the same stop under −1 over a new connection, its charge long settled, is of that charge', () => {
  const talk = new Talk().boot();
  talk.charge();
  const stop = { ...STOP, transactionId: -1 };
  talk.hear('StopTransaction', stop);
  talk.site.charges.length = 0;
  talk.restart();
  talk.open();
  expect(ofType(talk.hear('StopTransaction', stop), 'RecordUploaded')).toMatchObject([
    { charge: { by: 'no', no: 1_001 }, record: { tradeNo: '' } },
  ]);
});

test('[OCPP-C2] a stop of nothing that is known has a name of its own, the same whenever it is sent', () => {
  const talk = new Talk().boot();
  const refOf = (change: Payload) =>
    ofType(talk.hear('StopTransaction', { ...STOP, ...change }), 'RecordUploaded')[0]?.charge;
  const nameless = refOf({ transactionId: -1 });
  expect(nameless).toMatchObject({ by: 'key' });
  const unknown = refOf({ transactionId: 999_999 });
  expect(unknown).toMatchObject({ by: 'no', no: 999_999, otherwise: expect.any(String) });
  talk.nowMs += 3_600_000;
  talk.restart();
  talk.open();
  expect(refOf({ transactionId: -1 })).toEqual(nameless);
  expect(refOf({ transactionId: 999_999 })).toEqual(unknown);
  expect(refOf({ transactionId: -1, meterStop: 1 })).not.toEqual(nameless);
});

test('[OCPP-C2] a number of nobody ends no charge, unless its make is known to make them up', () => {
  const stop = { ...STOP, transactionId: 1_763_800_000 };
  const talk = new Talk().boot();
  talk.charge();
  expect(recordOf(talk.hear('StopTransaction', stop))).toMatchObject({ tradeNo: '' });
  const quirky = new Talk().boot({ chargePointVendor: 'Wallbox', chargePointModel: 'Pulsar' });
  quirky.charge();
  expect(recordOf(quirky.hear('StopTransaction', stop))).toMatchObject({ tradeNo: ORDER });
});

test('[OCPP-C2] a stop that overtakes the storing of its start names it by its key', () => {
  const talk = new Talk().boot();
  const [began] = ofType(talk.hear('StartTransaction', START), 'ChargeBegan');
  const uploaded = talk.hear('StopTransaction', { ...STOP, transactionId: -1 });
  expect(ofType(uploaded, 'RecordUploaded')).toMatchObject([
    {
      charge: { by: 'key', key: began?.charge.key },
      record: { tradeNo: '', totalEnergy: 54_000n },
    },
  ]);
});

test('[OCPP-C3] a start that is sent again has the same key, whatever its message', () => {
  const talk = new Talk().boot();
  const keyOf = (payload: Payload) =>
    ofType(talk.hear('StartTransaction', payload), 'ChargeBegan')[0]?.charge.key;
  const key = keyOf(START);
  expect(keyOf({ ...START, timestamp: '2025-11-22T10:00:00Z' })).toBe(key);
  talk.nowMs += 3_600_000;
  expect(keyOf({ ...START, idTag: 'card-1' })).toBe(key);
  for (const change of [
    { connectorId: 2 },
    { idTag: 'X' },
    { meterStart: 1 },
    { timestamp: at(1) },
  ])
    expect(keyOf({ ...START, ...change })).not.toBe(key);
});

test('[OCPP-C3] each of them is answered, with the number that the site gives', () => {
  const talk = new Talk().boot();
  const asked = [START, START].flatMap((start) =>
    ofType(talk.hear('StartTransaction', start), 'ChargeBegan'),
  );
  const answers = asked.map(({ request, charge }) =>
    answersIn(
      talk.told({
        do: 'chargeStored',
        connectorNo: 1,
        request,
        tradeNo: ORDER,
        charge: { ...charge, no: 1_001 },
        refusal: null,
        group: null,
      }),
    ),
  );
  expect(answers).toMatchObject([[{ transactionId: 1_001 }], [{ transactionId: 1_001 }]]);
  expect(talk.state.charges).toHaveLength(1);
});

test('[OCPP-C4] the number is the site’s own, and survives a restart between start and stop', () => {
  const talk = new Talk().boot();
  expect(answersIn(talk.charge(2_147_000_000))).toMatchObject([{ transactionId: 2_147_000_000 }]);
  talk.restart();
  talk.open();
  const uploaded = talk.hear('StopTransaction', { ...STOP, transactionId: 2_147_000_000 });
  expect(recordOf(uploaded)).toMatchObject({
    tradeNo: ORDER,
    meterStart: 270_100_000n,
    totalEnergy: 54_000n,
  });
});

test('[OCPP-C5] the newest state by event time counts; old ones are shown once it is quiet', () => {
  const talk = new Talk().boot();
  const status = (state: string, seconds: number) =>
    talk.hear('StatusNotification', {
      connectorId: 1,
      status: state,
      errorCode: 'NoError',
      timestamp: at(seconds),
    });
  const old = status('Charging', -7_200);
  expect(ofType(old, 'Measured')).toEqual([]);
  expect(armedIn(old)).toEqual({ 'show:1': 2_000 });
  status('Available', -3_600);
  status('Faulted', -7_100);
  expect(ofType(talk.timer('show:1'), 'Measured')).toMatchObject([
    { measurement: { status: 'idle', plugged: false, faults: [] } },
  ]);
  expect(ofType(status('Preparing', 0), 'Measured')).toMatchObject([
    { measurement: { plugged: true } },
  ]);
  expect(ofType(status('Faulted', -1), 'ConnectorHealth')).toEqual([]);
});

test('[OCPP-C5] an offline session comes whole, and sets nothing off', () => {
  const talk = new Talk().boot();
  talk.nowMs += 3 * 24 * 3_600_000;
  talk.open();
  const quiet: OcppEffect[] = [];
  for (const [state, seconds] of [
    ['Charging', 0],
    ['Finishing', 600],
    ['Available', 610],
  ] as const)
    quiet.push(
      ...talk.hear('StatusNotification', { connectorId: 1, status: state, timestamp: at(seconds) }),
    );
  quiet.push(...talk.charge());
  quiet.push(...talk.hear('MeterValues', meter(300, '27012000', { transactionId: 1_001 })));
  const stop = talk.hear('StopTransaction', STOP);
  quiet.push(...stop);
  expect(callsIn(quiet)).toEqual([]);
  expect(ofType(quiet, 'Measured')).toEqual([]);
  expect(ofType(quiet, 'ChargeReadings')).toMatchObject([
    { tradeNo: ORDER, readings: [{ atMs: NOW_MS + 300_000, energy: 20_000n }] },
  ]);
  expect(recordOf(stop)?.readings).toMatchObject([
    { energy: 0n },
    { energy: 20_000n },
    { energy: 54_000n },
  ]);
});

test('[OCPP-C6] what is old is told as late; nothing is asked of the station because of it', () => {
  const talk = new Talk().boot();
  const late = (seconds: number) =>
    ofType(talk.hear('StartTransaction', { ...START, timestamp: at(seconds) }), 'ChargeBegan')[0];
  expect(late(-59)?.late).toBe(false);
  const began = late(-3 * 86_400);
  expect(began).toMatchObject({ late: true, startedAtMs: NOW_MS - 3 * 86_400_000 });
  const refused = talk.told({
    do: 'chargeStored',
    connectorNo: 1,
    request: began?.request ?? '',
    tradeNo: ORDER,
    charge: { key: 'k', no: 1_002, meterStart: null },
    refusal: 'account-missing',
    group: null,
  });
  expect(callsIn(refused)).toEqual([]);
});

test('[OCPP-C7] [OCPP-C9] [OCPP-C10] a refused start gets a number and its reason; the site stops it once', () => {
  const talk = new Talk().boot();
  const [began] = ofType(talk.hear('StartTransaction', START), 'ChargeBegan');
  const refused = talk.told({
    do: 'chargeStored',
    connectorNo: 1,
    request: began?.request ?? '',
    tradeNo: ORDER,
    charge: { key: 'k', no: 1_001, meterStart: null },
    refusal: 'card-has-open-order',
    group: null,
  });
  expect(answersIn(refused)).toEqual([
    { transactionId: 1_001, idTagInfo: { status: 'ConcurrentTx' } },
  ]);
  expect(callsIn(refused)).toEqual([]);
  expect(callsIn(talk.told({ do: 'stop', connectorNo: 1 }))).toMatchObject([
    { action: 'RemoteStopTransaction', payload: { transactionId: 1_001 } },
  ]);
  const uploaded = talk.hear('StopTransaction', { ...STOP, transactionId: -1 });
  expect(recordOf(uploaded)).toMatchObject({ tradeNo: ORDER });
});

test('[OCPP-C8] [OCPP-B3] accepted without a car waits for the plug, accepted late counts too', () => {
  const talk = new Talk().boot();
  talk.ordered();
  talk.hear('StatusNotification', { connectorId: 1, status: 'Available', timestamp: at(0) });
  const tag = `start:1:${ORDER}`;
  expect(ofType(talk.reply(tag, { status: 'Accepted' }), 'StartAnswered')).toMatchObject([
    { refusal: 'not-plugged' },
  ]);
  talk.hear('StatusNotification', { connectorId: 1, status: 'Preparing', timestamp: at(1) });
  expect(ofType(talk.reply(tag, { status: 'Accepted' }), 'StartAnswered')).toMatchObject([
    { refusal: null },
  ]);
  // What goes unanswered may have been done: the order's deadline decides.
  expect(talk.fail(tag, 'timeout')).toEqual([]);
  expect(ofType(talk.reply(tag, { status: 'Accepted' }, true), 'StartAnswered')).toHaveLength(1);
});

test.each([
  ['Charging', 'connector-busy'],
  ['Faulted', 'device-fault'],
  ['Unavailable', 'device-offline'],
  ['Preparing', 'unknown'],
] as const)('[OCPP-C8] refused while %s is %s', (status, refusal) => {
  const talk = new Talk().boot();
  talk.hear('StatusNotification', { connectorId: 1, status, timestamp: at(0) });
  const answered = ofType(talk.reply(`start:1:${ORDER}`, { status: 'Rejected' }), 'StartAnswered');
  expect(answered).toMatchObject([{ refusal }]);
});

test('[OCPP-C8] a stop before the charge has begun waits for it', () => {
  const talk = new Talk().boot();
  expect(ofType(talk.told({ do: 'stop', connectorNo: 1 }), 'StopAnswered')).toMatchObject([
    { refusal: 'not-charging' },
  ]);
  talk.ordered();
  expect(talk.told({ do: 'stop', connectorNo: 1 })).toEqual([]);
  expect(remoteTokenOf(ORDER)).toHaveLength(20);
});

test('[OCPP-C11] after a reboot in mid-charge the station is asked, and given time', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.nowMs += 120_000;
  talk.open();
  const booted = talk.hear('BootNotification', { chargePointVendor: 'Example' });
  expect(armedIn(booted)).toMatchObject({ 'gone:1': 600_000 });
  const asked = callsIn(talk.timer('welcome')).filter(({ action }) => action === 'TriggerMessage');
  expect(asked.map(({ payload }) => payload)).toEqual([
    { requestedMessage: 'StatusNotification', connectorId: 1 },
    { requestedMessage: 'MeterValues', connectorId: 1 },
  ]);
  const idle = { connectorId: 1, status: 'Available', timestamp: at(121) };
  expect(armedIn(talk.hear('StatusNotification', idle))).toMatchObject({ 'gone:1': 600_000 });
  const over = ofType(talk.timer('gone:1'), 'Measured');
  expect(over).toMatchObject([
    { measurement: { status: 'idle', tradeNo: null } },
    { measurement: { status: 'idle', tradeNo: null } },
  ]);
  const late = talk.hear('StopTransaction', { ...STOP, reason: 'PowerLoss' });
  expect(recordOf(late)).toMatchObject({ tradeNo: ORDER, stopClass: 'aborted' });
});

test('[OCPP-C11] a charge that has begun is not over by what was said before it', () => {
  const talk = new Talk().boot();
  const say = (status: string, seconds: number) =>
    talk.hear('StatusNotification', { connectorId: 1, status, timestamp: at(seconds) });
  const stateIn = (effects: readonly OcppEffect[]) =>
    ofType(effects, 'Measured').map(({ measurement: m }) => [m.status, m.tradeNo]);
  say('Available', -10);
  say('Preparing', -5);
  expect(stateIn(talk.charge())).toEqual([['charging', ORDER]]);
  talk.nowMs += 20_000;
  expect(stateIn(talk.hear('MeterValues', meter(15, '27010100')))).toEqual([['charging', ORDER]]);
  expect(stateIn(say('Available', 18))).toEqual([['idle', null]]);
  talk.nowMs += 20_000;
  const named = meter(35, '27010200', { transactionId: 1_001 });
  expect(stateIn(talk.hear('MeterValues', named))).toEqual([['charging', ORDER]]);
});

test('[OCPP-C11] one that goes on charges under its number again', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.open();
  talk.nowMs += 60_000;
  const measured = talk.hear('MeterValues', meter(60, '27011000', { transactionId: 1_001 }));
  expect(ofType(measured, 'Measured')).toMatchObject([
    { measurement: { status: 'charging', tradeNo: ORDER, energy: 10_000n } },
  ]);
  talk.hear('StatusNotification', { connectorId: 1, status: 'Charging', timestamp: at(61) });
  expect(ofType(talk.timer('gone:1'), 'Measured')).toEqual([]);
});

test('[OCPP-C15] [OCPP-C16] a time that is off or odd is repaired and told', () => {
  const talk = new Talk().boot();
  const zoneless = talk.hear('StartTransaction', { ...START, timestamp: '2025-11-22 18:00:00' });
  expect(ofType(zoneless, 'ChargeBegan')).toMatchObject([{ startedAtMs: NOW_MS }]);
  expect(ofType(zoneless, 'Deviated')).toMatchObject([{ rule: 'OCPP-C16' }]);
  const ahead = talk.hear('StartTransaction', { ...START, timestamp: at(8 * 3_600) });
  expect(ofType(ahead, 'ChargeBegan')).toMatchObject([{ startedAtMs: NOW_MS }]);
  expect(ofType(ahead, 'Deviated')).toMatchObject([{ rule: 'OCPP-C15' }]);
  const unset = talk.hear('StartTransaction', { ...START, timestamp: '1970-01-01T00:01:00Z' });
  expect(ofType(unset, 'ChargeBegan')).toMatchObject([{ startedAtMs: NOW_MS, late: false }]);
  const none = talk.hear('StartTransaction', { ...START, timestamp: 'soon' });
  expect(ofType(none, 'ChargeBegan')).toMatchObject([{ startedAtMs: null }]);
});

test('[OCPP-C17] a stop twice is the same record; another meter makes another', () => {
  const talk = new Talk().boot();
  talk.charge();
  const first = recordOf(talk.hear('StopTransaction', STOP));
  expect(recordOf(talk.hear('StopTransaction', STOP))).toEqual(first);
  expect(recordOf(talk.hear('StopTransaction', { ...STOP, meterStop: 27_015_000 }))).toMatchObject({
    tradeNo: ORDER,
    totalEnergy: 50_000n,
  });
});

test('[OCPP-C18] what the site could not store is answered by nobody', () => {
  const talk = new Talk().boot();
  for (const [action, payload] of [
    ['StartTransaction', START],
    ['StopTransaction', STOP],
  ] as const) {
    const effects = talk.hear(action, payload);
    expect(sentIn(effects)).toEqual([]);
    const [event] = [...ofType(effects, 'ChargeBegan'), ...ofType(effects, 'RecordUploaded')];
    if (event === undefined) throw new RangeError('nothing was told');
    expect(talk.unheard(event)).toEqual([]);
    expect(talk.state.waiting).toEqual([]);
    expect(talk.told(stored(effects))).toEqual([]);
  }
});

test('requests of an old connection are no requests of a new one', () => {
  const talk = new Talk().boot();
  const old = talk.hear('StopTransaction', STOP);
  talk.nowMs += 1_000;
  talk.open();
  talk.hear('StopTransaction', { ...STOP, transactionId: 7 });
  expect(talk.told(stored(old))).toEqual([]);
});

test('[OCPP-E5] without a charge there is no power', () => {
  const talk = new Talk().boot();
  const value = {
    timestamp: at(0),
    sampledValue: [{ value: '3000', measurand: 'Power.Active.Import' }],
  };
  const measured = talk.hear('MeterValues', { connectorId: 1, meterValue: [value] });
  expect(ofType(measured, 'Measured')).toMatchObject([
    { measurement: { voltageMv: 0, currentMa: 0, tradeNo: null } },
  ]);
});

test('[OCPP-E9] values without a number, or with a wrong one, are bound by connector and time', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.nowMs += 60_000;
  talk.hear('MeterValues', meter(30, '27010200'));
  talk.hear('MeterValues', meter(40, '27010300', { transactionId: 77 }));
  talk.hear('MeterValues', meter(45, '99999999', { connectorId: 0 }));
  talk.hear('MeterValues', meter(-600, '5'));
  expect(talk.state.charges[0]?.register.readings).toHaveLength(2);
});

test('[OCPP-E10] readings of the stop message itself are part of its record, each once', () => {
  const talk = new Talk().boot();
  talk.charge();
  talk.nowMs += 600_000;
  const value = (seconds: number, energy: string, context: string) => ({
    timestamp: at(seconds),
    sampledValue: [{ value: energy, context }],
  });
  const transactionData = [
    value(0, '27010000', 'Transaction.Begin'),
    value(300, '27012000', 'Sample.Clock'),
    value(300, '27012000', 'Sample.Periodic'),
    value(600, '27015400', 'Transaction.End'),
  ];
  const record = recordOf(talk.hear('StopTransaction', { ...STOP, transactionData }));
  expect(record?.readings?.map(({ energy }) => energy)).toEqual([0n, 20_000n, 54_000n]);
});

test('[OCPP-E12] a message with signed values goes on as the very bytes that came', () => {
  const talk = new Talk().boot();
  talk.charge();
  const signed = { value: 'OCMF|{"RV":1.50}|{}', format: 'SignedData' };
  const value = { timestamp: at(0), sampledValue: [signed, { value: '27010000.0' }] };
  const said = { connectorId: 1, transactionId: 1_001, meterValue: [value] };
  const [kept] = ofType(talk.hear('MeterValues', said), 'MeterSigned');
  expect(kept).toMatchObject({ connectorNo: 1, charge: { by: 'no', no: 1_001 } });
  const raw = Buffer.from(kept?.rawHex ?? '', 'hex').toString();
  expect(raw).toContain(JSON.stringify(said));
  expect(ofType(talk.hear('MeterValues', meter(30, '27010200')), 'MeterSigned')).toEqual([]);
});

test('[OCPP-E14] a value each second is shown now and then, and counts each time', () => {
  const talk = new Talk().boot();
  talk.charge();
  const shown = Array.from({ length: 20 }).flatMap((_, n) => {
    talk.nowMs += 1_000;
    return ofType(talk.hear('MeterValues', meter(n + 1, `${27_010_000 + n}`)), 'Measured');
  });
  expect(shown.length).toBeLessThanOrEqual(10);
  expect(talk.state.charges[0]?.register.readings).toHaveLength(20);
});

test('[OCPP-C14] what was counted before a reset survives a restart', () => {
  const talk = new Talk().boot();
  talk.charge();
  for (const [seconds, value] of [
    [60, '27010500'],
    [120, '0'],
    [180, '100'],
  ] as const) {
    talk.nowMs = NOW_MS + seconds * 1_000;
    talk.hear('MeterValues', meter(seconds, value, { transactionId: 1_001 }));
  }
  talk.restart();
  talk.open();
  talk.nowMs = NOW_MS + 600_000;
  const record = recordOf(talk.hear('StopTransaction', { ...STOP, meterStop: 300 }));
  expect(record).toMatchObject({ totalEnergy: 8_000n, meterEnd: 3_000n });
  expect(record?.readings?.[0]).toEqual({ atMs: NOW_MS, energy: 0n });
});

test('[OCPP-C14] replayed in any order, the values of a charge give the same order', () => {
  const values = Array.from({ length: 12 }, (_, n) => meter(n * 50, `${27_010_000 + n * 400}`));
  const settled = (order: readonly Payload[]) => {
    const talk = new Talk().boot();
    talk.charge();
    talk.nowMs += 3_600_000;
    for (const value of order) talk.hear('MeterValues', { ...value, transactionId: 1_001 });
    return recordOf(talk.hear('StopTransaction', STOP));
  };
  const straight = settled(values);
  const shuffled = fc.shuffledSubarray(values, { minLength: values.length });
  fc.assert(
    fc.property(shuffled, (order) => {
      expect(settled(order)).toEqual(straight);
    }),
    { numRuns: 30 },
  );
});
