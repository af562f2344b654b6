import type { EnergyStep, MoneyStep } from '../units.ts';

/** State of a connector as a person would say it, whatever the pile speaks. */
export const CONNECTOR_STATES = [
  'unknown',
  'offline',
  'faulted',
  'idle',
  'plugged',
  'starting',
  'charging',
  'finishing',
] as const;
export type ConnectorState = (typeof CONNECTOR_STATES)[number];

/** One report of a connector (0x13 and its like). Electrical values are measurements, not money. */
export interface Measurement {
  readonly connectorNo: number;
  /** Trade number in the report; `null` while idle. */
  readonly tradeNo: string | null;
  readonly status: 'offline' | 'faulted' | 'idle' | 'charging' | 'unknown';
  readonly plugged: boolean | null;
  readonly homed: boolean | null;
  readonly voltageMv: number;
  readonly currentMa: number;
  /** Left out: the product of voltage and current. Some piles measure power and no voltage. */
  readonly powerW?: number;
  /** Percent; `null` where the pile does not know. */
  readonly soc: number | null;
  readonly energy: EnergyStep;
  readonly lossEnergy: EnergyStep;
  readonly amount: MoneyStep;
  readonly chargedMinutes: number;
  readonly remainMinutes: number;
  readonly cableTempC: number | null;
  readonly batteryMaxTempC: number | null;
  /** Neutral fault ids, e.g. `emergency-stop`. */
  readonly faults: readonly string[];
}

/** Power that a connector draws by a report, W: mV × mA is 1e-6 W. */
export const powerOf = ({
  powerW,
  voltageMv,
  currentMa,
}: Pick<Measurement, 'powerW' | 'voltageMv' | 'currentMa'>): number =>
  powerW ?? (voltageMv * currentMa) / 1e6;
