import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { DriverView } from '../driver.ts';
import type { LimitWay } from '../ocpp/quirks.ts';
import { offsetOf } from '../ocpp/station-clock.ts';
import type { Charge } from './charge.ts';
import { placeAt } from './connectors.ts';
import { saidNumberOf, saidOf } from './model-values.ts';
import type { Ocpp2State } from './state.ts';

/** Our profiles are known by their numbers: the safe one and the renewed one of each EVSE. */
const SAFE_ID = 9_000;
const LIMIT_ID = 9_100;
/** [OCPP-D5] One level for everything that we renew, above the safe limit; never another. */
const LEVEL = 1;
/** Less than this no car charges with (IEC 61851-1). */
const LEAST_A = 6;

/** Ways that are charging profiles. */
export type ProfileWay = Exclude<LimitWay, 'vendor-key' | 'stop'>;

/** The level that the station has for our profile. */
const levelOf = (state: Ocpp2State): number =>
  Math.min(
    LEVEL,
    state.quirks.stackLevel ?? saidNumberOf(state, 'SmartChargingCtrlr.ProfileStackLevel') ?? LEVEL,
  );

/** Whether our safe limit can lie under the renewed one. */
export const hasUnder = (state: Ocpp2State, way: ProfileWay): boolean =>
  !state.memory.limit.alone && (way === 'tx' || (way === 'tx-default' && levelOf(state) > 0));

/** The EVSE of a connector: what profiles are of in 2.x. 0: the whole station. */
export const evseOf = ({ memory }: Ocpp2State, connectorNo: number): number =>
  connectorNo === 0 ? 0 : placeAt(memory.connectors, connectorNo).evse;

/** The unit that the station takes a limit in: watts for direct current, amperes else. */
function unitOf(state: Ocpp2State): 'W' | 'A' {
  if (state.quirks.limitUnit !== null) return state.quirks.limitUnit;
  const units = (saidOf(state, 'SmartChargingCtrlr.RateUnit') ?? '')
    .split(',')
    .map((unit) => unit.trim().toUpperCase());
  const [watts, amperes] = [units.includes('W'), units.includes('A')];
  if (watts !== amperes) return watts ? 'W' : 'A';
  return state.memory.boot?.dc === true ? 'W' : 'A';
}

const wattsPerAmpere = ({ settings }: Ocpp2State): number =>
  settings.wiring.volts * settings.wiring.phases;

/** What a connector may draw when nobody renews its limit, W ([OCPP-D8]). */
export const safeWOf = (state: Ocpp2State): number =>
  state.settings.wiring.safeA * wattsPerAmpere(state);

/** Amperes per line, never more than the watts allow. */
const amperesOf = (state: Ocpp2State, watts: number): number =>
  Math.floor((watts * 10) / wattsPerAmpere(state)) / 10;

/** [OCPP-D7] Whether so little means a pause: no car takes less than six amperes. */
export const isPause = (state: Ocpp2State, watts: number): boolean =>
  watts <= 0 || (state.memory.boot?.dc !== true && amperesOf(state, watts) < LEAST_A);

function rateOf(state: Ocpp2State, watts: number): number {
  if (isPause(state, watts)) return 0;
  return unitOf(state) === 'W' ? Math.floor(watts) : amperesOf(state, watts);
}

const periodOf = (state: Ocpp2State, startPeriod: number, watts: number) => ({
  startPeriod,
  limit: rateOf(state, watts),
  ...(unitOf(state) === 'A' ? { numberPhases: state.settings.wiring.phases } : {}),
});

const PURPOSES: Readonly<Record<ProfileWay, string>> = {
  tx: 'TxProfile',
  'tx-default': 'TxDefaultProfile',
  'tx-default-all': 'TxDefaultProfile',
  'station-max': 'ChargingStationMaxProfile',
};

export interface Wish {
  readonly connectorNo: number;
  readonly watts: number;
  readonly validSeconds: number;
  /** What it falls back to, W. */
  readonly safeW: number;
}

const elapsedOf = (charge: Charge | undefined, view: DriverView): number =>
  Math.max(0, Math.floor((view.nowMs - (charge?.startedAtMs ?? view.nowMs)) / 1_000));

/**
 * [OCPP-D5], [OCPP-D8] The one profile that is renewed. It ends by itself, and what it leaves is the
 * safe limit: that of the profile under it, or, where nothing can lie under it, its own second period.
 */
export function limitProfile(
  state: Ocpp2State,
  way: ProfileWay,
  wish: Wish,
  charge: Charge | undefined,
  view: DriverView,
) {
  const alone = !hasUnder(state, way);
  const relative = state.quirks.profileKind === 'Relative' && way !== 'station-max';
  // A relative schedule counts from the start of the charge, which may be long ago.
  const seconds = wish.validSeconds + (relative ? elapsedOf(charge, view) : 0);
  const ofEvse = way === 'tx' || way === 'tx-default';
  const evseId = ofEvse ? evseOf(state, wish.connectorNo) : 0;
  const id = LIMIT_ID + evseId;
  // The station's own clock counts in its schedules.
  const startSchedule = writeTime(view.nowMs - offsetOf(state.clock));
  return {
    evseId,
    chargingProfile: {
      id,
      ...(way === 'tx' && charge !== undefined ? { transactionId: charge.key } : {}),
      stackLevel: levelOf(state),
      chargingProfilePurpose: PURPOSES[way],
      chargingProfileKind: relative ? 'Relative' : 'Absolute',
      chargingSchedule: [
        {
          id,
          ...(alone ? {} : { duration: seconds }),
          ...(relative ? {} : { startSchedule }),
          chargingRateUnit: unitOf(state),
          chargingSchedulePeriod: [
            periodOf(state, 0, wish.watts),
            ...(alone ? [periodOf(state, seconds, wish.safeW)] : []),
          ],
        },
      ],
    },
  };
}

/** [OCPP-D8] What lies under it for ever: the limit that is safe without us. */
export const safeProfile = (state: Ocpp2State, evseId: number) => ({
  evseId,
  chargingProfile: {
    id: SAFE_ID + evseId,
    stackLevel: 0,
    chargingProfilePurpose: 'TxDefaultProfile',
    chargingProfileKind: 'Relative',
    chargingSchedule: [
      {
        id: SAFE_ID + evseId,
        chargingRateUnit: unitOf(state),
        chargingSchedulePeriod: [periodOf(state, 0, safeWOf(state))],
      },
    ],
  },
});

/** What takes our renewed limit of an EVSE away; 0: that of the whole station. */
export const clearLimit = (evseId: number) => ({ chargingProfileId: LIMIT_ID + evseId });

/** What takes the safe limit of an EVSE away. */
export const clearSafe = (evseId: number) => ({ chargingProfileId: SAFE_ID + evseId });
