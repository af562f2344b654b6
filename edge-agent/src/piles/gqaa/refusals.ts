import type { Reason } from '@holdfast/protocols/gqaa/codes';
import { REFUSALS, type Refusal } from '@holdfast/shared/pile/refusals';
import { nameOf } from '../ykc/map.ts';

const isRefusal = (name: string): name is Refusal => REFUSALS.some((one) => one === name);

/** [GQAA-START-2] What a pile's reason says; `null`: it accepts. */
export function refusalOf(reason: Reason | { readonly unknown: number }): Refusal | null {
  const name = nameOf(reason);
  if (name === 'none') return null;
  if (name === 'price-model-differs') return 'no-tariff';
  return name !== undefined && isRefusal(name) ? name : 'pile-refused';
}
