import { describe, expect, test } from 'vitest';
import { FIELD_FAULTS, NO_FAULTS } from '../piles/faults.ts';
import type { ProtocolName } from '../piles/protocols.ts';
import { FIELD_PACE, SHOW_PACE } from '../piles/setup.ts';
import { reconcile } from '../world/reconcile.ts';
import { openStation, type StationOptions } from './station.ts';

const HOUR_MS = 3_600_000;
/** 22:40 in China: the show tariff changes its kind every half hour, midnight is on the way. */
const START_MS = Date.parse('2026-11-22T22:40:00+08:00');

async function run(options: Omit<StationOptions, 'startMs'>, hours: number) {
  const settleHours = options.pace === FIELD_PACE ? 2 : 0.25;
  const station = await openStation({ ...options, startMs: START_MS });
  const { time, fleet } = station;
  await time.runUntil(START_MS + hours * HOUR_MS);
  fleet.closeTheShop();
  // The longest charge and the last resend.
  await time.runUntil(START_MS + (hours + settleHours) * HOUR_MS);
  const orders = await station.resources();
  const books = fleet.books.entries();
  const unfinished = fleet.unfinished();
  await station.close();
  return { orders, books, unfinished, report: fleet.books.report(options.seed, options.piles) };
}

const OTHERS: readonly ProtocolName[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1', 'jfy', 'gqaa'];

const equal = ({ orders, books }: Awaited<ReturnType<typeof run>>): readonly string[] =>
  reconcile('site-01', books, orders, orders).faults;

describe('a station in virtual time', () => {
  test('half an hour of short charges: books and orders are equal to the fen', async () => {
    const result = await run({ seed: 1, piles: 3, faults: NO_FAULTS, pace: SHOW_PACE }, 0.5);
    expect(result.books.length).toBeGreaterThan(100);
    expect(result.unfinished).toBe(0);
    expect(equal(result)).toEqual([]);
  });

  test('four hours of a car park, over midnight', async () => {
    const result = await run({ seed: 2, piles: 3, faults: NO_FAULTS, pace: FIELD_PACE }, 4);
    expect(result.books.length).toBeGreaterThan(15);
    expect(equal(result)).toEqual([]);
    const kinds = new Set(result.orders.flatMap((order) => order.rows.map((row) => row.kind)));
    expect(kinds.size).toBeGreaterThan(2);
  });

  test.each([3, 4, 5])('a bad night, seed %i: nothing lost, nothing twice', async (seed) => {
    const result = await run({ seed, piles: 2, faults: FIELD_FAULTS, pace: SHOW_PACE }, 0.4);
    expect(result.books.length).toBeGreaterThan(30);
    expect(result.report.refused).toBe(0);
    expect(result.report.unconfirmed).toBe(0);
    expect(equal(result)).toEqual([]);
  });

  test.each(OTHERS)('%s: four hours of a car park, over midnight', async (protocol) => {
    const options = { seed: 2, piles: 2, faults: NO_FAULTS, pace: FIELD_PACE };
    const result = await run({ ...options, protocols: [protocol] }, 4);
    expect(result.books.length).toBeGreaterThan(15);
    expect(result.unfinished).toBe(0);
    expect(equal(result)).toEqual([]);
    expect(result.orders.filter(({ exceptions }) => exceptions.length > 0)).toEqual([]);
  });

  test.each(OTHERS.flatMap((protocol) => [3, 4, 5].map((seed) => [protocol, seed] as const)))(
    '%s: a bad night, seed %i: nothing lost, nothing twice',
    async (protocol, seed) => {
      const options = { seed, piles: 2, faults: FIELD_FAULTS, pace: SHOW_PACE };
      const result = await run({ ...options, protocols: [protocol, 'ykc'] }, 0.4);
      expect(result.books.length).toBeGreaterThan(200);
      expect(result.report.refused).toBe(0);
      expect(result.report.unconfirmed).toBe(0);
      expect(equal(result)).toEqual([]);
    },
  );

  test('the same seed gives the same night', async () => {
    const protocols: readonly ProtocolName[] = ['ykc', ...OTHERS];
    const options = { seed: 9, piles: 2, protocols, faults: FIELD_FAULTS, pace: SHOW_PACE };
    const [one, two] = [await run(options, 0.25), await run(options, 0.25)];
    expect(two.books).toEqual(one.books);
  });
});
