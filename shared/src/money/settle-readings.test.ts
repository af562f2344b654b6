import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChargeRecord } from '../order/record.ts';
import { type EnergyStep, energyStep, moneyStep } from '../units.ts';
import { DEFAULT_POLICY } from './policy.ts';
import type { MeterReading } from './readings.ts';
import { type Settlement, settle } from './settle.ts';
import { anyTariff, at, kwh, recordOf, tariffOf } from './testing.ts';

/** 尖 from 10:00 to 11:00 is inside; a charge of 60 kW. */
const tariff = tariffOf('sharp');
const START = at('2025-07-15 09:40:00');
const MINUTE = 60_000;
const END = START + 80 * MINUTE;
const TOTAL = kwh('80');

/** A record of a pile that knows neither slots nor prices. */
const plain = (change: Partial<ChargeRecord> = {}): ChargeRecord => ({
  ...recordOf(tariff, []),
  startedAtMs: START,
  endedAtMs: END,
  receivedAtMs: END + 1_000,
  rows: [],
  meterStart: kwh('500'),
  meterEnd: kwh('580'),
  totalEnergy: TOTAL,
  totalLossEnergy: TOTAL,
  totalAmount: moneyStep(0n),
  ...change,
});
const everyMinute: readonly MeterReading[] = Array.from({ length: 79 }, (_, n) => ({
  atMs: START + (n + 1) * MINUTE,
  energy: kwh(String(n + 1)),
}));
const settled = (record: ChargeRecord, samples: readonly MeterReading[] = []): Settlement =>
  settle({
    record,
    tariff,
    samples,
    edgeTimes: { startedAtMs: START, endedAtMs: END },
    live: true,
    ratedPowerW: 120_000,
    policy: DEFAULT_POLICY,
  });
const byKind = ({ bill }: Settlement): ReadonlyMap<number, bigint> => {
  const sums = new Map<number, bigint>();
  for (const { kind, energy } of bill?.rows ?? []) sums.set(kind, (sums.get(kind) ?? 0n) + energy);
  return sums;
};

describe('a pile that does not split by kind', () => {
  test('[BILL-8] its own readings say when the energy flowed', () => {
    const own = settled(plain({ readings: everyMinute }));
    expect(own.exceptions).toEqual([]);
    expect(own.held).toBeNull();
    expect(own.bill?.energy).toBe(TOTAL);
    // A sample of the edge between two readings that are close says nothing new.
    const noise = [{ atMs: START + 90_000, energy: kwh('79') }];
    expect(settled(plain({ readings: everyMinute }), noise).bill).toEqual(own.bill);
  });

  test('[BILL-8] where it is silent for long, the samples of the edge fill in', () => {
    const silent = everyMinute.filter((_, n) => n < 10 || n > 60);
    const filled = settled(plain({ readings: silent }), everyMinute);
    expect(byKind(filled)).toEqual(byKind(settled(plain({ readings: everyMinute }))));
    const unfilled = settled(plain({ readings: silent }));
    expect(unfilled.bill?.energy).toBe(TOTAL);
    expect(unfilled.exceptions).toContain('gap-in-samples');
  });

  test('[BILL-8] with a wrong clock its times say nothing, and the samples do', () => {
    const odd = everyMinute.map(({ atMs, energy }) => ({ atMs: atMs - 86_400_000 * 400, energy }));
    const wrong = settled(
      plain({ startedAtMs: START - 86_400_000 * 400, endedAtMs: null, readings: odd }),
      everyMinute,
    );
    expect(wrong.exceptions).toContain('clock-wrong');
    expect(byKind(wrong)).toEqual(byKind(settled(plain({ readings: everyMinute }))));
  });

  test('[BILL-8] a pile that knows no prices has no total to differ from', () => {
    const { pileTotal, difference, exceptions } = settled(plain({ readings: everyMinute }));
    expect({ pileTotal, difference, exceptions }).toEqual({
      pileTotal: null,
      difference: null,
      exceptions: [],
    });
  });

  test('[BILL-8] whatever it read, in whatever order: the rows sum to the total', () => {
    const anyReading = fc.record({
      atMs: fc.integer({ min: START - MINUTE, max: END + MINUTE }),
      energy: fc.bigInt({ min: 0n, max: 900_000n }).map((steps): EnergyStep => energyStep(steps)),
    });
    fc.assert(
      fc.property(anyTariff, fc.array(anyReading), fc.array(anyReading), (some, own, samples) => {
        const { bill } = settle({
          record: plain({ readings: [...own].sort((a, b) => a.atMs - b.atMs) }),
          tariff: { ...some, lossRatio: 0 },
          samples: [...samples].sort((a, b) => a.atMs - b.atMs),
          edgeTimes: { startedAtMs: null, endedAtMs: null },
          live: false,
          ratedPowerW: null,
          policy: DEFAULT_POLICY,
        });
        expect(bill?.rows.reduce((sum, row) => sum + row.energy, 0n)).toBe(TOTAL);
      }),
    );
  });
});
