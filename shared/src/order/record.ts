import type { PileRow } from '../money/bill.ts';
import type { MeterReading } from '../money/readings.ts';
import type { EnergyStep, MoneyStep } from '../units.ts';

/** How a charge was begun. `offline-card`: the pile alone authorised it. */
export type StartMethod = 'remote' | 'card' | 'vin' | 'offline-card' | 'unknown';

/** 交易记录 in neutral form: what a pile itself says of one charge. Nothing in it is trusted. */
export interface ChargeRecord {
  /** 32 hex digits, leading zeros kept; made by the edge, or by a pile that was alone. */
  readonly tradeNo: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  /** The pile's clock, epoch milliseconds; `null` when the field cannot be a time. */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  /** When the edge received it, epoch milliseconds of the edge's clock. */
  readonly receivedAtMs: number;
  readonly rows: readonly PileRow[];
  readonly meterStart: EnergyStep;
  readonly meterEnd: EnergyStep;
  readonly totalEnergy: EnergyStep;
  readonly totalLossEnergy: EnergyStep;
  readonly totalAmount: MoneyStep;
  readonly vin: string | null;
  readonly startMethod: StartMethod;
  readonly cardNo: string | null;
  /** The protocol's own code and its neutral class. */
  readonly stopCode: number;
  readonly stopClass: StopClass;
  /** Energy of the charge so far at repaired times of the pile's clock, in order, where it told. */
  readonly readings?: readonly MeterReading[];
  /** Nobody could read the figures (an old or cut frame): only the raw frame has them, bill nothing. */
  readonly unread?: boolean;
}

/** Why a charge ended, whatever the pile speaks (ykc.md §9). */
export type StopClass = 'normal' | 'start-failed' | 'aborted' | 'unknown';
