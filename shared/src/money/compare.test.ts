import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChargeRecord } from '../order/record.ts';
import { energyStep, fen, moneyStep, priceStep } from '../units.ts';
import type { Bill, BillException } from './bill.ts';
import { billOfKinds, sumOf } from './bill-of.ts';
import { type Comparison, compareWithPile, priceBasisOf } from './compare.ts';
import { DEFAULT_POLICY } from './policy.ts';
import { anyEnergies, anyTariff, at, kwh, recordOf, tariffOf } from './testing.ts';

const tariff = tariffOf('sharp');
const energies = [
  { kind: 0, energy: kwh('26.1224') },
  { kind: 1, energy: kwh('54.1245') },
  { kind: 2, energy: kwh('21.7535') },
];
const record = recordOf(tariff, energies);
const bill = billOfKinds(tariff, energies) ?? sumOf([]);

interface Circumstances {
  readonly bill?: Bill;
  readonly live?: boolean;
  readonly ratedPowerW?: number | null;
  readonly edgeDurationMs?: number | null;
}
const compare = (change: Partial<ChargeRecord>, more: Circumstances = {}): Comparison =>
  compareWithPile({
    record: { ...record, ...change },
    tariff,
    bill,
    live: true,
    ratedPowerW: 120_000,
    edgeDurationMs: null,
    policy: DEFAULT_POLICY,
    ...more,
  });
const marks = (change: Partial<ChargeRecord>, more?: Circumstances): readonly BillException[] =>
  compare(change, more).exceptions;

test('a faithful record has no marks', () => {
  expect(compare({})).toEqual({
    exceptions: [],
    pileTotal: 15_929n,
    difference: bill.total - 15_929n,
    tolerance: 3n,
    withinTolerance: true,
    priceBasis: 'combined',
  });
});

describe('energy', () => {
  const total = (steps: bigint) => ({ totalEnergy: energyStep(record.totalEnergy + steps) });
  const meter = (steps: bigint) => ({ meterEnd: energyStep(record.meterEnd + steps) });

  test('rows and total may differ by 0.0002 kWh', () => {
    expect(marks({ ...total(2n), ...meter(2n) })).toEqual([]);
    expect(marks({ ...total(-2n), ...meter(-2n) })).toEqual([]);
    expect(marks({ ...total(3n), ...meter(3n) })).toEqual(['energy-sum-differs']);
    expect(marks({ ...total(-3n), ...meter(-3n) })).toEqual(['energy-sum-differs']);
  });

  test('total and meter may differ by 0.0002 kWh', () => {
    expect(marks(meter(2n))).toEqual([]);
    expect(marks(meter(3n))).toEqual(['meter-differs']);
    expect(marks(meter(-3n))).toEqual(['meter-differs']);
  });

  test('[YKC-12.8] an operator may allow the 4 Wh that piles differ by in the field', () => {
    const wide = { ...DEFAULT_POLICY, energyTolerance: kwh('0.0040') };
    const input = { tariff, bill, live: true, ratedPowerW: null, edgeDurationMs: null };
    const off = { ...record, ...meter(40n) };
    expect(compareWithPile({ ...input, record: off, policy: wide }).exceptions).toEqual([]);
  });

  test('a record without rows is not said to differ from them', () => {
    expect(marks({ rows: [] })).toEqual([]);
  });

  test('[E9] a meter that rolled over is right, one that fell is not', () => {
    const rolled = { meterStart: kwh('999998'), meterEnd: kwh('100.0004') };
    expect(marks(rolled)).toEqual([]);
    expect(marks({ meterEnd: kwh('999') })).toEqual(['meter-fell']);
  });
});

describe('power', () => {
  const hour = { startedAtMs: at('2025-07-15 11:20:00'), endedAtMs: at('2025-07-15 12:20:00') };

  test('more than rated power × time × 1.1 is a jump', () => {
    // 102.0004 kWh in an hour and a second's grace: 92.73 kW × 1.1 is a little more.
    expect(marks(hour, { ratedPowerW: 92_730 })).toEqual([]);
    expect(marks(hour, { ratedPowerW: 92_690 })).toEqual(['meter-jump']);
  });

  test('the larger of rows and total is judged', () => {
    const jump = { totalEnergy: kwh('500'), meterEnd: kwh('1500') };
    expect(marks(jump)).toEqual(['energy-sum-differs', 'meter-jump']);
    expect(
      marks({ totalEnergy: kwh('0'), meterEnd: kwh('1000'), ...hour }, { ratedPowerW: 50_000 }),
    ).toEqual(['energy-sum-differs', 'meter-jump']);
  });

  test('exactly that much is none', () => {
    // 1 kW for 3,599 s and a second's grace is 1 kWh; × 1.1.
    const least = recordOf(tariff, [{ kind: 2, energy: kwh('1.1') }]);
    const endedAtMs = (least.startedAtMs ?? 0) + 3_599_000;
    const edge = { ratedPowerW: 1_000, live: false };
    expect(marks({ ...least, endedAtMs, receivedAtMs: endedAtMs }, edge)).not.toContain(
      'meter-jump',
    );
    const more = recordOf(tariff, [{ kind: 2, energy: kwh('1.1001') }]);
    expect(marks({ ...more, endedAtMs, receivedAtMs: endedAtMs }, edge)).toContain('meter-jump');
  });

  test('without a rating, or without a clock to trust, no jump is claimed', () => {
    expect(marks(hour, { ratedPowerW: null })).toEqual([]);
    expect(marks({ endedAtMs: null }, { ratedPowerW: 1 })).toEqual(['clock-wrong']);
  });

  test("when the pile's clock is wrong, the edge's counts", () => {
    const edge = { ratedPowerW: 92_690, edgeDurationMs: 3_600_000 };
    expect(marks({ endedAtMs: null }, edge)).toEqual(['clock-wrong', 'meter-jump']);
  });
});

describe('clock', () => {
  const received = (text: string) => ({ receivedAtMs: at(text) });

  test('a live record arrives within five minutes of its end', () => {
    expect(marks(received('2025-07-15 12:25:00'))).toEqual([]);
    expect(marks(received('2025-07-15 12:25:01'))).toEqual(['clock-wrong']);
    expect(marks(received('2025-07-15 12:15:00'))).toEqual([]);
    expect(marks(received('2025-07-15 12:14:59'))).toEqual(['clock-wrong']);
  });

  test('a stored record may come days later, but not before its own end', () => {
    expect(marks(received('2025-07-18 00:00:00'), { live: false })).toEqual([]);
    expect(marks(received('2025-07-15 12:14:59'), { live: false })).toEqual(['clock-wrong']);
  });

  test('an end before the start, or no time at all, is a wrong clock', () => {
    expect(marks({ startedAtMs: at('2025-07-15 12:20:01') })).toEqual(['clock-wrong']);
    expect(marks({ startedAtMs: at('2025-07-15 12:20:00') }, { ratedPowerW: null })).toEqual([]);
    expect(marks({ startedAtMs: null })).toEqual(['clock-wrong']);
    expect(marks({ endedAtMs: null })).toEqual(['clock-wrong']);
  });
});

describe('price', () => {
  const priced = (change: (price: bigint, kind: number) => bigint) => ({
    rows: record.rows.map((row) => ({ ...row, price: priceStep(change(row.price, row.kind)) })),
  });
  const service = 40_000n;

  test('another price is named, whatever the total', () => {
    expect(marks(priced((price, kind) => (kind === 1 ? price + 1n : price)))).toEqual([
      'price-differs',
    ]);
  });

  test('firmware that sends the electricity price alone is named as that', () => {
    const electricityOnly = compare(priced((price) => price - service));
    expect(electricityOnly.priceBasis).toBe('electricity-only');
    expect(electricityOnly.exceptions).toEqual(['price-electricity-only']);
  });

  test('some rows this and some rows that is neither', () => {
    expect(marks(priced((price, kind) => (kind === 1 ? price - service : price)))).toEqual([
      'price-differs',
    ]);
  });

  test('without a service price both are the same, and right', () => {
    const free = { ...tariff, rates: tariff.rates.map((r) => ({ ...r, service: priceStep(0n) })) };
    expect(priceBasisOf(free, recordOf(free, energies).rows)).toBe('combined');
  });

  test('rows without energy say nothing of the price', () => {
    expect(compare(priced((price, kind) => (kind === 3 ? 0n : price))).priceBasis).toBe('combined');
    expect(priceBasisOf(tariff, [])).toBe('none');
    const least = recordOf(tariff, [{ kind: 2, energy: kwh('0.0001') }]);
    expect(priceBasisOf(tariff, least.rows)).toBe('combined');
  });

  test('a row of a kind that the tariff lacks differs', () => {
    const rows = record.rows.map((row) => ({ ...row, kind: 7 }));
    expect(priceBasisOf(tariff, rows)).toBe('other');
  });
});

describe('total', () => {
  const total = (yuanSteps: bigint) => ({ totalAmount: moneyStep(yuanSteps) });
  const ours = bill.total * 100n;

  test('[BILL-3.5] a fen a row is tolerated, either way', () => {
    expect(compare(total(ours + 300n))).toMatchObject({ difference: -3n, withinTolerance: true });
    expect(compare(total(ours - 300n))).toMatchObject({ difference: 3n, withinTolerance: true });
    expect(compare(total(ours + 349n))).toMatchObject({ difference: -3n, withinTolerance: true });
  });

  test('[BILL-3.5] more is an exception', () => {
    for (const off of [350n, -351n]) {
      const { withinTolerance, exceptions } = compare(total(ours + off));
      expect([withinTolerance, exceptions]).toEqual([false, ['pile-total-differs']]);
    }
  });

  test('nothing charged tolerates nothing', () => {
    const nothing = { bill: sumOf([]) };
    expect(compare({ ...total(49n) }, nothing).withinTolerance).toBe(true);
    expect(compare({ ...total(50n) }, nothing).withinTolerance).toBe(false);
  });

  test('within tolerance means within the bound, and nothing else does', () => {
    fc.assert(
      fc.property(fc.bigInt(-2_000n, 2_000n), (off) => {
        const { difference, tolerance, withinTolerance, exceptions } = compare(total(ours + off));
        if (difference === null) expect.fail('this pile tells money');
        const size = difference < 0n ? -difference : difference;
        expect(withinTolerance).toBe(size <= tolerance);
        expect(exceptions.includes('pile-total-differs')).toBe(!withinTolerance);
      }),
    );
  });

  test('a faithful pile is always within tolerance', () => {
    fc.assert(
      fc.property(anyTariff, anyEnergies, (any, parts) => {
        const known = parts.filter(({ kind }) => kind < any.rates.length);
        const mine = billOfKinds(any, known) ?? sumOf([]);
        const compared = compareWithPile({
          record: recordOf(any, known),
          tariff: any,
          bill: mine,
          live: true,
          ratedPowerW: null,
          edgeDurationMs: null,
          policy: DEFAULT_POLICY,
        });
        expect(compared.exceptions).toEqual([]);
        expect(compared.tolerance).toBe(fen(BigInt(mine.rows.length)));
      }),
    );
  });
});
