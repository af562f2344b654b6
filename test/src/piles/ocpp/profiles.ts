import { numberOf, type Payload, partOf, partsOf, textOf, timeOf } from './payload.ts';

/** A charging profile as a pile keeps it, of any version of OCPP. Times by the pile's clock. */
export interface Profile {
  readonly id: number;
  /** 0: the whole pile. */
  readonly connectorNo: number;
  readonly purpose: 'max' | 'default' | 'tx';
  readonly stackLevel: number;
  readonly kind: string;
  readonly everyMs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly startMs: number | null;
  readonly durationMs: number;
  readonly periods: readonly { readonly fromMs: number; readonly limitW: number }[];
  /** As it came, for whoever asks. */
  readonly raw: Payload;
}

const DAY_MS = 86_400_000;
const PURPOSES: Readonly<Record<string, Profile['purpose']>> = {
  ChargePointMaxProfile: 'max',
  ChargingStationMaxProfile: 'max',
  ChargingStationExternalConstraints: 'max',
  TxDefaultProfile: 'default',
  TxProfile: 'tx',
};
const MAINS_V = 230;
const PHASES = 3;

const everyOf = (recurrency: string | undefined): number | null => {
  if (recurrency === 'Daily') return DAY_MS;
  return recurrency === 'Weekly' ? 7 * DAY_MS : null;
};

/** Reads a profile; `undefined`: nothing that this pile could obey. */
export function profileOf(connectorNo: number, raw: Payload): Profile | undefined {
  const purpose = PURPOSES[textOf(raw, 'chargingProfilePurpose') ?? ''];
  // 1.6 has one schedule, 2.x a list of up to three; this pile takes the first.
  const schedule = partsOf(raw, 'chargingSchedule')[0] ?? partOf(raw, 'chargingSchedule');
  const inAmperes = textOf(schedule, 'chargingRateUnit') === 'A';
  const periods = partsOf(schedule, 'chargingSchedulePeriod').map((period) => {
    const watts = MAINS_V * (numberOf(period, 'numberPhases') ?? PHASES);
    const limit = numberOf(period, 'limit') ?? 0;
    return {
      fromMs: (numberOf(period, 'startPeriod') ?? 0) * 1_000,
      limitW: Math.round(inAmperes ? limit * watts : limit),
    };
  });
  if (purpose === undefined || periods[0]?.fromMs !== 0) return undefined;
  const duration = numberOf(schedule, 'duration');
  return {
    id: numberOf(raw, 'chargingProfileId') ?? numberOf(raw, 'id') ?? 0,
    connectorNo,
    purpose,
    stackLevel: numberOf(raw, 'stackLevel') ?? 0,
    kind: textOf(raw, 'chargingProfileKind') ?? 'Absolute',
    everyMs: everyOf(textOf(raw, 'recurrencyKind')),
    fromMs: timeOf(raw, 'validFrom') ?? Number.NEGATIVE_INFINITY,
    toMs: timeOf(raw, 'validTo') ?? Number.POSITIVE_INFINITY,
    startMs: timeOf(schedule, 'startSchedule') ?? null,
    durationMs: duration === undefined ? Number.POSITIVE_INFINITY : duration * 1_000,
    periods,
    raw,
  };
}

/** Puts a profile in: the same id, or the same place on the stack, gives way to it. */
export function withProfile(all: readonly Profile[], added: Profile): readonly Profile[] {
  const gives = (old: Profile): boolean =>
    old.id === added.id ||
    (old.connectorNo === added.connectorNo &&
      old.purpose === added.purpose &&
      old.stackLevel === added.stackLevel);
  return [...all.filter((old) => !gives(old)), added];
}

export interface Moment {
  readonly connectorNo: number;
  /** By the pile's clock. */
  readonly atMs: number;
  /** When the charge began; `null`: none runs. */
  readonly chargeFromMs: number | null;
}

/** The limit of one profile at a moment and when that may change; `undefined`: it says nothing now. */
function limitOf(
  profile: Profile,
  { atMs, chargeFromMs }: Moment,
): { readonly limitW: number; readonly untilMs: number } | undefined {
  if (atMs < profile.fromMs || atMs >= profile.toMs) return undefined;
  let startMs = profile.kind === 'Relative' ? chargeFromMs : (profile.startMs ?? chargeFromMs);
  if (startMs === null) startMs = atMs;
  if (profile.everyMs !== null && atMs > startMs) {
    startMs += Math.floor((atMs - startMs) / profile.everyMs) * profile.everyMs;
  }
  const since = atMs - startMs;
  if (since < 0 || since >= profile.durationMs) return undefined;
  const next = profile.periods.find(({ fromMs }) => fromMs > since);
  const now = profile.periods.findLast(({ fromMs }) => fromMs <= since);
  if (now === undefined) return undefined;
  const endMs = Math.min(next?.fromMs ?? Number.POSITIVE_INFINITY, profile.durationMs);
  return { limitW: now.limitW, untilMs: Math.min(startMs + endMs, profile.toMs) };
}

/** When a profile that is silent now may speak. */
function wakesAt(profile: Profile, { atMs }: Moment): number {
  const starts = [profile.fromMs, profile.startMs ?? Number.NEGATIVE_INFINITY];
  return Math.min(...starts.filter((ms) => ms > atMs), Number.POSITIVE_INFINITY);
}

/**
 * What a connector may draw: of each purpose the highest profile of the stack that is valid now, and
 * of these the lowest; a charge's own profile stands before the default (1.6 §5.16, 2.0.1 K01).
 */
export function compositeAt(
  profiles: readonly Profile[],
  moment: Moment,
): { readonly limitW: number; readonly untilMs: number } {
  let untilMs = Number.POSITIVE_INFINITY;
  const highest = (purpose: Profile['purpose']): number | undefined => {
    const mine = profiles
      .filter((p) => p.purpose === purpose)
      .filter((p) => p.connectorNo === moment.connectorNo || p.connectorNo === 0)
      .sort((a, b) => b.stackLevel - a.stackLevel || b.connectorNo - a.connectorNo);
    for (const profile of mine) {
      const limit = limitOf(profile, moment);
      untilMs = Math.min(untilMs, limit?.untilMs ?? wakesAt(profile, moment));
      if (limit !== undefined) return limit.limitW;
    }
    return undefined;
  };
  const inCharge = moment.chargeFromMs === null ? undefined : highest('tx');
  const own = inCharge ?? highest('default') ?? Number.POSITIVE_INFINITY;
  return { limitW: Math.min(highest('max') ?? Number.POSITIVE_INFINITY, own), untilMs };
}
