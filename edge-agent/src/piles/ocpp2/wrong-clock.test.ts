import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ofType } from '../ocpp/testing/effects.ts';
import { at, CARD, event, KEY, meter, NOW_MS, STATION, Talk } from './testing/talk.ts';

const MINUTE_S = 60;
const STATUS = { evseId: 1, connectorId: 1, connectorStatus: 'Occupied' } as const;

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

/** A transaction with a reading a minute, all of it live; its record. */
function recordOf({ offS, before, rises, breaksAfter }: Night) {
  const talk = new Talk().boot();
  let seconds = 0;
  /** A minute passes; the station's time after it, seconds. */
  const pass = (): number => {
    seconds += MINUTE_S;
    talk.nowMs = NOW_MS + seconds * 1_000 + 200;
    return seconds + offS;
  };
  for (let n = 0; n < before; n += 1) {
    talk.hear('StatusNotification', { ...STATUS, timestamp: at(pass()) });
  }
  let wh = 4_000_000;
  const begin = pass();
  const started = event('Started', 0, begin, { idToken: CARD, meterValue: [meter(begin, wh)] });
  talk.store(talk.hear('TransactionEvent', started));
  for (const [n, rise] of rises.entries()) {
    wh += rise;
    const now = pass();
    talk.hear('TransactionEvent', event('Updated', n + 1, now, { meterValue: [meter(now, wh)] }));
    if (n === breaksAfter) {
      talk.state = talk.driver.begin(STATION);
      talk.boot();
    }
  }
  const end = pass();
  const transactionInfo = { transactionId: KEY, stoppedReason: 'Local' };
  const last = { transactionInfo, meterValue: [meter(end, wh)] };
  const effects = talk.hear('TransactionEvent', event('Ended', rises.length + 1, end, last));
  return { record: ofType(effects, 'RecordUploaded')[0]?.record, endMs: talk.nowMs };
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
  '[OCPP-C15] all of a charge is repaired by what is known at its end, %d s off',
  (offS) => {
    const rises = [300, 300, 300, 300, 300, 300];
    const { record, endMs } = recordOf({ offS, before: 0, rises, breaksAfter: 99 });
    const minutes = Array.from({ length: 8 }, (_, n) => endMs - (7 - n) * 60_000);
    expect(record).toMatchObject({ startedAtMs: minutes[0], endedAtMs: endMs });
    expect(record?.readings?.map(({ atMs }) => atMs)).toEqual(minutes);
  },
);
