/** Watt-milliseconds in 1e-4 kWh: 0.1 Wh = 360 J = 360,000 W·ms. */
const WORK_PER_STEP = 360_000;
const SLOT_MS = 30 * 60_000;
const ZONE_MS = 8 * 3_600_000;

export type KindEnergies = [bigint, bigint, bigint, bigint];
export const noEnergies = (): KindEnergies => [0n, 0n, 0n, 0n];

/** Energy flowing through one gun. Whole steps only; what is left of a step waits for the next reading. */
export interface Flow {
  readonly powerW: number;
  /** Time of the last reading, world clock. */
  readonly atMs: number;
  /** Work since the last whole step, W·ms. */
  readonly rest: number;
  /** By the pile's own clock, as its record will say. */
  readonly byPileClock: KindEnergies;
  /** By the true time, as the driver ought to pay. */
  readonly byTrueClock: KindEnergies;
}

/** Rate kind at a time of a day in China (no summer time). */
function kindAt(slots: readonly number[], atMs: number): 0 | 1 | 2 | 3 {
  const slot = Math.floor(((atMs + ZONE_MS) % 86_400_000) / SLOT_MS);
  const kind = slots[slot];
  return kind === 0 || kind === 1 || kind === 3 ? kind : 2;
}

const untilBoundary = (atMs: number): number => SLOT_MS - (atMs % SLOT_MS);

function added(energies: KindEnergies, kind: 0 | 1 | 2 | 3, steps: bigint): KindEnergies {
  const next: KindEnergies = [...energies];
  next[kind] += steps;
  return next;
}

/**
 * Reads the meter at `toMs`: adds what flowed since the last reading to its slots, cutting at each
 * half-hour of both clocks so that no step falls into the wrong one.
 */
export function flowTo(
  flow: Flow,
  toMs: number,
  slots: readonly number[],
  clockOffsetMs: number,
): Flow {
  let { atMs, rest, byPileClock, byTrueClock } = flow;
  while (atMs < toMs) {
    const pileNow = atMs + clockOffsetMs;
    const ms = Math.min(toMs - atMs, untilBoundary(pileNow), untilBoundary(atMs));
    const work = rest + flow.powerW * ms;
    const steps = BigInt(Math.floor(work / WORK_PER_STEP));
    rest = work % WORK_PER_STEP;
    byPileClock = added(byPileClock, kindAt(slots, pileNow), steps);
    byTrueClock = added(byTrueClock, kindAt(slots, atMs), steps);
    atMs += ms;
  }
  return { ...flow, atMs, rest, byPileClock, byTrueClock };
}

export const totalOf = (energies: KindEnergies): bigint =>
  energies[0] + energies[1] + energies[2] + energies[3];
