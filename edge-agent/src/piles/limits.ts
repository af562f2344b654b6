/** Limits of one connection (design §9). Times in milliseconds. */
export interface ConnectionLimits {
  /** No sound frame for so long: the pile is gone (ykc.md §6). */
  readonly silenceMs: number;
  /** A connection on which no pile is served after so long is closed. */
  readonly loginMs: number;
  /** The rest of a frame may take so long (ykc.md §2.3). */
  readonly partialMs: number;
  /** More bad frames in a minute end the connection. */
  readonly badFramesPerMinute: number;
  /** Piles that one concentrator may carry. */
  readonly pilesPerConnection: number;
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  silenceMs: 30_000,
  loginMs: 60_000,
  partialMs: 8_000,
  badFramesPerMinute: 30,
  pilesPerConnection: 64,
};

/** What went through a front since it started, and why it ended connections. */
export interface FrameCounts {
  framesIn: number;
  framesOut: number;
  bytesIn: number;
  bytesOut: number;
  /** Wrong checksums and runs of noise. */
  badFrames: number;
  /** Times that a connection was not read because the site was behind. */
  pauses: number;
  /** Frames and commands that a driver or codec of ours failed on. */
  errors: number;
  endedSilent: number;
  endedWithoutLogin: number;
  endedForBadFrames: number;
  endedForLogins: number;
  endedForPiles: number;
  /** Whoever said to be a pile and was not let in as it. */
  endedAtDoor: number;
}

export const noFrames = (): FrameCounts => ({
  framesIn: 0,
  framesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  badFrames: 0,
  pauses: 0,
  errors: 0,
  endedSilent: 0,
  endedWithoutLogin: 0,
  endedForBadFrames: 0,
  endedForLogins: 0,
  endedForPiles: 0,
  endedAtDoor: 0,
});
