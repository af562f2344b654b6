/** How a limit is put to a station, in the order in which it is tried ([OCPP-D6]). */
export type LimitWay =
  | 'tx'
  | 'tx-default'
  | 'tx-default-all'
  | 'station-max'
  | 'vendor-key'
  | 'stop';

/** What is known of firmwares beyond what they say of themselves. Data, no code. */
export interface Quirks {
  /** Energy without a unit. */
  readonly energyUnit: 'Wh' | 'kWh';
  /** Times without a zone, in minutes east of UTC; `null`: the site's own. */
  readonly zoneMinutes: number | null;
  /** It hands out direct current. `null`: its readings tell. */
  readonly dc: boolean | null;
  readonly limitWays: readonly LimitWay[];
  readonly limitUnit: 'W' | 'A' | null;
  readonly profileKind: 'Absolute' | 'Relative';
  /** Level of our profile; `null`: the highest that it has, up to ours. */
  readonly stackLevel: number | null;
  /** A limit of zero is refused: the least is asked for, or the charge stopped. */
  readonly refusesZero: boolean;
  /** Configuration key that takes a current in A. */
  readonly vendorLimitKey: string | null;
  /** Set measurands; `leave`: changing them makes it restart ([OCPP-D3]). */
  readonly measurands: readonly string[] | 'leave';
  /** It stops charges under numbers that nobody gave it ([OCPP-C2]). */
  readonly inventsNumbers: boolean;
  /** Messages that it does not send when it is asked ([OCPP-D9]). */
  readonly deafTo: readonly string[];
}

const MEASURANDS: readonly string[] = [
  'Energy.Active.Import.Register',
  'Power.Active.Import',
  'Current.Import',
  'Voltage',
  'SoC',
];

export const NO_QUIRKS: Quirks = {
  energyUnit: 'Wh',
  zoneMinutes: null,
  dc: null,
  limitWays: ['tx', 'tx-default', 'tx-default-all', 'station-max', 'vendor-key', 'stop'],
  limitUnit: null,
  profileKind: 'Absolute',
  stackLevel: null,
  refusesZero: false,
  vendorLimitKey: null,
  measurands: MEASURANDS,
  inventsNumbers: false,
  deafTo: [],
};

/** What a station says of itself. */
export interface Make {
  readonly vendor: string;
  readonly model: string;
  readonly firmware: string;
}

/** A row of the table: whom it is about, and what is other there. */
export interface QuirkRow {
  readonly id: string;
  readonly vendor: RegExp;
  readonly model?: RegExp;
  readonly firmware?: RegExp;
  readonly set: Partial<Quirks>;
}

/** Later rows win. Every row is somebody's report; the row of the pitfalls that it answers stands first. */
export const QUIRK_ROWS: readonly QuirkRow[] = [
  // D3: probing unsupported measurands makes it restart; D6: level 0 only, no limit of zero.
  {
    id: 'abb-terra',
    vendor: /abb/i,
    set: { measurands: 'leave', stackLevel: 0, refusesZero: true },
  },
  // D6: highest level 0, refuses a default for connector 0.
  {
    id: 'evbox',
    vendor: /ev-?box/i,
    set: { stackLevel: 0, limitWays: ['tx', 'tx-default', 'station-max', 'stop'] },
  },
  // D6: refuses every profile while its own energy management is on.
  {
    id: 'schneider',
    vendor: /schneider/i,
    set: { limitWays: ['tx-default', 'tx', 'station-max', 'stop'] },
  },
  // D6: firmware 5 takes level 0 only, and counts a schedule from the start of the charge.
  { id: 'wallbox', vendor: /wall-?box/i, set: { profileKind: 'Relative' } },
  { id: 'wallbox-5', vendor: /wall-?box/i, firmware: /^5\./, set: { stackLevel: 0 } },
  // C2: counts its charges in seconds of 1970.
  { id: 'pulsar', vendor: /wall-?box|pulsar/i, model: /pulsar/i, set: { inventsNumbers: true } },
  // D6: watts only.
  { id: 'huawei', vendor: /huawei/i, set: { limitUnit: 'W' } },
  // D6: a profile counts only in a charge that was started from afar.
  { id: 'easee', vendor: /easee/i, set: { limitWays: ['tx', 'tx-default-all', 'stop'] } },
  { id: 'autel', vendor: /autel/i, set: { limitWays: ['tx', 'tx-default', 'stop'] } },
  // C16: local time without a zone.
  { id: 'growatt', vendor: /growatt/i, set: { zoneMinutes: 480 } },
];

const fits = ({ vendor, model, firmware }: QuirkRow, make: Make): boolean =>
  vendor.test(make.vendor) &&
  (model === undefined || model.test(make.model)) &&
  (firmware === undefined || firmware.test(make.firmware));

/** The quirks of a make; those without a row have none. */
export const quirksOf = (make: Make, rows: readonly QuirkRow[] = QUIRK_ROWS): Quirks =>
  Object.assign({}, NO_QUIRKS, ...rows.filter((row) => fits(row, make)).map(({ set }) => set));
