import { type SecurityEventResource, securityEventResource } from '@holdfast/shared/api/security';
import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import Type, { type Static } from 'typebox';
import type { CertificateAuthority } from '../ports/certificates.ts';
import type { StoredCertificate } from '../ports/credentials.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Keyring } from '../security/keyring.ts';
import { type Listing, limitOf } from './paging.ts';

const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const strict = { additionalProperties: false } as const;

export const SecurityQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    after: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
    pileNo: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  },
  strict,
);
export type SecurityQuery = Static<typeof SecurityQuery>;

export const CredentialResource = Type.Object({
  pileNo: Type.String(),
  hasPassword: Type.Boolean(),
  changingUntil: Nullable(Type.String({ description: 'until then the older password holds too' })),
  hasPsk: Type.Boolean(),
  reachedProfile: Type.Integer({ description: 'highest profile that it was served with' }),
  changedAt: Nullable(Type.String()),
});
export type CredentialResource = Static<typeof CredentialResource>;

export const NewPassword = Type.Object(
  { password: Type.Optional(Type.String({ minLength: 16, maxLength: 64 })) },
  strict,
);
export const NewPsk = Type.Object(
  { pskHex: Type.Optional(Type.String({ pattern: '^(?:[0-9A-Fa-f]{2}){16,64}$' })) },
  strict,
);

/** Told once; afterwards nobody can say it any more. */
export const PasswordAnswer = Type.Object({ pileNo: Type.String(), password: Type.String() });
export const PskAnswer = Type.Object({ pileNo: Type.String(), pskHex: Type.String() });

export const CertificateResource = Type.Object({
  serialNumber: Type.String(),
  pileNo: Nullable(Type.String({ description: 'null: of this box' })),
  issuedAt: Type.String(),
  notAfter: Type.String(),
  revokedAt: Nullable(Type.String()),
  pem: Type.String(),
});
export type CertificateResource = Static<typeof CertificateResource>;

export const RootsResource = Type.Object({ roots: Type.Array(Type.String()) });
export const RevocationsResource = Type.Object({
  lists: Type.Array(Type.String({ description: 'PEM, of each root; holds for seven days' })),
});

export interface SecurityApiParts {
  readonly siteId: string;
  readonly ledger: Pick<Ledger, 'securityEvents'>;
  readonly keyring: Keyring;
  readonly ca: () => Promise<CertificateAuthority>;
  readonly revoke: (serialNumber: string) => Promise<StoredCertificate>;
  readonly isKnown: (pileNo: string) => boolean;
  readonly tellChanged: (pileNo: string, what: string) => void;
}

/** What people see and change of the piles' doors. */
export interface SecurityApi {
  readonly events: (query: SecurityQuery) => Promise<Listing<SecurityEventResource>>;
  readonly credential: (pileNo: string) => CredentialResource;
  readonly rotatePassword: (
    pileNo: string,
    password: string | undefined,
  ) => Promise<Static<typeof PasswordAnswer>>;
  /** The pile has not taken the newer password: the present one goes on. */
  readonly withdrawPassword: (pileNo: string) => Promise<CredentialResource>;
  readonly rotatePsk: (
    pileNo: string,
    pskHex: string | undefined,
  ) => Promise<Static<typeof PskAnswer>>;
  readonly certificates: () => Promise<Listing<CertificateResource>>;
  readonly roots: () => Promise<Static<typeof RootsResource>>;
  /** For whoever else is to trust the certificates of this CA. */
  readonly revocations: () => Promise<Static<typeof RevocationsResource>>;
  readonly revokeCertificate: (serialNumber: string) => Promise<CertificateResource>;
}

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoText(ms));

const certificateResource = (certificate: StoredCertificate): CertificateResource => ({
  serialNumber: certificate.serialNumber,
  pileNo: certificate.pileNo,
  issuedAt: isoText(certificate.issuedAtMs),
  notAfter: isoText(certificate.notAfterMs),
  revokedAt: isoOrNull(certificate.revokedAtMs),
  pem: certificate.pem,
});

export function securityApi(parts: SecurityApiParts): SecurityApi {
  const { siteId, ledger, keyring, isKnown, tellChanged } = parts;
  const known = (pileNo: string): string => {
    if (!isKnown(pileNo)) throw new FaultError('not-found', `no pile ${pileNo}`);
    return pileNo;
  };
  const credential = (pileNo: string): CredentialResource => {
    const { changingUntilMs, changedAtMs, ...plain } = keyring.view(known(pileNo));
    return {
      ...plain,
      changingUntil: isoOrNull(changingUntilMs),
      changedAt: isoOrNull(changedAtMs),
    };
  };
  return {
    async events(query) {
      const limit = limitOf(query);
      const found = await ledger.securityEvents({
        limit,
        ...(query.after === undefined ? {} : { before: Number(query.after) }),
        ...(query.pileNo === undefined ? {} : { pileNo: query.pileNo }),
      });
      const items = found.map((event) => securityEventResource({ siteId, ...event }, event));
      return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
    },
    credential,
    async rotatePassword(pileNo, given) {
      const password = await keyring.rotatePassword(known(pileNo), given);
      tellChanged(pileNo, 'password');
      return { pileNo, password };
    },
    async withdrawPassword(pileNo) {
      await keyring.withdrawPassword(known(pileNo));
      tellChanged(pileNo, 'newer password withdrawn');
      return credential(pileNo);
    },
    async rotatePsk(pileNo, given) {
      const pskHex = await keyring.rotatePsk(known(pileNo), given);
      tellChanged(pileNo, 'key');
      return { pileNo, pskHex };
    },
    certificates: async () => ({
      items: (await parts.ca()).issued().map(certificateResource),
      next: null,
    }),
    roots: async () => ({ roots: [...(await parts.ca()).roots()] }),
    revocations: async () => ({ lists: [...(await (await parts.ca()).revocationLists())] }),
    revokeCertificate: async (serialNumber) =>
      certificateResource(await parts.revoke(serialNumber)),
  };
}
