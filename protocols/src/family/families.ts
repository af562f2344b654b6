import * as gqaa from '../gqaa/codec.ts';
import { PROFILE_0 } from '../gqaa/profile-0.ts';
import { u8, u16, u32 } from '../kernel/bytes.ts';
import { crc16Modbus } from '../kernel/crc.ts';
import * as ykc from '../ykc/codec.ts';
import { crc16Xmodem, crc32, sum8 } from './checksums.ts';

/** A whole frame: its size, and whether a checksum proves it or only its form speaks for it. */
export interface Found {
  readonly size: number;
  readonly proven: boolean;
}

/** A family of protocols, as far as its frames tell it. */
export interface Family {
  readonly id: string;
  /** Name and makers, for a technician. */
  readonly zh: string;
  readonly en: string;
  /** What proves a frame; `null`: the family has no checksum. */
  readonly check: string | null;
  /** Front of ours that speaks it; `null`: none does. */
  readonly front: 'ykc' | 'jfy' | 'gqaa' | 'ocpp' | null;
  /** The whole frame that begins at `at`; `undefined`: none, or not whole yet. */
  readonly at: (b: Uint8Array, at: number) => Found | undefined;
}

/** No frame of any family is longer; what claims to be is none. */
export const FRAME_BYTES_MAX = 4_096;
const START_68 = 0x68;

const u16be = (b: Uint8Array, at: number): number => (u8(b, at) << 8) | u8(b, at + 1);
const swapped = (word: number): number => ((word & 0xff) << 8) | (word >>> 8);

const begins = (b: Uint8Array, at: number, ...bytes: readonly number[]): boolean =>
  b.length - at >= bytes.length && bytes.every((byte, i) => b[at + i] === byte);

/** Whether so many bytes are there, and make a frame. */
const isWhole = (b: Uint8Array, at: number, size: number, least: number): boolean =>
  size >= least && size <= FRAME_BYTES_MAX && at + size <= b.length;

const proven = (size: number, sound: boolean): Found | undefined =>
  sound ? { size, proven: true } : undefined;
const likely = (size: number, fits: boolean): Found | undefined =>
  fits ? { size, proven: false } : undefined;

function aaf5(b: Uint8Array, at: number): Found | undefined {
  if (!begins(b, at, 0xaa, 0xf5) || b.length - at < 9) return undefined;
  const size = u16(b, at + 2);
  if (!isWhole(b, at, size, 9)) return undefined;
  return proven(size, sum8(b, at + 6, at + size - 1) === u8(b, at + size - 1));
}

function didi(b: Uint8Array, at: number): Found | undefined {
  if (!begins(b, at, 0x7d, 0xd0) || b.length - at < 15) return undefined;
  const size = u16(b, at + 2);
  if (!isWhole(b, at, size, 15)) return undefined;
  return proven(size, sum8(b, at, at + size - 1) === u8(b, at + size - 1));
}

function ykcV1(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < ykc.FRAME_BYTES_MIN) return undefined;
  const size = ykc.frameSizeAt(b, at);
  if (!isWhole(b, at, size, ykc.FRAME_BYTES_MIN)) return undefined;
  return proven(size, ykc.crcOrderOf(b, at, size) !== undefined);
}

/** Sequence, time, encryption and type. */
const V2_COUNTED_MIN = 11;

/** V2.x: a length of two bytes in either order, maybe behind a device type and a version (中石化). */
function ykcV2(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < 7) return undefined;
  for (const [lengthAt, word] of [
    [1, u16(b, at + 1)],
    [1, u16be(b, at + 1)],
    [3, u16(b, at + 3)],
  ] as const) {
    const from = at + lengthAt + 2;
    const size = lengthAt + 2 + word + 2;
    if (word < V2_COUNTED_MIN || !isWhole(b, at, size, V2_COUNTED_MIN)) continue;
    const crc = crc16Modbus(b, from, from + word);
    const found = u16(b, from + word);
    if (found === crc || found === swapped(crc)) return { size, proven: true };
  }
  return undefined;
}

function gqaaFrame(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < gqaa.FRAME_BYTES_MIN) return undefined;
  const size = gqaa.frameSizeAt(b, at);
  if (!isWhole(b, at, size, gqaa.FRAME_BYTES_MIN)) return undefined;
  return proven(size, gqaa.isSound(b, at, size));
}

const NYC_TYPES: ReadonlySet<number> = new Set([
  0x01, 0x02, 0x07, 0x0a, 0x10, 0x11, 0x12, 0x13, 0x16, 0x17, 0x18, 0x21, 0x22, 0x23, 0x24, 0x41,
  0x42, 0x43, 0x44, 0x45, 0x46, 0x71, 0x72, 0x73, 0x74,
]);
const NYC_CAUSES: ReadonlySet<number> = new Set([
  0x01, 0x03, 0x04, 0x10, 0x11, 0x12, 0x20, 0x21, 0x22, 0x23,
]);
const NYC_ENCRYPTION_MAX = 3;

/** 南瑞 V1.5: no checksum; type, cause and encryption must be among those that it has. */
function nyc(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < 8) return undefined;
  const size = u16(b, at + 1) + 3;
  if (!isWhole(b, at, size, 8)) return undefined;
  const fits = NYC_TYPES.has(u8(b, at + 4)) && NYC_CAUSES.has(u8(b, at + 5));
  return likely(size, fits && u8(b, at + 6) <= NYC_ENCRYPTION_MAX);
}

const CONTROL_BYTES = 4;

/** The four control bytes of IEC 60870-5-104: I, S or U. */
function isControl(b: Uint8Array, at: number): boolean {
  const [one, two, three] = [u8(b, at), u8(b, at + 1), u8(b, at + 2)];
  if ((one & 1) === 0) return (three & 1) === 0;
  if ((one & 3) === 3) return true;
  return two === 0 && (three & 1) === 0;
}

/** The standard with a length of one byte, or 南网's with two; no checksum. */
function iec104(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < 6) return undefined;
  const short = u8(b, at + 1) + 2;
  const next = at + short;
  const ends = next === b.length || b[next] === START_68;
  if (isWhole(b, at, short, 6) && ends && isControl(b, at + 2)) return likely(short, true);
  const long = (u16(b, at + 1) & 0x7ff) + 3;
  return likely(long, isWhole(b, at, long, 3 + CONTROL_BYTES) && isControl(b, at + 3));
}

function kehua(b: Uint8Array, at: number): Found | undefined {
  if (!begins(b, at, 0x4b, 0x48) || b.length - at < 8) return undefined;
  const size = u16be(b, at + 2);
  if (!isWhole(b, at, size, 8) || b[at + size - 1] !== START_68) return undefined;
  return proven(size, crc16Modbus(b, at, at + size - 3) === u16be(b, at + size - 3));
}

function wanma(b: Uint8Array, at: number): Found | undefined {
  const forward = begins(b, at, 0xaa, 0xbb, 0x55, 0x99);
  if (!forward && !begins(b, at, 0x99, 0x55, 0xbb, 0xaa)) return undefined;
  if (b.length - at < 14) return undefined;
  const size = forward ? u16(b, at + 8) : u16be(b, at + 8);
  if (!isWhole(b, at, size, 14)) return undefined;
  const crc = crc32(b, at, at + size - 4);
  const turned = ((swapped(crc & 0xffff) << 16) | swapped(crc >>> 16)) >>> 0;
  const found = u32(b, at + size - 4);
  return proven(size, found === crc || found === turned);
}

function weijing(b: Uint8Array, at: number): Found | undefined {
  if (b[at] !== START_68 || b.length - at < 11) return undefined;
  // Type, sequence, the pile's number with its length, encryption.
  const lengthAt = at + 5 + u8(b, at + 4) + 1;
  if (lengthAt + 2 > b.length) return undefined;
  const size = lengthAt + 2 + u16be(b, lengthAt) + 2 - at;
  if (!isWhole(b, at, size, 11)) return undefined;
  return proven(size, crc16Xmodem(b, at, at + size - 2) === u16be(b, at + size - 2));
}

/** Everything up to the next mark is one frame of a family whose length nobody has published. */
const marked =
  (...mark: readonly number[]) =>
  (b: Uint8Array, at: number): Found | undefined => {
    if (!begins(b, at, ...mark)) return undefined;
    let next = at + mark.length;
    while (next < b.length && !begins(b, next, ...mark)) next += 1;
    return likely(next - at, next - at > mark.length);
  };

function tls(b: Uint8Array, at: number): Found | undefined {
  if (!begins(b, at, 0x16, 0x03) || b.length - at < 6 || b[at + 5] !== 0x01) return undefined;
  return likely(b.length - at, u8(b, at + 2) <= 4);
}

const http = (b: Uint8Array, at: number): Found | undefined =>
  likely(b.length - at, begins(b, at, 0x47, 0x45, 0x54, 0x20));

const MODBUS = 'CRC-16/MODBUS';

/** All families that are told apart, those with a checksum first. */
export const FAMILIES: readonly Family[] = [
  {
    id: 'aaf5',
    zh: 'AAF5 族（盛弘、绿能；晶福源配置的依据）',
    en: 'AAF5 family (盛弘, 绿能; what the 晶福源 profile is made from)',
    check: 'SUM8',
    front: 'jfy',
    at: aaf5,
  },
  {
    id: '7dd0',
    zh: '7DD0 族（小桔、汇誉）',
    en: '7DD0 family (小桔, 汇誉)',
    check: 'SUM8',
    front: null,
    at: didi,
  },
  { id: 'ykc', zh: '云快充 V1.x', en: '云快充 V1.x', check: MODBUS, front: 'ykc', at: ykcV1 },
  {
    id: 'ykc-v2',
    zh: '云快充 V2.x 或中石化 V2.0',
    en: '云快充 V2.x or 中石化 V2.0',
    check: MODBUS,
    front: null,
    at: ykcV2,
  },
  {
    id: 'gqaa',
    zh: `广汽 ${PROFILE_0.id}（未经验证）`,
    en: `广汽 ${PROFILE_0.id} (unverified)`,
    check: MODBUS,
    front: 'gqaa',
    at: gqaaFrame,
  },
  {
    id: 'kehua',
    zh: '科华 KH',
    en: '科华 KH',
    check: `${MODBUS}, high byte first, tail 68`,
    front: null,
    at: kehua,
  },
  { id: 'wanma', zh: '万马', en: '万马', check: 'CRC-32', front: null, at: wanma },
  { id: 'weijing', zh: '蔚景', en: '蔚景', check: 'CRC-16/XMODEM', front: null, at: weijing },
  {
    id: 'nyc',
    zh: '南瑞 NYC V1.5（无校验）',
    en: '南瑞 NYC V1.5 (no checksum)',
    check: null,
    front: null,
    at: nyc,
  },
  {
    id: 'iec104',
    zh: '104 族（南网、南瑞 33007；无校验）',
    en: 'IEC 104 family (南网, 南瑞 33007; no checksum)',
    check: null,
    front: null,
    at: iec104,
  },
  {
    id: '5aa5',
    zh: '5AA5（公牛自有协议）',
    en: '5AA5 (公牛, its own protocol)',
    check: null,
    front: null,
    at: marked(0x5a, 0xa5),
  },
  {
    id: 'jx',
    zh: 'JX（久行）',
    en: 'JX (久行)',
    check: null,
    front: null,
    at: marked(0x4a, 0x58),
  },
  {
    id: 'tls',
    zh: 'TLS 握手：请改用带 tls 的端口',
    en: 'a TLS handshake: it wants a front with tls',
    check: null,
    front: null,
    at: tls,
  },
  {
    id: 'http',
    zh: 'HTTP，可能是 OCPP 的 WebSocket',
    en: 'HTTP, maybe the WebSocket of OCPP',
    check: null,
    front: 'ocpp',
    at: http,
  },
];
