import { decode, encode, messageOf } from '@holdfast/protocols/jfy/codec';
import { bytesOf } from '@holdfast/protocols/kernel/bytes';
import { bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import { energyStep, fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import type { OpenCharge } from '../../ports/site.ts';
import { readingsOf } from './orders.ts';
import { jfyProtocol } from './protocol.ts';
import { BODIES, CARD, eventsIn, NOW_MS, PILE, said, sentIn, Talk, TRADE } from './testing/talk.ts';
import { isOurs } from './trade.ts';

const balance = fen(5_000n);
const start = { connectorNo: 1, tradeNo: TRADE, cardNo: null, balance } as const;
const openCharge = (change: Partial<OpenCharge> = {}): OpenCharge => ({
  orderNo: TRADE,
  connectorNo: 1,
  state: 'charging',
  charge: undefined,
  cardNo: 'd14b0a54',
  openedAtMs: NOW_MS,
  chargingAtMs: NOW_MS,
  ...change,
});

describe('sign-in and life', () => {
  test('[JFY-LOGIN-1] [JFY-SEQ-1] 106 is answered with its random number, INFO and SEQ', () => {
    const effects = new Talk().hear('signIn', {}, '1077');
    expect(sentIn(effects)).toMatchObject([
      { name: 'signInAck', seq: '1077', body: { random: '01E24000' } },
    ]);
    expect(effects.map((effect) => effect.do)).toContain('admit');
    expect(eventsIn(effects)).toMatchObject([
      { type: 'PileLoggedIn', protocolVersion: 'jfy-profile-0', connectorCount: 2 },
    ]);
    expect(sentIn(new Talk().hear('signIn', { tail: '' }))).toMatchObject([
      { body: { random: '00000000' } },
    ]);
  });

  test('[JFY-LOGIN-2] [JFY-CMD-2] a pile that is not adopted is told of and let go', () => {
    const talk = new Talk();
    talk.site.profiles.clear();
    const effects = talk.hear('signIn');
    expect(sentIn(effects)).toEqual([]);
    expect(eventsIn(effects)).toHaveLength(1);
    expect(talk.told({ do: 'start', ...start })).toEqual([]);
    expect(talk.timer('grace')).toEqual([{ do: 'close', why: 'not served' }]);
  });

  test('[JFY-LOGIN-3] a second sign-in begins anew, but answers records of before', () => {
    const talk = new Talk().login();
    talk.hear('record', {}, '1042');
    talk.login();
    const effects = talk.told({ do: 'recordStored', tradeNo: TRADE, request: '0' });
    expect(sentIn(effects)).toMatchObject([{ name: 'recordAck', seq: '1042' }]);
  });

  test('[JFY-LOGIN-4] a pile that has not signed in is not served', () => {
    const talk = new Talk();
    expect(talk.hear('heartbeat')).toMatchObject([{ do: 'arm', timer: 'grace' }]);
    expect(talk.hear('heartbeat')).toEqual([]);
    expect(talk.timer('grace')).toMatchObject([{ do: 'close' }]);
  });

  test('[JFY-LOGIN-5] [JFY-SEQ-2] [JFY-CLOCK-1] periods, clock and a call to each gun', () => {
    const talk = new Talk().login();
    expect(sentIn(talk.timer('welcome'))).toMatchObject([
      {
        name: 'setNumbers',
        seq: '1000',
        body: { address: 21, values: '1E000000030000003C000000' },
      },
      { name: 'setText', seq: '1001', body: { address: 2, text: '20261122120000FF' } },
      { name: 'control', seq: '1002', body: { gunNo: 1, address: 15 } },
      { name: 'control', seq: '1003', body: { gunNo: 2, address: 15 } },
    ]);
    expect(eventsIn(talk.hear('setTextAck'))).toEqual([
      { type: 'ClockAnswered', pileTimeMs: NOW_MS },
    ]);
    expect(eventsIn(talk.hear('setTextAck', { text: '' }))).toMatchObject([{ pileTimeMs: null }]);
    expect(eventsIn(talk.hear('setTextAck', { address: 7 }))).toMatchObject([{ type: 'Observed' }]);
    expect(sentIn(talk.timer('clock'))).toMatchObject([{ name: 'setText' }]);
  });

  test.each(['', 'a b', '\x01', '\xff'])('[JFY-LOGIN-6] "%s" names no pile', (pileNo) => {
    const protocol = jfyProtocol();
    const up = protocol.openCodec(8_000).decode(encode(said('heartbeat', { pileNo })));
    expect(protocol.pileNoOf(up)).toBeUndefined();
  });

  test('[JFY-LOGIN-6] blanks behind a number are padding', () => {
    const protocol = jfyProtocol();
    const up = protocol.openCodec(8_000).decode(encode(said('heartbeat', { pileNo: 'SH-7   ' })));
    expect(protocol.pileNoOf(up)).toBe('SH-7');
  });

  test('[JFY-HB-1] [JFY-HB-2] heartbeats are answered, and missed ones end the connection', () => {
    const talk = new Talk().login();
    const effects = talk.hear('heartbeat', {}, '1033');
    expect(sentIn(effects)).toMatchObject([
      { name: 'heartbeatAck', seq: '1033', body: { count: 5 } },
    ]);
    expect(effects.at(-1)).toEqual({ do: 'arm', timer: 'heartbeat', ms: 99_000 });
    expect(talk.timer('heartbeat')).toMatchObject([{ do: 'close' }]);
    talk.hear('signIn', { heartbeatSeconds: 60, heartbeatMisses: 2 });
    expect(talk.hear('heartbeat').at(-1)).toMatchObject({ ms: 132_000 });
    talk.hear('signIn', { heartbeatSeconds: 0, heartbeatMisses: 0 });
    expect(talk.hear('heartbeat').at(-1)).toMatchObject({ ms: 99_000 });
  });

  test('[JFY-LOST-1] a loss is told once, and only after a sign-in', () => {
    expect(new Talk().closed('closed')).toEqual([]);
    const talk = new Talk().login();
    expect(eventsIn(talk.closed('silent'))).toEqual([{ type: 'PileLost', why: 'silent' }]);
    expect(talk.closed('silent')).toEqual([]);
  });

  test('[JFY-UNKNOWN-1] what nobody knows is shown and not answered', () => {
    const talk = new Talk().login();
    const frames = [
      encode({
        name: 'unknown',
        seq: '1000',
        why: 'unknown-command',
        code: 114,
        body: { raw: '01' },
      }),
      encode({ name: 'unknown', seq: '9000', why: 'encrypted', code: 104, body: { raw: '01' } }),
      encode({ name: 'unknown', seq: '1000', why: 'short-body', code: 222, body: { raw: '01' } }),
      encode(messageOf('statusAck', '1000', { reserved: '00000000', gunNo: 1, again: 0 })),
    ];
    for (const raw of frames) {
      const effects = talk.take(raw);
      expect(sentIn(effects)).toEqual([]);
      expect(eventsIn(effects)).toMatchObject([{ type: 'Observed', name: 'unknown' }]);
    }
  });
});

describe('charging', () => {
  const asked = { type: 'StartAsked', connectorNo: 1, request: '0' } as const;

  test('[JFY-ASK-1] [JFY-ASK-2] [JFY-ASK-3] a card is asked for once and begins under our number', () => {
    const talk = new Talk().login();
    expect(eventsIn(talk.hear('account'))).toMatchObject([
      { ...asked, identity: { by: 'card', cardNo: 'D14B0A54' } },
    ]);
    expect(talk.hear('account', {}, '1044')).toEqual([]);
    const effects = talk.told({ do: 'allowStart', request: '0', ...start });
    expect(sentIn(effects)).toMatchObject([
      { name: 'accountAck', seq: '1044', body: { refusal: 0, user: TRADE, identity: CARD } },
    ]);
  });

  test('[JFY-ASK-1] VINs, other cards, and who cannot be looked up', () => {
    const vin = 'LSVAA49J132047371';
    const identityOf = (way: 'card' | 'vin', identity: string) =>
      eventsIn(new Talk().login().hear('account', { way, identity }));
    expect(identityOf('vin', vin)).toMatchObject([{ identity: { by: 'vin', vin } }]);
    expect(identityOf('card', 'user-7')).toMatchObject([
      { identity: { by: 'token', token: 'user-7' } },
    ]);
    const refused = new Talk().login().hear('account', { way: 'vin', identity: '' });
    expect(sentIn(refused)).toMatchObject([{ name: 'accountAck', body: { user: '' } }]);
    expect(eventsIn(refused)).toEqual([]);
  });

  test('[JFY-ASK-3] a refusal has a number; [JFY-ASK-4] a late yes is a failed start', () => {
    const talk = new Talk().login();
    talk.hear('account');
    expect(
      sentIn(
        talk.told({ do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'balance-low' }),
      ),
    ).toMatchObject([{ body: { refusal: 4, user: '' } }]);
    talk.hear('account');
    talk.nowMs += 31_000;
    expect(eventsIn(talk.told({ do: 'allowStart', request: '1', ...start }))).toMatchObject([
      { type: 'StartAnswered', refusal: 'no-confirmation' },
    ]);
  });

  test('an ask that the site could not take may be asked again', () => {
    const talk = new Talk().login();
    const [event] = eventsIn(talk.hear('account'));
    if (event !== undefined) talk.unheard(event);
    expect(eventsIn(talk.hear('account'))).toMatchObject([{ type: 'StartAsked', request: '1' }]);
  });

  test('[JFY-START-1] [JFY-START-2] [JFY-CALL-1] 7 bears our number, 8 is of the gun’s start', () => {
    const talk = new Talk().login();
    expect(sentIn(talk.told({ do: 'start', ...start }))).toMatchObject([
      { name: 'start', body: { gunNo: 1, user: TRADE, effect: 0, strategy: 0 } },
    ]);
    const effects = talk.hear('startAck');
    expect(eventsIn(effects)).toEqual([
      { type: 'StartAnswered', connectorNo: 1, tradeNo: TRADE, refusal: null },
    ]);
    expect(sentIn(effects)).toMatchObject([{ name: 'control', body: { address: 15 } }]);
  });

  test('[JFY-START-2] an 8 after a restart of the agent is of the order that is starting', () => {
    const talk = new Talk().login();
    expect(talk.hear('startAck')).toEqual([]);
    talk.site.charges.push(openCharge({ state: 'starting' }));
    expect(eventsIn(talk.hear('startAck'))).toMatchObject([{ tradeNo: TRADE, refusal: null }]);
  });

  test.each([
    [100_001, 'pile-refused'],
    [100_002, 'no-confirmation'],
    [9, 'pile-refused'],
  ])('[JFY-START-3] result %i refuses', (result, refusal) => {
    const talk = new Talk().login();
    talk.told({ do: 'start', ...start });
    expect(eventsIn(talk.hear('startAck', { result }))).toMatchObject([{ refusal }]);
    expect(eventsIn(talk.hear('started', { result }))).toMatchObject([{ refusal }]);
  });

  test('[JFY-START-4] 110 or a status is a charge, a failed status is none; 150 s for either', () => {
    const talk = new Talk().login();
    talk.told({ do: 'start', ...start });
    const effects = talk.hear('started', {}, '1009');
    expect(sentIn(effects)).toMatchObject([{ name: 'startedAck', seq: '1009' }]);
    expect(eventsIn(effects)).toMatchObject([{ type: 'StartAnswered', refusal: null }]);
    expect(eventsIn(talk.hear('status')).map(({ type }) => type)).toEqual([
      'ConnectorHealth',
      'StartAnswered',
      'Measured',
    ]);
    talk.told({ do: 'start', ...start });
    expect(eventsIn(talk.hear('status', { state: 'start-failed', user: '' }))).toMatchObject([
      { type: 'StartAnswered', tradeNo: TRADE, refusal: 'pile-refused' },
      { type: 'Measured' },
    ]);
    expect(jfyProtocol().driver.startConfirmMs).toBe(150_000);
    const both = { do: 'startTogether', connectors: [start], cardNo: null, balance } as const;
    expect(eventsIn(talk.told(both))).toMatchObject([{ refusal: 'pile-refused' }]);
  });

  test('[JFY-STOP-1] [JFY-STOP-2] [JFY-CALL-1] a stop, its answer, and a look', () => {
    const talk = new Talk().login();
    expect(sentIn(talk.told({ do: 'stop', connectorNo: 1 }))).toMatchObject([
      { name: 'control', body: { gunNo: 1, address: 2, values: '55000000' } },
    ]);
    const effects = talk.hear('controlAck');
    expect(eventsIn(effects)).toEqual([{ type: 'StopAnswered', connectorNo: 1, refusal: null }]);
    expect(sentIn(effects)).toMatchObject([{ body: { address: 15 } }]);
    expect(eventsIn(talk.hear('controlAck', { result: 1 }))).toMatchObject([
      { refusal: 'pile-refused' },
    ]);
  });

  test('[JFY-TRADE-1] our numbers are known by their form, padded cards are not', () => {
    expect(isOurs(TRADE, 1)).toBe(true);
    expect(isOurs(TRADE, 2)).toBe(false);
    const padded = { user: '\xff'.repeat(32), serial: '    ', startWay: 'card' } as const;
    expect(eventsIn(new Talk().login().hear('record', padded))).toMatchObject([
      { record: { cardNo: null, tradeNo: '0'.repeat(32) } },
    ]);
    expect(isOurs('00000000000000000000000509633410', 0)).toBe(false);
    expect(isOurs('0'.repeat(32), 0)).toBe(false);
    expect(isOurs('99000104000001012699221200000001', 1)).toBe(false);
  });

  test('[JFY-TRADE-2] a pile that says the card in mid-charge is known again after a restart', () => {
    const talk = new Talk().login();
    const measured = (user: string) =>
      eventsIn(talk.hear('status', { user })).find(({ type }) => type === 'Measured');
    expect(measured(CARD)).toMatchObject({ measurement: { tradeNo: null } });
    talk.site.charges.push(openCharge());
    expect(measured(CARD)).toMatchObject({ measurement: { tradeNo: TRADE } });
    expect(measured('')).toMatchObject({ measurement: { tradeNo: null } });
  });
});

describe('measurements', () => {
  test('[JFY-RT-1] [JFY-RT-2] 104 in neutral words; the meter counts, not the power', () => {
    const talk = new Talk().login();
    const effects = talk.hear('status', {}, '1055');
    expect(sentIn(effects)).toMatchObject([{ name: 'statusAck', seq: '1055', body: { gunNo: 1 } }]);
    expect(eventsIn(effects).at(-1)).toMatchObject({
      measurement: {
        tradeNo: TRADE,
        status: 'charging',
        plugged: true,
        voltageMv: 600_000,
        currentMa: 120_000,
        soc: 64,
        energy: 46_200n,
        chargedMinutes: 40,
      },
    });
    const seen = (change: Partial<(typeof BODIES)['status']>) =>
      eventsIn(talk.hear('status', change)).at(-1);
    expect(seen({ state: 'paused' })).toMatchObject({ measurement: { status: 'charging' } });
    expect(seen({ meterNow: energyStep(0n) })).toMatchObject({ measurement: { energy: 9_900n } });
    expect(seen({ state: 'idle' })).toMatchObject({
      measurement: { status: 'idle', tradeNo: null, energy: 0n },
    });
    expect(seen({ state: { unknown: 77 } })).toMatchObject({ measurement: { status: 'unknown' } });
    expect(seen({ gunType: 'ac' })).toMatchObject({
      measurement: { voltageMv: 230_000, currentMa: 30_000, soc: null },
    });
  });

  test('[JFY-HEALTH-1] [JFY-ALARM-1] faults and alarms', () => {
    const talk = new Talk().login();
    talk.hear('status');
    const faulted = eventsIn(talk.hear('status', { state: 'faulted', alarm: 42 }));
    expect(faulted).toMatchObject([
      { type: 'ConnectorHealth', connectorNo: 1, faulted: true },
      { measurement: { status: 'faulted', faults: ['alarm-42'] } },
    ]);
    expect(eventsIn(talk.hear('status', { state: 'faulted' }))).toHaveLength(1);
    const effects = talk.hear('alarm');
    expect(sentIn(effects)).toMatchObject([{ name: 'alarmAck' }]);
    expect(eventsIn(effects)).toMatchObject([{ body: { bits: [0, 15] } }]);
    expect(sentIn(talk.hear('bms'))).toMatchObject([{ name: 'bmsAck' }]);
  });

  test('[JFY-GUN-1] gun 0 is the only one; a gun of no pile is told to nobody', () => {
    const talk = new Talk().login();
    expect(eventsIn(talk.hear('status', { gunNo: 0 })).at(-1)).toMatchObject({
      measurement: { connectorNo: 1 },
    });
    for (const name of ['status', 'started'] as const) {
      const effects = talk.hear(name, { gunNo: 33 });
      expect(sentIn(effects)).toHaveLength(1);
      expect(eventsIn(effects)).toEqual([]);
    }
    expect(talk.hear('record', { gunNo: 200 })).toEqual([]);
  });
});

describe('records', () => {
  test('[JFY-ORDER-1] [JFY-ORDER-2] answered when it is on disk, each upload for itself', () => {
    const talk = new Talk().login();
    const effects = talk.hear('record', {}, '1020');
    expect(sentIn(effects)).toEqual([]);
    expect(eventsIn(effects)).toMatchObject([{ type: 'RecordUploaded', frameType: '222' }]);
    const [event] = eventsIn(talk.hear('coarseRecord', {}, '1021'));
    expect(event).toMatchObject({ frameType: '202', request: '1' });
    expect(sentIn(talk.told({ do: 'recordStored', tradeNo: TRADE, request: '0' }))).toMatchObject([
      { name: 'recordAck', seq: '1020', body: { gunNo: 1, user: TRADE, recordIndex: 7 } },
    ]);
    if (event !== undefined) talk.unheard(event);
    expect(talk.told({ do: 'recordStored', tradeNo: TRADE, request: '1' })).toEqual([]);
    for (let i = 0; i < 70; i += 1) talk.hear('record');
    expect(talk.state.uploads).toHaveLength(64);
  });

  test('[JFY-ORDER-3] its figures as they are, a stop code of no table too', () => {
    const talk = new Talk().login();
    expect(eventsIn(talk.hear('record', { stopReason: 9_999 }))).toMatchObject([
      {
        record: {
          tradeNo: TRADE,
          rows: [],
          totalEnergy: 400_000n,
          startMethod: 'remote',
          cardNo: null,
          stopCode: 9_999,
          stopClass: 'unknown',
        },
      },
    ]);
    expect(eventsIn(talk.hear('record', { user: CARD, serial: TRADE }))).toMatchObject([
      { record: { tradeNo: TRADE, cardNo: CARD } },
    ]);
  });

  test('[JFY-ORDER-4] a record without an order is told by gun, index and start', () => {
    const talk = new Talk().login();
    const [event] = eventsIn(talk.hear('record', { user: CARD, startWay: 'card' }));
    const key = `1/7/${BODIES.record.startTime.wire}`;
    expect(event).toMatchObject({
      charge: { by: 'key', key },
      record: { tradeNo: '0'.repeat(32), startMethod: 'offline-card', cardNo: CARD },
    });
    expect(eventsIn(talk.hear('record', { user: CARD, startWay: 'card' }))[0]).toMatchObject({
      charge: { key },
    });
  });

  test('[JFY-ORDER-5] half hours become readings, or nothing does', () => {
    const { record } = BODIES;
    const from = record.startTime.ms ?? 0;
    expect(readingsOf(record)).toEqual([
      { atMs: from + 20 * 60_000, energy: 150_000n },
      { atMs: from + 40 * 60_000 + 999, energy: 400_000n },
    ]);
    expect(readingsOf({ ...record, energy: energyStep(1n) })).toBeUndefined();
    const day = bcdTimeOf(from + 24 * 3_600_000);
    expect(readingsOf({ ...record, endTime: day })).toBeUndefined();
    expect(readingsOf({ ...record, endTime: bcdTimeOf(from - 1_000) })).toBeUndefined();
    expect(readingsOf({ ...record, startTime: bcdTimeOf(null) })).toBeUndefined();
  });

  test('[JFY-ORDER-6] a record found by its card is noted, and found again when the order is closed', () => {
    const talk = new Talk().login();
    talk.site.charges.push(openCharge({ state: 'awaiting-record' }));
    const [noted, told] = eventsIn(talk.hear('record', { user: CARD }));
    expect(noted).toMatchObject({ type: 'Noted', key: 'records' });
    expect(told).toMatchObject({ record: { tradeNo: TRADE } });
    talk.site.charges.length = 0;
    if (noted?.type === 'Noted') talk.site.noted.set(noted.key, noted.value);
    const [again, ...others] = eventsIn(new Talk().login().hear('record', { user: CARD }));
    expect(again).toMatchObject({ charge: { by: 'key' } });
    expect(others).toEqual([]);
    const [once] = eventsIn(talk.hear('record', { user: CARD }));
    expect(once).toMatchObject({ type: 'RecordUploaded', record: { tradeNo: TRADE } });
  });
});

describe('commands', () => {
  test('[JFY-LIMIT-1] [JFY-CALL-1] watts for a gun, for the pile, and none', () => {
    const talk = new Talk().login();
    const limit = (connectorNo: number | null, maxW: number | null) =>
      sentIn(talk.told({ do: 'limitPower', connectorNo, maxW, validSeconds: 60 }));
    expect(limit(1, 30_000.7)).toMatchObject([
      { body: { gunNo: 1, address: 17, values: '30750000' } },
    ]);
    expect(limit(null, null)).toMatchObject([{ body: { gunNo: 0, values: 'FFFFFFFF' } }]);
    const pile = talk.hear('controlAck', { gunNo: 0, address: 17 });
    expect(eventsIn(pile)).toMatchObject([
      { command: 'limitPower', connectorNo: null, accepted: true },
    ]);
    expect(sentIn(pile)).toMatchObject([{ body: { address: 15 } }]);
    expect(eventsIn(talk.hear('controlAck', { address: 17, result: 3 }))).toMatchObject([
      { command: 'limitPower', connectorNo: 1, accepted: false },
    ]);
  });

  test('[JFY-LIMIT-2] percent need a rated power', () => {
    const talk = new Talk().login();
    const percent = { do: 'setLimits', enabled: true, maxPowerPercent: 50 } as const;
    expect(eventsIn(talk.told(percent))).toMatchObject([{ accepted: false }]);
    expect(eventsIn(talk.told({ ...percent, enabled: false }))).toMatchObject([
      { accepted: false },
    ]);
    const profile = { pileNo: PILE, adopted: true, dialect: undefined, ratedPowerW: 60_000 };
    talk.site.profiles.set(PILE, profile);
    expect(sentIn(talk.told(percent))).toMatchObject([{ body: { gunNo: 0, values: '30750000' } }]);
    expect(eventsIn(talk.hear('controlAck', { gunNo: 0, address: 17 }))).toMatchObject([
      { command: 'setLimits', accepted: true },
    ]);
  });

  test('[JFY-CMD-1] what there is no frame for is refused, the rest is done', () => {
    const talk = new Talk().login();
    expect(eventsIn(talk.told({ do: 'addCards', cards: [] }))).toMatchObject([{ accepted: false }]);
    const operate = { do: 'operate', request: '1', operation: 'x', parameters: null } as const;
    expect(eventsIn(talk.told(operate))).toMatchObject([{ outcome: 'refused' }]);
    expect(eventsIn(talk.told({ do: 'reboot', whenIdle: true }))).toMatchObject([
      { accepted: false },
    ]);
    expect(sentIn(talk.told({ do: 'reboot', whenIdle: false }))).toMatchObject([
      { body: { address: 11 } },
    ]);
    expect(eventsIn(talk.hear('controlAck', { address: 11 }))).toMatchObject([
      { command: 'reboot', accepted: true },
    ]);
    expect(sentIn(talk.told({ do: 'readNow', connectorNo: 2 }))).toMatchObject([
      { body: { gunNo: 2, address: 15 } },
    ]);
    expect(sentIn(talk.told({ do: 'setClock' }))).toMatchObject([{ name: 'setText' }]);
    expect(talk.hear('controlAck', { address: 99 })).toEqual([]);
    expect(decode(bytesOf('AAF51900000605000000000001020000000104005500000062')).name).toBe(
      'control',
    );
  });
});
