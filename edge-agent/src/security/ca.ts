import type { RequestRefusal } from '../ports/certificates.ts';
import type { StoredCertificate } from '../ports/credentials.ts';

/* What the local CA decides; it signs in adapters/ca. */

const DAY_MS = 86_400_000;
/** Clocks of piles are off: a certificate holds from the day before. */
export const BACKDATE_MS = DAY_MS;
export const ROOT_DAYS = 7_300;
export const SERVER_DAYS = 730;
/** Certificates are renewed, and people reminded, so long before their end. */
export const RENEW_BEFORE_DAYS = 30;

const RSA_BITS = { least: 2_048, most: 4_096 } as const;
const CURVES: readonly string[] = ['prime256v1', 'secp384r1'];

/** What a request for a certificate says of itself. */
export interface RequestFacts {
  readonly commonName: string | null;
  readonly organisation: string | null;
  /** Whether it was signed with the key that it asks a certificate for. */
  readonly isSigned: boolean;
  readonly key: { readonly kind: string; readonly bits?: number; readonly curve?: string };
}

const isStrong = ({ kind, bits = 0, curve = '' }: RequestFacts['key']): boolean =>
  kind === 'rsa' ? bits >= RSA_BITS.least && bits <= RSA_BITS.most : CURVES.includes(curve);

/** What stands against a request; `null`: it is granted. */
export function requestRefusal(
  facts: RequestFacts,
  wanted: { readonly names: readonly string[]; readonly organisation: string | null },
): RequestRefusal | null {
  if (!facts.isSigned) return 'bad-signature';
  if (facts.commonName === null || !wanted.names.includes(facts.commonName)) return 'other-name';
  const { organisation } = wanted;
  if (organisation !== null && facts.organisation !== null && facts.organisation !== organisation) {
    return 'other-organisation';
  }
  return isStrong(facts.key) ? null : 'weak-key';
}

/** A serial number from 16 bytes of chance: positive, of full length, never the same twice. */
export function serialNumberOf(chance: Uint8Array): string {
  const [first = 0, ...rest] = chance;
  return Buffer.from([(first & 0x3f) | 0x40, ...rest]).toString('hex');
}

export const daysAfter = (atMs: number, days: number): number => atMs + days * DAY_MS;

export type ExpiryState = 'fine' | 'expires-soon' | 'expired';

export function expiryOf(notAfterMs: number, nowMs: number): ExpiryState {
  if (nowMs >= notAfterMs) return 'expired';
  return nowMs >= daysAfter(notAfterMs, -RENEW_BEFORE_DAYS) ? 'expires-soon' : 'fine';
}

/** Of each pile the certificate that ends last: the others were replaced. Revoked ones do not count. */
export function currentOf(issued: readonly StoredCertificate[]): readonly StoredCertificate[] {
  const newest = new Map<string, StoredCertificate>();
  for (const certificate of issued) {
    const { pileNo, notAfterMs, revokedAtMs } = certificate;
    if (pileNo === null || revokedAtMs !== null) continue;
    if ((newest.get(pileNo)?.notAfterMs ?? 0) < notAfterMs) newest.set(pileNo, certificate);
  }
  return [...newest.values()];
}
