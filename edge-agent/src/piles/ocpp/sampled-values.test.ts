import { expect, test } from 'vitest';
import { electricalOf, gridCurrentsOf, NO_READOUT, readoutOf, readoutOver } from './readout.ts';
import { SAMPLES_MAX, type SampleRules, samplesOf } from './sampled-values.ts';

const RULES: SampleRules = { energyUnit: 'Wh', numbers: 'string' };
const read = (list: unknown, rules = RULES) => samplesOf(list, 1_000, '/sampledValue', rules);
const readout = (...list: readonly unknown[]) => readoutOf(read(list).samples);

test('[OCPP-E1] a missing measurand is the import register, a missing unit is Wh', () => {
  expect(readout({ value: '27010.0' }).register).toBe(270_100n);
  expect(readout({ value: '27.01', unit: 'kWh' }).register).toBe(270_100n);
  const kwh = samplesOf([{ value: '27.01' }], 0, '', { ...RULES, energyUnit: 'kWh' });
  expect(readoutOf(kwh.samples).register).toBe(270_100n);
});

test('[OCPP-E1] a unit of 2.x with its multiplier, and a number in place of text', () => {
  const rules: SampleRules = { energyUnit: 'Wh', numbers: 'number' };
  const sample = { value: 27.01, unitOfMeasure: { unit: 'Wh', multiplier: 3 } };
  expect(readoutOf(samplesOf([sample], 0, '', rules).samples).register).toBe(270_100n);
});

test.each(['Celcius', 'Celsius', 'celsius', 'C'])('[OCPP-E2] %s is a temperature', (unit) => {
  expect(readout({ value: '41.5', measurand: 'Temperature', unit }).temperatureC).toBe(41);
});

test('[OCPP-E2] kelvins too', () => {
  expect(readout({ value: '300.15', measurand: 'Temperature', unit: 'K' }).temperatureC).toBe(27);
});

test.each(['kwh', 'Kwh', 'kWh ', 'KWH'])('[OCPP-E3] %s is kWh', (unit) => {
  expect(readout({ value: '1', unit }).register).toBe(10_000n);
});

test('[OCPP-E3] odd names and units are read, told and kept as they came', () => {
  const odd = { value: '16.5', measurand: 'current.import', unit: 'A ', phase: 'l1' };
  const { samples, flaws } = read([odd]);
  expect(samples).toMatchObject([{ measurand: 'Current.Import', milli: 16_500n, phase: 'L1' }]);
  expect(samples[0]?.raw).toBe(odd);
  expect(flaws).toMatchObject([{ rule: 'OCPP-E3', path: '/sampledValue[0].unit', seen: 'A ' }]);
  expect(read([{ value: '50', measurand: 'Frequency', unit: 'Hz' }]).flaws).toEqual([]);
  const strange = read([{ value: '5', measurand: 'X.Vendor', unit: 'bananas' }]);
  expect(strange.samples).toMatchObject([{ measurand: 'X.Vendor', milli: 5_000n }]);
});

const power = (value: string, phase?: string) => ({
  value,
  measurand: 'Power.Active.Import',
  unit: 'W',
  ...(phase === undefined ? {} : { phase }),
});

test('[OCPP-E4] total power is the unphased value, else the sum of the lines, never both', () => {
  expect(readout(power('100', 'L1'), power('200', 'L2'), power('300', 'L3')).powerW).toBe(600);
  expect(readout(power('100', 'L1-N'), power('200', 'L2-N')).powerW).toBe(300);
  expect(readout(power('100', 'L1'), power('200', 'L1-N')).powerW).toBe(100);
  expect(readout(power('550'), power('100', 'L1'), power('200', 'L2')).powerW).toBe(550);
});

test('[OCPP-E4] a voltage is a mean, and volts times amperes are the power', () => {
  const volts = (value: string, phase: string) => ({ value, measurand: 'Voltage', phase });
  const all = readout(power('6900'), volts('229', 'L1-N'), volts('231', 'L2-N'));
  expect(electricalOf(all)).toEqual({ voltageMv: 230_000, currentMa: 30_000 });
  const alone = readout(power('6900'));
  expect(electricalOf(alone)).toEqual({ voltageMv: 0, currentMa: 0, powerW: 6_900 });
});

test('[OCPP-E6] numbers in place of text and commas are read and told', () => {
  expect(readout({ value: 27010.5 }).register).toBe(270_105n);
  expect(readout({ value: '27010,5' }).register).toBe(270_105n);
  expect(read([{ value: 1 }]).flaws).toMatchObject([
    { rule: 'OCPP-E6', repair: 'read as a decimal' },
  ]);
});

test.each(['NaN', '-', '', undefined, null, 'n/a'])(
  '[OCPP-E6] %s drops its sample alone',
  (value) => {
    const { samples, flaws } = read([{ value }, { value: '5', measurand: 'Voltage' }]);
    expect(samples).toMatchObject([{ measurand: 'Voltage' }]);
    expect(flaws).toMatchObject([{ rule: 'OCPP-E6', repair: 'sample dropped' }]);
  },
);

test.each([
  ['55', 55],
  ['0.55', 55],
  ['100', 100],
  ['0', null],
  ['255', null],
  ['-1', null],
] as const)('[OCPP-E7] a state of charge of %s is %s', (value, soc) => {
  expect(readout({ value, measurand: 'SoC', unit: 'Percent' }).soc).toBe(soc);
});

test('[OCPP-E7] the last state of charge is held', () => {
  const before = { ...NO_READOUT, soc: 55, powerW: 100 };
  expect(readoutOver(before, readout(power('200')))).toMatchObject({ soc: 55, powerW: 200 });
});

test('[OCPP-E8] what is offered is no measurement', () => {
  const offered = readout(
    { value: '16', measurand: 'Current.Offered', unit: 'A' },
    { value: '11000', measurand: 'Power.Offered', unit: 'W' },
  );
  expect(offered).toMatchObject({
    currentMa: null,
    powerW: null,
    offeredMa: 16_000,
    offeredW: 11_000,
  });
});

test('[OCPP-E10] what is said twice counts once, another context is another sample', () => {
  const clock = { value: '5', context: 'Sample.Clock' };
  expect(read([clock, clock, { value: '5' }]).samples).toHaveLength(2);
});

test('[OCPP-E11] the lines of the grid behind those of the pile', () => {
  const current = (value: string, phase: string) => ({ value, measurand: 'Current.Import', phase });
  const { samples } = read([current('1', 'L1'), current('2', 'L2'), current('3', 'L3')]);
  expect(gridCurrentsOf(samples, 'RTS')).toEqual({ L1: 1_000, L3: 2_000, L2: 3_000 });
  expect(gridCurrentsOf(samples, 'STR')).toEqual({ L2: 1_000, L3: 2_000, L1: 3_000 });
  expect(gridCurrentsOf(samples, 'RRR')).toBeNull();
  expect(gridCurrentsOf([], 'RTS')).toBeNull();
});

test('[OCPP-E12] signed values are kept word for word', () => {
  const signed = {
    value: 'OCMF|{"PG":"T1"}|{}',
    format: 'SignedData',
    context: 'Transaction.Begin',
  };
  const said = read([signed, { value: '5', signedMeterValue: { signedMeterData: 'AAAA' } }]);
  expect(said.signed.map(({ raw }) => raw)).toEqual([
    signed,
    { value: '5', signedMeterValue: { signedMeterData: 'AAAA' } },
  ]);
  expect(said.samples).toHaveLength(1);
  expect(said.flaws).toEqual([]);
});

test('[OCPP-E13] the outlet counts before the inlet', () => {
  const volts = (value: string, location: string) => ({ value, measurand: 'Voltage', location });
  expect(readout(volts('400', 'Inlet'), volts('390', 'Outlet')).voltageMv).toBe(390_000);
  expect(readout(volts('400', 'Inlet')).voltageMv).toBe(400_000);
});

test('a list without end is cut, and one that is none has nothing', () => {
  const many = Array.from({ length: SAMPLES_MAX + 5 }, (_, n) => ({
    value: `${n}`,
    context: `c${n}`,
  }));
  expect(read(many).samples).toHaveLength(SAMPLES_MAX);
  expect(read('x')).toEqual({ samples: [], signed: [], flaws: [] });
  expect(read([null, 5, []]).samples).toEqual([]);
});
