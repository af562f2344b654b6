/**
 * 晶福源 `jfy-profile-0`: every number of the protocol in one place. **Unverified**: no document and no
 * capture of it is public. It is the AAF5 family (盛弘 V5.2B, 绿能 V3.4), whose frames are; when the
 * maker's document comes, this file and `frames.ts` change, and nothing behind them.
 */
export const PROFILE_0 = {
  id: 'jfy-profile-0',
  start: [0xaa, 0xf5],
  /** Low bits of INFO that we send, where a pile has not said which it uses. */
  info: 0x10,
  /** High bit of INFO: the body is encrypted. */
  encryptedBit: 0x80,
  frameBytesMax: 2_048,
  /** Platform odd, pile even. */
  commands: {
    setNumbers: 1,
    setText: 3,
    control: 5,
    start: 7,
    heartbeat: 101,
    status: 103,
    signIn: 105,
    alarm: 107,
    started: 109,
    coarseRecord: 201,
    account: 203,
    record: 221,
    bms: 301,
  },
  /** Addresses of commands 1, 3 and 5. */
  numbers: { signIn: 1, heartbeat: 21, heartbeatMisses: 22, status: 23 },
  texts: { pileCode: 1, clock: 2 },
  controls: { stop: 2, reboot: 11, statusNow: 15, power: 17 },
  stopParameter: 0x55,
  /** A limit of 0 W is none; the pile would otherwise stand still for ever. */
  powerUnitW: 1,
  noLimit: 0xffff_ffff,
  /** Results of a start. */
  results: { ok: 0, failed: 100_001, timedOut: 100_002 },
  /** What a pile is told to do at its sign-in: seconds. */
  heartbeatSeconds: 30,
  statusSeconds: 60,
  /** A pile is lost after so many heartbeats that did not come, … */
  heartbeatMisses: 3,
  /** … or after so long without any frame. */
  silenceSeconds: 180,
  /** A start must have become a charge: 8, then 110 or a status that says so. */
  startSeconds: 150,
  /** A partial frame is given up after so long. */
  partialMs: 8_000,
  /** Energies of a record: one for each half hour of the day. */
  slots: 48,
} as const;

const RESULTS: Readonly<Record<number, string>> = {
  [PROFILE_0.results.ok]: '成功 ok',
  [PROFILE_0.results.failed]: '失败 failed',
  [PROFILE_0.results.timedOut]: '超时 timed out',
};

/** What the result of a start says. */
export const resultText = (code: number): string | undefined => RESULTS[code];
