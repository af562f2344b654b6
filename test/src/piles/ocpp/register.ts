/** Watt-milliseconds in a watt-hour. */
const WORK_PER_WH = 3_600_000;
export const SLOT_MS = 30 * 60_000;
/** A six-digit register in kWh starts again at zero. */
export const REGISTER_WH = 1_000_000_000n;

/** What the register showed at an instant of the world's clock. */
export interface Reading {
  readonly atMs: number;
  readonly wh: bigint;
  readonly why: 'begin' | 'clock' | 'sample' | 'end';
}

/** The meter of a gun: it counts whole watt-hours and keeps the rest of one for later. */
export interface Register {
  /** Everything that has ever flowed; the register shows it from `zero` on, round and round. */
  readonly flowedWh: bigint;
  readonly zero: bigint;
  readonly rest: number;
  readonly powerW: number;
  readonly atMs: number;
}

export const shownOf = ({ flowedWh, zero }: Register): bigint => (zero + flowedWh) % REGISTER_WH;

function flowed(register: Register, toMs: number): Register {
  const work = register.rest + register.powerW * (toMs - register.atMs);
  return {
    ...register,
    flowedWh: register.flowedWh + BigInt(Math.floor(work / WORK_PER_WH)),
    rest: work % WORK_PER_WH,
    atMs: toMs,
  };
}

/**
 * Lets the current flow until `toMs`, and reads the register at each half hour of the pile's own
 * clock on the way, as clock-aligned metering does.
 */
export function readUntil(
  register: Register,
  toMs: number,
  clockOffsetMs: number,
): { readonly register: Register; readonly readings: readonly Reading[] } {
  const readings: Reading[] = [];
  let now = register;
  for (;;) {
    const pileNow = now.atMs + clockOffsetMs;
    const boundaryMs = now.atMs + SLOT_MS - (((pileNow % SLOT_MS) + SLOT_MS) % SLOT_MS);
    if (boundaryMs > toMs) break;
    now = flowed(now, boundaryMs);
    readings.push({ atMs: boundaryMs, wh: shownOf(now), why: 'clock' });
  }
  if (toMs > now.atMs) now = flowed(now, toMs);
  return { register: now, readings };
}

/** Energy between two readings, over the end of the register too. */
export const riseOf = (before: bigint, after: bigint): bigint =>
  (after - before + REGISTER_WH) % REGISTER_WH;
