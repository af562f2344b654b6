import type { MeterReading } from '@holdfast/shared/money/readings';
import { type EnergyStep, energyStep } from '@holdfast/shared/units';

/** What happened to a register while it counted one charge. */
export type MeterFlaw = 'rolled-over' | 'reset' | 'fell' | 'dipped';

/** A reading as its station told it: its time is that of the station's own clock, as it stood there. */
export interface OwnReading extends MeterReading {
  /** The order in which readings were told: by their number, or as they came. */
  readonly no: number;
}

/**
 * The readings of one charge's register, in order of the station's own time. What is learnt of its
 * clock moves none of them: whatever it is, and whenever, the energy is the same.
 */
export interface MeterRegister {
  /** What everything is counted from; `null`: from the first reading. */
  readonly start: OwnReading | null;
  /** Energy of the charge at its start: what was counted before a reset that is long forgotten. */
  readonly carried: EnergyStep;
  readonly readings: readonly OwnReading[];
}

/** Energy of a charge so far, and its course, from zero, by the station's own time. */
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

/** A start is told before everything else. */
const START_NO = Number.NEGATIVE_INFINITY;

/** A register that stood at `meterStart` when its charge began, by the station's own clock. */
export const registerFrom = (
  meterStart: EnergyStep | null,
  ownStartMs: number | null,
  carried: EnergyStep = energyStep(0n),
): MeterRegister =>
  meterStart === null || ownStartMs === null
    ? NO_READINGS
    : { start: { atMs: ownStartMs, energy: meterStart, no: START_NO }, carried, readings: [] };

/** The number of what is told after everything that was told so far, where messages have none. */
export const nextNo = ({ readings }: MeterRegister): number =>
  readings.reduce((most, { no }) => Math.max(most, no), -1) + 1;

const before = (a: MeterReading, b: MeterReading): boolean =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.energy < b.energy);

const same = (a: MeterReading | undefined, b: MeterReading): boolean =>
  a !== undefined && a.atMs === b.atMs && a.energy === b.energy;

/** Readings by another clock; none is before the one that it follows. */
export function placed(
  readings: readonly MeterReading[],
  place: (ownMs: number) => number,
): readonly MeterReading[] {
  let lastMs = Number.NEGATIVE_INFINITY;
  return readings.map(({ atMs, energy }) => {
    lastMs = Math.max(lastMs, place(atMs));
    return { atMs: lastMs, energy };
  });
}

/** Readings that a restart has cut off at a reset begin with the charge all the same. */
export function fromStart(
  startedAtMs: number | null,
  readings: readonly MeterReading[],
): readonly MeterReading[] {
  const isCut = startedAtMs !== null && (readings[0]?.energy ?? 0n) > 0n;
  return isCut ? [{ atMs: startedAtMs, energy: energyStep(0n) }, ...readings] : readings;
}

/** What is told again was told when it was told first. */
const firstTold = (register: MeterRegister, at: number, no: number): MeterRegister =>
  no >= (register.readings[at]?.no ?? no)
    ? register
    : {
        ...register,
        readings: register.readings.map((kept, n) => (n === at ? { ...kept, no } : kept)),
      };

/** A reading that must stay when others go: an end, or one beside a fall. */
function isCorner(readings: readonly OwnReading[], n: number): boolean {
  const [prior, here, next] = [readings[n - 1], readings[n], readings[n + 1]];
  if (prior === undefined || here === undefined || next === undefined) return true;
  return here.energy < prior.energy || next.energy < here.energy;
}

const thinned = (readings: readonly OwnReading[]): readonly OwnReading[] =>
  readings.filter((_, n) => n % 2 === 0 || isCorner(readings, n));

/** Adds a raw reading where its own time puts it; one that is there already changes no energy. */
export function withReading(register: MeterRegister, reading: OwnReading): MeterRegister {
  const { readings } = register;
  const at = readings.findLastIndex((kept) => !before(reading, kept)) + 1;
  if (same(readings[at - 1], reading)) return firstTold(register, at - 1, reading.no);
  const grown = [...readings.slice(0, at), reading, ...readings.slice(at)];
  const kept = grown.length > READINGS_MAX ? thinned(grown).slice(-READINGS_MAX) : grown;
  return { ...register, readings: kept };
}

interface Rise {
  readonly steps: bigint;
  readonly flaw: MeterFlaw | null;
  /** From what the next step is counted. */
  readonly stands: OwnReading;
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
function riseOf(from: OwnReading, to: OwnReading, next: OwnReading | undefined): Rise {
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
  const atMs = Math.max(last.atMs, endMs);
  return withReading(register, { ...last, atMs, no: nextNo(register) });
}

const spanOf = (readings: readonly OwnReading[]): number => {
  const times = readings.map(({ atMs }) => atMs);
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
};

/** Whether a register never falls, and rises no more than any pile delivers in all that time. */
function isSteady(readings: readonly OwnReading[]): boolean {
  if (readings.some(({ energy }, n) => energy < (readings[n - 1]?.energy ?? energy))) return false;
  const [first, last] = [readings[0], readings.at(-1)];
  return first === undefined || last === undefined
    ? true
    : canBe(last.energy - first.energy, spanOf(readings));
}

/**
 * The start, and what was read from then on, by the station's own time. Where that makes the register
 * fall, or leaves readings out, and the order in which they were told does not, the clock was set in
 * the middle: then they are as they were told.
 */
function seriesOf({ start, readings }: MeterRegister): readonly OwnReading[] {
  const others = start === null ? readings : readings.filter((one) => !same(start, one));
  const head = start === null ? [] : [start];
  const sinceMs = start?.atMs ?? Number.NEGATIVE_INFINITY;
  const own = [...head, ...others.filter(({ atMs }) => atMs >= sinceMs)];
  if (own.length === head.length + others.length && isSteady(own)) return own;
  const told = [...head, ...others.toSorted((a, b) => a.no - b.no || (before(a, b) ? -1 : 1))];
  return isSteady(told) ? told : own;
}

/** Sums the rises; `resets`: whether a fall may be a reset to zero. */
function counted(
  readings: readonly OwnReading[],
  carried: EnergyStep,
  resets: boolean,
): ChargeEnergy {
  const [first] = readings;
  if (first === undefined) return { energy: carried, readings: [], flaws: [], register: null };
  const course: MeterReading[] = [{ atMs: first.atMs, energy: carried }];
  const flaws = new Set<MeterFlaw>();
  let energy: bigint = carried;
  let stands = first;
  let atMs = first.atMs;
  for (const [n, reading] of readings.entries()) {
    if (n === 0) continue;
    const rise = riseOf(stands, reading, resets ? readings[n + 1] : undefined);
    if (rise.flaw !== null) flaws.add(rise.flaw);
    energy += rise.steps;
    atMs = Math.max(atMs, reading.atMs);
    if (rise.flaw !== 'fell') course.push({ atMs, energy: energyStep(energy) });
    stands = rise.stands;
  }
  return {
    energy: energyStep(energy),
    readings: course,
    flaws: [...flaws],
    register: stands.energy,
  };
}

/**
 * [OCPP-C14] The energy of a charge: the sum of the rises of its register, never negative. What
 * resets add up to is taken only where a pile can have delivered it over the whole charge.
 */
export function chargeEnergyOf(register: MeterRegister): ChargeEnergy {
  const { carried } = register;
  const readings = seriesOf(register);
  const whole = counted(readings, carried, true);
  const isSafe = !whole.flaws.includes('reset') || canBe(whole.energy - carried, spanOf(readings));
  return isSafe ? whole : counted(readings, carried, false);
}
