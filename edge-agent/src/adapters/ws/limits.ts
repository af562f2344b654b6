import { STATION_LIMITS, type StationLimits } from '../../piles/ocpp/limits.ts';
import { FRONT_LIMITS, type FrontLimits } from '../tcp/limits.ts';

/** Limits of an OCPP front as a whole. Times in milliseconds. */
export interface OcppFrontLimits extends FrontLimits, StationLimits {
  /** From the first byte of a connection to an open WebSocket, TLS included. */
  readonly handshakeMs: number;
  /** Bytes of the head of a request. */
  readonly headerBytes: number;
  /** Shorter messages are not compressed. */
  readonly deflateFromBytes: number;
  /** What an older connection has to show that it is alive. */
  readonly graceMs: number;
  /** A goodbye may take so long. */
  readonly closeMs: number;
  /** Unknown stations that are told to the site in a minute; one of them once a minute. */
  readonly strangersPerMinute: number;
}

export const OCPP_FRONT_LIMITS: OcppFrontLimits = {
  ...FRONT_LIMITS,
  ...STATION_LIMITS,
  unsentBytes: 1_048_576,
  handshakeMs: 10_000,
  headerBytes: 8_192,
  deflateFromBytes: 1_024,
  graceMs: 2_000,
  closeMs: 3_000,
  strangersPerMinute: 30,
};

/** How visits to the front ended, since it started. */
export interface VisitCounts {
  /** WebSockets that were opened. */
  welcomed: number;
  /** By HTTP status. */
  refused400: number;
  refused401: number;
  refused403: number;
  refused404: number;
  refused409: number;
  refused429: number;
  refused503: number;
  /** Opened and closed at once: no version in common. */
  noVersion: number;
  slowHandshakes: number;
  /** Connections for a station that had one from elsewhere, which was alive. */
  twins: number;
  oversized: number;
  bombs: number;
}

export const noVisits = (): VisitCounts => ({
  welcomed: 0,
  refused400: 0,
  refused401: 0,
  refused403: 0,
  refused404: 0,
  refused409: 0,
  refused429: 0,
  refused503: 0,
  noVersion: 0,
  slowHandshakes: 0,
  twins: 0,
  oversized: 0,
  bombs: 0,
});
