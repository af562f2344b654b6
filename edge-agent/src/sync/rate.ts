/** Time over which a rate is averaged. */
const SPAN_MS = 10_000;

/** Events a second, averaged; older ones count less. */
export interface Rate {
  readonly perSecond: number;
  readonly atMs: number;
}

export const newRate = (nowMs: number): Rate => ({ perSecond: 0, atMs: nowMs });

/** What the rate is when nothing has happened since. */
export const rateAt = ({ perSecond, atMs }: Rate, nowMs: number): number =>
  perSecond * Math.exp(-(nowMs - atMs) / SPAN_MS);

export const counted = (rate: Rate, events: number, nowMs: number): Rate => ({
  perSecond: rateAt(rate, nowMs) + (events * 1_000) / SPAN_MS,
  atMs: nowMs,
});
