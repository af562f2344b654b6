import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';

/** What the 广汽 driver is told by configuration. Times in milliseconds. */
export interface GqaaSettings {
  /** A pile that is not served keeps its connection so long. */
  readonly graceMs: number;
  /** After a login the clock, the call and the recalls follow within this time, each pile at its own. */
  readonly welcomeMs: number;
  /** The clock is set again so often. */
  readonly clockEveryMs: number;
  /** A heartbeat of ours goes out so often. */
  readonly heartbeatMs: number;
  /** A command without an answer is sent again after each of these. */
  readonly resendMs: readonly number[];
  /** The same frame within this time is the same, sent again. */
  readonly duplicateMs: number;
  /** A card or VIN that nobody answered is forgotten after so long. */
  readonly askMs: number;
  /** A start that was sent or allowed counts as a charge so long, unless the pile says otherwise. */
  readonly startMs: number;
}

export const GQAA_SETTINGS: GqaaSettings = {
  graceMs: 3_000,
  welcomeMs: 2_000,
  clockEveryMs: 24 * 3_600_000,
  heartbeatMs: PROFILE_0.heartbeatSeconds * 1_000,
  resendMs: PROFILE_0.resendMs,
  duplicateMs: 20_000,
  askMs: 30_000,
  startMs: 90_000,
};
