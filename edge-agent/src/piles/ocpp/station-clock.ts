/**
 * How far a station's clock is off, learnt from the times in what it says. No message comes before it
 * was written, so the smallest delay ever seen is the most that the clock can be behind. Old news
 * come in a burst; a clock that is behind is so all the time: only delays that agree over minutes
 * count as its error.
 */
export interface StationClock {
  readonly heard: readonly Heard[];
  /** What was last sure to be its error, in what is to be added to its times; kept until refuted. */
  readonly knownMs: number;
  /** Our time less that of a clock which began at 1970 or 2000: the least that was seen. */
  readonly unsetDelayMs: number | null;
}

interface Heard {
  readonly atMs: number;
  readonly delayMs: number;
}

export const NEW_CLOCK: StationClock = { heard: [], knownMs: 0, unsetDelayMs: null };

const HEARD_MAX = 16;
/** One delay in so long is enough: a burst does not drive the others out, nor does a busy station. */
const HEARD_EVERY_MS = 10_000;
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
  const soon = last !== undefined && nowMs - last.atMs < HEARD_EVERY_MS;
  if (soon && delayMs >= last.delayMs && delayMs - last.delayMs < SETTING_MS) return clock;
  // A smaller delay says more than the one just before it, and takes its place.
  const replaces = soon && Math.abs(delayMs - last.delayMs) < SETTING_MS;
  const kept = replaces ? clock.heard.slice(0, -1) : clock.heard;
  const atMs = replaces ? last.atMs : nowMs;
  const heard = [...kept, { atMs, delayMs }].slice(-HEARD_MAX);
  const sureMs = sureOf(heard);
  // Nothing comes before it was written: a smaller delay proves that the clock is less behind.
  const isRefuted = delayMs < clock.knownMs - CLOCK_TOLERANCE_MS;
  return { ...clock, heard, knownMs: sureMs ?? (isRefuted ? 0 : clock.knownMs) };
}

/** What is to be added to the station's times, ms; 0 unless it was sure and matters. */
export const offsetOf = ({ knownMs }: StationClock): number => knownMs;

/** The error of a clock by what was heard; `undefined`: that is not sure. */
function sureOf(heard: readonly Heard[]): number | undefined {
  const newest = heard.at(-1)?.delayMs ?? 0;
  const setting = heard.filter(({ delayMs }) => Math.abs(delayMs - newest) <= SETTING_MS);
  const least = setting.reduce((low, { delayMs }) => Math.min(low, delayMs), newest);
  if (Math.abs(least) <= CLOCK_TOLERANCE_MS) return 0;
  // From the future: certain at once.
  if (least < 0) return least;
  const agreeing = setting.filter(({ delayMs }) => delayMs - least <= AGREE_WITHIN_MS);
  const overMs = (agreeing.at(-1)?.atMs ?? 0) - (agreeing[0]?.atMs ?? 0);
  return agreeing.length >= AGREE && overMs >= AGREE_OVER_MS ? least : undefined;
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

/** What was known of a station's clock at one moment. */
export interface ClockMoment {
  readonly clock: StationClock;
  readonly nowMs: number;
}

/** A station's times in ours, all of them by what was known at one and the same moment. */
export const placedBy =
  ({ clock, nowMs }: ClockMoment) =>
  (ownMs: number): number =>
    stationTimeOf(ownMs, clock, nowMs).ms;
