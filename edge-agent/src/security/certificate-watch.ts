import type { SecurityEvent } from '@holdfast/shared/pile/security-event';
import type { StoredCertificate } from '../ports/credentials.ts';
import { currentOf, expiryOf } from './ca.ts';

const CODES = {
  'expires-soon': 'certificate-expires-soon',
  expired: 'certificate-expired',
} as const;

/** What to tell people of certificates that are near their end or beyond it. */
export function expiryEvents(
  issued: readonly StoredCertificate[],
  own: readonly { readonly name: string; readonly notAfterMs: number }[],
  nowMs: number,
): readonly SecurityEvent[] {
  const piles = currentOf(issued).map(({ pileNo, serialNumber, notAfterMs }) => ({
    pileNo,
    what: `serial ${serialNumber}`,
    notAfterMs,
  }));
  const ours = own.map(({ name, notAfterMs }) => ({ pileNo: null, what: name, notAfterMs }));
  return [...piles, ...ours].flatMap(({ pileNo, what, notAfterMs }) => {
    const state = expiryOf(notAfterMs, nowMs);
    if (state === 'fine') return [];
    const detail = `${what} until ${new Date(notAfterMs).toISOString()}`;
    return [{ code: CODES[state], pileNo, address: null, detail }];
  });
}
