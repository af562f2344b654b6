import type { DriverView } from '../driver.ts';
import { compositeOf, type HeldProfile } from '../ocpp/composite.ts';
import { type Fields, fieldsAt, integerAt, listAt, textAt } from '../ocpp/fields.ts';
import {
  call,
  type Failed,
  type Flaw,
  type Result,
  report,
  stay,
  step,
  tagOf,
} from '../ocpp/steps.ts';
import { safeProfile, unitOf } from './charging-profile.ts';
import { deaf } from './deaf.ts';
import { limitNow } from './limits.ts';
import { chargeAt, connectorOf, type Ocpp16State, withConnector } from './state.ts';
import type { OcppStep } from './step.ts';

const ACTION = 'GetCompositeSchedule';
/** What comes after the end of our limit is asked for as well. */
const AFTER_S = 120;
/** Stations round as they like. */
const OVER_PERCENT = 102;
const OVER_W = 100;

/**
 * [OCPP-D6], [OCPP-D8] A limit that the station has taken is looked at where it lies: what may be drawn
 * now, and what when nobody renews it. Once for each way on a connection, of stations that can say it.
 */
export function askComposite(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  const { limit } = connectorOf(state, connectorNo);
  const { way } = state.memory.limit;
  const knows = state.settings.isTended && !state.memory.deafTo.includes(ACTION);
  if (!knows || limit === null || limit.checkedWay === way) return stay(state);
  const isFresh = limit.setAtMs === view.nowMs && limitNow(state, connectorNo, view) !== undefined;
  if (!isFresh) return stay(state);
  const asked = withConnector(state, connectorNo, { limit: { ...limit, checkedWay: way } });
  const payload = {
    connectorId: connectorNo,
    duration: limit.validSeconds + AFTER_S,
    chargingRateUnit: unitOf(state),
  };
  return step(asked, call(ACTION, payload, tagOf('composite', connectorNo)));
}

const PURPOSES: Readonly<Record<string, HeldProfile['purpose']>> = {
  TxProfile: 'tx',
  TxDefaultProfile: 'tx-default',
};

interface Period {
  readonly startPeriod: number;
  readonly watts: number;
}

/** Periods of a schedule in watts: its current is that of each line. */
function wattsIn({ settings }: Ocpp16State, schedule: Fields): readonly Period[] {
  const { volts, phases } = settings.wiring;
  const inWatts = textAt(schedule, 'chargingRateUnit') === 'W';
  return listAt(schedule, 'chargingSchedulePeriod').flatMap((period) => {
    const { limit } = period;
    if (typeof limit !== 'number') return [];
    const perUnit = inWatts ? 1 : volts * (integerAt(period, 'numberPhases') ?? phases);
    return [{ startPeriod: integerAt(period, 'startPeriod') ?? 0, watts: limit * perUnit }];
  });
}

/** One of our profiles as the station holds it, in watts, with its times from now on. */
function heldOf(state: Ocpp16State, profile: Fields, nowMs: number): HeldProfile {
  const own = fieldsAt(profile, 'csChargingProfiles');
  const schedule = fieldsAt(own, 'chargingSchedule');
  return {
    purpose: PURPOSES[textAt(own, 'chargingProfilePurpose')] ?? 'station-max',
    connectorNo: integerAt(profile, 'connectorId') ?? 0,
    stackLevel: integerAt(own, 'stackLevel') ?? 0,
    startMs: textAt(own, 'chargingProfileKind') === 'Relative' ? null : nowMs,
    durationS: integerAt(schedule, 'duration') ?? null,
    validFromMs: null,
    validToMs: null,
    periods: wattsIn(state, schedule).map(({ startPeriod, watts }) => ({
      startPeriod,
      limit: watts,
    })),
  };
}

/** Where the station allows more than our profiles do, now or once they have ended. */
function flawsIn(
  state: Ocpp16State,
  connectorNo: number,
  said: readonly Period[],
  view: DriverView,
): readonly Flaw[] {
  const { nowMs } = view;
  const { limit } = connectorOf(state, connectorNo);
  const profile = limitNow(state, connectorNo, view);
  if (limit === null || profile === undefined) return [];
  const isBased = state.memory.limit.based.includes(connectorNo);
  const ours = [...(isBased ? [safeProfile(state, connectorNo)] : []), profile];
  const held = ours.map((one) => heldOf(state, one, nowMs));
  const endMs = nowMs + (limit.validSeconds + AFTER_S) * 1_000;
  const chargeStartMs = chargeAt(state, connectorNo, view)?.startedAtMs ?? nowMs;
  const expected = compositeOf(held, nowMs, endMs, { connectorNo, chargeStartMs });
  return expected.flatMap(({ fromMs, limit: watts }, n): Flaw[] => {
    const midS = ((expected[n + 1]?.fromMs ?? endMs) + fromMs - 2 * nowMs) / 2_000;
    const at = said.findLast(({ startPeriod }) => startPeriod <= midS);
    // A schedule of one period tells of now alone.
    if (at === undefined || watts === null || (n > 0 && said.length === 1)) return [];
    if (at.watts * 100 <= watts * OVER_PERCENT + OVER_W * 100) return [];
    const seen = `${Math.round(at.watts)} W over ${Math.round(watts)} W after ${Math.round(midS)} s`;
    const rule = n === 0 ? 'OCPP-D6' : 'OCPP-D8';
    return [{ rule, action: ACTION, path: '/chargingSchedule', seen, repair: 'the meter decides' }];
  });
}

/** What the station makes of our limit; the measured power has the last word ([OCPP-D6]). */
export function compositeResult(state: Ocpp16State, result: Result, view: DriverView): OcppStep {
  const { payload, tag } = result;
  if (textAt(payload, 'status') !== 'Accepted') return deaf(state, ACTION);
  const said = wattsIn(state, fieldsAt(payload, 'chargingSchedule'));
  return report(state, flawsIn(state, Number(tag.split(':')[1]), said, view));
}

/** One that cannot say it is not asked again. */
export const compositeFailed = (state: Ocpp16State, { why }: Failed): OcppStep =>
  why === 'error' ? deaf(state, ACTION) : stay(state);
