/** Purposes of 1.6, and of 2.x under the same meaning. */
export type ProfilePurpose = 'station-max' | 'tx-default' | 'tx';

export interface SchedulePeriod {
  /** Seconds from the start of the schedule. */
  readonly startPeriod: number;
  readonly limit: number;
}

/** A charging profile as a station holds it, in one unit. */
export interface HeldProfile {
  readonly purpose: ProfilePurpose;
  /** 0: the whole station, or the default of all of its connectors. */
  readonly connectorNo: number;
  readonly stackLevel: number;
  /** When its schedule starts, epoch milliseconds; `null`: with the charge. */
  readonly startMs: number | null;
  /** How long it counts, s; `null`: for ever. */
  readonly durationS: number | null;
  readonly validFromMs: number | null;
  readonly validToMs: number | null;
  readonly periods: readonly SchedulePeriod[];
}

export interface CompositePeriod {
  readonly fromMs: number;
  /** `null`: nothing limits it. */
  readonly limit: number | null;
}

/** What a connector is about. */
export interface CompositeOf {
  readonly connectorNo: number;
  /** When its charge began; `null`: none runs, so profiles of charges do not count. */
  readonly chargeStartMs: number | null;
}

const SECOND_MS = 1_000;

/** What one profile says of an instant; `undefined`: nothing, so the one under it counts. */
function limitIn(profile: HeldProfile, atMs: number, of: CompositeOf): number | undefined {
  const { validFromMs, validToMs, durationS, periods } = profile;
  if (validFromMs !== null && atMs < validFromMs) return undefined;
  if (validToMs !== null && atMs >= validToMs) return undefined;
  const startMs = profile.startMs ?? of.chargeStartMs;
  if (startMs === null || atMs < startMs) return undefined;
  if (durationS !== null && atMs >= startMs + durationS * SECOND_MS) return undefined;
  const elapsedS = (atMs - startMs) / SECOND_MS;
  return periods.findLast(({ startPeriod }) => startPeriod <= elapsedS)?.limit;
}

const counts = ({ purpose, connectorNo }: HeldProfile, of: CompositeOf): boolean => {
  if (purpose === 'station-max') return connectorNo === 0;
  if (purpose === 'tx') return connectorNo === of.connectorNo && of.chargeStartMs !== null;
  return connectorNo === 0 || connectorNo === of.connectorNo;
};

/** Of one purpose the highest level that says anything; on one level the connector's own before all's. */
function topOf(
  profiles: readonly HeldProfile[],
  purpose: ProfilePurpose,
  atMs: number,
  of: CompositeOf,
): number | undefined {
  const said = profiles
    .filter((profile) => profile.purpose === purpose && counts(profile, of))
    .toSorted((a, b) => b.stackLevel - a.stackLevel || b.connectorNo - a.connectorNo);
  for (const profile of said) {
    const limit = limitIn(profile, atMs, of);
    if (limit !== undefined) return limit;
  }
  return undefined;
}

/**
 * [OCPP-D5] What a connector may draw at an instant: the least of what the purposes say, where a
 * charge's own profile takes the place of the default (1.6 §3.13.5). `null`: nothing limits it.
 */
export function limitAt(
  profiles: readonly HeldProfile[],
  atMs: number,
  of: CompositeOf,
): number | null {
  const own = topOf(profiles, 'tx', atMs, of) ?? topOf(profiles, 'tx-default', atMs, of);
  const station = topOf(profiles, 'station-max', atMs, of);
  if (own === undefined) return station ?? null;
  return station === undefined ? own : Math.min(own, station);
}

/** Every instant at which something may change. */
function bordersOf(profile: HeldProfile, of: CompositeOf): readonly number[] {
  const { validFromMs, validToMs, durationS, periods } = profile;
  const startMs = profile.startMs ?? of.chargeStartMs;
  const own = startMs === null ? [] : periods.map((p) => startMs + p.startPeriod * SECOND_MS);
  const end = startMs === null || durationS === null ? [] : [startMs + durationS * SECOND_MS];
  return [validFromMs, validToMs, startMs, ...own, ...end].filter((ms) => ms !== null);
}

/** The composite schedule of a connector between two instants: one period for each change. */
export function compositeOf(
  profiles: readonly HeldProfile[],
  fromMs: number,
  toMs: number,
  of: CompositeOf,
): readonly CompositePeriod[] {
  const borders = profiles
    .flatMap((profile) => bordersOf(profile, of))
    .filter((ms) => ms > fromMs && ms < toMs);
  const periods: CompositePeriod[] = [];
  for (const ms of [fromMs, ...new Set(borders.toSorted((a, b) => a - b))]) {
    const limit = limitAt(profiles, ms, of);
    if (periods.length === 0 || periods.at(-1)?.limit !== limit)
      periods.push({ fromMs: ms, limit });
  }
  return periods;
}

/** A set as a station takes it: same purpose, connector and level replaces ([OCPP-D5]). */
export const withProfile = (
  profiles: readonly HeldProfile[],
  profile: HeldProfile,
): readonly HeldProfile[] => [
  ...profiles.filter(
    (held) =>
      held.purpose !== profile.purpose ||
      held.connectorNo !== profile.connectorNo ||
      held.stackLevel !== profile.stackLevel,
  ),
  profile,
];
