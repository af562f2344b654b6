import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { DoorLimits } from '../../security/door-limits.ts';

/** A certificate with those that lead to its root, and its key; PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

export interface TlsMaterial {
  /** Several of different kinds: each client gets what it can use ([OCPP-A10]). */
  readonly pairs: readonly CertificatePair[];
  /** Whoever may vouch for piles, PEM; empty: no client certificates are asked for. */
  readonly clientCas: readonly string[];
  /** Also TLS 1.0 and 1.1, for old piles on a network of their own. */
  readonly isLegacy: boolean;
}

/** TLS 1.2 with forward secrecy first; RSA key exchange stays for chargers that know nothing else. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
].join(':');
const LEGACY_CIPHERS = 'DEFAULT:@SECLEVEL=0';

/** The key and certificates of a WSS front, and what it asks of a client. */
export function tlsServerOptions(material: TlsMaterial, limits: DoorLimits): TlsOptions {
  const { pairs, clientCas, isLegacy } = material;
  return {
    key: pairs.map(({ key }) => key),
    cert: pairs.map(({ certificate }) => certificate),
    minVersion: isLegacy ? 'TLSv1' : 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: isLegacy ? LEGACY_CIPHERS : CIPHERS,
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    handshakeTimeout: limits.handshakeMs,
    ...(clientCas.length === 0
      ? {}
      : // Whether a pile needs one is the doorkeeper's to say: here nobody is sent away yet.
        { requestCert: true, rejectUnauthorized: false, ca: [...clientCas] }),
  };
}
