import type { StoredCertificate } from './credentials.ts';

/** Why a request for a certificate was not granted. */
export type RequestRefusal =
  | 'unreadable'
  | 'bad-signature'
  | 'other-name'
  | 'other-organisation'
  | 'weak-key';

export type Signing =
  | {
      readonly ok: true;
      /** PEM, the pile's own certificate first; its root is `roots`. */
      readonly chain: string;
      readonly certificate: StoredCertificate;
    }
  | { readonly ok: false; readonly refusal: RequestRefusal };

/** The CA of this box; works without a line to anywhere. */
export interface CertificateAuthority {
  /** Roots to install in piles, PEM: RSA and ECDSA. */
  readonly roots: () => readonly string[];
  /**
   * Signs what a pile has asked for (SignCertificate), once its name and key were checked. `request`:
   * PKCS#10 as PEM. Rejects with `FaultError` when the certificate could not be kept.
   */
  readonly sign: (pileNo: string, request: string) => Promise<Signing>;
  /** From now on the certificate holds no more; `FaultError('not-found')` for another CA's. */
  readonly revoke: (serialNumber: string) => Promise<StoredCertificate>;
  readonly isRevoked: (serialNumber: string) => boolean;
  readonly issued: () => readonly StoredCertificate[];
  /** Certificates that were revoked, signed by each root, PEM. */
  readonly revocationLists: () => Promise<readonly string[]>;
}
