import { RPC_LIMITS, type RpcLimits } from '@holdfast/protocols/ocpp/rpc/limits';
import { type FrameCounts, noFrames } from '../limits.ts';
import { LIVENESS_LIMITS, type LivenessLimits } from './liveness.ts';

/** Limits of the connection of one station. */
export interface StationLimits extends LivenessLimits {
  /** Longest frame, bytes … */
  readonly frameBytes: number;
  /** … but for the reports of 2.x, which may be so long. */
  readonly reportBytes: number;
  /** Calls of a station that may wait for the driver's answer; the oldest is given up. */
  readonly openCalls: number;
  /** Kinds of deviations that one connection reports; each once. */
  readonly deviations: number;
  readonly rpc: RpcLimits;
}

export const STATION_LIMITS: StationLimits = {
  ...LIVENESS_LIMITS,
  frameBytes: 262_144,
  reportBytes: 1_048_576,
  openCalls: 64,
  deviations: 128,
  rpc: RPC_LIMITS,
};

/** What went through the OCPP connections of a front. */
export interface StationCounts extends FrameCounts {
  calls: number;
  /** Departures from the standard, mended or refused. */
  deviations: number;
  /** Connections ended because the station did not read. */
  dropped: number;
  /** Connections that lost their station to a newer one. */
  replaced: number;
}

export const noCalls = (): StationCounts => ({
  ...noFrames(),
  calls: 0,
  deviations: 0,
  dropped: 0,
  replaced: 0,
});
