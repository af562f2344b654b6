import { hex7, hexOf, putHex, putUint, u8, u16, u32 } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Field } from './field.ts';

/**
 * A moment of a pile's clock. `wire` is what was sent, weekday bits and nonsense included, and is
 * what is sent again; `ms` is its meaning.
 */
export interface PileTime {
  /** Epoch milliseconds; `null` when the bytes cannot be a time (all zero, all FF, 31 February). */
  readonly ms: number | null;
  /** The bytes as hex. */
  readonly wire: string;
}

/** Piles keep Chinese local time, which has had no summer time since 1991. */
const OFFSET_MS = 8 * 3_600_000;
const YEAR_FIRST = 2000;

function msOf(b: Uint8Array, at: number): number | null {
  const milli = u16(b, at);
  const minute = u8(b, at + 2) & 0x3f;
  const hour = u8(b, at + 3) & 0x1f;
  const day = u8(b, at + 4) & 0x1f;
  const month = u8(b, at + 5) & 0x0f;
  const year = u8(b, at + 6) & 0x7f;
  if (milli > 59_999 || minute > 59 || hour > 23 || day < 1 || month < 1 || month > 12) return null;
  if (year > 99) return null;
  const ms = Date.UTC(YEAR_FIRST + year, month - 1, day, hour, minute, 0, milli);
  // 31 April would roll over into May: then the day differs.
  return new Date(ms).getUTCDate() === day ? ms - OFFSET_MS : null;
}

/** CP56Time2a, seven bytes, UTC+8 (ykc.md §3). */
export function cp56(zh: string, note?: string): Field<PileTime> {
  return {
    zh,
    wire: 'CP56Time2a',
    bytes: 7,
    domain: { kind: 'time' },
    ...(note !== undefined && { note }),
    read: (b, at) => ({ ms: msOf(b, at), wire: hex7(b, at) }),
    write: (b, at, value) => putHex(b, at, 7, value.wire),
  };
}

/** The value to send for a moment, without a weekday. `bad-value` outside 2000…2099. */
export function pileTimeOf(ms: number): PileTime {
  const at = new Date(ms + OFFSET_MS);
  const year = at.getUTCFullYear() - YEAR_FIRST;
  if (!(year >= 0 && year <= 99)) {
    throw new ProtocolError('bad-value', `a pile's clock cannot show ${ms} ms`);
  }
  const milli = at.getUTCSeconds() * 1000 + at.getUTCMilliseconds();
  const bytes = [milli & 0xff, milli >> 8, at.getUTCMinutes(), at.getUTCHours()];
  bytes.push(at.getUTCDate(), at.getUTCMonth() + 1, year);
  return { ms: Math.trunc(ms), wire: hex7(Uint8Array.from(bytes), 0) };
}

/** `2020-03-16T17:14:47.000+08:00`. */
export const isoOf = (ms: number): string =>
  new Date(ms + OFFSET_MS).toISOString().replace('Z', '+08:00');

const UTC_BYTES = 6;
const UTC_SECONDS_MAX = 0xffff_ffff;

/** UTC: seconds since 1970 in four bytes, milliseconds in two. All zero, or 1,000 ms and more: none. */
export const utcTime = (zh: string, note?: string): Field<PileTime> => ({
  zh,
  wire: 'UTC 4+2',
  bytes: UTC_BYTES,
  domain: { kind: 'utc' },
  ...(note !== undefined && { note }),
  read(b, at) {
    const [seconds, milli] = [u32(b, at), u16(b, at + 4)];
    const given = milli < 1_000 && (seconds > 0 || milli > 0);
    return { ms: given ? seconds * 1_000 + milli : null, wire: hexOf(b, at, UTC_BYTES) };
  },
  write: (b, at, value) => putHex(b, at, UTC_BYTES, value.wire),
});

/** The value to send for a moment; `null` is no time. `bad-value` outside 1970…2106. */
export function utcTimeOf(ms: number | null): PileTime {
  const b = new Uint8Array(UTC_BYTES);
  const whole = Math.trunc(ms ?? 0);
  const seconds = Math.floor(whole / 1_000);
  if (!(seconds >= 0 && seconds <= UTC_SECONDS_MAX)) {
    throw new ProtocolError('bad-value', `a pile's clock cannot show ${ms} ms`);
  }
  putUint(b, 0, 4, seconds);
  putUint(b, 4, 2, whole - seconds * 1_000);
  return { ms: ms === null ? null : whole, wire: hexOf(b) };
}
