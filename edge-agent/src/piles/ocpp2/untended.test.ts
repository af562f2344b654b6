import { describe, expect, test } from 'vitest';
import { answersIn, callsIn, ofType } from '../ocpp/testing/effects.ts';
import { ocpp2Driver } from './driver.ts';
import { OCPP2_SETTINGS } from './settings.ts';
import { BOOT, ENDED, NOW_MS, ORDER, STARTED, Talk } from './testing/talk.ts';

const operate = (talk: Talk, operation: string, parameters: object) =>
  talk.told({ do: 'operate', request: operation, operation, parameters });
const untended = (): Talk => new Talk({ isTended: false });
const actionsIn = (effects: Parameters<typeof callsIn>[0]) =>
  callsIn(effects).map(({ action }) => action);

/* As a station of a certification suite sees it: what it did not ask for does not come. */
describe('a station that is not tended', () => {
  test('hears nothing after its boot that nobody asked for', () => {
    const talk = untended();
    const opened = [...talk.open(), ...talk.timer('boot')];
    const booted = [...talk.hear('BootNotification', BOOT), ...talk.timer('welcome')];
    const read = talk.told({ do: 'readNow', connectorNo: 1 });
    expect(actionsIn([...opened, ...booted, ...talk.timer('list'), ...read])).toEqual([]);
    expect(ofType(read, 'Measured')).toHaveLength(1);
  });

  test('gets a reset and an unlock as they were asked for (B11, F05)', () => {
    const talk = untended().boot();
    talk.charge();
    const place = { evseId: 1, connectorId: 1 };
    expect(actionsIn(operate(talk, 'UnlockConnector', place))).toEqual(['UnlockConnector']);
    const busy = talk.reply('op:UnlockConnector', { status: 'OngoingAuthorizedTransaction' });
    expect(actionsIn(busy)).toEqual([]);
    expect(ofType(busy, 'Operated')).toMatchObject([{ outcome: 'refused' }]);
    expect(actionsIn(operate(talk, 'Reset', { type: 'Immediate' }))).toEqual(['Reset']);
  });

  test('is not asked for what is missing of a charge, nor for one that it has forgotten', () => {
    const talk = untended().boot();
    talk.charge();
    talk.hear('BootNotification', BOOT);
    expect(actionsIn(talk.timer('welcome'))).toEqual([]);
    talk.nowMs = NOW_MS + 600_000;
    const ended = talk.hear('TransactionEvent', { ...ENDED, seqNo: 7 });
    expect(actionsIn(ended)).toEqual([]);
    expect(ofType(ended, 'Deviated')).toMatchObject([{ rule: 'OCPP-C13' }]);
  });

  test('ends by itself what it is told is refused, and what a person ends (E05, F03)', () => {
    const talk = untended().boot();
    const began = talk.hear('TransactionEvent', STARTED);
    const [{ request, charge } = { request: '', charge: { key: '', meterStart: null } }] = ofType(
      began,
      'ChargeBegan',
    );
    const stored = { do: 'chargeStored', connectorNo: 1, request, tradeNo: ORDER } as const;
    const no = { charge: { ...charge, no: 1_001 }, refusal: 'balance-low', group: null } as const;
    expect(answersIn(talk.told({ ...stored, ...no }))).toMatchObject([
      { idTokenInfo: { status: 'NoCredit' } },
    ]);
    expect(talk.told({ do: 'stop', connectorNo: 1 })).toEqual([]);
    expect(actionsIn(talk.told({ do: 'stop', connectorNo: 1 }))).toEqual([
      'RequestStopTransaction',
    ]);
  });

  test('keeps its list and its cache, but for what a person sends', () => {
    const talk = untended().boot();
    const cards = [{ printedNo: 'A', cardNo: 'A' }];
    const told = [
      ...talk.told({ do: 'addCards', cards }),
      ...talk.told({ do: 'removeCards', cardNos: ['A'] }),
    ];
    expect(actionsIn(told)).toEqual([]);
    const list = { versionNumber: 1, updateType: 'Full' };
    expect(actionsIn(operate(talk, 'SendLocalList', list))).toEqual(['SendLocalList']);
    expect(actionsIn(talk.reply('op:SendLocalList', { status: 'Accepted' }))).toEqual([]);
  });

  test('is not told again of a change of availability after its boot', () => {
    const talk = untended().boot();
    operate(talk, 'ChangeAvailability', { operationalStatus: 'Inoperative' });
    talk.reply('op:ChangeAvailability', { status: 'Scheduled' });
    expect(actionsIn(talk.hear('BootNotification', BOOT))).toEqual([]);
  });
});

test('a station is set to the variables that its configuration names, keys of 1.6 are passed over', () => {
  const configuration = {
    'TxCtrlr.EVConnectionTimeOut': '120',
    'OCPPCommCtrlr.MessageTimeout/Default': '30',
    ConnectionTimeOut: '60',
  };
  const driver = ocpp2Driver('2.1', OCPP2_SETTINGS, () => ({ configuration, isTended: false }));
  const { settings } = driver.begin('CS-9');
  expect(settings).toMatchObject({ isTended: false, heartbeatSeconds: 300 });
  expect(settings.variables).toEqual([
    { component: 'TxCtrlr', variable: 'EVConnectionTimeOut', value: '120' },
    { component: 'OCPPCommCtrlr', variable: 'MessageTimeout', instance: 'Default', value: '30' },
  ]);
});
