import { energyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { BODIES, PILE, TRADE } from './testing/samples.ts';
import { eventsIn, onlySent, Talk } from './testing/talk.ts';

const measured = (talk: Talk, change: Partial<(typeof BODIES)['realtime']>) => {
  const [event] = eventsIn(talk.hear('realtime', change));
  if (event?.type !== 'Measured') throw new RangeError('not measured');
  return event.measurement;
};

describe('heartbeat', () => {
  test('[YKC-HB-1] [YKC-SEQ-1] is answered at once, for its gun, with its own sequence bytes', () => {
    const effects = new Talk().login().hear('heartbeat', { gunNo: '02' }, '71AD');
    expect(onlySent(effects)).toEqual({
      name: 'heartbeatAck',
      seq: '71AD',
      body: { pileNo: PILE, gunNo: '02', ack: 0 },
    });
  });

  test('[YKC-HB-2] health is told when it changes', () => {
    const talk = new Talk().login();
    const told = (gunStatus: 'normal' | 'faulted') =>
      eventsIn(talk.hear('heartbeat', { gunStatus }));
    expect(told('normal')).toEqual([{ type: 'ConnectorHealth', connectorNo: 1, faulted: false }]);
    expect(told('normal')).toEqual([]);
    expect(told('faulted')).toEqual([{ type: 'ConnectorHealth', connectorNo: 1, faulted: true }]);
    expect(told('faulted')).toEqual([]);
  });

  test.each([
    ['10', 10],
    ['0A', 10],
    ['99', 99],
  ])('gun %s is connector %i', (gunNo, connectorNo) => {
    const effects = new Talk().login().hear('heartbeat', { gunNo });
    expect(eventsIn(effects)).toMatchObject([{ connectorNo }]);
    expect(onlySent(effects)).toMatchObject({ body: { gunNo } });
  });
});

describe('realtime', () => {
  test('[YKC-RT-1] a report in neutral words', () => {
    const effects = new Talk().login().hear('realtime');
    expect(effects).toHaveLength(1);
    expect(eventsIn(effects)).toEqual([
      {
        type: 'Measured',
        measurement: {
          connectorNo: 1,
          tradeNo: TRADE,
          status: 'charging',
          plugged: true,
          homed: false,
          voltageMv: 214_300,
          currentMa: 31_800,
          soc: 64,
          energy: 46_223n,
          lossEnergy: 46_223n,
          amount: 50_000n,
          chargedMinutes: 40,
          remainMinutes: 20,
          cableTempC: 35,
          batteryMaxTempC: 31,
          faults: [],
        },
      },
    ]);
  });

  test('[YKC-RT-1] idle, and codes without a name', () => {
    const talk = new Talk().login();
    expect(measured(talk, { tradeNo: '0'.repeat(32), status: 'idle' }).tradeNo).toBeNull();
    expect(
      measured(talk, {
        status: { unknown: 9 },
        plugged: { unknown: 9 },
        gunHomed: { unknown: 9 },
      }),
    ).toMatchObject({ status: 'unknown', plugged: null, homed: null });
    expect(measured(talk, { gunHomed: 'unsure', plugged: 'no' })).toMatchObject({
      homed: null,
      plugged: false,
    });
  });

  test.each([
    [undefined, 0x0001, ['emergency-stop']],
    [undefined, 0x1002, ['no-rectifier', 'door-open']],
    ['ylc-1.8', 0x0002, ['emergency-stop']],
    ['ylc-1.8', 0x0001, []],
    ['ylc-1.8', 0x8000, ['output-short']],
  ])('[YKC-RT-2] in dialect %s the bits %i mean %o', (dialect, faultBits, faults) => {
    const talk = new Talk();
    talk.site.adopt(PILE, dialect);
    expect(measured(talk.login(), { faultBits }).faults).toEqual(faults);
  });

  test('[YKC-RT-3] what the pile does not know is null', () => {
    const talk = new Talk().login();
    expect(measured(talk, { cableTemp: null, batteryMaxTemp: null })).toMatchObject({
      cableTempC: null,
      batteryMaxTempC: null,
    });
    expect(measured(talk, { status: 'idle', soc: 0 }).soc).toBeNull();
    expect(measured(talk, { soc: 255 }).soc).toBeNull();
    expect(measured(talk, { soc: 0 }).soc).toBe(0);
    expect(measured(new Talk().login({ pileType: 'ac' }), { soc: 0 }).soc).toBeNull();
  });

  test('[YKC-RT-4] energy with losses falls back to the energy', () => {
    const talk = new Talk().login();
    const none = energyStep(0n);
    expect(measured(talk, { lossEnergy: none }).lossEnergy).toBe(46_223n);
    expect(measured(talk, { lossEnergy: energyStep(47_000n) }).lossEnergy).toBe(47_000n);
    expect(measured(talk, { energy: none, lossEnergy: none }).lossEnergy).toBe(0n);
  });
});

const SHOWN = [
  'bmsHandshake',
  'bmsConfig',
  'bmsEnd',
  'bmsError',
  'bmsAbort',
  'chargerAbort',
  'bmsDemand',
  'bmsInfo',
  'parkLockStatus',
] as const;

test.each(SHOWN)('[YKC-OBS-1] %s reaches the site decoded, and gets no answer', (name) => {
  expect(new Talk().login().hear(name)).toEqual([
    { do: 'emit', event: { type: 'Observed', name, body: BODIES[name] } },
  ]);
});
