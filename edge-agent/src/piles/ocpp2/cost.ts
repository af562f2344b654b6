import { billOfReadings } from '@holdfast/shared/money/bill-of';
import { fenText } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { chargeEnergyOf, fromStart, placed } from '../ocpp/meter-register.ts';
import { placedBy } from '../ocpp/station-clock.ts';
import type { Charge } from './charge.ts';
import type { Ocpp2State } from './state.ts';

/**
 * What a charge has cost so far, for the station's display (I02, I03): exact until it becomes the
 * number that JSON wants. Nothing where the site's prices cannot be worked out.
 */
export function costOf(
  { pileNo, clock }: Ocpp2State,
  { register, stored, startedAtMs }: Charge,
  view: DriverView,
): { readonly totalCost?: number } {
  const tariff = view.site.tariffFor(pileNo);
  if (tariff === undefined || stored === null) return {};
  const place = placedBy({ clock, nowMs: view.nowMs });
  const readings = placed(chargeEnergyOf(register).readings, place);
  const { bill } = billOfReadings(tariff, fromStart(startedAtMs, readings));
  return bill === null ? {} : { totalCost: Number(fenText(bill.total)) };
}

/** The same while it runs: 2.0.1 speaks of a cost only when a charge has ended. */
export const runningCostOf = (state: Ocpp2State, charge: Charge, view: DriverView) =>
  state.version === '2.1' ? costOf(state, charge, view) : {};
