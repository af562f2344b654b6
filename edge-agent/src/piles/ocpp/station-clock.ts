/**
 * How far a station's clock is off, learnt from the times in what it says. No message comes before it
 * was written, so the smallest delay ever seen is the most that the clock can be behind. Old news
 * come in a burst; a clock that is behind is so all the time: only delays that agree over minutes
 * count as its error.
 */
export interface StationClock {
  readonly heard: readonly Heard[];
  /** Our time less that of a clock which began at 1970 or 2000: the least that was seen. */
  readonly unsetDelayMs: number | null;
}

interface Heard {
  readonly atMs: number;
  readonly delayMs: number;
}

export const NEW_CLOCK: StationClock = { heard: [], unsetDelayMs: null };

const HEARD_MAX = 16;
/** So many delays must agree, to within so much, over so long, before a clock is called slow. */
const AGREE = 3;
const AGREE_WITHIN_MS = 5_000;
const AGREE_OVER_MS = 120_000;
/** Delays of one and the same setting of a clock, old news included, are not further apart. */
const SETTING_MS = 7 * 24 * 3_600_000;
/** A clock that is off by less is left alone. */
const CLOCK_TOLERANCE_MS = 10_000;
/** 2018: earlier times are those of a clock that was never set. */
const FIRST_MS = 1_514_764_800_000;

/** A message that the station dated `stationMs` came at `nowMs`. */
export function clockHeard(clock: StationClock, stationMs: number, nowMs: number): StationClock {
  const delayMs = nowMs - stationMs;
  if (stationMs < FIRST_MS) {
    return { ...clock, unsetDelayMs: Math.min(delayMs, clock.unsetDelayMs ?? delayMs) };
  }
  const last = clock.heard.at(-1);
  // One in two seconds is enough, so that a burst does not drive the others out.
  const burst = last !== undefined && nowMs - last.atMs < 2_000;
  if (burst && delayMs >= last.delayMs && delayMs - last.delayMs < SETTING_MS) return clock;
  return { ...clock, heard: [...clock.heard, { atMs: nowMs, delayMs }].slice(-HEARD_MAX) };
}

/** What is to be added to the station's times, ms; 0 unless it is sure and matters. */
export function offsetOf({ heard }: StationClock): number {
  const newest = heard.at(-1)?.delayMs ?? 0;
  const setting = heard.filter(({ delayMs }) => Math.abs(delayMs - newest) <= SETTING_MS);
  const least = setting.reduce((low, { delayMs }) => Math.min(low, delayMs), newest);
  if (Math.abs(least) <= CLOCK_TOLERANCE_MS) return 0;
  // From the future: certain at once.
  if (least < 0) return least;
  const agreeing = setting.filter(({ delayMs }) => delayMs - least <= AGREE_WITHIN_MS);
  const overMs = (agreeing.at(-1)?.atMs ?? 0) - (agreeing[0]?.atMs ?? 0);
  return agreeing.length >= AGREE && overMs >= AGREE_OVER_MS ? least : 0;
}

export interface StationTime {
  readonly ms: number;
  /** `unset`: the clock had never been set, and the time is counted back from now. */
  readonly repair: 'none' | 'offset' | 'unset';
}

/** [OCPP-C15] A station's time in ours. */
export function stationTimeOf(stationMs: number, clock: StationClock, nowMs: number): StationTime {
  if (stationMs < FIRST_MS) {
    const delayMs = Math.min(nowMs - stationMs, clock.unsetDelayMs ?? nowMs - stationMs);
    return { ms: stationMs + delayMs, repair: 'unset' };
  }
  const offset = offsetOf(clock);
  return offset === 0
    ? { ms: stationMs, repair: 'none' }
    : { ms: stationMs + offset, repair: 'offset' };
}
