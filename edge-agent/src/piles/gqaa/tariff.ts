import type { GqaaBody } from '@holdfast/protocols/gqaa/codec';
import type { Rate, Tariff } from '@holdfast/shared/money/tariff';
import { pileMisfitsOf } from '@holdfast/shared/money/tariff-check';
import { priceStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { connectorsOf, type GqaaState, gunOf } from './state.ts';
import { andThen, ask, emit, type GqaaEffect, type GqaaStep, stay, step } from './step.ts';

const FREE: Rate = { electricity: priceStep(0n), service: priceStep(0n) };
/** No model at all. */
export const NO_MODEL = '0000';

export const tariffAnswered = (modelNo: string, accepted: boolean): GqaaEffect =>
  emit({ type: 'TariffAnswered', modelNo: modelNo.toLowerCase(), accepted });

/** The body of 0x50 without its head. */
function priceModelOf(tariff: Tariff): Omit<GqaaBody<'priceModel'>, 'cot' | 'pileNo' | 'gunNo'> {
  const [sharp = FREE, peak = FREE, flat = FREE, valley = FREE] = tariff.rates;
  return {
    modelNo: tariff.modelNo.toUpperCase(),
    sharpElecPrice: sharp.electricity,
    sharpServicePrice: sharp.service,
    peakElecPrice: peak.electricity,
    peakServicePrice: peak.service,
    flatElecPrice: flat.electricity,
    flatServicePrice: flat.service,
    valleyElecPrice: valley.electricity,
    valleyServicePrice: valley.service,
    slots: tariff.slots,
  };
}

/** 0x50 has four kinds, half hours, and no losses. */
const fits = (tariff: Tariff): boolean =>
  pileMisfitsOf(tariff).length === 0 && tariff.lossRatio === 0;

/** The tag that a start names, so that a pile with other prices refuses ([GQAA-START-4]). */
export const modelNoFor = ({ pileNo }: GqaaState, { site }: DriverView): string =>
  site.tariffFor(pileNo)?.modelNo.toUpperCase() ?? NO_MODEL;

const isIdle = (state: GqaaState, connectorNo: number, nowMs: number): boolean => {
  const { use, startingUntilMs } = gunOf(state, connectorNo);
  return use === 'idle' && startingUntilMs <= nowMs;
};

/** [GQAA-TARIFF-2]: 0x50 goes out when every gun is idle, never into a charge. */
export function pushWhenIdle(state: GqaaState, nowMs: number): GqaaStep {
  const tariff = state.waitingTariff;
  if (tariff === null) return stay(state);
  if (!connectorsOf(state).every((connectorNo) => isIdle(state, connectorNo, nowMs))) {
    return stay(state);
  }
  const wish = { do: 'pushTariff', tariff } as const;
  return ask({ ...state, waitingTariff: null }, 'priceModel', 0, priceModelOf(tariff), wish);
}

/** The newest tariff waits for the pile to be idle. */
export function pushTariff(state: GqaaState, tariff: Tariff, { nowMs }: DriverView): GqaaStep {
  if (!fits(tariff)) return step(state, tariffAnswered(tariff.modelNo, false));
  return pushWhenIdle({ ...state, waitingTariff: tariff }, nowMs);
}

/** [GQAA-TARIFF-1]: a pile says at its login which model it holds; another than it must is replaced. */
export function heldAtLogin(state: GqaaState, modelNo: string, view: DriverView): GqaaStep {
  const tariff = view.site.tariffFor(state.pileNo);
  if (tariff === undefined) return stay(state);
  if (fits(tariff) && tariff.modelNo.toUpperCase() === modelNo) {
    return step(state, tariffAnswered(modelNo, true));
  }
  return andThen(stay(state), (s) => pushTariff(s, tariff, view));
}
