import fc from 'fast-check';
import type { ChargeRecord } from '../order/record.ts';
import { instantOfIso } from '../time/shanghai.ts';
import {
  decimalOf,
  type EnergyStep,
  energyStep,
  type Fen,
  fen,
  moneyStep,
  type PriceStep,
  priceStep,
} from '../units.ts';
import type { PileRow } from './bill.ts';
import type { KindEnergy } from './bill-of.ts';
import type { MeterReading } from './readings.ts';
import { moneyStepOf, withLoss } from './round.ts';
import { combinedPrice, type Tariff } from './tariff.ts';
import { prices, slots } from './vectors/cases.ts';

/** What the tests of this folder share: readable constants and generators. Nothing else imports it. */
const exact = (text: string, places: number): bigint => decimalOf(text, places) ?? -1n;

export const kwh = (text: string): EnergyStep => energyStep(exact(text, 4));
export const perKwh = (text: string): PriceStep => priceStep(exact(text, 5));
export const yuan = (text: string): Fen => fen(exact(text, 2));
/** `'2025-07-15 09:40:00'` in Shanghai. */
export const at = (text: string): number => instantOfIso(`${text.replace(' ', 'T')}+08:00`) ?? -1;
export const reading = ([when, energy]: readonly [string, string]): MeterReading => ({
  atMs: at(when),
  energy: kwh(energy),
});

/** The tariff of the worked cases. */
export function tariffOf(day: 'normal' | 'sharp', lossRatio = 0): Tariff {
  const service = perKwh(prices.service);
  return {
    tariffId: 'worked',
    version: 1,
    modelNo: '0100',
    rates: [prices[0], prices[1], prices[2], prices[3]].map((price) => ({
      electricity: perKwh(price),
      service,
    })),
    slots: [...slots[day]].map(Number),
    lossRatio,
  };
}

/** The rows of a faithful pile: the tariff's prices, four decimals, no rounding to a fen. */
export function pileRowsOf(tariff: Tariff, energies: readonly KindEnergy[]): readonly PileRow[] {
  return tariff.rates.map((rate, kind) => {
    const sum = energies.reduce((all, part) => (part.kind === kind ? all + part.energy : all), 0n);
    const energy = energyStep(sum);
    const lossEnergy = withLoss(energy, tariff.lossRatio);
    const price = combinedPrice(rate);
    return { kind, price, energy, lossEnergy, amount: moneyStepOf(lossEnergy, price) };
  });
}

/** The record of a faithful pile for energies by kind, 09:40 to 12:20, received as it ended. */
export function recordOf(tariff: Tariff, energies: readonly KindEnergy[]): ChargeRecord {
  const rows = pileRowsOf(tariff, energies);
  const total = energyStep(rows.reduce((sum, row) => sum + row.energy, 0n));
  return {
    tradeNo: '55031412782305012018061910262392',
    pileNo: '55031412782305',
    connectorNo: 1,
    startedAtMs: at('2025-07-15 09:40:00'),
    endedAtMs: at('2025-07-15 12:20:00'),
    receivedAtMs: at('2025-07-15 12:20:03'),
    rows,
    meterStart: kwh('1000'),
    meterEnd: energyStep(kwh('1000') + total),
    totalEnergy: total,
    totalLossEnergy: withLoss(total, tariff.lossRatio),
    totalAmount: moneyStep(rows.reduce((sum, row) => sum + row.amount, 0n)),
    vin: null,
    startMethod: 'remote',
    cardNo: null,
    stopCode: 0x40,
    stopClass: 'normal',
  };
}

const anyPrice = fc.bigInt(0n, 300_000n).map(priceStep);

/** Any tariff that a pile can hold. */
export const anyTariff: fc.Arbitrary<Tariff> = fc
  .record({
    rates: fc.array(fc.record({ electricity: anyPrice, service: anyPrice }), {
      minLength: 1,
      maxLength: 4,
    }),
    picks: fc.array(fc.nat(3), { minLength: 48, maxLength: 48 }),
    lossPercent: fc.nat(20),
  })
  .map(({ rates, picks, lossPercent }) => ({
    tariffId: 'any',
    version: 1,
    modelNo: '0001',
    rates,
    slots: picks.map((pick) => pick % rates.length),
    lossRatio: lossPercent * 100,
  }));

/** Energies by kind: up to 300 kWh each, some of them none. */
export const anyEnergies: fc.Arbitrary<readonly KindEnergy[]> = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 3_000_000n)), { minLength: 1, maxLength: 4 })
  .map((energies) => energies.map((energy, kind) => ({ kind, energy: energyStep(energy) })));

/** A rising meter with 2 to 40 readings at any distances, over the end of June 2025. */
export const anyReadings: fc.Arbitrary<readonly MeterReading[]> = fc
  .record({
    startMs: fc.integer({ min: at('2025-06-30 00:00:00'), max: at('2025-06-30 23:59:59') }),
    meter: fc.bigInt(0n, 9_000_000_000n),
    steps: fc.array(
      fc.record({
        ms: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 7_200_000 })),
        energy: fc.bigInt(0n, 100_000n),
      }),
      { minLength: 1, maxLength: 39 },
    ),
  })
  .map(({ startMs, meter, steps }) => {
    let last: MeterReading = { atMs: startMs, energy: energyStep(meter) };
    const readings = [last];
    for (const { ms, energy } of steps) {
      last = { atMs: last.atMs + ms, energy: energyStep(last.energy + energy) };
      readings.push(last);
    }
    return readings;
  });
