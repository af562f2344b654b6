import type { ChargeRecord } from '../order/record.ts';
import type { Fen } from '../units.ts';
import { adjustedTo } from './adjust.ts';
import { BILL_EXCEPTIONS, type Bill, type BillException } from './bill.ts';
import { billOfKinds, billOfReadings } from './bill-of.ts';
import { compareWithPile, type PriceBasis, tellsMoney } from './compare.ts';
import type { SettlePolicy } from './policy.ts';
import type { MeterReading } from './readings.ts';
import { believedTimesOf, claimedEnergyOf, recordMarksOf, rowEnergyOf } from './record-check.ts';
import { type EdgeTimes, readingsOfRecord } from './reslice.ts';
import { fenOf } from './round.ts';
import type { Tariff } from './tariff.ts';

/** A record to settle, and what the edge knows of its charge. */
export interface SettleInput {
  readonly record: ChargeRecord;
  /** The version locked at the start; `null` when there is none. */
  readonly tariff: Tariff | null;
  /** Energy of this charge so far, at the edge's receive times, in order; empty when there are none. */
  readonly samples: readonly MeterReading[];
  readonly edgeTimes: EdgeTimes;
  /** Sent as the charge ended, not from the pile's store after a time without a line. */
  readonly live: boolean;
  /** What the connector can deliver at most; `null` when nobody said, then no jump can be seen. */
  readonly ratedPowerW: number | null;
  readonly policy: SettlePolicy;
}

/** Why a record has no bill that is due by itself: a person decides (billing.md §7). */
export type HoldReason = Extract<
  BillException,
  'tariff-unknown' | 'clock-wrong' | 'meter-fell' | 'meter-jump'
>;

/** The edge's decision on one record. Both splits are kept, whichever was billed. */
export interface Settlement {
  /** What is due; `null` when `held` says why not. */
  readonly bill: Bill | null;
  readonly held: HoldReason | null;
  /** The pile's energies by kind × the tariff. */
  readonly pileSplit: Bill | null;
  /** The record's energy × the tariff by the edge's clock; made when the pile's split cannot serve. */
  readonly edgeSplit: Bill | null;
  /** The pile's total rounded to a fen; `null`: it knows no prices. */
  readonly pileTotal: Fen | null;
  /** Our total before any adjustment, minus the pile's; `null` when we have none. */
  readonly difference: Fen | null;
  readonly withinTolerance: boolean;
  readonly priceBasis: PriceBasis;
  /** Without doubles, in the order of `BILL_EXCEPTIONS`. */
  readonly exceptions: readonly BillException[];
}

/** Whether the pile's rows say by kind what it delivered; some protocols and firmware do not. */
const isSplit = (record: ChargeRecord): boolean =>
  rowEnergyOf(record) > 0n || claimedEnergyOf(record) === 0n;

interface Splits {
  readonly pileSplit: Bill | null;
  readonly edgeSplit: Bill | null;
  readonly exceptions: readonly BillException[];
}

function splitsOf(input: SettleInput, tariff: Tariff): Splits {
  const { record, live, policy } = input;
  const believed = believedTimesOf(record, live, policy);
  const pileSplit = isSplit(record) ? billOfKinds(tariff, record.rows) : null;
  if (believed !== null && isSplit(record)) {
    const exceptions: readonly BillException[] = pileSplit === null ? ['tariff-unknown'] : [];
    return { pileSplit, edgeSplit: null, exceptions };
  }
  const readings = readingsOfRecord({ ...input, believed });
  if (readings === null) return { pileSplit, edgeSplit: null, exceptions: ['clock-wrong'] };
  const { bill: edgeSplit, exceptions } = billOfReadings(tariff, readings);
  return { pileSplit, edgeSplit, exceptions };
}

/** How long the edge saw the charge last; `null` when it missed the start. */
function edgeDurationOf({ record, edgeTimes }: SettleInput): number | null {
  if (edgeTimes.startedAtMs === null) return null;
  return Math.max(0, (edgeTimes.endedAtMs ?? record.receivedAtMs) - edgeTimes.startedAtMs);
}

const inOrder = (exceptions: readonly BillException[]): readonly BillException[] =>
  BILL_EXCEPTIONS.filter((exception) => exceptions.includes(exception));

/** No arithmetic is possible: the record is kept with its marks, and no price is invented. */
function unpriced(input: SettleInput, exceptions: readonly BillException[]): Settlement {
  const marks = recordMarksOf({ ...input, edgeDurationMs: edgeDurationOf(input) });
  return {
    bill: null,
    held: exceptions.includes('tariff-unknown') ? 'tariff-unknown' : 'clock-wrong',
    pileSplit: null,
    edgeSplit: null,
    pileTotal: tellsMoney(input.record) ? fenOf(input.record.totalAmount) : null,
    difference: null,
    withinTolerance: false,
    priceBasis: 'none',
    exceptions: inOrder([...marks, ...exceptions]),
  };
}

/**
 * Decides which bill is due for a pile's record. The pile's energies by kind are priced by the locked
 * tariff; where its clock is wrong, or it does not split, its energy is split by the edge's clock.
 * A meter that fell or jumped is held. Pure: the same input settles the same way for ever.
 */
export function settle(input: SettleInput): Settlement {
  const { record, tariff, policy } = input;
  if (tariff === null) return unpriced(input, ['tariff-unknown']);
  // No figures at all: its zeros are not a price, and a person reads the raw frame.
  if (record.unread === true) return unpriced(input, ['clock-wrong']);
  const splits = splitsOf(input, tariff);
  const bill = splits.edgeSplit ?? splits.pileSplit;
  if (bill === null) return unpriced(input, splits.exceptions);

  const edgeDurationMs = edgeDurationOf(input);
  const compared = compareWithPile({ ...input, tariff, bill, edgeDurationMs });
  const exceptions = inOrder([...splits.exceptions, ...compared.exceptions]);
  const held = exceptions.find((mark) => mark === 'meter-fell' || mark === 'meter-jump') ?? null;
  const billsPile =
    policy.billed === 'pile' && compared.withinTolerance && compared.pileTotal !== null;
  const due = billsPile ? adjustedTo(bill, fenOf(record.totalAmount)) : bill;
  return {
    bill: held === null ? due : null,
    held,
    pileSplit: splits.pileSplit,
    edgeSplit: splits.edgeSplit,
    pileTotal: compared.pileTotal,
    difference: compared.difference,
    withinTolerance: compared.withinTolerance,
    priceBasis: compared.priceBasis,
    exceptions,
  };
}
