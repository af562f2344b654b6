import { nextBoundary, slotOf, startOfDay } from '../time/shanghai.ts';
import type { RateKind, Tariff } from './tariff.ts';

/** Kind of a slot that a tariff does not have. No rate has it, so nothing is billed by it. */
const NO_KIND = -1;

/** The rate kind at an instant; a boundary belongs to the later slot (billing.md §2). */
export const kindAt = (tariff: Tariff, ms: number): RateKind => tariff.slots[slotOf(ms)] ?? NO_KIND;

/**
 * The instants after `fromMs` and before `toMs` where one row of a bill ends and the next begins:
 * where the kind changes, and at every 00:00, so that each row lies in one day and one month
 * (billing.md §7). Grows with the days between; callers bound those.
 */
export function cutsBetween(tariff: Tariff, fromMs: number, toMs: number): readonly number[] {
  const cuts: number[] = [];
  let kind = kindAt(tariff, fromMs);
  for (let at = nextBoundary(fromMs); at < toMs; at = nextBoundary(at)) {
    const next = kindAt(tariff, at);
    if (next !== kind || startOfDay(at) === at) cuts.push(at);
    kind = next;
  }
  return cuts;
}
