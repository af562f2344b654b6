import type { ShownCertificate } from '../ports/doorkeeper.ts';

/** What a certificate must say to speak for a pile. */
export interface CertificateRule {
  /** The pile's identity, or the name that its certificate was made out to instead. */
  readonly name: string;
  /** Whether the local CA has made it out to this pile; `null`: it is another CA's, and its name counts. */
  readonly isIssued: boolean | null;
  /** The operator's name that must stand in it; `null`: any, the CA vouches. */
  readonly organisation: string | null;
  readonly isRevoked: (serialNumber: string) => boolean;
}

export type CertificateFault =
  | 'expired'
  | 'not-yet-valid'
  | 'revoked'
  | 'other-name'
  | 'other-organisation';

/** The last segment of a URI, e.g. of `urn:pile:CP01` or `wss://csms/ocpp/CP01`. */
const lastSegment = (name: string): string => /[^/:]*$/.exec(name)?.[0] ?? '';

/**
 * What stands against a certificate that TLS has verified; `null`: it is this pile's. The name is its
 * common name, the serial number of its subject, or an alternative name.
 */
export function certificateFault(
  certificate: ShownCertificate,
  { name, isIssued, organisation, isRevoked }: CertificateRule,
  nowMs: number,
): CertificateFault | null {
  if (nowMs >= certificate.notAfterMs) return 'expired';
  if (nowMs < certificate.notBeforeMs) return 'not-yet-valid';
  if (isRevoked(certificate.serialNumber)) return 'revoked';
  const { commonName, subjectSerial, alternativeNames } = certificate;
  const isNamed =
    commonName === name ||
    subjectSerial === name ||
    alternativeNames.some(
      (alternative) => alternative === name || lastSegment(alternative) === name,
    );
  if (!(isIssued ?? isNamed)) return 'other-name';
  if (organisation !== null && certificate.organisation !== organisation)
    return 'other-organisation';
  return null;
}

/** One spelling of serial numbers: lower-case hex without leading zeros. */
export const serialText = (hex: string): string =>
  hex
    .replace(/[^0-9a-f]/gi, '')
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
