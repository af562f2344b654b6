import { readTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView } from '../driver.ts';
import type { Quirks } from './quirks.ts';
import { clockHeard, offsetOf, type StationClock, stationTimeOf } from './station-clock.ts';
import { type Flaw, type OcppEffect, report } from './steps.ts';

/** A time in a message, as we take it. */
export interface ToldTime {
  /** Repaired; `null`: it is none. */
  readonly ms: number | null;
  /** As the station's own clock had it: the same in a message that is sent again. */
  readonly ownMs: number | null;
  /** It tells of the past ([OCPP-C6]). */
  readonly late: boolean;
}

/** The instant of a reading: ours and the station's own; what has none is of now. */
export interface ReadingTime extends ToldTime {
  readonly ms: number;
  readonly ownMs: number;
}

export function readingTime(time: ToldTime, clock: StationClock, view: DriverView): ReadingTime {
  const { ms, ownMs } = time;
  if (ms === null || ownMs === null) {
    return { ...time, ms: view.nowMs, ownMs: view.nowMs - offsetOf(clock) };
  }
  return { ...time, ms, ownMs };
}

/** What of a driver's state times are read with. */
export interface TimedState {
  readonly clock: StationClock;
  readonly quirks: Quirks;
  readonly deviations: readonly string[];
  readonly settings: { readonly zoneMinutes: number; readonly lateMs: number };
}

export interface TimeStep<S> {
  readonly state: S;
  readonly time: ToldTime;
  readonly effects: readonly OcppEffect[];
}

const NO_TIME: ToldTime = { ms: null, ownMs: null, late: false };
const SEEN_CHARS = 40;

/** [OCPP-C6], [OCPP-C15], [OCPP-C16]: reads a time of a message, and learns the clock by it. */
export function toldTime<S extends TimedState>(
  state: S,
  value: unknown,
  at: { readonly action: string; readonly path: string },
  view: DriverView,
): TimeStep<S> {
  if (value === undefined) return { state, time: NO_TIME, effects: [] };
  const seen = String(value).slice(0, SEEN_CHARS);
  const read = readTime(value, state.quirks.zoneMinutes ?? state.settings.zoneMinutes);
  if (!read.ok) {
    const told = report(state, [{ rule: 'OCPP-C16', ...at, seen, repair: 'no time' }]);
    return { ...told, time: NO_TIME };
  }
  const clock = clockHeard(state.clock, read.ms, view.nowMs);
  const { ms, repair } = stationTimeOf(read.ms, clock, view.nowMs);
  const flaws: Flaw[] = [];
  const odd = read.odd.filter((oddity) => oddity !== 'long-fraction');
  if (odd.length > 0) flaws.push({ rule: 'OCPP-C16', ...at, seen, repair: odd.join(', ') });
  if (repair !== 'none') flaws.push({ rule: 'OCPP-C15', ...at, seen, repair });
  const late = view.nowMs - ms > state.settings.lateMs;
  const told = report({ ...state, clock }, flaws);
  return { ...told, time: { ms, ownMs: read.ms, late } };
}
