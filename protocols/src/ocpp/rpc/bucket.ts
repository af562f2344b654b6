/** A bucket of tokens that fills with time. */
export interface Bucket {
  /** Takes some, on credit when there are none; tells how long to wait until the debt is paid, else 0. */
  readonly take: (count: number, nowMs: number) => number;
}

export function tokenBucket(perSecond: number, atOnce: number, startMs: number): Bucket {
  let tokens = atOnce;
  let atMs = startMs;
  return {
    take(count, nowMs) {
      tokens = Math.min(atOnce, tokens + ((nowMs - atMs) * perSecond) / 1_000);
      atMs = nowMs;
      tokens -= count;
      return tokens >= 0 ? 0 : Math.ceil((-tokens * 1_000) / perSecond);
    },
  };
}
