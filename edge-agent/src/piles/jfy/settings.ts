import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';

/** What the 晶福源 driver is told by configuration. Times in milliseconds. */
export interface JfySettings {
  /** A pile that is not served keeps its connection so long. */
  readonly graceMs: number;
  /** After a sign-in the periods, the clock and a call follow within this time, each pile at its own. */
  readonly welcomeMs: number;
  /** The clock is set again so often. */
  readonly clockEveryMs: number;
  /** A card or VIN that nobody answered is forgotten after so long. */
  readonly askMs: number;
  /** What a pile is told to do, and what counts where it does not say. */
  readonly heartbeatSeconds: number;
  readonly heartbeatMisses: number;
  readonly statusSeconds: number;
}

export const JFY_SETTINGS: JfySettings = {
  graceMs: 3_000,
  welcomeMs: 2_000,
  clockEveryMs: 24 * 3_600_000,
  askMs: 30_000,
  heartbeatSeconds: PROFILE_0.heartbeatSeconds,
  heartbeatMisses: PROFILE_0.heartbeatMisses,
  statusSeconds: PROFILE_0.statusSeconds,
};
