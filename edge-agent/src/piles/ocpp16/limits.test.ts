import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compositeOf, type HeldProfile, withProfile } from '../ocpp/composite.ts';
import type { OcppEffect } from '../ocpp/steps.ts';
import { armedIn, at, callsIn, NOW_MS, ofType, type Payload, Talk } from './testing/talk.ts';

const SMART = {
  SupportedFeatureProfiles: 'Core,SmartCharging',
  ChargeProfileMaxStackLevel: '5',
  ChargingScheduleAllowedChargingRateUnit: 'Current,Power',
} as const;

const limit = (talk: Talk, maxW: number | null, connectorNo: number | null = 1) =>
  talk.told({ do: 'limitPower', connectorNo, maxW, validSeconds: 300 });
const profilesIn = (effects: readonly OcppEffect[]) =>
  callsIn(effects)
    .filter(({ action }) => action === 'SetChargingProfile')
    .map(({ payload }) => payload as Payload & { csChargingProfiles: Payload });
const accept = (talk: Talk, effects: readonly OcppEffect[]) =>
  callsIn(effects).flatMap(({ tag }) => talk.reply(tag, { status: 'Accepted' }));
const smart = (boot: Payload = {}, keys: Readonly<Record<string, string>> = {}) =>
  new Talk().boot(boot).configured({ ...SMART, ...keys });

describe('a limit', () => {
  test('[OCPP-D8] [OCPP-D5] lies over a safe one, ends by itself, and is one for each connector', () => {
    const talk = smart();
    talk.charge();
    const effects = limit(talk, 11_000);
    expect(profilesIn(effects)).toEqual([
      {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 9_001,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: {
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
          },
        },
      },
      {
        connectorId: 1,
        csChargingProfiles: {
          chargingProfileId: 9_101,
          transactionId: 1_001,
          stackLevel: 1,
          chargingProfilePurpose: 'TxProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: {
            duration: 300,
            startSchedule: at(0),
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 15.9, numberPhases: 3 }],
          },
        },
      },
    ]);
    const done = accept(talk, effects);
    expect(ofType(done, 'CommandAnswered')).toMatchObject([
      { command: 'limitPower', connectorNo: 1, accepted: true, detail: { way: 'tx' } },
    ]);
    expect(profilesIn(limit(talk, 9_000))).toHaveLength(1);
  });

  test('[OCPP-D5] of the whole station is one of its own, and steps down to what is safe', () => {
    const talk = smart();
    expect(profilesIn(limit(talk, 22_000, null))).toMatchObject([
      {
        connectorId: 0,
        csChargingProfiles: {
          chargingProfilePurpose: 'ChargePointMaxProfile',
          chargingSchedule: {
            chargingSchedulePeriod: [{ startPeriod: 0 }, { startPeriod: 300, limit: 6 }],
          },
        },
      },
    ]);
  });

  test('[OCPP-D8] on a station with one level it carries its own fall-back', () => {
    const talk = smart({ chargePointVendor: 'ABB' });
    expect(profilesIn(limit(talk, 11_000))).toMatchObject([
      {
        csChargingProfiles: {
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingSchedule: {
            chargingSchedulePeriod: [
              { startPeriod: 0, limit: 15.9 },
              { startPeriod: 300, limit: 6 },
            ],
          },
        },
      },
    ]);
  });

  test('is in the unit that the station takes', () => {
    const unitOf = (boot: Payload, keys = {}) =>
      profilesIn(limit(smart(boot, keys), 11_000)).at(-1)?.csChargingProfiles['chargingSchedule'];
    expect(unitOf({ chargePointVendor: 'Huawei' })).toMatchObject({ chargingRateUnit: 'W' });
    expect(unitOf({}, { ChargingScheduleAllowedChargingRateUnit: 'Power' })).toMatchObject({
      chargingRateUnit: 'W',
      chargingSchedulePeriod: [{ limit: 11_000 }],
    });
  });

  test('[OCPP-D6] that is refused is tried by the next way, which is remembered', () => {
    const talk = smart();
    talk.charge();
    const ways = ['tx', 'tx-default', 'tx-default-all', 'station-max'];
    let effects: readonly OcppEffect[] = limit(talk, 11_000);
    accept(talk, effects.slice(0, 1));
    const seen = [];
    for (const refusal of ['Rejected', 'NotSupported', 'Rejected']) {
      const [call] = callsIn(effects).filter(({ tag }) => tag.startsWith('limit:'));
      seen.push(profilesIn(effects).at(-1)?.csChargingProfiles['chargingProfilePurpose']);
      effects = talk.reply(call?.tag ?? '', { status: refusal });
    }
    expect(seen).toEqual(['TxProfile', 'TxDefaultProfile', 'TxDefaultProfile']);
    const done = accept(talk, effects);
    expect(ofType(done, 'CommandAnswered')).toMatchObject([{ detail: { way: ways[3] } }]);
    expect(ofType(done, 'Noted')).toMatchObject([{ key: 'limit', value: { way: 3 } }]);
    expect(profilesIn(limit(talk, 9_000))).toMatchObject([
      { csChargingProfiles: { chargingProfilePurpose: 'ChargePointMaxProfile' } },
    ]);
  });

  test('[OCPP-D6] that nothing helps with stops what draws too much, and only that', () => {
    const talk = new Talk().boot().configured({ SupportedFeatureProfiles: 'Core' });
    expect(ofType(limit(talk, 11_000), 'CommandAnswered')).toMatchObject([{ accepted: false }]);
    talk.charge();
    const power = (value: string) => ({
      connectorId: 1,
      meterValue: [
        { timestamp: at(0), sampledValue: [{ value, measurand: 'Power.Active.Import' }] },
      ],
    });
    talk.hear('MeterValues', power('7000'));
    expect(callsIn(limit(talk, 11_000))).toEqual([]);
    talk.hear('MeterValues', power('21000'));
    expect(callsIn(limit(talk, 11_000))).toMatchObject([{ action: 'RemoteStopTransaction' }]);
  });

  test('[OCPP-D6] that is not kept within a minute is put in another way, and told', () => {
    const talk = smart();
    talk.charge();
    const set = accept(talk, limit(talk, 11_000));
    expect(armedIn(set)).toMatchObject({ 'verify:1': 60_000 });
    const power = (value: string) => ({
      connectorId: 1,
      meterValue: [
        { timestamp: at(0), sampledValue: [{ value, measurand: 'Power.Active.Import' }] },
      ],
    });
    talk.hear('MeterValues', power('11200'));
    expect(talk.timer('verify:1')).toEqual([]);
    talk.hear('MeterValues', power('21000'));
    const over = talk.timer('verify:1');
    expect(ofType(over, 'Deviated')).toMatchObject([{ rule: 'OCPP-D6' }]);
    expect(profilesIn(over)).toMatchObject([
      { csChargingProfiles: { chargingProfilePurpose: 'TxDefaultProfile' } },
    ]);
  });

  const composite = (...watts: readonly (readonly [startPeriod: number, limit: number])[]) => ({
    status: 'Accepted',
    connectorId: 1,
    scheduleStart: at(0),
    chargingSchedule: {
      chargingRateUnit: 'W',
      chargingSchedulePeriod: watts.map(([startPeriod, limit]) => ({ startPeriod, limit })),
    },
  });
  const asked = (effects: readonly OcppEffect[]) =>
    callsIn(effects).filter(({ action }) => action === 'GetCompositeSchedule');

  test('[OCPP-D6] [OCPP-D8] is looked at where it lies: now, and when nobody renews it', () => {
    const talk = smart();
    talk.charge();
    const set = accept(talk, limit(talk, 11_000));
    expect(asked(set)).toMatchObject([
      { payload: { connectorId: 1, duration: 420, chargingRateUnit: 'A' } },
    ]);
    const [call] = asked(set);
    const rulesOf = (payload: Payload) => {
      const again = smart();
      again.charge();
      accept(again, limit(again, 11_000));
      return ofType(again.reply(call?.tag ?? '', payload), 'Deviated').map(({ rule }) => rule);
    };
    expect(rulesOf(composite([0, 11_000], [300, 4_140]))).toEqual([]);
    expect(rulesOf(composite([0, 11_000]))).toEqual([]);
    expect(rulesOf(composite([0, 22_000], [300, 4_140]))).toEqual(['OCPP-D6']);
    expect(rulesOf(composite([0, 11_000], [300, 22_000]))).toEqual(['OCPP-D8']);
    expect(rulesOf({ status: 'Accepted' })).toEqual([]);
  });

  test('[OCPP-D6] a station that cannot say it is not asked again, nor one about the same way', () => {
    const talk = smart();
    const first = accept(talk, limit(talk, 11_000));
    expect(asked(accept(talk, limit(talk, 12_000)))).toEqual([]);
    expect(
      ofType(talk.fail(asked(first)[0]?.tag ?? '', 'error', 'NotImplemented'), 'Noted'),
    ).toMatchObject([{ key: 'triggers', value: { deafTo: ['GetCompositeSchedule'] } }]);
    expect(asked(accept(talk, limit(talk, 9_000)))).toEqual([]);
    talk.restart();
    talk.open();
    expect(asked(accept(talk, limit(talk, 9_000)))).toEqual([]);
  });

  test('[OCPP-D7] under six amperes is a pause, which is not lifted again within a minute', () => {
    const talk = smart();
    talk.charge();
    const paused = limit(talk, 4_000);
    expect(profilesIn(paused).at(-1)).toMatchObject({
      csChargingProfiles: { chargingSchedule: { chargingSchedulePeriod: [{ limit: 0 }] } },
    });
    accept(talk, paused);
    talk.nowMs += 10_000;
    const soon = limit(talk, 11_000);
    expect(callsIn(soon)).toEqual([]);
    expect(armedIn(soon)).toEqual({ 'limit:1': 50_000 });
    expect(profilesIn(talk.timer('limit:1'))).toHaveLength(1);
    expect(profilesIn(limit(talk, 0))).toHaveLength(1);
  });

  test('[OCPP-D7] a station that refuses zero is stopped instead', () => {
    const talk = smart({ chargePointVendor: 'ABB' });
    talk.charge();
    expect(callsIn(limit(talk, 0))).toMatchObject([{ action: 'RemoteStopTransaction' }]);
  });

  test('is taken away whole', () => {
    const talk = smart();
    accept(talk, limit(talk, 11_000));
    const lifted = limit(talk, null);
    expect(callsIn(lifted).map(({ payload }) => payload)).toEqual([{ id: 9_001 }, { id: 9_101 }]);
    expect(ofType(accept(talk, lifted), 'CommandAnswered')).toMatchObject([{ accepted: true }]);
  });
});

/** A profile as our station model holds it. */
function held(payload: Payload & { csChargingProfiles: Payload }): HeldProfile {
  const { csChargingProfiles: p } = payload;
  const schedule = p['chargingSchedule'] as {
    duration?: number;
    startSchedule?: string;
    chargingSchedulePeriod: HeldProfile['periods'];
  };
  const purposes = { TxProfile: 'tx', TxDefaultProfile: 'tx-default' } as const;
  return {
    purpose: purposes[p['chargingProfilePurpose'] as keyof typeof purposes] ?? 'station-max',
    connectorNo: Number(payload['connectorId']),
    stackLevel: Number(p['stackLevel']),
    startMs: schedule.startSchedule === undefined ? null : Date.parse(schedule.startSchedule),
    durationS: schedule.duration ?? null,
    validFromMs: null,
    validToMs: null,
    periods: schedule.chargingSchedulePeriod,
  };
}

const ofStation = (profiles: readonly HeldProfile[], yes: boolean) =>
  profiles.filter(({ purpose }) => (purpose === 'station-max') === yes);

test('[OCPP-D8] whatever was set, when nobody renews it the sum of all falls to what is safe', () => {
  const wishes = fc.array(
    fc.record({ connectorNo: fc.constantFrom(1, 2), maxW: fc.integer({ min: 0, max: 22_000 }) }),
    { minLength: 1, maxLength: 12 },
  );
  /** Purposes that the station takes no limit by; the safe one it takes. */
  const refused = fc.subarray(['TxProfile', 'TxDefaultProfile']);
  const vendors = fc.constantFrom('Example', 'ABB', 'Wallbox', 'EVBox');
  fc.assert(
    fc.property(wishes, vendors, fc.boolean(), refused, (list, chargePointVendor, charging, no) => {
      const talk = smart({ chargePointVendor, firmwareVersion: '4.0', numberOfConnectors: 2 });
      if (charging) talk.charge();
      let profiles: readonly HeldProfile[] = [];
      const limited = new Set<number>();
      for (const { connectorNo, maxW } of list) {
        talk.nowMs += 120_000;
        let calls = callsIn(limit(talk, maxW, connectorNo));
        while (calls.length > 0) {
          calls = calls.flatMap(({ tag, action, payload }) => {
            const profile = payload as Payload & { csChargingProfiles: Payload };
            if (action === 'ClearChargingProfile') {
              const gone = Number((payload as Payload)['id']) - 9_000;
              profiles = profiles.filter(
                ({ purpose, connectorNo: no, stackLevel }) =>
                  purpose !== 'tx-default' || no !== gone || stackLevel !== 0,
              );
            }
            if (action !== 'SetChargingProfile') return [];
            const { chargingProfilePurpose, chargingProfileId } = profile.csChargingProfiles;
            const own = Number(chargingProfileId) >= 9_100;
            const isRefused = own && no.includes(String(chargingProfilePurpose));
            if (!isRefused) profiles = withProfile(profiles, held(profile));
            if (!isRefused && own) limited.add(connectorNo);
            const status = isRefused ? 'Rejected' : 'Accepted';
            return callsIn(talk.reply(tag, { status }));
          });
        }
      }
      const endMs = talk.nowMs + 301_000;
      const amperesOf = (list: readonly HeldProfile[], connectorNo: number) =>
        compositeOf(list, endMs, endMs + 1e9, { connectorNo, chargeStartMs: NOW_MS }).map(
          ({ limit: amperes }) => amperes ?? Number.POSITIVE_INFINITY,
        );
      const cap = Math.max(...amperesOf(ofStation(profiles, true), 1));
      const own = [...limited].map((no) => Math.max(...amperesOf(ofStation(profiles, false), no)));
      expect(
        Math.min(
          cap,
          own.reduce((sum, amperes) => sum + amperes, 0),
        ),
      ).toBeLessThanOrEqual(12);
    }),
    { numRuns: 60 },
  );
});
