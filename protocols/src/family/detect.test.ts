import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encode } from '../gqaa/codec.ts';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { crc16Modbus } from '../kernel/crc.ts';
import { utcTimeOf } from '../kernel/field-time.ts';
import { familiesIn } from './detect.ts';
import { FAMILIES } from './families.ts';
import { RELATIVES } from './vectors/relatives.ts';

const YKC = '680D0300000300624100001201010075FA';
const YKC_BE = '680D25D30003202312120000100100D1AC';
const GQAA = hexOf(
  encode({
    name: 'heartbeat',
    seq: '0100',
    body: { cot: 1, pileNo: '0099000100000001', gunNo: 0, time: utcTimeOf(1_795_320_000_005) },
  }),
);

/** A frame of V2.x with the length where a variant has it. */
function v2(head: readonly number[]): string {
  const counted = bytesOf('0100A1B2C3D4E5F60700030102030405');
  const crc = crc16Modbus(counted);
  return hexOf(Uint8Array.of(0x68, ...head, ...counted, crc & 0xff, crc >>> 8));
}

/** 7DD0 with the sum of all bytes before it. */
function didi(): string {
  const b = bytesOf('7DD01200100A000301000000660001020300');
  b[17] = b.subarray(0, 17).reduce((sum, byte) => sum + byte, 0);
  return hexOf(b);
}

const SAMPLES: readonly (readonly [name: string, family: string, hex: string])[] = [
  ...RELATIVES.map(({ id, family, hex }) => [id, family, hex] as const),
  ['云快充', 'ykc', YKC],
  ['云快充, checksum high byte first', 'ykc', YKC_BE],
  ['云快充 V2, little-endian', 'ykc-v2', v2([0x10, 0])],
  ['云快充 V2, big-endian', 'ykc-v2', v2([0, 0x10])],
  ['中石化 V2', 'ykc-v2', v2([0x01, 0x20, 0x10, 0])],
  ['广汽', 'gqaa', GQAA],
  ['小桔', '7dd0', didi()],
  ['南瑞', 'nyc', '6808000107010000AABBCC'],
  ['IEC 104, STARTDT', 'iec104', '680407000000'],
  ['公牛', '5aa5', '5AA5200101000100'],
  ['久行', 'jx', '4A5801AABB'],
  ['TLS', 'tls', '16030100C8010000C40303'],
  ['HTTP', 'http', '474554202F6F637070'],
];

const best = (hex: string) => familiesIn(bytesOf(hex))[0];

describe('samples', () => {
  test.each(SAMPLES)('[FAM-1] [FAM-3] %s is %s', (_name, family, hex) => {
    const row = FAMILIES.find(({ id }) => id === family);
    expect(best(hex)).toMatchObject({
      family,
      confidence: row?.check === null ? 'likely' : 'proven',
      frames: 1,
      samples: [hex],
    });
  });

  const proven = SAMPLES.filter(([, id]) => FAMILIES.find((one) => one.id === id)?.check !== null);

  test.each(proven)('[FAM-1] %s in a stream with noise is %s', (_name, family, hex) => {
    const verdict = best(`0D0A${hex}0000${hex}${hex.slice(0, 12)}`);
    expect(verdict).toMatchObject({ family, confidence: 'proven', frames: 2 });
  });

  test.each(proven)('[FAM-2] a wrong checksum of %s proves nothing', (_name, family, hex) => {
    const b = bytesOf(hex);
    const middle = b.length - 4;
    b[middle] = (b[middle] ?? 0) ^ 0x11;
    const verdicts = familiesIn(b).filter((verdict) => verdict.family === family);
    expect(verdicts).toEqual([]);
  });

  test('[FAM-2] what is proven comes first, by how much it explains', () => {
    const [first, ...others] = familiesIn(bytesOf(`${GQAA}${GQAA}${YKC}`));
    expect(first).toMatchObject({ family: 'gqaa', frames: 2 });
    expect(others).toContainEqual(expect.objectContaining({ family: 'ykc', frames: 1 }));
  });

  test('[FAM-3] forms without a checksum must fill the stream', () => {
    const csg = RELATIVES.find(({ family }) => family === 'iec104')?.hex ?? '';
    expect(best(csg + csg)).toMatchObject({ family: 'iec104', frames: 2 });
    expect(best(`${csg}${csg.slice(0, 10)}`)).toMatchObject({ family: 'iec104', frames: 1 });
    expect(familiesIn(bytesOf(`${csg}00FF00FF`))).toEqual([]);
    expect(best(`00${csg}`)).toBeUndefined();
  });

  test('[FAM-5] the words name the count, the proof and the front', () => {
    const { zh, en, front } = best(YKC + YKC) ?? { zh: '', en: '', front: null };
    expect(front).toBe('ykc');
    expect(zh).toContain('2 帧（34/34 字节），CRC-16/MODBUS 校验正确');
    expect(en).toContain('2 frames (34/34 bytes), CRC-16/MODBUS is right in each');
    expect(en).toContain('"ykc" serves it');
    expect(best('5AA501')?.en).toContain('no checksum');
  });
});

test('[FAM-4] any bytes are taken', () => {
  const marks = fc.constantFrom(0x68, 0xaa, 0xf5, 0x7d, 0xd0, 0x4b, 0x48, 0x5a, 0xa5, 0x4a, 0x58);
  const noise = fc.array(fc.oneof(marks, fc.nat(255)), { maxLength: 300 });
  fc.assert(
    fc.property(noise, (bytes) => {
      const b = Uint8Array.from(bytes);
      for (const { bytes: covered, frames } of familiesIn(b)) {
        expect(frames).toBeGreaterThan(0);
        expect(covered).toBeLessThanOrEqual(b.length);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('[FAM-4] start bytes alone are given up after a bounded number of tries', () => {
  const asked = { count: 0 };
  const b = new Proxy(new Uint8Array(4_096).fill(0x68), {
    get(target, key) {
      asked.count += 1;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  // As noise it may pass for IEC 104, which has no checksum.
  expect(familiesIn(b).filter(({ confidence }) => confidence === 'proven')).toEqual([]);
  // 256 tries of at most 4,096 bytes for each of eight families, and no more.
  expect(asked.count).toBeLessThan(256 * 4_096 * 3 * 8);
});
