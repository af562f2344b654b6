import { readRequest } from '@holdfast/protocols/ocpp/reading';
import { expect, test } from 'vitest';
import { framed, GOOD_MANNERS, type Manners, spoken } from './manners.ts';

const SAMPLE = {
  value: '5600',
  context: 'Sample.Clock',
  measurand: 'Energy.Active.Import.Register',
  unit: 'Wh',
};
const CALL = {
  action: 'MeterValues',
  payload: {
    connectorId: 1,
    meterValue: [{ timestamp: '2026-11-22T16:00:00.000Z', sampledValue: [SAMPLE] }],
  },
};

const writtenIn = (manners: Partial<Manners>) =>
  spoken({ ...GOOD_MANNERS, ...manners }, CALL).payload['meterValue'];

test('good manners change nothing', () => {
  expect(spoken(GOOD_MANNERS, CALL)).toBe(CALL);
  expect(framed(GOOD_MANNERS, '[2,"1","Heartbeat",{}]')).toBe('[2,"1","Heartbeat",{}]');
});

test.each([
  ['bare', { value: '5600' }],
  ['kilowatt-hours', { ...SAMPLE, value: '5.600', unit: 'kWh' }],
  ['comma', { ...SAMPLE, value: '5,600', unit: 'kwh' }],
  ['other-type', { ...SAMPLE, value: 5600 }],
] as const)('a register written %s is the same energy', (meter, sample) => {
  expect(writtenIn({ meter })).toMatchObject([{ sampledValue: [sample] }]);
});

test.each(['offset', 'short-offset', 'long-fraction', 'space'] as const)(
  'a time written %s is the same instant, to whoever reads it tolerantly',
  (time) => {
    const { payload } = spoken({ ...GOOD_MANNERS, time }, CALL);
    const read = readRequest('1.6', 'MeterValues', payload, 'tolerant');
    expect(read.ok).toBe(true);
  },
);

test.each(['spaced', 'newline'] as const)('a frame written %s is the same JSON', (frame) => {
  const text = '[2,"1","Heartbeat",{}]';
  const written = framed({ ...GOOD_MANNERS, frame }, text);
  expect(written).not.toBe(text);
  expect(JSON.parse(written)).toEqual(JSON.parse(text));
});
