/** Limits of the listener: whoever connects there is nobody's pile yet. */
export interface StrangerLimits {
  /** Addresses remembered; the one that was heard longest ago is forgotten first. */
  readonly addresses: number;
  /** First bytes of a connection, by which its family is told. */
  readonly sampleBytes: number;
  /** Bytes of one connection that are written to disk; what comes after is only counted. */
  readonly bytesPerConnection: number;
  /** Files on disk; the oldest goes first. */
  readonly files: number;
  /** Bytes of all files together. */
  readonly totalBytes: number;
  /** A connection that says nothing for so long is ended: piles are called back to try again. */
  readonly idleMs: number;
}

export const STRANGER_LIMITS: StrangerLimits = {
  addresses: 200,
  sampleBytes: 4_096,
  bytesPerConnection: 262_144,
  files: 200,
  totalBytes: 33_554_432,
  idleMs: 900_000,
};
