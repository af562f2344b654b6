import fc from 'fast-check';
import { expect, test } from 'vitest';
import { at, NOW_MS, ofType, STATION, Talk } from './testing/talk.ts';

const MINUTE_S = 60;
const STATUS = { connectorId: 1, errorCode: 'NoError', status: 'Charging' } as const;

interface Night {
  /** How far the station's clock is off, seconds. */
  readonly offS: number;
  /** Minutes that it is heard before the charge: the more, the earlier its clock is known. */
  readonly before: number;
  /** What its register rises by from minute to minute, Wh. */
  readonly rises: readonly number[];
  /** Its connection breaks after so many of them. */
  readonly breaksAfter: number;
}

/** A charge with a reading a minute, all of it live; its record. */
function recordOf({ offS, before, rises, breaksAfter }: Night) {
  const talk = new Talk().boot();
  let seconds = 0;
  const pass = (): string => {
    seconds += MINUTE_S;
    talk.nowMs = NOW_MS + seconds * 1_000 + 200;
    return at(seconds + offS);
  };
  for (let n = 0; n < before; n += 1)
    talk.hear('StatusNotification', { ...STATUS, timestamp: pass() });
  let wh = 4_000_000;
  talk.charge(1_001, { meterStart: wh, timestamp: pass() });
  for (const [n, rise] of rises.entries()) {
    wh += rise;
    const value = { timestamp: pass(), sampledValue: [{ value: String(wh) }] };
    talk.hear('MeterValues', { connectorId: 1, transactionId: 1_001, meterValue: [value] });
    if (n === breaksAfter) {
      talk.state = talk.driver.begin(STATION);
      talk.boot();
    }
  }
  const stop = { transactionId: 1_001, meterStop: wh, timestamp: pass() };
  const record = ofType(talk.hear('StopTransaction', stop), 'RecordUploaded')[0]?.record;
  return { record, endMs: talk.nowMs };
}

const anyNight = fc.record({
  offS: fc.integer({ min: -43_200, max: 43_200 }),
  before: fc.integer({ min: 0, max: 6 }),
  rises: fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 30 }),
  breaksAfter: fc.integer({ min: 0, max: 60 }),
});

test('[OCPP-C14] [OCPP-C15] energy is the same whatever is learnt of the clock, and whenever', () => {
  fc.assert(
    fc.property(anyNight, (night) => {
      const { record } = recordOf(night);
      const wh = night.rises.reduce((sum, rise) => sum + rise, 0);
      expect(record?.totalEnergy).toBe(BigInt(wh) * 10n);
      expect(record?.readings?.at(-1)?.energy ?? 0n).toBe(BigInt(wh) * 10n);
    }),
  );
});

test.each([-8 * 3_600, 8 * 3_600])(
  '[OCPP-C15] all of a charge is repaired by what is known at its stop, %d s off',
  (offS) => {
    const rises = [300, 300, 300, 300, 300, 300];
    const { record, endMs } = recordOf({ offS, before: 0, rises, breaksAfter: 99 });
    const minutes = Array.from({ length: 8 }, (_, n) => endMs - (7 - n) * 60_000);
    expect(record).toMatchObject({ startedAtMs: minutes[0], endedAtMs: endMs });
    expect(record?.readings?.map(({ atMs }) => atMs)).toEqual(minutes);
  },
);

test('[OCPP-C17] a stop that is sent again is repaired as it was the first time', () => {
  const talk = new Talk().boot();
  talk.charge();
  const stop = { transactionId: 1_001, meterStop: 27_015_400, timestamp: at(600) };
  const told = [0, 1, 2, 3, 4].map((n) => {
    talk.nowMs = NOW_MS + 7_200_000 + n * 60_000;
    const record = ofType(talk.hear('StopTransaction', stop), 'RecordUploaded')[0]?.record;
    // It goes on to tell times that are two hours behind.
    const timestamp = at(660 + n * 60);
    talk.hear('StatusNotification', { ...STATUS, status: 'Available', timestamp });
    return [record?.startedAtMs, record?.endedAtMs, record?.readings];
  });
  for (const again of told) expect(again).toEqual(told[0]);
});
