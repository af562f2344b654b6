/**
 * Asia/Shanghai without daylight saving: a fixed +08:00. Instants are epoch milliseconds; only the
 * UTC functions of Date are used, so neither the machine's zone nor its locale matters.
 */
const OFFSET_MS = 8 * 3_600_000;
export const DAY_MS = 86_400_000;
/** Half an hour: one slot of a tariff. */
export const SLOT_MS = 1_800_000;
/** First instant after the year 9999: later ones have no four-digit year. */
const TOO_LATE_MS = Date.UTC(10_000, 0, 1) - OFFSET_MS;

/** A number that can be an instant here: whole milliseconds, 1970 to 9999. */
export const isInstant = (ms: number): boolean =>
  Number.isInteger(ms) && ms >= 0 && ms < TOO_LATE_MS;

/** 00:00 of the day that `ms` lies in. */
export function startOfDay(ms: number): number {
  const local = ms + OFFSET_MS;
  return Math.floor(local / DAY_MS) * DAY_MS - OFFSET_MS;
}

/** Slot of an instant, 0 to 47. A boundary belongs to the later slot (billing.md §2). */
export const slotOf = (ms: number): number => Math.floor((ms - startOfDay(ms)) / SLOT_MS);

/** The first slot boundary after `ms`; midnight is one. */
export const nextBoundary = (ms: number): number => startOfDay(ms) + (slotOf(ms) + 1) * SLOT_MS;

/** `2025-07-15T09:40:00.000+08:00`: fixed width, so that texts sort like instants. */
export const isoText = (ms: number): string =>
  new Date(ms + OFFSET_MS).toISOString().replace('Z', '+08:00');

/** `2025-07-15`, the local day. */
export const dayText = (ms: number): string => isoText(ms).slice(0, 10);

/** `2025-07`, the local month. */
export const monthText = (ms: number): string => isoText(ms).slice(0, 7);

/** A local date and time, as a clock on the wall shows it; `month` from 1. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

/** A wall time as milliseconds on its own scale; `undefined` when no calendar has it. */
function scaleOf(wall: WallTime): number | undefined {
  const { year, month, day, hour, minute, second, millisecond } = wall;
  const scale = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const back = new Date(scale);
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second &&
    back.getUTCMilliseconds() === millisecond;
  return same ? scale : undefined;
}

/** The instant of a local wall time; `undefined` for 30 February and the like, or outside 1970 to 9999. */
export function instantOf(wall: WallTime): number | undefined {
  const scale = scaleOf(wall);
  return scale !== undefined && isInstant(scale - OFFSET_MS) ? scale - OFFSET_MS : undefined;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(Z|\+08:00)$/;

/** Reads what `isoText` writes, also without milliseconds and with `Z`; `undefined` for anything else. */
export function instantOfIso(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const scale = scaleOf({
    year: Number(match[1]),
    month: Number(match[2]),
    day: Number(match[3]),
    hour: Number(match[4]),
    minute: Number(match[5]),
    second: Number(match[6]),
    millisecond: Number(match[7] ?? 0),
  });
  if (scale === undefined) return undefined;
  const ms = match[8] === 'Z' ? scale : scale - OFFSET_MS;
  return isInstant(ms) ? ms : undefined;
}
