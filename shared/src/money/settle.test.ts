import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChargeRecord } from '../order/record.ts';
import { isoText } from '../time/shanghai.ts';
import { energyStep, energyText, fen, fenText, moneyStep, priceStep } from '../units.ts';
import { billOfKinds, billOfReadings, sumOf } from './bill-of.ts';
import { DEFAULT_POLICY, type SettlePolicy } from './policy.ts';
import type { MeterReading } from './readings.ts';
import { type SettleInput, settle } from './settle.ts';
import { anyEnergies, anyTariff, at, kwh, reading, recordOf, tariffOf } from './testing.ts';
import { e1 } from './vectors/cases.ts';

const tariff = tariffOf('sharp');
const energies = [
  { kind: 0, energy: kwh('26.1224') },
  { kind: 1, energy: kwh('54.1245') },
  { kind: 2, energy: kwh('21.7535') },
];
/** Energy of E1 since its start, at the edge's clock. */
const samples: readonly MeterReading[] = e1.readings.map(reading).map(({ atMs, energy }) => ({
  atMs,
  energy: energyStep(energy - kwh('1000')),
}));
const input: SettleInput = {
  record: recordOf(tariff, energies),
  tariff,
  samples,
  edgeTimes: { startedAtMs: at('2025-07-15 09:40:00'), endedAtMs: at('2025-07-15 12:20:00') },
  live: true,
  ratedPowerW: 120_000,
  policy: DEFAULT_POLICY,
};
const withRecord = (
  change: Partial<ChargeRecord>,
  more: Partial<SettleInput> = {},
): SettleInput => ({
  ...input,
  ...more,
  record: { ...input.record, ...change },
});
const byPile: SettlePolicy = { ...DEFAULT_POLICY, billed: 'pile' };
/** Clock at the year 2000, as after an empty battery. */
const lostClock = { startedAtMs: at('2000-01-01 00:10:00'), endedAtMs: at('2000-01-01 02:50:00') };

describe('an ordinary record', () => {
  test("is billed by the pile's kinds and the locked tariff", () => {
    const settled = settle(input);
    expect(settled).toMatchObject({
      held: null,
      edgeSplit: null,
      exceptions: [],
      withinTolerance: true,
    });
    expect(settled.bill).toEqual(billOfKinds(tariff, energies));
    expect(settled.pileSplit).toEqual(settled.bill);
    expect(fenText(settled.pileTotal ?? fen(-1n))).toBe('159.29');
    expect(settled.difference).toBe((settled.bill?.total ?? 0n) - (settled.pileTotal ?? 0n));
  });

  test('of one step of energy is one too', () => {
    const settled = settle({
      ...input,
      record: recordOf(tariff, [{ kind: 0, energy: kwh('0.0001') }]),
    });
    expect(settled).toMatchObject({ edgeSplit: null, bill: { energy: 1n }, exceptions: [] });
  });

  test('that the pile priced wrongly is billed by our tariff, and marked', () => {
    const cheap = input.record.rows.map((row) => ({ ...row, price: priceStep(1n) }));
    const settled = settle(withRecord({ rows: cheap, totalAmount: moneyStep(1n) }));
    expect(settled.bill).toEqual(billOfKinds(tariff, energies));
    expect(settled.exceptions).toEqual(['price-differs', 'pile-total-differs']);
  });

  test('without energy closes at zero', () => {
    const settled = settle({ ...input, record: recordOf(tariff, []) });
    expect(settled).toMatchObject({ held: null, exceptions: [], bill: { rows: [], total: 0n } });
    expect(settled.pileSplit).toEqual(sumOf([]));
  });

  test('[YKC-3] whose loss energies are 0 is billed by its energies, losses added by the tariff', () => {
    for (const lossRatio of [0, 500]) {
      const lossy = tariffOf('sharp', lossRatio);
      const faithful = recordOf(lossy, energies);
      const rows = faithful.rows.map((row) => ({ ...row, lossEnergy: kwh('0') }));
      const record = { ...faithful, rows, totalLossEnergy: kwh('0') };
      const settled = settle({ ...input, tariff: lossy, record });
      expect(settled.bill).toEqual(billOfKinds(lossy, energies));
      expect(settled.exceptions).toEqual([]);
    }
  });
});

describe('a total within tolerance', () => {
  const shown = (fen: bigint) => ({
    totalAmount: moneyStep(((settle(input).bill?.total ?? 0n) + fen) * 100n),
  });

  test("[BILL-3.5] the pile's is due where the operator says so, as a row of its own", () => {
    for (const off of [1n, -2n, 3n]) {
      const { bill, difference, exceptions } = settle(withRecord(shown(off), { policy: byPile }));
      expect([difference, exceptions]).toEqual([-off, []]);
      expect(bill?.rows.at(-1)).toMatchObject({
        adjustment: true,
        energy: 0n,
        service: off,
        kind: 1,
      });
      expect(bill).toEqual(sumOf(bill?.rows ?? []));
      expect(bill?.total).toBe((settle(input).bill?.total ?? 0n) + off);
    }
  });

  test('[BILL-3.5] ours is due by default, and the difference is known', () => {
    const { bill, difference } = settle(withRecord(shown(2n)));
    expect([bill, difference]).toEqual([settle(input).bill, -2n]);
  });

  test('[BILL-3.5] beyond it ours is due whatever the operator chose', () => {
    const { bill, exceptions } = settle(withRecord(shown(4n), { policy: byPile }));
    expect(bill).toEqual(settle(input).bill);
    expect(exceptions).toEqual(['pile-total-differs']);
  });

  test('equal totals need no row', () => {
    expect(settle(withRecord(shown(0n), { policy: byPile })).bill).toEqual(settle(input).bill);
  });
});

describe('a tariff that is missing', () => {
  test('a record whose figures nobody can read is held: its zeros are not a price', () => {
    const nothing = { rows: [], totalEnergy: kwh('0'), totalAmount: moneyStep(0n) };
    const settled = settle(withRecord({ ...nothing, unread: true }));
    expect(settled).toMatchObject({ bill: null, held: 'clock-wrong', difference: null });
  });

  test('prices nothing; the record keeps its own marks', () => {
    const settled = settle(withRecord({ meterEnd: kwh('1200') }, { tariff: null }));
    expect(settled).toEqual({
      bill: null,
      held: 'tariff-unknown',
      pileSplit: null,
      edgeSplit: null,
      pileTotal: 15_929n,
      difference: null,
      withinTolerance: false,
      priceBasis: 'none',
      exceptions: ['tariff-unknown', 'meter-differs'],
    });
  });

  test('for one of the kinds is missing for the record', () => {
    const two = { ...tariff, rates: tariff.rates.slice(0, 2) };
    expect(settle({ ...input, tariff: two })).toMatchObject({ bill: null, held: 'tariff-unknown' });
  });

  test('for a slot is missing too, where the edge must split', () => {
    const none = { ...tariff, rates: [] };
    const settled = settle(withRecord({ rows: [] }, { tariff: none }));
    expect(settled).toMatchObject({ bill: null, held: 'tariff-unknown' });
  });
});

describe('a meter that cannot be right', () => {
  test('fell: no automatic bill, but both splits and the difference for the person who decides', () => {
    const settled = settle(withRecord({ meterEnd: kwh('999') }));
    expect(settled).toMatchObject({ bill: null, held: 'meter-fell', exceptions: ['meter-fell'] });
    expect(settled.pileSplit).toEqual(settle(input).bill);
    expect(settled.difference).toBe(settle(input).difference);
  });

  test('jumped: held', () => {
    const settled = settle({ ...input, ratedPowerW: 7_000 });
    expect(settled).toMatchObject({ bill: null, held: 'meter-jump', exceptions: ['meter-jump'] });
  });

  test('differs: billed and marked', () => {
    const settled = settle(withRecord({ meterEnd: kwh('1200') }));
    expect(settled).toMatchObject({ bill: settle(input).bill, exceptions: ['meter-differs'] });
  });
});

describe('a clock that is wrong', () => {
  test("the energy is split by the edge's samples, and both splits are kept", () => {
    const settled = settle(withRecord(lostClock));
    expect(settled.exceptions).toEqual(['clock-wrong']);
    expect(settled.bill).toEqual(settled.edgeSplit);
    expect(settled.pileSplit).toEqual(settle(input).bill);
    expect(settled.bill && fenText(settled.bill.total)).toBe(e1.total);
    expect(settled.bill?.rows.map(({ fromMs }) => isoText(fromMs ?? 0).slice(11, 16))).toEqual([
      '09:40',
      '10:00',
      '11:00',
      '12:00',
    ]);
  });

  test("the record's energy is billed, whatever the samples counted", () => {
    const wild = [
      { atMs: at('2025-07-15 09:00:00'), energy: kwh('1') },
      { atMs: at('2025-07-15 10:00:00') + 0.5, energy: kwh('2') },
      { atMs: at('2025-07-15 10:00:00'), energy: kwh('60') },
      { atMs: at('2025-07-15 10:30:00'), energy: kwh('50') },
      { atMs: at('2025-07-15 11:00:00'), energy: kwh('999') },
    ];
    const settled = settle(withRecord(lostClock, { samples: wild }));
    expect(settled.bill?.energy).toBe(input.record.totalEnergy);
    expect(settled.bill?.rows.map(({ kind, energy }) => [kind, energyText(energy)])).toEqual([
      [2, '60.0000'],
      [1, '42.0004'],
    ]);
  });

  test('a sample of nothing, and a sample at the start, say what they say', () => {
    const split = (...counts: readonly (readonly [string, string])[]) =>
      settle(withRecord(lostClock, { samples: counts.map(reading) })).bill?.rows.map((row) => [
        row.kind,
        energyText(row.energy),
      ]);
    expect(split(['2025-07-15 10:00:00', '0'], ['2025-07-15 10:01:00', '999'])).toEqual([
      [1, '102.0004'],
    ]);
    expect(split(['2025-07-15 09:40:00', '999'])).toEqual([[2, '102.0004']]);
  });

  test('without samples the line is straight, and the gap is marked', () => {
    const settled = settle(withRecord(lostClock, { samples: [] }));
    expect(settled.exceptions).toEqual(['clock-wrong', 'gap-in-samples', 'pile-total-differs']);
    expect(settled.bill?.energy).toBe(input.record.totalEnergy);
    expect(settled.bill?.rows.every((row) => row.interpolated)).toBe(true);
  });

  const endOf = (more: Partial<SettleInput>, change: Partial<ChargeRecord> = lostClock) =>
    isoText(
      settle(withRecord(change, { samples: [], ...more })).bill?.rows.at(-1)?.toMs ?? 0,
    ).slice(11, 19);
  const startOnly = { startedAtMs: at('2025-07-15 09:40:00'), endedAtMs: null };

  test('an end that the edge did not see is start + what the pile says it lasted', () => {
    expect(endOf({ edgeTimes: startOnly })).toBe('12:20:00');
  });

  test('or the arrival of the record, when that says nothing or too much', () => {
    expect(endOf({ edgeTimes: startOnly }, { ...lostClock, endedAtMs: null })).toBe('12:20:03');
    expect(endOf({ edgeTimes: startOnly }, { ...lostClock, startedAtMs: null })).toBe('12:20:03');
    const backwards = { startedAtMs: lostClock.endedAtMs, endedAtMs: lostClock.startedAtMs };
    expect(endOf({ edgeTimes: startOnly }, backwards)).toBe('12:20:03');
    const noTime = { startedAtMs: lostClock.startedAtMs, endedAtMs: lostClock.startedAtMs };
    expect(endOf({ edgeTimes: startOnly }, noTime)).toBe('12:20:03');
    expect(endOf({ edgeTimes: startOnly }, { ...lostClock, startedAtMs: 0 })).toBe('12:20:03');
  });

  test('a start that the edge did not see is the first sample', () => {
    const edgeTimes = { startedAtMs: null, endedAtMs: null };
    const settled = settle(withRecord(lostClock, { edgeTimes, samples: samples.slice(1) }));
    expect(settled.bill?.rows[0]?.fromMs).toBe(at('2025-07-15 10:00:00'));
    expect(settled.bill?.energy).toBe(input.record.totalEnergy);
  });

  test("with nothing of the edge's own, the pile's split stands, marked", () => {
    const edgeTimes = { startedAtMs: null, endedAtMs: null };
    const settled = settle(withRecord(lostClock, { edgeTimes, samples: [] }));
    expect(settled).toMatchObject({ bill: settle(input).bill, exceptions: ['clock-wrong'] });
  });

  test("an edge that restarted with a wild clock of its own falls back to the pile's split", () => {
    const edgeTimes = { startedAtMs: at('2024-01-01 00:00:00'), endedAtMs: null };
    const record = { ...lostClock, endedAtMs: null };
    const settled = settle(withRecord(record, { edgeTimes, samples: [] }));
    expect(settled).toMatchObject({ bill: settle(input).bill, edgeSplit: null });
  });

  test('a jump is judged by the time that the edge saw', () => {
    const fast = { startedAtMs: at('2025-07-15 12:10:00'), endedAtMs: null };
    const settled = settle(withRecord(lostClock, { edgeTimes: fast, samples: [] }));
    expect(settled).toMatchObject({ bill: null, held: 'meter-jump' });
    expect(settled.edgeSplit).not.toBeNull();
  });
});

describe('a record that is not split by kind', () => {
  const unsplit = { rows: [] };

  test("is split by the edge's samples though its clock is right", () => {
    const settled = settle(withRecord(unsplit));
    expect(settled).toMatchObject({ pileSplit: null, exceptions: [] });
    expect(settled.bill && fenText(settled.bill.total)).toBe(e1.total);
  });

  test('and whose rows are all empty is one', () => {
    const empty = input.record.rows.map((row) => ({ ...row, energy: kwh('0') }));
    const settled = settle(withRecord({ rows: empty }));
    expect(settled.exceptions).toEqual(['energy-sum-differs']);
    expect(settled.bill?.energy).toBe(input.record.totalEnergy);
  });

  test("takes the pile's times where the edge has none and they can be believed", () => {
    const edgeTimes = { startedAtMs: null, endedAtMs: null };
    const settled = settle(withRecord(unsplit, { edgeTimes, samples: [] }));
    expect(settled.exceptions).toContain('gap-in-samples');
    expect(settled.bill?.rows[0]?.fromMs).toBe(input.record.startedAtMs);
    expect(settled.bill?.rows.at(-1)?.toMs).toBe(input.record.endedAtMs);
  });

  test('and has no time either cannot be billed', () => {
    const edgeTimes = { startedAtMs: null, endedAtMs: null };
    const settled = settle(withRecord({ ...unsplit, ...lostClock }, { edgeTimes, samples: [] }));
    expect(settled).toMatchObject({ bill: null, held: 'clock-wrong', exceptions: ['clock-wrong'] });
  });

  test('a total of 0 beside rows with energy: the rows are what was delivered', () => {
    const total = { totalEnergy: kwh('0'), meterEnd: kwh('1000') };
    expect(settle(withRecord(total)).exceptions).toEqual(['energy-sum-differs']);
    const settled = settle(withRecord({ ...total, ...lostClock }));
    expect(settled.bill?.energy).toBe(input.record.totalEnergy);
  });
});

const anyRecord = fc
  .record({
    any: anyTariff,
    parts: anyEnergies,
    startedAtMs: fc.option(fc.integer({ min: 0, max: at('2025-07-15 12:30:00') })),
    endedAtMs: fc.option(
      fc.integer({ min: at('2025-07-15 00:00:00'), max: at('2025-07-15 12:40:00') }),
    ),
    meterEnd: fc.option(fc.bigInt(0n, 1n << 40n).map(energyStep)),
    off: fc.bigInt(-500n, 500n),
  })
  .map(({ any, parts, startedAtMs, endedAtMs, meterEnd, off }) => {
    const record = recordOf(
      any,
      parts.filter(({ kind }) => kind < any.rates.length),
    );
    const shown = record.totalAmount + off;
    const totalAmount = moneyStep(shown < 0n ? 0n : shown);
    const meter = meterEnd ?? record.meterEnd;
    return { any, record: { ...record, startedAtMs, endedAtMs, totalAmount, meterEnd: meter } };
  });

test('whatever the record: rows sum to totals, no sum is negative, held or billed, and the same again', () => {
  fc.assert(
    fc.property(
      anyRecord,
      fc.boolean(),
      fc.constantFrom(DEFAULT_POLICY, byPile),
      ({ any, record }, live, policy) => {
        const asked: SettleInput = {
          ...input,
          tariff: any,
          record,
          live,
          policy,
          ratedPowerW: null,
        };
        const settled = settle(asked);
        expect(settle(asked)).toEqual(settled);
        expect(settled.bill === null).toBe(settled.held !== null);
        const { bill, difference } = settled;
        if (bill === null || difference === null) return;
        expect(bill).toEqual(sumOf(bill.rows));
        expect(bill.electricity >= 0n && bill.service >= 0n).toBe(true);
        const ours = bill.rows.filter((row) => row.adjustment !== true);
        const size = difference < 0n ? -difference : difference;
        if (settled.withinTolerance) expect(size).toBeLessThanOrEqual(BigInt(ours.length));
        if (settled.withinTolerance && policy.billed === 'pile')
          expect(bill.total).toBe(settled.pileTotal);
        expect(sumOf(ours).total - (settled.pileTotal ?? 0n)).toBe(difference);
      },
    ),
  );
});

test("settling by the edge's clock gives what the same readings would", () => {
  const { bill } = billOfReadings(tariff, samples);
  expect(settle(withRecord(lostClock)).edgeSplit).toEqual(bill);
});
