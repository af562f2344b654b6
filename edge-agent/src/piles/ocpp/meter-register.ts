import type { MeterReading } from '@holdfast/shared/money/readings';
import { type EnergyStep, energyStep } from '@holdfast/shared/units';

/** What happened to a register while it counted one charge. */
export type MeterFlaw = 'rolled-over' | 'reset' | 'fell' | 'dipped';

/** The readings of one charge's register, in order of time whatever the order of their arrival. */
export interface MeterRegister {
  /** What everything is counted from; `null`: from the first reading. */
  readonly start: MeterReading | null;
  /** Energy of the charge at its start: what was counted before a reset that is long forgotten. */
  readonly carried: EnergyStep;
  readonly readings: readonly MeterReading[];
}

/** Energy of a charge so far, and its course, from zero. */
export interface ChargeEnergy {
  readonly energy: EnergyStep;
  readonly readings: readonly MeterReading[];
  readonly flaws: readonly MeterFlaw[];
  /** The raw value that the last step was counted to; `null`: nothing was read. */
  readonly register: EnergyStep | null;
}

/** Readings that are kept of one charge; then every second one goes, falls and ends stay. */
export const READINGS_MAX = 512;
/** A register may waver by so little without having fallen: 0.1 kWh. */
const DIP_STEPS = 1_000n;
/** A register that rolls over stands within 100 kWh of its end. */
const NEAR_STEPS = 1_000_000n;
/** First values that registers cannot show: six digits of kWh, 2³¹ Wh and 2³² Wh. */
const MODULI: readonly bigint[] = [10_000_000_000n, 21_474_836_480n, 42_949_672_960n];

/** Most that any pile delivers: 1 MW is one step in 0.36 ms. */
const STEPS_PER_SECOND = 2_778n;

export const NO_READINGS: MeterRegister = {
  start: null,
  carried: energyStep(0n),
  readings: [],
};

/** A register that stood at `meterStart` when its charge began. */
export const registerFrom = (
  meterStart: EnergyStep | null,
  startedAtMs: number | null,
  carried: EnergyStep = energyStep(0n),
): MeterRegister =>
  meterStart === null || startedAtMs === null
    ? NO_READINGS
    : { start: { atMs: startedAtMs, energy: meterStart }, carried, readings: [] };

const before = (a: MeterReading, b: MeterReading): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.energy < b.energy);

const same = (a: MeterReading | undefined, b: MeterReading): boolean =>
  a !== undefined && a.atMs === b.atMs && a.energy === b.energy;

/** A reading that must stay when others go: an end, or one beside a fall. */
function isCorner(readings: readonly MeterReading[], n: number): boolean {
  const [prior, here, next] = [readings[n - 1], readings[n], readings[n + 1]];
  if (prior === undefined || here === undefined || next === undefined) return true;
  return here.energy < prior.energy || next.energy < here.energy;
}

const thinned = (readings: readonly MeterReading[]): readonly MeterReading[] =>
  readings.filter((_, n) => n % 2 === 0 || isCorner(readings, n));

/** Adds a raw reading where its time puts it; one that is there already changes nothing. */
export function withReading(register: MeterRegister, reading: MeterReading): MeterRegister {
  const { readings } = register;
  const at = readings.findLastIndex((kept) => !before(reading, kept)) + 1;
  if (same(readings[at - 1], reading)) return register;
  const grown = [...readings.slice(0, at), reading, ...readings.slice(at)];
  const kept = grown.length > READINGS_MAX ? thinned(grown).slice(-READINGS_MAX) : grown;
  return { ...register, readings: kept };
}

interface Rise {
  readonly steps: bigint;
  readonly flaw: MeterFlaw | null;
  /** From what the next step is counted. */
  readonly stands: MeterReading;
}

function rollover(from: bigint, to: bigint): bigint | undefined {
  if (to >= NEAR_STEPS) return undefined;
  const modulus = MODULI.find((end) => from < end && from >= end - NEAR_STEPS);
  return modulus === undefined ? undefined : modulus - from + to;
}

const canBe = (steps: bigint, ms: number): boolean =>
  steps <= (BigInt(Math.max(0, Math.ceil(ms / 1_000))) + 1n) * STEPS_PER_SECOND;

/**
 * From one reading to the next. A fall counts as a reset to zero only when the next reading bears it
 * out and no pile is too weak for it; until then the charge stands where it stood.
 */
function riseOf(from: MeterReading, to: MeterReading, next: MeterReading | undefined): Rise {
  if (to.energy >= from.energy) {
    return { steps: to.energy - from.energy, flaw: null, stands: to };
  }
  const rolled = rollover(from.energy, to.energy);
  if (rolled !== undefined) return { steps: rolled, flaw: 'rolled-over', stands: to };
  if (from.energy - to.energy <= DIP_STEPS && to.energy > 0n) {
    return { steps: 0n, flaw: 'dipped', stands: from };
  }
  const wasReset =
    to.energy >= 0n &&
    next !== undefined &&
    next.energy >= to.energy &&
    next.energy < from.energy &&
    canBe(to.energy, to.atMs - from.atMs);
  if (wasReset) return { steps: to.energy, flaw: 'reset', stands: to };
  return { steps: 0n, flaw: 'fell', stands: from };
}

/** Adds the reading that ends a charge: nothing comes after it, whatever its clock says. */
export function withLast(register: MeterRegister, last: MeterReading): MeterRegister {
  const endMs = register.readings.at(-1)?.atMs ?? register.start?.atMs ?? last.atMs;
  return withReading(register, { ...last, atMs: Math.max(last.atMs, endMs) });
}

/** The start, and what was read from then on. */
function seriesOf({ start, readings }: MeterRegister): readonly MeterReading[] {
  if (start === null) return readings;
  return [
    start,
    ...readings.filter((reading) => reading.atMs >= start.atMs && !same(start, reading)),
  ];
}

/** [OCPP-C14] The energy of a charge: the sum of the rises of its register, never negative. */
export function chargeEnergyOf(register: MeterRegister): ChargeEnergy {
  const readings = seriesOf(register);
  const [first] = readings;
  if (first === undefined) {
    return { energy: register.carried, readings: [], flaws: [], register: null };
  }
  const course: MeterReading[] = [{ atMs: first.atMs, energy: register.carried }];
  const flaws = new Set<MeterFlaw>();
  let energy: bigint = register.carried;
  let stands = first;
  for (const [n, reading] of readings.entries()) {
    if (n === 0) continue;
    const rise = riseOf(stands, reading, readings[n + 1]);
    if (rise.flaw !== null) flaws.add(rise.flaw);
    energy += rise.steps;
    if (rise.flaw !== 'fell') course.push({ atMs: reading.atMs, energy: energyStep(energy) });
    stands = rise.stands;
  }
  return {
    energy: energyStep(energy),
    readings: course,
    flaws: [...flaws],
    register: stands.energy,
  };
}
