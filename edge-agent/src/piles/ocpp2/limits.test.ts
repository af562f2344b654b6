import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compositeOf, type HeldProfile } from '../ocpp/composite.ts';
import { type Fields, fieldsAt, integerAt, isFields, listAt, textAt } from '../ocpp/fields.ts';
import type { OcppEffect } from '../ocpp/steps.ts';
import { armedIn, callsIn, ofType } from '../ocpp/testing/effects.ts';
import { at, event, KEY, NOW_MS, type Payload, Talk } from './testing/talk.ts';

const SMART = {
  'SmartChargingCtrlr.Enabled': 'true',
  'SmartChargingCtrlr.RateUnit': 'A,W',
  'SmartChargingCtrlr.ProfileStackLevel': '5',
} as const;

const fieldsOf = (payload: object): Fields => (isFields(payload) ? payload : {});
const limit = (talk: Talk, maxW: number | null, connectorNo: number | null = 1) =>
  talk.told({ do: 'limitPower', connectorNo, maxW, validSeconds: 300 });
const profilesIn = (effects: readonly OcppEffect[]): readonly Fields[] =>
  callsIn(effects)
    .filter(({ action }) => action === 'SetChargingProfile')
    .map(({ payload }) => fieldsOf(payload));
const accept = (talk: Talk, effects: readonly OcppEffect[]) =>
  callsIn(effects).flatMap(({ tag }) => talk.reply(tag, { status: 'Accepted' }));

function smart(vendorName = 'Example', values: Readonly<Record<string, string>> = {}): Talk {
  const chargingStation = { vendorName, model: 'Two', firmwareVersion: '4.0' };
  const talk = new Talk().boot({ chargingStation });
  talk.modelled({ ...SMART, ...values });
  talk.effects.length = 0;
  return talk;
}

const power = (watts: number): Payload => ({
  evseId: 1,
  meterValue: [
    { timestamp: at(0), sampledValue: [{ value: watts, measurand: 'Power.Active.Import' }] },
  ],
});

describe('a limit (K)', () => {
  test('[OCPP-D5] [OCPP-D8] lies over a safe one, ends by itself, and is one for each EVSE', () => {
    const talk = smart();
    talk.charge();
    const effects = limit(talk, 11_000);
    expect(profilesIn(effects)).toEqual([
      {
        evseId: 1,
        chargingProfile: {
          id: 9_001,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Relative',
          chargingSchedule: [
            {
              id: 9_001,
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 6, numberPhases: 3 }],
            },
          ],
        },
      },
      {
        evseId: 1,
        chargingProfile: {
          id: 9_101,
          transactionId: KEY,
          stackLevel: 1,
          chargingProfilePurpose: 'TxProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: [
            {
              id: 9_101,
              duration: 300,
              startSchedule: at(0),
              chargingRateUnit: 'A',
              chargingSchedulePeriod: [{ startPeriod: 0, limit: 15.9, numberPhases: 3 }],
            },
          ],
        },
      },
    ]);
    expect(ofType(accept(talk, effects), 'CommandAnswered')).toMatchObject([
      { command: 'limitPower', connectorNo: 1, accepted: true, detail: { way: 'tx' } },
    ]);
    expect(profilesIn(limit(talk, 9_000))).toHaveLength(1);
  });

  test('of a charge is one of the next as well, for the time that is left', () => {
    const talk = smart();
    talk.charge();
    accept(talk, limit(talk, 11_000));
    talk.nowMs += 90_000;
    talk.hear('TransactionEvent', event('Ended', 1, 90));
    talk.nowMs += 10_000;
    const transactionInfo = { transactionId: 'tx-2' };
    const timestamp = at(100);
    expect(profilesIn(talk.charge({ transactionInfo, timestamp, meterValue: [] }))).toMatchObject([
      { chargingProfile: { transactionId: 'tx-2', chargingSchedule: [{ duration: 200 }] } },
    ]);
    talk.nowMs += 300_000;
    expect(talk.timer('limit:1')).toEqual([]);
  });

  test('[OCPP-D5] profiles of others go when a station is adopted', () => {
    const talk = new Talk().boot();
    const cleared = callsIn(talk.modelled(SMART)).filter(
      ({ action }) => action === 'ClearChargingProfile',
    );
    expect(cleared.map(({ payload }) => payload)).toEqual([
      { chargingProfileCriteria: { chargingProfilePurpose: 'TxDefaultProfile' } },
      { chargingProfileCriteria: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
    ]);
  });

  test('of the whole station steps down to what is safe', () => {
    expect(profilesIn(limit(smart(), 22_000, null))).toMatchObject([
      {
        evseId: 0,
        chargingProfile: {
          chargingProfilePurpose: 'ChargingStationMaxProfile',
          chargingSchedule: [
            { chargingSchedulePeriod: [{ startPeriod: 0 }, { startPeriod: 300, limit: 6 }] },
          ],
        },
      },
    ]);
  });

  test('is in the unit that the station takes', () => {
    const talk = smart('Example', { 'SmartChargingCtrlr.RateUnit': 'W' });
    const [, profile] = profilesIn(limit(talk, 11_000));
    expect(profile).toMatchObject({
      chargingProfile: {
        chargingSchedule: [
          { chargingRateUnit: 'W', chargingSchedulePeriod: [{ startPeriod: 0, limit: 11_000 }] },
        ],
      },
    });
  });

  test('[OCPP-D6] that is refused is tried by the next way, which is remembered', () => {
    const talk = smart();
    talk.charge();
    let effects: readonly OcppEffect[] = limit(talk, 11_000);
    const seen: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const tried = callsIn(effects).find(({ tag }) => tag.startsWith('limit:'));
      const profile = fieldsAt(fieldsOf(tried?.payload ?? {}), 'chargingProfile');
      seen.push(textAt(profile, 'chargingProfilePurpose'));
      effects = talk.reply(tried?.tag ?? '', { status: 'Rejected' });
    }
    expect(seen).toEqual(['TxProfile', 'TxDefaultProfile', 'TxDefaultProfile']);
    expect(ofType(accept(talk, effects), 'Noted')).toMatchObject([
      { key: 'limit', value: { way: 3 } },
    ]);
    expect(profilesIn(limit(talk, 9_000))).toMatchObject([
      { chargingProfile: { chargingProfilePurpose: 'ChargingStationMaxProfile' } },
    ]);
  });

  test('[OCPP-D6] that nothing helps with stops what draws too much, and only that', () => {
    const talk = smart('Example', { 'SmartChargingCtrlr.Enabled': 'false' });
    expect(ofType(limit(talk, 11_000), 'CommandAnswered')).toMatchObject([{ accepted: false }]);
    talk.charge();
    talk.hear('MeterValues', power(7_000));
    expect(callsIn(limit(talk, 11_000))).toEqual([]);
    talk.hear('MeterValues', power(21_000));
    expect(callsIn(limit(talk, 11_000))).toMatchObject([{ action: 'RequestStopTransaction' }]);
  });

  test('[OCPP-D6] that is not kept within a minute is put in another way, and told', () => {
    const talk = smart();
    talk.charge();
    expect(armedIn(accept(talk, limit(talk, 11_000)))).toMatchObject({ 'verify:1': 60_000 });
    talk.hear('MeterValues', power(11_200));
    expect(talk.timer('verify:1')).toEqual([]);
    talk.hear('MeterValues', power(21_000));
    const over = talk.timer('verify:1');
    expect(ofType(over, 'Deviated')).toMatchObject([{ rule: 'OCPP-D6' }]);
    expect(profilesIn(over)).toMatchObject([
      { chargingProfile: { chargingProfilePurpose: 'TxDefaultProfile' } },
    ]);
  });

  test('[OCPP-D8] under which the station takes no safe one carries its own fall-back', () => {
    const talk = smart();
    talk.charge();
    const [safe, first] = callsIn(limit(talk, 11_000));
    expect(safe).toMatchObject({ action: 'SetChargingProfile', tag: 'base:1' });
    talk.reply(first?.tag ?? '', { status: 'Accepted' });
    const anew = profilesIn(talk.reply('base:1', { status: 'Rejected' }));
    expect(anew).toMatchObject([
      {
        chargingProfile: {
          id: 9_101,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingSchedule: [
            { chargingSchedulePeriod: [{ startPeriod: 0 }, { startPeriod: 300, limit: 6 }] },
          ],
        },
      },
    ]);
    expect(JSON.stringify(anew)).not.toContain('duration');
    talk.restart();
    talk.open();
    expect(profilesIn(limit(talk, 9_000))).toHaveLength(1);
    const unknown = smart();
    limit(unknown, 11_000);
    expect(profilesIn(unknown.fail('base:1', 'error', 'NotSupported'))).toHaveLength(1);
    expect(unknown.fail('base:1', 'lost')).toEqual([]);
  });

  test('[OCPP-D5] of two connectors of one EVSE is one profile, the lower one', () => {
    const talk = smart();
    for (const connectorId of [1, 2]) {
      const connectorStatus = 'Available';
      talk.hear('StatusNotification', {
        timestamp: at(0),
        connectorStatus,
        evseId: 1,
        connectorId,
      });
    }
    const amperesOf = (effects: readonly OcppEffect[]) =>
      /"limit":([\d.]+)/.exec(JSON.stringify(profilesIn(effects).at(-1)))?.[1];
    const [low, high] = [limit(talk, 6_900, 1), limit(talk, 11_000, 2)];
    expect([low, high].map(amperesOf)).toEqual(['10', '10']);
    accept(talk, [...low, ...high]);
    const lifted = limit(talk, null, 1);
    expect(amperesOf(lifted)).toBe('15.9');
    expect(ofType(lifted, 'CommandAnswered')).toMatchObject([{ connectorNo: 1, accepted: true }]);
    expect(callsIn(lifted).map(({ action }) => action)).toEqual(['SetChargingProfile']);
  });

  test('[OCPP-D7] under six amperes is a pause, which is not lifted again within a minute', () => {
    const talk = smart();
    talk.charge();
    const paused = limit(talk, 4_000);
    expect(JSON.stringify(profilesIn(paused).at(-1))).toContain('"limit":0,');
    accept(talk, paused);
    talk.nowMs += 10_000;
    const soon = limit(talk, 11_000);
    expect(callsIn(soon)).toEqual([]);
    expect(armedIn(soon)).toEqual({ 'limit:1': 50_000 });
    expect(profilesIn(talk.timer('limit:1'))).toHaveLength(1);
    const refusing = smart('ABB');
    refusing.charge();
    expect(callsIn(limit(refusing, 0))).toMatchObject([{ action: 'RequestStopTransaction' }]);
  });

  test('is taken away whole', () => {
    const talk = smart();
    accept(talk, limit(talk, 11_000));
    const lifted = limit(talk, null);
    expect(callsIn(lifted).map(({ payload }) => payload)).toEqual([
      { chargingProfileId: 9_001 },
      { chargingProfileId: 9_100 },
      { chargingProfileId: 9_101 },
    ]);
    expect(ofType(accept(talk, lifted), 'CommandAnswered')).toMatchObject([{ accepted: true }]);
    expect(talk.state.memory.limit.based).toEqual([]);
  });
});

const PURPOSES: Readonly<Record<string, HeldProfile['purpose']>> = {
  TxProfile: 'tx',
  TxDefaultProfile: 'tx-default',
};

/** What a station holds, by the number of the profile: the same number replaces (K01). */
type Held = ReadonlyMap<number, HeldProfile>;

function withSet(held: Held, payload: Fields): Held {
  const profile = fieldsAt(payload, 'chargingProfile');
  const [schedule = {}] = listAt(profile, 'chargingSchedule');
  const start = textAt(schedule, 'startSchedule');
  const purpose = textAt(profile, 'chargingProfilePurpose');
  return new Map(held).set(integerAt(profile, 'id') ?? 0, {
    purpose: PURPOSES[purpose] ?? 'station-max',
    connectorNo: integerAt(payload, 'evseId') ?? 0,
    stackLevel: integerAt(profile, 'stackLevel') ?? 0,
    startMs: start === '' ? null : Date.parse(start),
    durationS: integerAt(schedule, 'duration') ?? null,
    validFromMs: null,
    validToMs: null,
    periods: listAt(schedule, 'chargingSchedulePeriod').map((period) => ({
      startPeriod: Number(period['startPeriod']),
      limit: Number(period['limit']),
    })),
  });
}

/** Two of one purpose and level at one EVSE are refused (K01.FR.06). */
const isTwice = (held: Held): boolean => {
  const places = [...held.values()].map(
    ({ purpose, connectorNo, stackLevel }) => `${purpose} ${connectorNo} ${stackLevel}`,
  );
  return new Set(places).size < places.length;
};

interface Taken {
  readonly held: Held;
  /** Connectors whose limit was taken. */
  readonly limited: readonly number[];
}

/** The station answers everything that a limit leads to; purposes in `refused` it does not take. */
function answered(
  talk: Talk,
  before: Taken,
  first: readonly OcppEffect[],
  refused: readonly string[],
  refusesSafe = false,
): Taken {
  let { held } = before;
  const limited = [...before.limited];
  let calls = callsIn(first);
  while (calls.length > 0) {
    calls = calls.flatMap(({ tag, action, payload: said }) => {
      const payload = fieldsOf(said);
      const id = integerAt(payload, 'chargingProfileId');
      if (id !== undefined) held = new Map([...held].filter(([one]) => one !== id));
      if (action !== 'SetChargingProfile') return [];
      const next = withSet(held, payload);
      const profile = fieldsAt(payload, 'chargingProfile');
      const isOurs = (integerAt(profile, 'id') ?? 0) >= 9_100;
      const isRefused = isOurs
        ? refused.includes(textAt(profile, 'chargingProfilePurpose'))
        : refusesSafe;
      const isTaken = !isRefused && !isTwice(next);
      if (isTaken) held = next;
      if (isTaken && isOurs) limited.push(Number(tag.split(':')[1]));
      return callsIn(talk.reply(tag, { status: isTaken ? 'Accepted' : 'Rejected' }));
    });
  }
  return { held, limited };
}

test('[OCPP-D8] whatever was set, when nobody renews it the sum of all falls to what is safe', () => {
  const wishes = fc.array(
    fc.record({ connectorNo: fc.constantFrom(1, 2), maxW: fc.integer({ min: 0, max: 22_000 }) }),
    { minLength: 1, maxLength: 10 },
  );
  const refusals = fc.subarray(['TxProfile', 'TxDefaultProfile']);
  const vendors = fc.constantFrom('Example', 'ABB', 'Wallbox', 'EVBox');
  fc.assert(
    fc.property(wishes, vendors, fc.boolean(), refusals, fc.boolean(), (...given) => {
      const [list, vendor, charging, refused, refusesSafe] = given;
      const talk = smart(vendor);
      for (const evseId of [1, 2]) {
        const connectorStatus = 'Occupied';
        talk.hear('StatusNotification', {
          timestamp: at(0),
          connectorStatus,
          evseId,
          connectorId: 1,
        });
      }
      if (charging) talk.charge();
      let set: Taken = { held: new Map(), limited: [] };
      for (const { connectorNo, maxW } of list) {
        talk.nowMs += 120_000;
        set = answered(talk, set, limit(talk, maxW, connectorNo), refused, refusesSafe);
      }
      const endMs = talk.nowMs + 301_000;
      const profiles = [...set.held.values()];
      const most = (station: boolean, connectorNo: number): number =>
        Math.max(
          ...compositeOf(
            profiles.filter(({ purpose }) => (purpose === 'station-max') === station),
            endMs,
            endMs + 1e9,
            { connectorNo, chargeStartMs: NOW_MS },
          ).map((period) => period.limit ?? Number.POSITIVE_INFINITY),
        );
      const sum = [...new Set(set.limited)].reduce((total, no) => total + most(false, no), 0);
      expect(Math.min(most(true, 1), sum)).toBeLessThanOrEqual(12);
    }),
    { numRuns: 120, seed: 23 },
  );
});
