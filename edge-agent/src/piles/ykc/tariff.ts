import { gunNoOf, type YkcBody } from '@holdfast/protocols/ykc/codec';
import type { Rate, Tariff } from '@holdfast/shared/money/tariff';
import { pileMisfitsOf } from '@holdfast/shared/money/tariff-check';
import { priceStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { nameOf } from './map.ts';
import { connectorsOf, gunOf, type YkcState } from './state.ts';
import {
  andThen,
  emit,
  type Heard,
  reply,
  stay,
  step,
  tell,
  type YkcEffect,
  type YkcStep,
} from './step.ts';

const FREE: Rate = { electricity: priceStep(0n), service: priceStep(0n) };

const answered = (modelNo: string, accepted: boolean): YkcEffect =>
  emit({ type: 'TariffAnswered', modelNo: modelNo.toLowerCase(), accepted });

/** The body of 0x0A and 0x58. A kind that the tariff does not have is in no slot, so it costs nothing. */
export function priceModelOf(pileNo: string, tariff: Tariff): YkcBody<'priceModel'> {
  const [sharp = FREE, peak = FREE, flat = FREE, valley = FREE] = tariff.rates;
  return {
    pileNo,
    modelNo: tariff.modelNo.toUpperCase(),
    sharpElecPrice: sharp.electricity,
    sharpServicePrice: sharp.service,
    peakElecPrice: peak.electricity,
    peakServicePrice: peak.service,
    flatElecPrice: flat.electricity,
    flatServicePrice: flat.service,
    valleyElecPrice: valley.electricity,
    valleyServicePrice: valley.service,
    // 1/10,000 in the tariff, whole percent on the wire; `pileMisfitsOf` has refused the rest.
    lossRatio: tariff.lossRatio / 100,
    slots: tariff.slots,
  };
}

const fits = (tariff: Tariff): boolean => pileMisfitsOf(tariff).length === 0;

/** [YKC-TARIFF-1]: 0x05 → 0x06. */
export function check(
  state: YkcState,
  { seq, body }: Heard<'priceModelCheck'>,
  view: DriverView,
): YkcStep {
  const tariff = view.site.tariffFor(state.pileNo);
  const { modelNo } = body;
  const same = tariff !== undefined && fits(tariff) && tariff.modelNo.toUpperCase() === modelNo;
  const answer = reply(seq, 'priceModelCheckAck', {
    pileNo: state.pileNo,
    modelNo,
    result: same ? 'same' : 'different',
  });
  return same ? step(state, answer, answered(modelNo, true)) : step(state, answer);
}

/** [YKC-TARIFF-2]: 0x09 → 0x0A; without a tariff no answer, so the pile does not charge. */
export function request(
  state: YkcState,
  { seq }: Heard<'priceModelRequest'>,
  view: DriverView,
): YkcStep {
  const tariff = view.site.tariffFor(state.pileNo);
  if (tariff === undefined) return stay(state);
  if (!fits(tariff)) return step(state, answered(tariff.modelNo, false));
  return step(state, reply(seq, 'priceModel', priceModelOf(state.pileNo, tariff)));
}

const isIdle = (state: YkcState, connectorNo: number, nowMs: number): boolean => {
  const { use, startingUntilMs } = gunOf(state, connectorNo);
  return use === 'idle' && startingUntilMs <= nowMs;
};

/** [YKC-TARIFF-3]: 0x58 goes out when every gun is idle, never into a charge (ykc.md §6). */
export function pushWhenIdle(state: YkcState, nowMs: number): YkcStep {
  const tariff = state.waitingTariff;
  if (tariff === null) return stay(state);
  if (!connectorsOf(state).every((connectorNo) => isIdle(state, connectorNo, nowMs))) {
    return stay(state);
  }
  const pushed = { ...state, waitingTariff: null, pushedModelNo: tariff.modelNo };
  return tell(pushed, 'priceModelSet', priceModelOf(state.pileNo, tariff));
}

/** [YKC-TARIFF-4]: the newest tariff waits; guns that have not reported since the login are asked. */
export function pushTariff(state: YkcState, tariff: Tariff, view: DriverView): YkcStep {
  if (!fits(tariff)) return step(state, answered(tariff.modelNo, false));
  const { pileNo } = state;
  let next = pushWhenIdle({ ...state, waitingTariff: tariff }, view.nowMs);
  for (const connectorNo of connectorsOf(state)) {
    if (next.state.waitingTariff === null || gunOf(state, connectorNo).use !== 'unknown') continue;
    next = andThen(next, (s) => tell(s, 'readRealtime', { pileNo, gunNo: gunNoOf(connectorNo) }));
  }
  return next;
}

/** [YKC-TARIFF-5]: 0x57. */
export function pushAnswered(state: YkcState, { body }: Heard<'priceModelSetAck'>): YkcStep {
  const modelNo = state.pushedModelNo;
  if (modelNo === null) return stay(state);
  const accepted = nameOf(body.result) === 'ok';
  return step({ ...state, pushedModelNo: null }, answered(modelNo, accepted));
}
