import type { OrderResource } from '@holdfast/shared/api/resources';
import { decimalOf, decimalText } from '@holdfast/shared/units';
import { expect, test } from 'vitest';
import type { BookEntry } from '../piles/books.ts';
import { NO_FAULTS } from '../piles/faults.ts';
import type { ProtocolName } from '../piles/protocols.ts';
import { FIELD_PACE } from '../piles/setup.ts';
import { openStation } from './station.ts';

const HOUR_MS = 3_600_000;
/** 22:40 in China: prices change every half hour, midnight is on the way. */
const START_MS = Date.parse('2026-11-22T22:40:00+08:00');

/** Six hours of stations that keep the wrong time whatever they are told. */
async function deafNight(protocol: ProtocolName) {
  const station = await openStation({
    seed: 2,
    piles: 2,
    protocols: [protocol],
    faults: { ...NO_FAULTS, deafToTimeOneIn: 1 },
    pace: FIELD_PACE,
    startMs: START_MS,
  });
  const { time, fleet } = station;
  await time.runUntil(START_MS + 6 * HOUR_MS);
  fleet.closeTheShop();
  await time.runUntil(START_MS + 8 * HOUR_MS);
  const orders = await station.resources();
  const books = fleet.books.entries();
  await station.close();
  return { orders, books };
}

const nameOf = ({ pileNo, charge }: OrderResource): string => `${pileNo} ${charge?.key ?? ''}`;
const energies = (entries: readonly (readonly [string, string])[]) => Object.fromEntries(entries);

/**
 * A clock is known to the delay of the fastest message, here 2 ms. Where a price changes that moves at
 * most one step of energy (0.0001 kWh) from one row to the next, which tips the rounding of a figure
 * by at most a fen: of electricity and of service, in each row.
 */
const restOf = ({ rows }: OrderResource): bigint =>
  rows.length < 2 ? 0n : 2n * BigInt(rows.length);

function moneyFault(entry: BookEntry, order: OrderResource): string[] {
  const due = decimalOf(order.totalYuan ?? '', 2) ?? 0n;
  const off = due > entry.due ? due - entry.due : entry.due - due;
  return off <= restOf(order) ? [] : [`${nameOf(order)}: ${due}, due ${entry.due}`];
}

test.each<ProtocolName>(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1'])(
  '[OCPP-C15] %s: a clock that stays wrong moves no energy, and no money but for its rounding',
  async (protocol) => {
    const { orders, books } = await deafNight(protocol);
    expect(books.length).toBeGreaterThan(25);
    expect(energies(orders.map((order) => [nameOf(order), order.energyKwh ?? '']))).toEqual(
      energies(books.map((b) => [`${b.pileNo} ${b.chargeKey}`, decimalText(b.energy, 4)])),
    );
    const byName = new Map(orders.map((order) => [nameOf(order), order]));
    const faults = books.flatMap((entry) => {
      const order = byName.get(`${entry.pileNo} ${entry.chargeKey}`);
      return order === undefined ? [`${entry.tradeNo}: missing`] : moneyFault(entry, order);
    });
    expect(faults).toEqual([]);
    const off = books.filter((entry) => {
      const order = byName.get(`${entry.pileNo} ${entry.chargeKey}`);
      return decimalOf(order?.totalYuan ?? '', 2) !== entry.due;
    });
    // Hardly any: one in thirty.
    expect(off.length).toBeLessThanOrEqual(1);
    expect(orders.filter(({ exceptions }) => exceptions.length > 0)).toEqual([]);
  },
);
