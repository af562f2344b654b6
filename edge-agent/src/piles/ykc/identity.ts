import { bytesOf } from '@holdfast/protocols/kernel/bytes';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import { cardNoOf } from './map.ts';
import type { Heard } from './step.ts';

type Body = Heard<'startApply'>['body'] | Heard<'parallelStartApply'>['body'];

const textOf = (hex: string): string => String.fromCharCode(...bytesOf(hex)).replace(/\0+$/, '');

/**
 * Who asks. `undefined`: nobody that can be looked up (no card number, no readable VIN, or an
 * account, which no pile supports). The VIN is reversed by the text; piles that send it forward are
 * read as well (ykc.md §3).
 */
export function identityOf(body: Body): Identity | undefined {
  if (body.method === 'vin') {
    const vin = vinOf(body.vin);
    return vin === null ? undefined : { by: 'vin', vin };
  }
  const cardNo = body.method === 'card' ? cardNoOf(body.account) : null;
  if (cardNo === null) return undefined;
  const passwordMd5 = body.needPassword === 'yes' ? textOf(body.password).toLowerCase() : null;
  return { by: 'card', cardNo, passwordMd5 };
}

export const sameIdentity = (a: Identity, b: Identity): boolean =>
  (a.by === 'vin' && b.by === 'vin' && a.vin === b.vin) ||
  (a.by === 'card' && b.by === 'card' && a.cardNo === b.cardNo && a.passwordMd5 === b.passwordMd5);
