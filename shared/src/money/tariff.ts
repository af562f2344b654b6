import { type PriceStep, priceStep } from '../units.ts';

/** Rate kinds of the 云快充 family (billing.md §1). A tariff may hold more kinds; a pile may not. */
export const RATE_KINDS = ['sharp', 'peak', 'flat', 'valley'] as const;
/** 尖 峰 平 谷 … : an index into `Tariff.rates`; 0 to 3 are the kinds above. */
export type RateKind = number;

/** Price of one kWh of a kind: electricity (电费) and service (服务费) apart. */
export interface Rate {
  readonly electricity: PriceStep;
  readonly service: PriceStep;
}

/** What a pile holds and shows as one price: electricity + service. */
export const combinedPrice = (rate: Rate): PriceStep => priceStep(rate.electricity + rate.service);

/** 48 half-hour slots make a day; slot k is [k·30 min, (k+1)·30 min), Asia/Shanghai. */
export const SLOTS_PER_DAY = 48;

/**
 * 计费模型: one immutable version of the prices (billing.md §1). An order keeps the version that it
 * started with.
 */
export interface Tariff {
  readonly tariffId: string;
  readonly version: number;
  /** Two bytes as four upper-case hex digits: the tag by which 云快充 piles compare models (0x05/0x06). */
  readonly modelNo: string;
  /** One rate a kind, in the order of `RATE_KINDS`. */
  readonly rates: readonly Rate[];
  /** Kind of each of the 48 slots. */
  readonly slots: readonly RateKind[];
  /** 计损比例 in 1/10,000: energy billed = energy × (1 + lossRatio). 0 unless the operator says otherwise. */
  readonly lossRatio: number;
}
