import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView } from '../driver.ts';
import type { LimitWay } from '../ocpp/quirks.ts';
import { offsetOf } from '../ocpp/station-clock.ts';
import { itemsOf, numberOf, saidOf } from './keys.ts';
import type { Ocpp16State, Running } from './state.ts';

/** Our profiles are known by their numbers: the safe one and the renewed one of each connector. */
const SAFE_ID = 9_000;
const LIMIT_ID = 9_100;
/** [OCPP-D5] One level for everything that we renew, above the safe limit; never another. */
const LEVEL = 1;
/** Less than this no car charges with (IEC 61851-1). */
const LEAST_A = 6;

/** Ways that are charging profiles. */
export type ProfileWay = Exclude<LimitWay, 'vendor-key' | 'stop'>;

/** The level that the station has for our profile. */
export const levelOf = (state: Ocpp16State): number =>
  Math.min(
    LEVEL,
    state.quirks.stackLevel ?? numberOf(state, 'ChargeProfileMaxStackLevel') ?? LEVEL,
  );

/** The unit that the station takes a limit in: watts for direct current, amperes else. */
export function unitOf(state: Ocpp16State): 'W' | 'A' {
  if (state.quirks.limitUnit !== null) return state.quirks.limitUnit;
  const units = itemsOf(saidOf(state, 'ChargingScheduleAllowedChargingRateUnit') ?? '');
  const current = units.some((unit) => /current|^a$/i.test(unit));
  const power = units.some((unit) => /power|^w$/i.test(unit));
  if (current !== power) return power ? 'W' : 'A';
  return state.memory.boot?.dc === true ? 'W' : 'A';
}

const wattsPerAmpere = ({ settings }: Ocpp16State): number =>
  settings.wiring.volts * settings.wiring.phases;

/** What a connector may draw when nobody renews its limit, W ([OCPP-D8]). */
export const safeWOf = (state: Ocpp16State): number =>
  state.settings.wiring.safeA * wattsPerAmpere(state);

/** Amperes per line, never more than the watts allow. */
export const amperesOf = (state: Ocpp16State, watts: number): number =>
  Math.floor((watts * 10) / wattsPerAmpere(state)) / 10;

/** [OCPP-D7] Whether so little means a pause: no car takes less than six amperes. */
export const isPause = (state: Ocpp16State, watts: number): boolean =>
  watts <= 0 || (state.memory.boot?.dc !== true && amperesOf(state, watts) < LEAST_A);

const rateOf = (state: Ocpp16State, watts: number): number => {
  if (isPause(state, watts)) return 0;
  return unitOf(state) === 'W' ? Math.floor(watts) : amperesOf(state, watts);
};

const periodOf = (state: Ocpp16State, startPeriod: number, watts: number) => ({
  startPeriod,
  limit: rateOf(state, watts),
  ...(unitOf(state) === 'A' ? { numberPhases: state.settings.wiring.phases } : {}),
});

/** The station's own clock counts in its schedules. */
const stationNow = (state: Ocpp16State, view: DriverView): string =>
  writeTime(view.nowMs - offsetOf(state.clock));

const PURPOSES: Readonly<Record<ProfileWay, string>> = {
  tx: 'TxProfile',
  'tx-default': 'TxDefaultProfile',
  'tx-default-all': 'TxDefaultProfile',
  'station-max': 'ChargePointMaxProfile',
};

export interface Wish {
  readonly connectorNo: number;
  readonly watts: number;
  readonly validSeconds: number;
  /** What it falls back to, W. */
  readonly safeW: number;
}

const elapsedOf = (charge: Running | undefined, view: DriverView): number =>
  Math.max(0, Math.floor((view.nowMs - (charge?.startedAtMs ?? view.nowMs)) / 1_000));

/**
 * [OCPP-D5], [OCPP-D8] The one profile that is renewed. It ends by itself, and what it leaves is the
 * safe limit: that of the profile under it, or, where nothing can lie under it, its own second period.
 */
export function limitProfile(
  state: Ocpp16State,
  way: ProfileWay,
  wish: Wish,
  charge: Running | undefined,
  view: DriverView,
) {
  const purpose = PURPOSES[way];
  const stackLevel = levelOf(state);
  const alone = way !== 'tx' && (way !== 'tx-default' || stackLevel === 0);
  const relative = state.quirks.profileKind === 'Relative' && way !== 'station-max';
  // A relative schedule counts from the start of the charge, which may be long ago.
  const seconds = wish.validSeconds + (relative ? elapsedOf(charge, view) : 0);
  const periods = [
    periodOf(state, 0, wish.watts),
    ...(alone ? [periodOf(state, seconds, wish.safeW)] : []),
  ];
  const connectorId = way === 'tx' || way === 'tx-default' ? wish.connectorNo : 0;
  return {
    connectorId,
    csChargingProfiles: {
      chargingProfileId: LIMIT_ID + connectorId,
      ...(way === 'tx' && charge !== undefined ? { transactionId: charge.no } : {}),
      stackLevel,
      chargingProfilePurpose: purpose,
      chargingProfileKind: relative ? 'Relative' : 'Absolute',
      chargingSchedule: {
        ...(alone ? {} : { duration: seconds }),
        ...(relative ? {} : { startSchedule: stationNow(state, view) }),
        chargingRateUnit: unitOf(state),
        chargingSchedulePeriod: periods,
      },
    },
  };
}

/** [OCPP-D8] What lies under it for ever: the limit that is safe without us. */
export const safeProfile = (state: Ocpp16State, connectorNo: number) => ({
  connectorId: connectorNo,
  csChargingProfiles: {
    chargingProfileId: SAFE_ID + connectorNo,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: {
      chargingRateUnit: unitOf(state),
      chargingSchedulePeriod: [periodOf(state, 0, safeWOf(state))],
    },
  },
});

/** What takes our renewed limit of a connector away; 0: that of the whole station. */
export const clearLimit = (connectorNo: number) => ({ id: LIMIT_ID + connectorNo });

/** What takes the safe limit of a connector away. */
export const clearSafe = (connectorNo: number) => ({ id: SAFE_ID + connectorNo });
