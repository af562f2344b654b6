/** A bucket of tokens that fills with time. */
export interface Bucket {
  /** Takes one, on credit when there is none; tells how long to wait until the debt is paid, else 0. */
  readonly take: (nowMs: number) => number;
}

export function tokenBucket(perSecond: number, atOnce: number, startMs: number): Bucket {
  let tokens = atOnce;
  let atMs = startMs;
  return {
    take(nowMs) {
      tokens = Math.min(atOnce, tokens + ((nowMs - atMs) * perSecond) / 1_000);
      atMs = nowMs;
      tokens -= 1;
      return tokens >= 0 ? 0 : Math.ceil((-tokens * 1_000) / perSecond);
    },
  };
}
