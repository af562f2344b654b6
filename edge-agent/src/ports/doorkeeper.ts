import type { SecurityEvent } from '@holdfast/shared/pile/security-event';

/**
 * OCPP security profiles: 0 nothing, 1 password, 2 password over TLS, 3 certificate over TLS. For a
 * pile on plain TCP: 0 is plain, 2 is TLS with a key of its own (TLS-PSK).
 */
export type SecurityProfile = 0 | 1 | 2 | 3;

/** A certificate that a client has shown and that TLS has verified up to a CA of ours. */
export interface ShownCertificate {
  readonly commonName: string | null;
  readonly organisation: string | null;
  /** Lower-case hex without leading zeros. */
  readonly serialNumber: string;
  /** Serial number in the subject (OID 2.5.4.5), where there is one. */
  readonly subjectSerial: string | null;
  /** Subject alternative names: DNS names and URIs, without their kind. */
  readonly alternativeNames: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What TLS knows of a connection. */
export interface TlsSession {
  /** E.g. `TLSv1.3`. */
  readonly version: string;
  /** `null`: none was shown, or one that no CA of ours vouches for. */
  readonly certificate: ShownCertificate | null;
  /** What TLS has against the one that was shown, e.g. `CERT_HAS_EXPIRED`. */
  readonly certificateFault: string | null;
  /** Identity of the pre-shared key that the handshake was made with. */
  readonly pskIdentity: string | null;
}

/** A pile at the door, before its connection is upgraded. */
export interface Visit {
  readonly address: string;
  /** As it stands in the path, decoded. */
  readonly identity: string;
  /** The header `Authorization`, unread; never logged. */
  readonly authorization: string | undefined;
  /** `null`: a plain connection. */
  readonly tls: TlsSession | null;
}

/** Why somebody stays outside. */
export type DoorRefusal =
  /** The address is not on the list of the front or of the pile. */
  | 'address'
  /** Too many failed attempts of late. */
  | 'locked'
  /** Too many new connections of this address. */
  | 'too-fast'
  /** No pile of this site has this identity. */
  | 'unknown'
  /** Less security than the pile must have. */
  | 'profile'
  /** No password, or a wrong one. */
  | 'password'
  /** No certificate, or one that does not belong to this pile. */
  | 'certificate'
  /** The pile's number is not that of its key. */
  | 'identity'
  /** Too many checks wait: come again. */
  | 'busy';

export type Entry =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly why: DoorRefusal;
      /** Of the HTTP answer: 401, 403, 404, 429, 503. */
      readonly status: number;
      /** When to come again, seconds, for the header `Retry-After`; 0: does not say. */
      readonly retryAfterS: number;
    };

export type Admission =
  | { readonly ok: true; readonly profile: SecurityProfile }
  | Extract<Entry, { ok: false }>;

/**
 * Who may come in at a front. Every refusal is counted, reported as a security event and, where it was
 * an attempt to guess, held against address and identity. Nothing here throws for what a client sends.
 */
export interface Doorkeeper {
  /**
   * Ask at each new socket, before a byte is read or a TLS handshake is begun: allow list of the
   * front, lock-out of the address, rate of new connections.
   */
  readonly enter: (address: string) => Entry;
  /** Ask at each WebSocket upgrade, before anything else is done for the identity. */
  readonly admit: (visit: Visit) => Promise<Admission>;
  /** Ask at the login frame of a pile on TCP: allow list of the pile, its key, its least profile. */
  readonly admitPlain: (visit: Omit<Visit, 'authorization'>) => Entry;
  /**
   * The key of a TLS-PSK identity that comes from an address; `null`: there is none, or too many
   * attempts of late have failed, so the handshake fails. Reports it.
   */
  readonly pskOf: (visit: Pick<Visit, 'address' | 'identity'>) => Uint8Array | null;
  /** A handshake with the key of this identity has failed: another key was meant. */
  readonly pskFailed: (visit: Pick<Visit, 'address' | 'identity'>) => void;
  /** Reports what a front itself has seen: floods, frames too long, flapping, handshakes. */
  readonly report: (event: SecurityEvent) => void;
}
