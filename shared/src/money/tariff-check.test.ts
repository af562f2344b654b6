import fc from 'fast-check';
import { expect, test } from 'vitest';
import { priceText } from '../units.ts';
import { RATE_KINDS } from './tariff.ts';
import {
  checkTariff,
  HIGHEST_LOSS_RATIO,
  HIGHEST_PRICE,
  LONGEST_TARIFF_ID,
  MOST_RATES,
  pileMisfitsOf,
  type TariffText,
  tariffText,
} from './tariff-check.ts';
import { anyTariff, perKwh, tariffOf } from './testing.ts';
import { slots } from './vectors/cases.ts';

const rate = { electricity: '0.70000', service: '0.40000' };
const good: TariffText = {
  tariffId: 'gz-summer',
  version: 3,
  modelNo: 'f002',
  rates: [rate, rate, rate, rate],
  slots: slots.sharp,
  lossRatio: '0.05',
};

const errorsOf = (json: unknown) => {
  const check = checkTariff(json);
  return check.ok ? [] : check.errors.map(({ path, code }) => `${path}: ${code}`);
};

test('a good tariff is read exactly', () => {
  const check = checkTariff(good);
  expect(check).toMatchObject({
    ok: true,
    tariff: { tariffId: 'gz-summer', version: 3, modelNo: 'F002', lossRatio: 500 },
  });
  if (!check.ok) return;
  expect(check.tariff.slots).toHaveLength(48);
  expect(check.tariff.slots.slice(20, 24)).toEqual([1, 1, 0, 0]);
  expect(check.tariff.rates[2]).toEqual({
    electricity: perKwh('0.70000'),
    service: perKwh('0.40000'),
  });
});

test('no loss ratio is none', () => {
  const { lossRatio: _, ...rest } = good;
  expect(checkTariff(rest)).toMatchObject({ ok: true, tariff: { lossRatio: 0 } });
});

test('the limits themselves are inside', () => {
  const edge = {
    ...good,
    tariffId: 'x'.repeat(LONGEST_TARIFF_ID),
    rates: Array(MOST_RATES).fill({ electricity: priceText(HIGHEST_PRICE), service: '0' }),
    lossRatio: '0.2',
  };
  expect(checkTariff(edge)).toMatchObject({ ok: true, tariff: { lossRatio: HIGHEST_LOSS_RATIO } });
});

test('a slot without a rate is told which kinds there are', () => {
  const check = checkTariff({ ...good, slots: '4'.repeat(48) });
  expect(check).toMatchObject({
    errors: [{ path: 'slots[0]', text: expect.stringMatching(/^Use 0 to 3,/) }],
  });
});

test('any tariff survives its text', () => {
  fc.assert(
    fc.property(anyTariff, (tariff) => {
      const text: unknown = JSON.parse(JSON.stringify(tariffText(tariff)));
      expect(checkTariff(text)).toEqual({ ok: true, tariff });
    }),
  );
});

test('everything that is wrong is said at once, with its place', () => {
  const bad = {
    tariffId: '',
    version: 0,
    modelNo: '0000',
    rates: [{ electricity: 0.7, service: '0.400001', tax: '0' }, 7, { service: '-1' }],
    slots: `3${'0'.repeat(47)}`,
    lossRatio: '0.3',
    color: 'red',
  };
  expect(errorsOf(bad)).toEqual([
    'color: unknown-field',
    'rates[0].tax: unknown-field',
    'rates[0].electricity: bad-price',
    'rates[0].service: bad-price',
    'rates[1]: bad-rates',
    'rates[2].electricity: bad-price',
    'rates[2].service: bad-price',
    'tariffId: bad-tariff-id',
    'version: bad-version',
    'modelNo: bad-model-no',
    'slots[0]: slot-without-rate',
    'lossRatio: bad-loss-ratio',
  ]);
});

test('each error says what to do', () => {
  const check = checkTariff({});
  expect(check.ok).toBe(false);
  if (check.ok) return;
  for (const { text } of check.errors) expect(text).toMatch(/^[A-Z].{20,}\.$/s);
});

test.each<[string, Partial<Record<keyof TariffText, unknown>>, string]>([
  ['a missing id', { tariffId: undefined }, 'tariffId: bad-tariff-id'],
  ['a long id', { tariffId: 'x'.repeat(LONGEST_TARIFF_ID + 1) }, 'tariffId: bad-tariff-id'],
  ['a version that is text', { version: '3' }, 'version: bad-version'],
  ['half a version', { version: 1.5 }, 'version: bad-version'],
  ['a model number that is a number', { modelNo: 100 }, 'modelNo: bad-model-no'],
  ['a model number of three digits', { modelNo: '010' }, 'modelNo: bad-model-no'],
  ['no rates', { rates: [] }, 'rates: bad-rates'],
  ['rates as an object', { rates: {} }, 'rates: bad-rates'],
  ['too many rates', { rates: Array(MOST_RATES + 1).fill(rate) }, 'rates: bad-rates'],
  [
    'a price in fen',
    { rates: [{ ...rate, service: '40000' }, rate, rate, rate] },
    'rates[0].service: bad-price',
  ],
  ['a rate that is a list', { rates: [rate, rate, rate, []] }, 'rates[3]: bad-rates'],
  ['47 slots', { slots: '3'.repeat(47) }, 'slots: bad-slots'],
  ['slots that are no digits', { slots: 'a'.repeat(48) }, 'slots: bad-slots'],
  ['slots as a list', { slots: [...slots.sharp] }, 'slots: bad-slots'],
  [
    'a slot whose kind has no rate',
    { slots: `${'3'.repeat(47)}4` },
    'slots[47]: slot-without-rate',
  ],
  ['a negative loss', { lossRatio: '-0.01' }, 'lossRatio: bad-loss-ratio'],
  ['a loss that is a number', { lossRatio: 0.05 }, 'lossRatio: bad-loss-ratio'],
])('%s is the only error', (_, change, error) => {
  expect(errorsOf({ ...good, ...change })).toEqual([error]);
});

test.each([null, undefined, 7, 'tariff', []])('%j is no tariff', (json) => {
  expect(errorsOf(json)).toEqual([': not-an-object']);
});

test('any JSON gets an answer, never an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.record({ rates: fc.jsonValue(), slots: fc.jsonValue() })),
      (json) => {
        expect(checkTariff(json).ok).toBe(false);
      },
    ),
  );
});

test('[BILL-1] a four-kind pile holds four kinds and whole percents of loss', () => {
  const tariff = tariffOf('normal');
  expect(tariff.rates).toHaveLength(RATE_KINDS.length);
  expect(pileMisfitsOf(tariff)).toEqual([]);
  expect(pileMisfitsOf({ ...tariff, lossRatio: 500 })).toEqual([]);
  const five = { ...tariff, rates: [...tariff.rates, ...tariff.rates.slice(0, 1)] };
  expect(pileMisfitsOf(five)).toEqual(['more-than-four-kinds']);
  expect(pileMisfitsOf({ ...five, lossRatio: 550 })).toEqual([
    'more-than-four-kinds',
    'loss-ratio-not-whole-percent',
  ]);
  expect(HIGHEST_LOSS_RATIO % 100).toBe(0);
});
