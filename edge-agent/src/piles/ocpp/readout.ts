import type { Measurement } from '@holdfast/shared/pile/measurement';
import { type EnergyStep, energyStep, smallCount } from '@holdfast/shared/units';
import { energyOfMilliWh } from './decimal.ts';
import type { MeterLocation, Phase } from './measurands.ts';
import type { LineCurrents } from './phase-learning.ts';
import type { Sample } from './sampled-values.ts';

/** What the samples of one instant say of a connector; `null`: nothing. */
export interface Readout {
  /** Import register, where the pile hands energy over. */
  readonly register: EnergyStep | null;
  readonly powerW: number | null;
  readonly voltageMv: number | null;
  readonly currentMa: number | null;
  readonly soc: number | null;
  readonly temperatureC: number | null;
  /** What the pile allows the car, which is no measurement ([OCPP-E8]). */
  readonly offeredW: number | null;
  readonly offeredMa: number | null;
}

export const NO_READOUT: Readout = {
  register: null,
  powerW: null,
  voltageMv: null,
  currentMa: null,
  soc: null,
  temperatureC: null,
  offeredW: null,
  offeredMa: null,
};

const LINES: readonly Phase[] = ['L1', 'L2', 'L3'];
const LINES_TO_N: readonly Phase[] = ['L1-N', 'L2-N', 'L3-N'];
/** The pile's own end of the cable before the car's or the grid's ([OCPP-E13]). */
const OUTLET_FIRST: readonly MeterLocation[] = [
  'Outlet',
  'Cable',
  'Body',
  'EV',
  'Inlet',
  'Upstream',
];

/** Samples of one measurand at the first place that has any. */
function placed(samples: readonly Sample[], measurand: string): readonly Sample[] {
  const of = samples.filter((sample) => sample.measurand === measurand);
  if (of.length <= 1) return of;
  const location = OUTLET_FIRST.find((place) => of.some((sample) => sample.location === place));
  return of.filter((sample) => sample.location === location);
}

const last = (samples: readonly Sample[], phase: Phase | null): bigint | undefined =>
  samples.findLast((sample) => sample.phase === phase)?.milli;

const linesOf = (samples: readonly Sample[]): readonly bigint[] => {
  if (samples.length === 0) return [];
  const direct = LINES.flatMap((phase) => last(samples, phase) ?? []);
  return direct.length > 0 ? direct : LINES_TO_N.flatMap((phase) => last(samples, phase) ?? []);
};

/** [OCPP-E4]: the unphased value; else the sum of the lines, and never both. */
function totalOf(samples: readonly Sample[], measurand: string): bigint | undefined {
  const of = placed(samples, measurand);
  const whole = last(of, null);
  if (whole !== undefined) return whole;
  const lines = linesOf(of);
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + line, 0n);
}

/** A voltage is no sum: the unphased one, else the mean of the lines. */
function voltageOf(samples: readonly Sample[]): bigint | undefined {
  const of = placed(samples, 'Voltage');
  const whole = last(of, null);
  if (whole !== undefined) return whole;
  const lines = linesOf(of);
  if (lines.length === 0) return undefined;
  return lines.reduce((sum, line) => sum + line, 0n) / BigInt(lines.length);
}

const small = (count: bigint | undefined): number | null =>
  count === undefined || count !== BigInt.asIntN(32, count) ? null : smallCount(count);

const whole = (milli: bigint | undefined): number | null =>
  milli === undefined ? null : small(milli / 1_000n);

/** Samples of one instant as a page shows them. */
export function readoutOf(samples: readonly Sample[]): Readout {
  const register = totalOf(samples, 'Energy.Active.Import.Register');
  return {
    register: register === undefined ? null : energyStep(energyOfMilliWh(register)),
    powerW: whole(totalOf(samples, 'Power.Active.Import')),
    voltageMv: small(voltageOf(samples)),
    currentMa: small(totalOf(samples, 'Current.Import')),
    soc: whole(totalOf(samples, 'SoC')),
    temperatureC: whole(totalOf(samples, 'Temperature')),
    offeredW: whole(totalOf(samples, 'Power.Offered')),
    offeredMa: small(totalOf(samples, 'Current.Offered')),
  };
}

/** What is new, over what was known: a state of charge is held, a measurement replaced. */
export const readoutOver = (before: Readout, now: Readout): Readout => ({
  register: now.register ?? before.register,
  powerW: now.powerW ?? before.powerW,
  voltageMv: now.voltageMv ?? before.voltageMv,
  currentMa: now.currentMa ?? before.currentMa,
  soc: now.soc ?? before.soc,
  temperatureC: now.temperatureC ?? before.temperatureC,
  offeredW: now.offeredW ?? before.offeredW,
  offeredMa: now.offeredMa ?? before.offeredMa,
});

/**
 * Voltage and current whose product is the power that was measured: with several lines the current of
 * the whole connector at the voltage of one. Many stations measure power and no voltage.
 */
export function electricalOf({
  powerW,
  voltageMv,
  currentMa,
}: Readout): Pick<Measurement, 'voltageMv' | 'currentMa' | 'powerW'> {
  if (powerW === null || voltageMv === null || voltageMv <= 0) {
    const told = { voltageMv: voltageMv ?? 0, currentMa: currentMa ?? 0 };
    return powerW === null ? told : { ...told, powerW };
  }
  return { voltageMv, currentMa: Math.round((powerW * 1_000_000) / voltageMv) };
}

const GRID_LINES: Readonly<Record<string, 'L1' | 'L2' | 'L3'>> = { R: 'L1', S: 'L2', T: 'L3' };

/** The grid's line behind a phase of the pile, by `ConnectorPhaseRotation` (RST, RTS, …); `?` is none. */
function gridLineOf(phase: 'L1' | 'L2' | 'L3', rotation: string): 'L1' | 'L2' | 'L3' | null {
  const known = rotation.replaceAll('?', '');
  const turned = /^[RST?]{3}$/.test(rotation) && new Set(known).size === known.length;
  if (!turned) return null;
  return GRID_LINES[rotation.charAt(Number(phase.charAt(1)) - 1)] ?? null;
}

const PILE_LINES = ['L1', 'L2', 'L3'] as const;

/** [OCPP-E11] Current on each line of the grid, mA, as a connector is wired; `null`: it does not tell. */
export function gridCurrentsOf(
  samples: readonly Sample[],
  rotation: string,
): Readonly<Record<string, number>> | null {
  const of = placed(samples, 'Current.Import');
  const told = PILE_LINES.flatMap((phase) => {
    const line = gridLineOf(phase, rotation);
    const current = small(last(of, phase));
    return line === null || current === null ? [] : [[line, current] as const];
  });
  return told.length === 0 ? null : Object.fromEntries(told);
}

/** Current of each line as a meter names it, mA; lines that it leaves out carry none. `null`: no line. */
export function lineCurrentsOf(samples: readonly Sample[]): LineCurrents | null {
  const of = placed(samples, 'Current.Import');
  const [l1, l2, l3] = PILE_LINES.map((phase) => small(last(of, phase)));
  if ((l1 ?? l2 ?? l3 ?? null) === null) return null;
  return [l1 ?? 0, l2 ?? 0, l3 ?? 0];
}
