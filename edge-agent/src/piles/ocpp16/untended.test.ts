import { describe, expect, test } from 'vitest';
import { answersIn, BOOT, callsIn, NOW_MS, ofType, STOP, Talk } from './testing/talk.ts';

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
    const listed = talk.timer('list');
    const read = talk.told({ do: 'readNow', connectorNo: 1 });
    expect(actionsIn([...opened, ...booted, ...listed, ...read])).toEqual([]);
    expect(ofType(read, 'Measured')).toHaveLength(1);
  });

  test('gets a reset and an unlock as they were asked for, and ends its charge itself (§5.14, §5.18)', () => {
    const talk = untended().boot();
    talk.charge();
    expect(actionsIn(operate(talk, 'UnlockConnector', { connectorId: 1 }))).toEqual([
      'UnlockConnector',
    ]);
    expect(actionsIn(operate(talk, 'Reset', { type: 'Hard' }))).toEqual(['Reset']);
    expect(actionsIn(talk.hear('StopTransaction', { ...STOP, reason: 'HardReset' }))).toEqual([]);
  });

  test('is not asked what it made of a setting', () => {
    const talk = untended().boot();
    const parameters = { key: 'MeterValueSampleInterval', value: '60' };
    operate(talk, 'ChangeConfiguration', parameters);
    expect(actionsIn(talk.reply('op:ChangeConfiguration', { status: 'Accepted' }))).toEqual([]);
  });

  test('keeps its list and its cache, but for what a person sends', () => {
    const talk = untended().boot();
    const cards = [{ printedNo: 'A', cardNo: 'A' }];
    const told = [
      ...talk.told({ do: 'addCards', cards }),
      ...talk.told({ do: 'removeCards', cardNos: ['A'] }),
    ];
    expect(actionsIn(told)).toEqual([]);
    const list = { listVersion: 1, updateType: 'Full', localAuthorizationList: [{ idTag: 'A' }] };
    expect(actionsIn(operate(talk, 'SendLocalList', list))).toEqual(['SendLocalList']);
  });

  test('is not told again of a change of availability after its boot', () => {
    const talk = untended().boot();
    operate(talk, 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' });
    talk.reply('op:ChangeAvailability', { status: 'Scheduled' });
    talk.nowMs = NOW_MS + 1_000;
    expect(actionsIn(talk.hear('BootNotification', BOOT))).toEqual([]);
  });
});

describe('settings of one station', () => {
  const wiring = { volts: 110, phases: 1, safeA: 10 } as const;

  test('its limits are computed with its wiring, and fall back to its own safe current', () => {
    const talk = new Talk({ wiring }).boot().configured({
      ChargeProfileMaxStackLevel: '5',
      ChargingScheduleAllowedChargingRateUnit: 'Current',
    });
    talk.charge();
    const limited = talk.told({ do: 'limitPower', connectorNo: 1, maxW: 2_200, validSeconds: 60 });
    const periods = callsIn(limited)
      .filter(({ action }) => action === 'SetChargingProfile')
      .map(({ payload }) => JSON.stringify(payload));
    expect(periods).toHaveLength(2);
    expect(periods[0]).toContain('"limit":10,"numberPhases":1');
    expect(periods[1]).toContain('"limit":20,"numberPhases":1');
  });

  test('it is set to its own keys, and told its own heartbeat', () => {
    const talk = new Talk({
      heartbeatSeconds: 60,
      jitterPercent: 0,
      configuration: { ConnectionTimeOut: '120' },
    });
    talk.open();
    const booted = talk.hear('BootNotification', BOOT);
    expect(answersIn(booted)).toMatchObject([{ status: 'Accepted', interval: 60 }]);
    talk.timer('welcome');
    const configurationKey = [{ key: 'ConnectionTimeOut', value: '60', readonly: false }];
    talk.reply('config:all', { configurationKey });
    for (let n = 0; n < 8; n += 1) talk.reply('config:part', {});
    expect(callsIn(talk.effects)).toContainEqual(
      expect.objectContaining({ payload: { key: 'ConnectionTimeOut', value: '120' } }),
    );
  });

  test('a time of its without a zone is in its own', () => {
    const talk = new Talk({ zoneMinutes: -60 }).boot();
    talk.charge(1_001, { timestamp: '2025-11-22T09:00:00' });
    expect(talk.state.charges[0]?.startedAtMs).toBe(NOW_MS);
  });
});
