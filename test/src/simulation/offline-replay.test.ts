import { expect, test } from 'vitest';
import type { BookEntry } from '../piles/books.ts';
import { NO_FAULTS } from '../piles/faults.ts';
import type { ProtocolName } from '../piles/protocols.ts';
import { type Pace, SHOW_PACE } from '../piles/setup.ts';
import { reconcile } from '../world/reconcile.ts';
import { openStation, type Station } from './station.ts';

/** Charges cross a half hour, where the price changes. */
const START_MS = Date.parse('2026-11-22T22:10:00+08:00');
const MINUTE_MS = 60_000;
const PACE: Pace = { ...SHOW_PACE, restMs: [20_000, 40_000], chargeMs: [240_000, 480_000] };
const PROTOCOLS: readonly ProtocolName[] = ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'];

async function until(station: Station, isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 2_000 && !isSo(); n += 1) {
    await station.time.runUntil(station.time.clock.nowMs() + 3_000);
  }
}

/** Books of what happened while the line was cut, and the orders that came of it. */
async function outage(protocol: ProtocolName) {
  const station = await openStation({
    seed: 4,
    piles: 1,
    protocols: [protocol],
    faults: NO_FAULTS,
    pace: PACE,
    startMs: START_MS,
  });
  const { fleet, time } = station;
  // By then the pile knows its cards.
  await until(station, () => fleet.books.entries().length >= 8 && fleet.charging() > 0);
  const cutMs = time.clock.nowMs();
  station.ocppLine.cut();
  const before = fleet.books.entries();
  const fresh = (): readonly BookEntry[] => fleet.books.entries().slice(before.length);
  const within = (): readonly BookEntry[] => fresh().filter((e) => e.startedAtMs > cutMs);
  await until(station, () => within().length > 0 && time.clock.nowMs() - cutMs > 3 * MINUTE_MS);
  fleet.closeTheShop();
  const backMs = time.clock.nowMs();
  station.ocppLine.restore();
  await time.runUntil(backMs + 12 * MINUTE_MS);
  const orders = await station.resources();
  const result = {
    orders,
    before: fresh().filter((e) => e.startedAtMs <= cutMs && e.endedAtMs < backMs),
    within: fresh().filter((e) => e.startedAtMs > cutMs && e.endedAtMs < backMs),
    faults: reconcile('site-01', fleet.books.entries(), orders, orders).faults,
    unfinished: fleet.unfinished(),
  };
  await station.close();
  return result;
}

test.each(PROTOCOLS)(
  '[OCPP-C5] [OCPP-C6] %s: the end of an old charge and a whole charge of an outage become two right orders',
  async (protocol) => {
    const { orders, before, within, faults, unfinished } = await outage(protocol);
    expect(before.length).toBeGreaterThan(0);
    expect(within.length).toBeGreaterThan(0);
    expect(unfinished).toBe(0);
    expect(faults).toEqual([]);
    for (const entry of [...before, ...within]) {
      const mine = orders.filter(
        ({ pileNo, charge }) => pileNo === entry.pileNo && charge?.key === entry.chargeKey,
      );
      expect(mine).toMatchObject([{ state: 'settled', exceptions: [] }]);
      // Billed by its own time, not by that of its arrival.
      expect(Date.parse(mine[0]?.rows[0]?.from ?? '')).toBe(entry.startedAtMs);
      expect(Date.parse(mine[0]?.rows.at(-1)?.to ?? '')).toBe(entry.endedAtMs);
    }
  },
);
