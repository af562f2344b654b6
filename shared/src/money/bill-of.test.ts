import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decimalText,
  energyStep,
  energyText,
  fenText,
  moneyStepText,
  priceText,
} from '../units.ts';
import { billOfKinds, billOfReadings, exactNanoOf, roundedOnceOf, sumOf } from './bill-of.ts';
import { fenOf } from './round.ts';
import { combinedPrice } from './tariff.ts';
import {
  anyEnergies,
  anyReadings,
  anyTariff,
  at,
  kwh,
  perKwh,
  reading,
  recordOf,
  tariffOf,
} from './testing.ts';
import { e1, e1b, e1c, e2, e5, type ReadingsCase } from './vectors/cases.ts';

/** Days of the cases: E1b is the normal one, E2 ends in July when every day is sharp. */
const worked: readonly (readonly [ReadingsCase, 'normal' | 'sharp', number])[] = [
  [e1, 'sharp', 0],
  [e1b, 'normal', 0],
  [e1c, 'sharp', 500],
  [e2, 'sharp', 0],
];

describe.each(worked)('[$id]', (vector, day, lossRatio) => {
  const tariff = tariffOf(day, lossRatio);
  const { bill, exceptions } = billOfReadings(tariff, vector.readings.map(reading));

  test(`[${vector.id}] rows, energies and money are those of the specification`, () => {
    expect(exceptions).toEqual([]);
    expect(
      bill?.rows.map((row) => ({
        from: row.fromMs,
        to: row.toMs,
        kind: row.kind,
        energy: energyText(row.energy),
        elec: fenText(row.electricity),
        service: fenText(row.service),
        interpolated: row.interpolated,
      })),
    ).toEqual(
      vector.rows.map(({ start, end, ...row }) => ({
        from: at(start),
        to: at(end),
        ...row,
        interpolated: false,
      })),
    );
  });

  test(`[${vector.id}] totals are sums of the rows; the exact sum is known beside them`, () => {
    expect(bill && energyText(bill.energy)).toBe(vector.energy);
    expect(bill && fenText(bill.electricity)).toBe(vector.elec);
    expect(bill && fenText(bill.service)).toBe(vector.service);
    expect(bill && fenText(bill.total)).toBe(vector.total);
    const exact = decimalText(exactNanoOf(bill?.rows ?? []), 9).replace(/0+$/, '');
    expect(exact).toBe(vector.exact);
    expect(fenText(roundedOnceOf(bill?.rows ?? []))).toBe(vector.rounded_once);
  });
});

test('[E1] the same energy as a pile splits and counts it', () => {
  const tariff = tariffOf('sharp');
  const { bill } = billOfReadings(tariff, e1.readings.map(reading));
  const record = recordOf(tariff, bill?.rows ?? []);
  const amounts = record.rows.map(({ energy, amount }) => [
    energyText(energy),
    moneyStepText(amount),
  ]);
  expect(amounts).toEqual([
    ['26.1224', '49.3060'],
    ['54.1245', '86.0580'],
    ['21.7535', '23.9289'],
    ['0.0000', '0.0000'],
  ]);
  expect(moneyStepText(record.totalAmount)).toBe('159.2929');
});

test('[E1b] the pile counts 151.5215: one fen more than our rows', () => {
  const tariff = tariffOf('normal');
  const { bill } = billOfReadings(tariff, e1b.readings.map(reading));
  const record = recordOf(tariff, bill?.rows ?? []);
  expect(moneyStepText(record.totalAmount)).toBe('151.5215');
  expect(fenOf(record.totalAmount) - (bill?.total ?? 0n)).toBe(1n);
});

test('[E5] a price is the integer of the wire, alone and combined', () => {
  const rate = { electricity: perKwh(e5.price), service: perKwh('0.40000') };
  const littleEndian = (price: bigint) => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint32(0, Number(price), true);
    return [0, 1, 2, 3].map((i) => view.getUint8(i).toString(16).padStart(2, '0')).join('');
  };
  expect(rate.electricity).toBe(BigInt(e5.int));
  expect(littleEndian(rate.electricity)).toBe(e5.le_hex);
  expect(priceText(combinedPrice(rate))).toBe(e5.combined);
  expect(combinedPrice(rate)).toBe(BigInt(e5.combined_int));
  expect(littleEndian(combinedPrice(rate))).toBe(e5.combined_le_hex);
});

test('kinds without energy make no row, and nothing charged costs nothing', () => {
  const tariff = tariffOf('normal');
  const bill = billOfKinds(tariff, [
    { kind: 0, energy: kwh('0') },
    { kind: 3, energy: kwh('2') },
  ]);
  expect(bill).toMatchObject({ rows: [{ kind: 3 }], total: 133n });
  expect(billOfKinds(tariff, [])).toEqual(sumOf([]));
  expect(sumOf([])).toMatchObject({ energy: 0n, electricity: 0n, service: 0n, total: 0n });
});

test('a kind without a rate is never given a price', () => {
  const tariff = { ...tariffOf('normal'), rates: [] };
  expect(billOfKinds(tariff, [{ kind: 0, energy: kwh('1') }])).toBeNull();
  expect(billOfKinds(tariff, [{ kind: 0, energy: kwh('0') }])).toMatchObject({ total: 0n });
  expect(billOfReadings(tariff, e1.readings.map(reading))).toEqual({
    bill: null,
    exceptions: ['tariff-unknown'],
  });
});

test('readings that contradict each other are not billed', () => {
  const readings = e1.readings.map(reading).reverse();
  expect(billOfReadings(tariffOf('sharp'), readings)).toEqual({
    bill: null,
    exceptions: ['clock-wrong'],
  });
});

test('rows sum to the totals, no price is negative, and the rounding stays within a fen a row', () => {
  fc.assert(
    fc.property(anyTariff, anyReadings, (tariff, readings) => {
      const { bill } = billOfReadings(tariff, readings);
      expect(bill).not.toBeNull();
      if (bill === null) return;
      const sum = (part: 'energy' | 'electricity' | 'service') =>
        bill.rows.reduce((all, row) => all + row[part], 0n);
      expect([bill.energy, bill.electricity, bill.service]).toEqual([
        sum('energy'),
        sum('electricity'),
        sum('service'),
      ]);
      expect(bill.total).toBe(bill.electricity + bill.service);
      expect(bill.rows.every((row) => row.electricity >= 0n && row.service >= 0n)).toBe(true);
      const offNano = bill.total * 10_000_000n - exactNanoOf(bill.rows);
      const boundNano = BigInt(bill.rows.length) * 10_000_000n;
      expect(offNano <= boundNano && -offNano <= boundNano).toBe(true);
    }),
  );
});

test('more energy never costs less', () => {
  fc.assert(
    fc.property(anyTariff, anyEnergies, fc.bigInt(0n, 1_000n), (tariff, energies, more) => {
      const priced = energies.filter(({ kind }) => kind < tariff.rates.length);
      const grown = priced.map(({ kind, energy }) => ({ kind, energy: energyStep(energy + more) }));
      const less = billOfKinds(tariff, priced)?.total ?? 1n;
      expect(billOfKinds(tariff, grown)?.total ?? 0n).toBeGreaterThanOrEqual(less);
    }),
  );
});
