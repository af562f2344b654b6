import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SLOT_MS } from '../time/shanghai.ts';
import { energyStep, energyText, fen, fenText, priceStep } from '../units.ts';
import { guardOf, highestPriceIn, mustStop } from './guard.ts';
import { moneyOf } from './round.ts';
import { combinedPrice, type Tariff } from './tariff.ts';
import { anyTariff, at, perKwh, tariffOf, yuan } from './testing.ts';
import { e6 } from './vectors/cases.ts';

const worked = {
  balance: yuan(e6.balance),
  maxPowerW: Number(e6.p_max_kw) * 1_000,
  reactionMs: e6.reaction_s * 1_000,
  price: perKwh(e6.price),
};
const rate = (price: string) => ({ electricity: perKwh(price), service: perKwh('0') });

test('[E6] stop at the balance less what flows until the stop takes effect', () => {
  const guard = guardOf(worked);
  expect(fenText(guard.reserve)).toBe(e6.reserve);
  expect(fenText(guard.stopAt)).toBe(e6.stop_at);
  expect(guard.energyCeiling && energyText(guard.energyCeiling)).toBe(e6.energy_ceiling);
  expect(mustStop(guard, yuan('19.04'))).toBe(false);
  expect(mustStop(guard, yuan('19.05'))).toBe(true);
});

test('a balance below the reserve stops at once', () => {
  for (const balance of ['0.94', '0.95']) {
    const guard = guardOf({ ...worked, balance: yuan(balance) });
    expect(guard.stopAt).toBe(0n);
    expect(mustStop(guard, yuan('0'))).toBe(true);
  }
  expect(guardOf({ ...worked, balance: yuan('0.96') }).stopAt).toBe(1n);
});

test('free energy has no ceiling and needs no reserve', () => {
  expect(guardOf({ ...worked, price: priceStep(0n) })).toEqual({
    reserve: 0n,
    stopAt: worked.balance,
    energyCeiling: null,
  });
});

test('what the ceiling costs is within the balance, one step more is not below it', () => {
  const price = fc.bigInt(1n, 1_000_000n).map(priceStep);
  fc.assert(
    fc.property(fc.bigInt(0n, 10_000_000n), price, (balance, unitPrice) => {
      const { energyCeiling } = guardOf({ ...worked, balance: fen(balance), price: unitPrice });
      const ceiling = energyCeiling ?? energyStep(-1n);
      expect(ceiling).toBeGreaterThanOrEqual(0n);
      expect(moneyOf(ceiling, unitPrice)).toBeLessThanOrEqual(balance);
      expect((ceiling + 1n) * unitPrice).toBeGreaterThan(balance * 10_000_000n);
    }),
  );
});

test('the reserve covers what full power delivers meanwhile', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600_000 }), fc.nat(60_000), (maxPowerW, reactionMs) => {
      const { reserve } = guardOf({ ...worked, maxPowerW, reactionMs });
      const energy = (BigInt(maxPowerW) * BigInt(reactionMs)) / 360_000n;
      expect(moneyOf(energyStep(energy), worked.price)).toBeLessThanOrEqual(reserve);
    }),
  );
});

test('the highest price looks into the next slot, and counts losses', () => {
  const sharp = tariffOf('sharp');
  const ten = at('2025-07-15 10:59:45');
  expect(highestPriceIn(sharp, ten, ten + 14_999)).toBe(perKwh('1.59'));
  expect(highestPriceIn(sharp, ten, ten + 15_000)).toBe(perKwh('1.8875'));
  const lossy: Tariff = { ...sharp, rates: sharp.rates.map(() => rate('0.00001')), lossRatio: 1 };
  expect(highestPriceIn(lossy, ten, ten)).toBe(2n);
});

test('a slot without a rate has no price', () => {
  expect(highestPriceIn({ ...tariffOf('sharp'), rates: [] }, 0, SLOT_MS)).toBe(0n);
});

test('over a day or more the highest price is that of the dearest kind in use, in bounded work', () => {
  fc.assert(
    fc.property(
      anyTariff,
      fc.constantFrom(48 * SLOT_MS, Number.MAX_SAFE_INTEGER),
      (tariff, span) => {
        const lossless = { ...tariff, lossRatio: 0 };
        const used = tariff.rates.filter((_, kind) => tariff.slots.includes(kind));
        const prices = used.map(combinedPrice);
        const highest = prices.reduce((max, price) => (price > max ? price : max), priceStep(0n));
        expect(highestPriceIn(lossless, 0, span)).toBe(highest);
      },
    ),
  );
});
