import type { SecurityEvent } from '@holdfast/shared/pile/security-event';

/** What a pile proves itself with. Passwords only as salted hashes; keys sealed. */
export interface StoredCredential {
  readonly pileNo: string;
  /** `null`: it has none. */
  readonly passwordHash: string | null;
  /** [OCPP-A12] A newer one that the pile has been given and has not used yet. */
  readonly next: {
    readonly passwordHash: string;
    /** The newer one alone holds, or is forgotten, from then on. */
    readonly untilMs: number;
    /** Nobody knows whether the pile has it: it is forgotten then, unless the pile has come with it. */
    readonly isUnsure?: true;
  } | null;
  /** Pre-shared key of TLS, sealed with the key of this box. */
  readonly sealedPsk: string | null;
  /** What was taken over from the configuration, as fingerprints: what changes there replaces this. */
  readonly seeds: { readonly password: string | null; readonly psk: string | null };
  /** The highest profile that the pile was ever served with: it is never served with less. */
  readonly reachedProfile: number;
  readonly changedAtMs: number;
}

/** A certificate that the local CA has issued. */
export interface StoredCertificate {
  /** Lower-case hex without leading zeros; never used again. */
  readonly serialNumber: string;
  /** `null`: a certificate of this box. */
  readonly pileNo: string | null;
  readonly pem: string;
  readonly notAfterMs: number;
  readonly issuedAtMs: number;
  readonly revokedAtMs: number | null;
}

export interface StoredSecurityEvent extends SecurityEvent {
  readonly id: number;
  readonly atMs: number;
  /** How many of the same kind it stands for. */
  readonly count: number;
}

export interface SecurityEventQuery {
  readonly pileNo?: string;
  /** Older than this one. */
  readonly before?: number;
  readonly limit: number;
}

/** One change of what is kept; several of a call are one transaction. */
export type SecurityChange =
  | { readonly save: 'credential'; readonly credential: StoredCredential }
  | { readonly save: 'certificate'; readonly certificate: StoredCertificate }
  | { readonly save: 'security-event'; readonly event: Omit<StoredSecurityEvent, 'id'> };

/** What the edge's database keeps for its doors; in the core file, so a pile that has a new password keeps it. */
export interface SecurityStore {
  readonly credentials: () => Promise<readonly StoredCredential[]>;
  readonly certificates: () => Promise<readonly StoredCertificate[]>;
  /** Newest first. */
  readonly securityEvents: (query: SecurityEventQuery) => Promise<readonly StoredSecurityEvent[]>;
}

/** Salted hashes of passwords. Slow on purpose, off the event loop. */
export interface PasswordHasher {
  readonly hash: (password: Uint8Array) => Promise<string>;
  readonly verify: (password: Uint8Array, hash: string) => Promise<boolean>;
  /** Short name of a secret within this process, under a key that is gone with it. */
  readonly mark: (secret: Uint8Array) => string;
}

/** Keeps secrets that must be read again: sealed on disk, open only in memory. */
export interface Seal {
  readonly close: (secret: Uint8Array) => string;
  /** `null`: it was sealed by another box, or is damaged. */
  readonly open: (sealed: string) => Uint8Array | null;
  /** The same for the same secret on this box, and of no use without it. */
  readonly fingerprint: (secret: Uint8Array) => string;
}
