/** How a time departs from RFC 3339, the format of OCPP. */
export type TimeOddity =
  /** No zone: the station's own was taken. */
  | 'no-zone'
  /** A zone as `+0800`, `+8`, `UTC`. */
  | 'odd-zone'
  /** No `T` between date and time, or other separators. */
  | 'odd-separator'
  | 'long-fraction'
  | 'spaces'
  | 'no-time'
  | 'compact'
  | 'short-year'
  /** Seconds or milliseconds since 1970. */
  | 'epoch';

export type TimeReading =
  | { readonly ok: true; readonly ms: number; readonly odd: readonly TimeOddity[] }
  | { readonly ok: false };

const NO_TIME: TimeReading = { ok: false };
const NOTHING_ODD: readonly TimeOddity[] = [];
/** As most stations write every time: `2026-11-23T05:06:07.089Z`. */
const PLAIN_CHARS = 24;

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Milliseconds are what is kept; what OCPP sends has no more digits either. */
const FRACTION_DIGITS = 3;
const CENTURY = 2_000;
/** Below this a count since 1970 is of seconds: as milliseconds it would be before 1973. */
const SECONDS_BELOW = 100_000_000_000;
/** The last moment that a date of JavaScript can name. */
const MS_MAX = 8_640_000_000_000_000;

const WHOLE =
  /^(\d{4}|\d{2})([-/])(\d{1,2})\2(\d{1,2})(?:([Tt]|[ ,_]{1,2})(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?)?(.{0,8})$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})[Tt]?(\d{2})(\d{2})(\d{2})(.{0,8})$/;
const EPOCH = /^\d{9,13}$/;
const ZONE = /^\s?(?:([Zz])|(UTC|GMT)|([+-])(\d{1,2})(:?)(\d{2})?)$/;

interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: string;
}

/** Milliseconds of a date in UTC; `undefined` for a 31st of April or a 25th hour. */
function utcOf({ year, month, day, hour, minute, second, fraction }: Parts): number | undefined {
  // A leap second is the last one of its minute, midnight may be written as 24:00:00.
  const isInDay = hour < 24 || (hour === 24 && minute === 0 && second === 0);
  if (!isInDay || minute > 59 || second > 60 || month < 1 || month > 12) return undefined;
  const midnight = Date.UTC(year, month - 1, day);
  if (new Date(midnight).getUTCDate() !== day) return undefined;
  const ms = Number(fraction.slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'));
  return midnight + ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1_000 + ms;
}

/** Minutes east of Greenwich, and what is odd about how they are written. */
function zoneOf(
  text: string,
  zoneMinutes: number,
): { readonly minutes: number; readonly odd: readonly TimeOddity[] } | undefined {
  if (text === '') return { minutes: zoneMinutes, odd: ['no-zone'] };
  const match = ZONE.exec(text);
  if (match === null) return undefined;
  const [, z, name, sign, hours, colon, rest] = match;
  if (z !== undefined || name !== undefined) {
    return { minutes: 0, odd: text === z ? [] : ['odd-zone'] };
  }
  const minutes = Number(hours) * 60 + Number(rest ?? '0');
  if (minutes >= DAY_MINUTES) return undefined;
  const isWell = hours?.length === 2 && colon === ':' && rest !== undefined && !/^\s/.test(text);
  return { minutes: sign === '-' ? -minutes : minutes, odd: isWell ? [] : ['odd-zone'] };
}

function readEpoch(count: number): TimeReading {
  const ms = Math.round(count < SECONDS_BELOW ? count * 1_000 : count);
  return count >= 0 && ms <= MS_MAX ? { ok: true, ms, odd: ['epoch'] } : NO_TIME;
}

function readCompact(text: string): { parts: Parts; zone: string; odd: TimeOddity[] } | undefined {
  const match = COMPACT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, zone = ''] = match;
  return {
    parts: {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      fraction: '',
    },
    zone,
    odd: ['compact'],
  };
}

function readWhole(text: string): { parts: Parts; zone: string; odd: TimeOddity[] } | undefined {
  const match = WHOLE.exec(text);
  if (match === null) return undefined;
  const [, year = '', dash, month, day, between, hour, minute, second, fraction = '', zone = ''] =
    match;
  const odd: TimeOddity[] = [];
  if (year.length === 2) odd.push('short-year');
  const isWell = dash === '-' && month?.length === 2 && day?.length === 2 && hour?.length !== 1;
  if (hour === undefined || second === undefined) odd.push('no-time');
  else if (!isWell || !/^t$/i.test(between ?? '') || text.includes(',')) odd.push('odd-separator');
  if (fraction.length > FRACTION_DIGITS) odd.push('long-fraction');
  const parts = {
    year: Number(year) + (year.length === 2 ? CENTURY : 0),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    fraction,
  };
  return { parts, zone, odd };
}

/** A time that reads back as the very text: there is nothing to look for in it. */
function plainOf(text: string): TimeReading | undefined {
  if (text.length !== PLAIN_CHARS || !text.endsWith('Z')) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms) || writeTime(ms) !== text) return undefined;
  return { ok: true, ms, odd: NOTHING_ODD };
}

/**
 * Reads a time as stations write it. What has no zone is taken to be `zoneMinutes` east of Greenwich;
 * everything that departs from RFC 3339 is named. Total.
 */
export function readTime(value: unknown, zoneMinutes: number): TimeReading {
  if (typeof value === 'number') return readEpoch(value);
  if (typeof value !== 'string') return NO_TIME;
  const plain = plainOf(value);
  if (plain !== undefined) return plain;
  const text = value.trim();
  if (EPOCH.test(text)) return readEpoch(Number(text));
  const read = readWhole(text) ?? readCompact(text);
  const zone = read && zoneOf(read.zone, zoneMinutes);
  const utcMs = read && utcOf(read.parts);
  if (read === undefined || zone === undefined || utcMs === undefined) return NO_TIME;
  if (text !== value) read.odd.push('spaces');
  return { ok: true, ms: utcMs - zone.minutes * MINUTE_MS, odd: [...read.odd, ...zone.odd] };
}

/** Whether a text is a time as the standard wants it; more than three digits of a second are. */
export function isStandardTime(text: string): boolean {
  const read = readTime(text, 0);
  return read.ok && read.odd.every((oddity) => oddity === 'long-fraction');
}

/** A time as every station reads it: UTC, `Z`, milliseconds. */
export const writeTime = (ms: number): string => new Date(ms).toISOString();
