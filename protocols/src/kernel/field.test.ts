import { energyStep, fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf, putUint, u24, u32, u40 } from './bytes.ts';
import { crc16Modbus } from './crc.ts';
import { balance, celsius, coarseEnergy, energy, type Field, measure, uint } from './field.ts';
import { bitNamesOf, bits, choice } from './field-code.ts';
import { ascii, bcd, octets, reversedAscii } from './field-text.ts';
import { cp56, isoOf, pileTimeOf } from './field-time.ts';

const wireOf = <T>(field: Field<T>, value: T): string => {
  const b = new Uint8Array(field.bytes);
  field.write(b, 0, value);
  return hexOf(b);
};
const readOf = <T>(field: Field<T>, hex: string): T => field.read(bytesOf(hex), 0);

/** Any bytes of a field's width read to a value that writes the same bytes. */
function isTotal<T>(field: Field<T>): void {
  const width = { minLength: field.bytes, maxLength: field.bytes };
  fc.assert(
    fc.property(fc.uint8Array(width), (b) => {
      expect(wireOf(field, field.read(b, 0))).toBe(hexOf(b));
    }),
  );
}

describe('plain bytes', () => {
  test('the checksum of the published example', () => {
    expect(crc16Modbus(bytesOf('000000025503141278230500'))).toBe(0x4cda);
    expect(crc16Modbus(bytesOf('313233343536373839'))).toBe(0x4b37);
  });

  test('numbers beyond 31 bits stay positive and exact', () => {
    const b = new Uint8Array(5).fill(0xff);
    expect([u24(b, 0), u32(b, 0), u40(b, 0)]).toEqual([0xff_ffff, 0xffff_ffff, 0xff_ffff_ffff]);
    putUint(b, 0, 5, 0x12_3456_789a);
    expect(hexOf(b)).toBe('9A78563412');
  });

  test('hex text of any length reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (b) => {
        expect(bytesOf(hexOf(b))).toEqual(b);
      }),
    );
    expect(bytesOf('0aFf')).toEqual(Uint8Array.of(0x0a, 0xff));
    expect(() => bytesOf('ABC')).toThrow('not 2 hex digits');
    expect(() => bytesOf('0é')).toThrow('not hex');
  });
});

describe('fields read and write any bytes', () => {
  test.each([
    uint('', 3),
    uint('', 5),
    measure('', 2, 'V', 1),
    measure('', 2, 'A', 1, -4000),
    celsius(''),
    energy('', 5),
    coarseEnergy(''),
    balance('', 100n),
    bcd('', 7),
    bcd('', 10),
    ascii('', 17),
    reversedAscii('', 17),
    octets('', 48),
    choice('', { no: [0, '否'], yes: [1, '是'] }),
    bits('', 2, []),
    cp56(''),
  ] as readonly Field<unknown>[])('$wire', (field) => isTotal(field));
});

describe('numbers', () => {
  test('an offset is taken off, so charging currents are negative', () => {
    const amps = measure('', 2, 'A', 1, -4000);
    expect(readOf(amps, 'A00F')).toBe(0);
    expect(readOf(amps, '380F')).toBe(-104);
    expect(wireOf(amps, -104)).toBe('380F');
    expect(() => wireOf(amps, -4001)).toThrow('does not fit');
  });

  test('a temperature of raw 0 is not reported, and writes 0', () => {
    expect(readOf(celsius(''), '00')).toBeNull();
    expect(readOf(celsius(''), '54')).toBe(34);
    expect(readOf(celsius(''), '01')).toBe(-49);
    expect(wireOf(celsius(''), null)).toBe('00');
    expect(() => wireOf(celsius(''), -50)).toThrow('not reported');
    expect(() => wireOf(celsius(''), 206)).toThrow('does not fit');
  });

  test('energy is exact in 40 bits', () => {
    expect(readOf(energy('', 5), 'FFFFFFFFFF')).toBe(0xff_ffff_ffffn);
    expect(() => wireOf(energy(''), energyStep(0x1_0000_0000n))).toThrow('does not fit');
    expect(() => wireOf(energy(''), energyStep(-1n))).toThrow('does not fit');
  });

  test('a coarse wire refuses what it would have to round', () => {
    expect(readOf(coarseEnergy(''), '9000')).toBe(144_000n);
    expect(() => wireOf(coarseEnergy(''), energyStep(144_001n))).toThrow('does not fit');
    expect(wireOf(balance('', 100n), fen(12_300n))).toBe('7B000000');
  });

  test('a fraction or NaN is refused', () => {
    expect(() => wireOf(uint('', 1), 1.5)).toThrow('does not fit');
    expect(() => wireOf(uint('', 1), Number.NaN)).toThrow('does not fit');
  });
});

describe('text', () => {
  test('only zeros at the end are padding', () => {
    expect(readOf(ascii('', 4), '41004200')).toBe('A\0B');
    expect(() => wireOf(ascii('', 2), 'ABC')).toThrow('over 2 bytes');
    expect(() => wireOf(ascii('', 2), '云')).toThrow('not ASCII');
  });

  test('reading reversed text leaves the frame as it was', () => {
    const b = bytesOf('434241');
    expect(reversedAscii('', 3).read(b, 0)).toBe('ABC');
    expect(hexOf(b)).toBe('434241');
  });

  test('digits that are not decimal stay hex, upper case', () => {
    expect(readOf(bcd('', 2), 'f002')).toBe('F002');
  });
});

describe('codes and bits', () => {
  const field = choice('', { down: [0xff, ''], up: [0x55, ''] });
  test('a name is its code and back', () => {
    expect(readOf(field, 'FF')).toBe('down');
    expect(wireOf(field, 'up')).toBe('55');
    expect(() => wireOf(field, { unknown: 256 })).toThrow('has no code');
  });

  test('bit pairs say what they mean, unnamed bits stay silent', () => {
    const rows = [
      { at: 0, width: 2, names: ['high', 'low'] },
      { at: 2, width: 1, names: ['hot'] },
    ] as const;
    expect(bitNamesOf(0b101, rows)).toEqual(['high', 'hot']);
    expect(bitNamesOf(0b11, rows)).toEqual(['bits 0–1 = 3']);
    expect(bitNamesOf(0b1111_0000, rows)).toEqual([]);
  });
});

describe('CP56Time2a', () => {
  const field = cp56('');
  test('the published example, in Chinese time', () => {
    const { ms } = readOf(field, '98B70E11100314');
    expect(ms === null ? null : isoOf(ms)).toBe('2020-03-16T17:14:47.000+08:00');
  });

  test.each([
    ['all zero', '00000000000000'],
    ['all FF', 'FFFFFFFFFFFFFF'],
    ['second 60', '60EA0E11100314'],
    ['minute 60', '98B73C11100314'],
    ['hour 24', '98B70E18100314'],
    ['day 0', '98B70E11000314'],
    ['31 April', '98B70E111F0414'],
    ['29 February 2021', '98B70E111D0215'],
    ['month 13', '98B70E11100D14'],
    ['year 100', '98B70E11100364'],
  ])('%s is no time, and is kept', (_what, wire) => {
    expect(readOf(field, wire)).toEqual({ ms: null, wire });
  });

  test('29 February of a leap year is a time', () => {
    expect(readOf(field, '98B70E111D0214').ms).not.toBeNull();
  });

  test('weekday bits and reserved bits do not count, and are kept', () => {
    const plain = readOf(field, '98B70E11100314');
    const odd = readOf(field, '98B7CEF1F0F394');
    expect(odd.ms).toBe(plain.ms);
    expect(wireOf(field, odd)).toBe('98B7CEF1F0F394');
  });

  test('any moment from 2000 to 2099 writes and reads back', () => {
    const min = Date.UTC(2000, 0, 1) - 8 * 3_600_000;
    const max = Date.UTC(2100, 0, 1) - 8 * 3_600_000 - 1;
    fc.assert(
      fc.property(fc.integer({ min, max }), (ms) => {
        expect(readOf(field, pileTimeOf(ms).wire).ms).toBe(ms);
      }),
    );
    expect(() => pileTimeOf(min - 1)).toThrow('cannot show');
    expect(() => pileTimeOf(max + 1)).toThrow('cannot show');
    expect(() => pileTimeOf(Number.NaN)).toThrow('cannot show');
  });
});
