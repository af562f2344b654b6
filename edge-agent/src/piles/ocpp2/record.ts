import type { ChargeRecord, StartMethod } from '@holdfast/shared/order/record';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import { chargeEnergyOf, fromStart, placed } from '../ocpp/meter-register.ts';
import { isRemoteToken } from '../ocpp/remote-token.ts';
import { type ClockMoment, placedBy } from '../ocpp/station-clock.ts';
import type { Flaw } from '../ocpp/steps.ts';
import { stopOf } from '../ocpp/stop-reasons.ts';
import { type Charge, meterStartOf } from './charge.ts';
import { gapsIn } from './sequence.ts';

const NOTHING = energyStep(0n);
const ACTION = 'TransactionEvent';

function methodOf({ token, tradeNo }: Charge): StartMethod {
  if (tradeNo !== null || (token !== null && isRemoteToken(token.idToken))) return 'remote';
  return token === null || token.idToken === '' ? 'unknown' : 'card';
}

/** What a transaction comes to, the same whatever the order in which its events came. */
export function recordOf(pileNo: string, charge: Charge, now: ClockMoment): ChargeRecord {
  const { energy, readings, register } = chargeEnergyOf(charge.register);
  const { token, ended, ownStartMs } = charge;
  const place = placedBy(ended?.by ?? now);
  const startedAtMs = ownStartMs === null ? charge.startedAtMs : place(ownStartMs);
  const isCard = token !== null && token.idToken !== '' && !isRemoteToken(token.idToken);
  return {
    tradeNo: charge.stored?.orderNo ?? '',
    pileNo,
    connectorNo: charge.connectorNo ?? 1,
    startedAtMs,
    endedAtMs: ended === null || ended.ownMs === null ? null : place(ended.ownMs),
    receivedAtMs: now.nowMs,
    rows: [],
    meterStart: meterStartOf(charge) ?? NOTHING,
    meterEnd: register ?? NOTHING,
    totalEnergy: energy,
    totalLossEnergy: energy,
    totalAmount: moneyStep(0n),
    vin: null,
    startMethod: methodOf(charge),
    cardNo: isCard ? token.idToken : null,
    ...stopOf(ended?.reason ?? ''),
    readings: fromStart(startedAtMs, placed(readings, place)),
  };
}

/** What is odd about it: a register that fell ([OCPP-C14]), messages that are missing ([OCPP-C13]). */
export function flawsOf(charge: Charge): readonly Flaw[] {
  const { flaws } = chargeEnergyOf(charge.register);
  const fallen = flaws
    .filter((flaw) => flaw !== 'dipped')
    .map((flaw) => ({
      rule: 'OCPP-C14',
      action: ACTION,
      path: '/meterValue',
      seen: charge.key,
      repair: flaw,
    }));
  const missing = gapsIn(charge.sequence);
  if (missing.length === 0) return fallen;
  const gap: Flaw = {
    rule: 'OCPP-C13',
    action: ACTION,
    path: '/seqNo',
    seen: `without ${missing.slice(0, 10).join(', ')}`,
    repair: 'asked for',
  };
  return [...fallen, gap];
}
