import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STATION_ACTIONS } from './actions.ts';
import { readRequest, readResponse } from './reading.ts';
import { actionsOf, faultsIn, schemaOf } from './schemas.ts';
import { OCPP_VERSIONS } from './version.ts';

const at = '2026-03-04T12:00:00Z';
const sample = (value: unknown, more: object = {}) => ({ value, ...more });
const meterValues = (...sampledValue: unknown[]) => ({
  connectorId: 1,
  transactionId: 7,
  meterValue: [{ timestamp: at, sampledValue }],
});
const start = { connectorId: 1, idTag: 'a', meterStart: 0, timestamp: at };
const stop = { transactionId: 7, meterStop: 1, timestamp: at };
const boot = { chargePointVendor: 'v', chargePointModel: 'm' };
const event = {
  eventType: 'Updated',
  timestamp: at,
  triggerReason: 'MeterValuePeriodic',
  seqNo: 1,
  transactionInfo: { transactionId: 't' },
};

describe('strict', () => {
  test.each([
    ['1.6', 'StartTransaction', { ...start, connectorId: '1' }, 'TypeConstraintViolation'],
    ['1.6', 'StartTransaction', { ...start, timestamp: 'x' }, 'TypeConstraintViolation'],
    ['1.6', 'StartTransaction', { connectorId: 1 }, 'OccurrenceConstraintViolation'],
    ['1.6', 'StartTransaction', { ...start, idTag: 'x'.repeat(21) }, 'PropertyConstraintViolation'],
    ['1.6', 'StartTransaction', { ...start, vendor: 1 }, 'FormatViolation'],
    ['1.6', 'StopTransaction', { ...stop, reason: 'Bored' }, 'PropertyConstraintViolation'],
    ['2.0.1', 'TransactionEvent', { ...event, seqNo: null }, 'TypeConstraintViolation'],
    ['2.1', 'TransactionEvent', { ...event, meterValue: [] }, 'OccurrenceConstraintViolation'],
    ['1.6', 'TransactionEvent', event, 'NotImplemented'],
    ['1.6', 'toString', {}, 'NotImplemented'],
    ['2.1', '__proto__', {}, 'NotImplemented'],
  ] as const)('[OCPP-B10] %s %s %j is refused: %s', (version, action, payload, code) => {
    const read = readRequest(version, action, payload, 'strict');
    expect(read).toMatchObject({ ok: false, code });
  });

  test('[OCPP-B10] what fits is handed on as it is, with tenths of an ampere', () => {
    const schedule = (limit: number) => ({
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit }],
        },
      },
    });
    const read = (limit: number) =>
      readRequest('1.6', 'SetChargingProfile', schedule(limit), 'strict');
    expect(read(16.3)).toEqual({ ok: true, payload: schedule(16.3), deviations: [] });
    expect(read(21.4).ok).toBe(true);
    expect(read(16.37)).toMatchObject({ ok: false, code: 'PropertyConstraintViolation' });
  });
});

describe('tolerant', () => {
  test.each([
    ['a number in text', 'connectorId', '1', 1, 'read as number'],
    ['a register with a fraction', 'meterStart', 27010.4, 27010.4, 'kept'],
    ['an integer with a fraction', 'reservationId', 7.4, 7, 'rounded'],
    ['a fraction in text', 'meterStart', '27010.0', 27010, 'read as number'],
    ['a decimal comma', 'meterStart', '27010,0', 27010, 'read as number'],
    ['text as a number', 'idTag', 1234, '1234', 'read as text'],
    ['an optional null', 'reservationId', null, undefined, 'left out'],
    ['an unknown field', 'vendorThing', { a: 1 }, { a: 1 }, 'kept'],
    ['a text that is too long', 'idTag', 'x'.repeat(30), 'x'.repeat(30), 'kept'],
    ['a time without zone', 'timestamp', '2026-03-04 12:00:00', '2026-03-04 12:00:00', 'kept'],
  ])('[OCPP-B10] %s is repaired and reported', (_what, field, value, wanted, repair) => {
    const read = readRequest('1.6', 'StartTransaction', { ...start, [field]: value }, 'tolerant');
    expect(read).toMatchObject({ ok: true, deviations: [{ path: `/${field}`, repair }] });
    expect(read.ok && read.payload[field]).toEqual(wanted);
  });

  test('[OCPP-B10] measurands, units and contexts of a vendor stay for the driver to read', () => {
    const odd = { measurand: 'Vendor.Thing', unit: 'kwh', context: 'Odd', phase: 'L9' };
    const payload = meterValues(sample('1', odd));
    const read = readRequest('1.6', 'MeterValues', payload, 'tolerant');
    expect(read).toMatchObject({ ok: true, payload });
    expect(read.ok && read.deviations.map(({ rule }) => rule)).toEqual(Array(4).fill('enum'));
  });

  test('[OCPP-B10] samples of no use are dropped, each by itself', () => {
    const payload = meterValues(sample(5), sample({}), { unit: 'V' }, sample('6'), null);
    const read = readRequest('1.6', 'MeterValues', payload, 'tolerant');
    expect(read).toMatchObject({ ok: true, payload: meterValues(sample('5'), sample('6')) });
    const dropped = read.ok
      ? read.deviations.filter(({ repair }) => repair === 'item dropped')
      : [];
    const items = [1, 2, 4].map((i) => `/meterValue/0/sampledValue/${i}`);
    expect(dropped.map(({ path }) => path).sort()).toEqual(items);
  });

  test('[OCPP-B10] numbers in text on 2.x, and text that is none', () => {
    const payload = {
      ...event,
      meterValue: meterValues(sample('12,5'), sample('NaN'), sample('-')).meterValue,
    };
    const read = readRequest('2.0.1', 'TransactionEvent', payload, 'tolerant');
    expect(read.ok && read.payload['meterValue']).toEqual(meterValues(sample(12.5)).meterValue);
  });

  test('[OCPP-B10] a single value in place of a list is one', () => {
    const payload = { connectorId: 1, meterValue: { timestamp: at, sampledValue: sample(5) } };
    const read = readRequest('1.6', 'MeterValues', payload, 'tolerant');
    expect(read).toMatchObject({
      ok: true,
      payload: { meterValue: [{ timestamp: at, sampledValue: [{ value: '5' }] }] },
    });
  });

  test('[OCPP-B10] a stop is read whatever is missing or unreadable in it', () => {
    const read = readRequest(
      '1.6',
      'StopTransaction',
      { meterStop: { a: 1 }, extra: 1 },
      'tolerant',
    );
    expect(read).toMatchObject({ ok: true, payload: { extra: 1 } });
    expect(read.ok && read.deviations.map(({ path, repair }) => [path, repair])).toEqual(
      expect.arrayContaining([
        ['/meterStop', 'left out'],
        ['/transactionId', 'missing'],
        ['/timestamp', 'missing'],
        ['/meterStop', 'missing'],
        ['/extra', 'kept'],
      ]),
    );
  });

  test('[OCPP-B10] elsewhere what is missing is refused even so', () => {
    const read = readRequest('1.6', 'BootNotification', { chargePointModel: 'm' }, 'tolerant');
    expect(read).toMatchObject({ ok: false, code: 'OccurrenceConstraintViolation' });
    expect(readResponse('1.6', 'Reset', {}, 'tolerant')).toMatchObject({ ok: false });
  });

  test('[OCPP-B10] the payload that came is not touched', () => {
    const payload = Object.freeze({ ...boot, iccid: 5 });
    const read = readRequest('1.6', 'BootNotification', payload, 'tolerant');
    expect(read).toMatchObject({ ok: true, payload: { iccid: '5' } });
    expect(payload.iccid).toBe(5);
  });

  test('[OCPP-B10] of a payload that is wrong everywhere not everything is told', () => {
    const payload = meterValues(...Array.from({ length: 500 }, () => sample(1)));
    const read = readRequest('1.6', 'MeterValues', payload, 'tolerant');
    expect(read).toMatchObject({ ok: true, deviations: { length: 50 } });
  });

  test('[OCPP-B10] a hundred thousand wrong values are cut short, what stands on top is not', () => {
    const transactionData = Array.from({ length: 100_000 }, () => 1);
    const payload = { transactionData, ...stop, meterStop: '5' };
    const read = readRequest('1.6', 'StopTransaction', payload, 'tolerant');
    expect(read).toMatchObject({
      ok: true,
      payload: { ...stop, meterStop: 5, transactionData: [] },
    });
    expect(read.ok && read.deviations[0]).toMatchObject({ rule: 'size', repair: 'cut' });
  });

  test('[OCPP-B10] a name like __proto__ is a name like any other', () => {
    const payload = JSON.parse('{"idTag":5,"__proto__":{"x":1}}');
    const read = readRequest('1.6', 'Authorize', payload, 'tolerant');
    expect(read.ok && Object.keys(read.payload)).toEqual(['idTag', '__proto__']);
    expect(read.ok && Object.getPrototypeOf(read.payload)).toBe(Object.prototype);
  });

  test('[OCPP-B10] reading is total, and what is money passes, in both modes and all versions', () => {
    const MONEY = ['MeterValues', 'StartTransaction', 'StopTransaction', 'TransactionEvent'];
    const key = fc.constantFrom(...Object.keys({ ...start, ...stop, ...event }), 'meterValue', 'x');
    const anyPayload = fc.dictionary(key, fc.jsonValue({ maxDepth: 4 }));
    for (const version of OCPP_VERSIONS) {
      const anyAction = fc.constantFrom(...STATION_ACTIONS[version]);
      fc.assert(
        fc.property(anyAction, anyPayload, (action, payload) => {
          readRequest(version, action, payload, 'strict');
          const read = readRequest(version, action, payload, 'tolerant');
          if (MONEY.includes(action)) expect(read.ok).toBe(true);
        }),
        { numRuns: 200 },
      );
    }
  });
});

describe('schemas', () => {
  test('every message of every version has a schema that compiles', () => {
    for (const version of OCPP_VERSIONS) {
      for (const action of actionsOf(version)) {
        expect(faultsIn(version, action, 'request', [])).toMatchObject([{ keyword: 'type' }]);
        const isSent = action === 'NotifyPeriodicEventStream';
        expect(faultsIn(version, action, 'response', {}) === undefined).toBe(isSent);
      }
    }
  });

  test('a schema for a page stands alone, with just the definitions that it needs', () => {
    const schema = schemaOf('2.0.1', 'Reset', 'response');
    expect(Object.keys(schema?.['definitions'] ?? {}).sort()).toEqual([
      'CustomDataType',
      'ResetStatusEnumType',
      'StatusInfoType',
    ]);
    expect(schemaOf('1.6', 'Nothing', 'request')).toBeUndefined();
  });
});
