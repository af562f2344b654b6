import type { Wiring } from '../ocpp/own-settings.ts';

/** A variable of the device model, and what it is set to on adoption. */
export interface VariableWish {
  readonly component: string;
  readonly variable: string;
  readonly instance?: string;
  readonly value: string;
}

/** What the OCPP 2.x driver is told by configuration. Times in milliseconds. */
export interface Ocpp2Settings {
  /** A station that is not adopted asks again after so long. */
  readonly pendingSeconds: number;
  readonly heartbeatSeconds: number;
  /** Intervals are spread by this share, so that a thousand stations do not ask at once. */
  readonly jitterPercent: number;
  /** After an opening a station that never said what it is is asked to. */
  readonly bootWaitMs: number;
  /** After a boot the device model is read within this time, each station at its own. */
  readonly welcomeMs: number;
  /** What is older than this when it comes is old news ([OCPP-C6]). */
  readonly lateMs: number;
  /** A replayed state is shown when nothing newer has come for so long ([OCPP-C5]). */
  readonly quietMs: number;
  /** Measurements of one connector are passed on at most so often ([OCPP-E14]). */
  readonly measureMs: number;
  /** A charge that the station no longer speaks of has ended after so long ([OCPP-C11]). */
  readonly goneMs: number;
  /** A connector that is unlocked gets so long for the end of its charge ([OCPP-D15]). */
  readonly drainMs: number;
  /** The local list is compared again so often. */
  readonly listEveryMs: number;
  /** Limits are not lifted from a pause sooner than this ([OCPP-D7]). */
  readonly pauseMs: number;
  /** The effect of a limit must be seen within this time. */
  readonly verifyMs: number;
  /** Variables that are set on adoption, over what the driver sets itself. */
  readonly variables: readonly VariableWish[];
  /** Minutes east of Greenwich, where times come without a zone. */
  readonly zoneMinutes: number;
  readonly wiring: Wiring;
  /**
   * Whether the station is asked and set what nobody asked for. Without it everything goes as the
   * standard's text and a person have it.
   */
  readonly isTended: boolean;
}

export const OCPP2_SETTINGS: Ocpp2Settings = {
  pendingSeconds: 60,
  heartbeatSeconds: 300,
  jitterPercent: 10,
  bootWaitMs: 30_000,
  welcomeMs: 5_000,
  lateMs: 60_000,
  quietMs: 2_000,
  measureMs: 2_000,
  goneMs: 600_000,
  drainMs: 60_000,
  listEveryMs: 24 * 3_600_000,
  pauseMs: 60_000,
  verifyMs: 60_000,
  variables: [],
  zoneMinutes: 480,
  wiring: { volts: 230, phases: 3, safeA: 6 },
  isTended: true,
};

/** `Component.Variable` or `Component.Variable/Instance`. */
const WISH = /^([^./]+)\.([^/]+)(?:\/(.+))?$/;

/** Variables that the configuration of a station names; keys of 1.6 are none. */
export const wishesIn = (
  configuration: Readonly<Record<string, string>>,
): readonly VariableWish[] =>
  Object.entries(configuration).flatMap(([name, value]) => {
    const [, component, variable, instance] = WISH.exec(name) ?? [];
    if (component === undefined || variable === undefined) return [];
    return [{ component, variable, value, ...(instance === undefined ? {} : { instance }) }];
  });
