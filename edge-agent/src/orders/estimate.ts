import { adjustedTo } from '@holdfast/shared/money/adjust';
import type { Bill } from '@holdfast/shared/money/bill';
import { billOfReadings } from '@holdfast/shared/money/bill-of';
import { energyStep } from '@holdfast/shared/units';
import type { Session } from './session.ts';

/**
 * What a charge whose record is missing has cost as far as the edge saw it, never more than was set
 * aside for it (billing.md §7). `null` when the edge saw nothing, or when what it saw contradicts itself.
 */
export function estimateOf({ order, samples }: Session): Bill | null {
  const { tariff, chargingAtMs, balance } = order;
  const first = samples[0];
  if (tariff === null || first === undefined) return null;
  const startMs = Math.min(chargingAtMs ?? first.atMs, first.atMs);
  const { bill } = billOfReadings(tariff, [{ atMs: startMs, energy: energyStep(0n) }, ...samples]);
  if (bill === null || balance === null || bill.total <= balance) return bill;
  return adjustedTo(bill, balance);
}
