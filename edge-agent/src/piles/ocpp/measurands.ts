/** What a unit is counted in, and the power of ten that leads there. */
export interface UnitRow {
  readonly base: BaseUnit;
  readonly shift: number;
  /** Not a power of ten but a shift of zero: thousandths to add to the scaled value. */
  readonly offsetMilli?: bigint;
}

export type BaseUnit =
  | 'Wh'
  | 'varh'
  | 'VAh'
  | 'W'
  | 'VA'
  | 'var'
  | 'A'
  | 'V'
  | 'C'
  | '%'
  | 'Hz'
  | '';

/** Units by their name in small letters, as the standards and as firmwares write them. */
export const UNITS: Readonly<Record<string, UnitRow>> = {
  wh: { base: 'Wh', shift: 0 },
  kwh: { base: 'Wh', shift: 3 },
  mwh: { base: 'Wh', shift: 6 },
  varh: { base: 'varh', shift: 0 },
  kvarh: { base: 'varh', shift: 3 },
  vah: { base: 'VAh', shift: 0 },
  kvah: { base: 'VAh', shift: 3 },
  w: { base: 'W', shift: 0 },
  kw: { base: 'W', shift: 3 },
  va: { base: 'VA', shift: 0 },
  kva: { base: 'VA', shift: 3 },
  var: { base: 'var', shift: 0 },
  kvar: { base: 'var', shift: 3 },
  a: { base: 'A', shift: 0 },
  ma: { base: 'A', shift: -3 },
  v: { base: 'V', shift: 0 },
  mv: { base: 'V', shift: -3 },
  kv: { base: 'V', shift: 3 },
  // 1.6 itself once misspelt it, and its erratum made both spellings legal.
  celcius: { base: 'C', shift: 0 },
  celsius: { base: 'C', shift: 0 },
  c: { base: 'C', shift: 0 },
  '°c': { base: 'C', shift: 0 },
  k: { base: 'C', shift: 0, offsetMilli: -273_150n },
  percent: { base: '%', shift: 0 },
  '%': { base: '%', shift: 0 },
  hz: { base: 'Hz', shift: 0 },
  hertz: { base: 'Hz', shift: 0 },
};

/** Measurands by their name in small letters: the standard's spelling, and its unit where none is said. */
const STANDARD: readonly (readonly [name: string, unit: BaseUnit])[] = [
  ['Energy.Active.Import.Register', 'Wh'],
  ['Energy.Active.Export.Register', 'Wh'],
  ['Energy.Active.Import.Interval', 'Wh'],
  ['Energy.Active.Export.Interval', 'Wh'],
  ['Energy.Active.Net', 'Wh'],
  ['Energy.Active.Setpoint.Interval', 'Wh'],
  ['Energy.Reactive.Import.Register', 'varh'],
  ['Energy.Reactive.Export.Register', 'varh'],
  ['Energy.Reactive.Import.Interval', 'varh'],
  ['Energy.Reactive.Export.Interval', 'varh'],
  ['Energy.Reactive.Net', 'varh'],
  ['Energy.Apparent.Import', 'VAh'],
  ['Energy.Apparent.Export', 'VAh'],
  ['Energy.Apparent.Net', 'VAh'],
  ['EnergyRequest.Target', 'Wh'],
  ['EnergyRequest.Minimum', 'Wh'],
  ['EnergyRequest.Maximum', 'Wh'],
  ['Power.Active.Import', 'W'],
  ['Power.Active.Export', 'W'],
  ['Power.Active.Setpoint', 'W'],
  ['Power.Active.Residual', 'W'],
  ['Power.Reactive.Import', 'var'],
  ['Power.Reactive.Export', 'var'],
  ['Power.Factor', ''],
  ['Power.Offered', 'W'],
  ['Power.Import.Offered', 'W'],
  ['Power.Export.Offered', 'W'],
  ['Current.Import', 'A'],
  ['Current.Export', 'A'],
  ['Current.Offered', 'A'],
  ['Current.Import.Offered', 'A'],
  ['Current.Export.Offered', 'A'],
  ['Voltage', 'V'],
  ['Frequency', 'Hz'],
  ['SoC', '%'],
  ['Temperature', 'C'],
  ['RPM', ''],
];

/** Names that firmwares use for a standard measurand. */
const ALIASES: Readonly<Record<string, string>> = {
  'energy.active.import': 'Energy.Active.Import.Register',
  'energy.import.register': 'Energy.Active.Import.Register',
  energy: 'Energy.Active.Import.Register',
  power: 'Power.Active.Import',
  'power.active': 'Power.Active.Import',
  current: 'Current.Import',
  soc: 'SoC',
  stateofcharge: 'SoC',
};

export interface MeasurandRow {
  readonly name: string;
  readonly unit: BaseUnit;
}

const ROWS: ReadonlyMap<string, MeasurandRow> = new Map(
  STANDARD.map(([name, unit]) => [name.toLowerCase(), { name, unit }]),
);

/** The row of a measurand however it is written; `undefined`: nobody's but its vendor's. */
export function measurandOf(text: string): MeasurandRow | undefined {
  const key = text.trim().toLowerCase();
  return ROWS.get(key) ?? ROWS.get((ALIASES[key] ?? '').toLowerCase());
}

/** Phases as the standard writes them; an empty phase is none. */
const PHASES = ['L1', 'L2', 'L3', 'N', 'L1-N', 'L2-N', 'L3-N', 'L1-L2', 'L2-L3', 'L3-L1'] as const;
export type Phase = (typeof PHASES)[number];

export const phaseOf = (text: string): Phase | undefined => {
  const key = text
    .trim()
    .toUpperCase()
    .replace(/[\s_/]+/g, '-');
  return PHASES.find((phase) => phase === key);
};

const LOCATIONS = ['Body', 'Cable', 'EV', 'Inlet', 'Outlet', 'Upstream'] as const;
export type MeterLocation = (typeof LOCATIONS)[number];

export const locationOf = (text: string): MeterLocation | undefined =>
  LOCATIONS.find((location) => location.toLowerCase() === text.trim().toLowerCase());
