import { randomBytes, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BACKDATE_MS,
  daysAfter,
  ROOT_DAYS,
  SERVER_DAYS,
  serialNumberOf,
} from '../../security/ca.ts';
import type { CertificatePair } from '../tls/server-options.ts';
import { ALGORITHMS, type KeyKind, keyFrom, keyText, newKeyPair } from './key-kinds.ts';
import { loadX509 } from './x509.ts';

const SERIAL_BYTES = 16;

export const newSerialNumber = (): string => serialNumberOf(randomBytes(SERIAL_BYTES));

const validity = (nowMs: number, days: number) => ({
  notBefore: new Date(nowMs - BACKDATE_MS),
  notAfter: new Date(daysAfter(nowMs, days)),
});

/** A root of our own, which signs with nobody between it and the piles. */
export async function makeRoot(
  kind: KeyKind,
  name: string,
  nowMs: number,
): Promise<CertificatePair> {
  const x509 = await loadX509();
  const keys = await newKeyPair(kind);
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [name] }, { O: ['Holdfast'] }],
    ...validity(nowMs, ROOT_DAYS),
    keys,
    signingAlgorithm: ALGORITHMS[kind],
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: `${root.toString('pem')}\n`, key: await keyText(keys.privateKey) };
}

export interface LeafWish {
  readonly purpose: 'server' | 'pile';
  readonly commonName: string;
  readonly organisation: string | null;
  /** DNS names and addresses that it is for. */
  readonly names: readonly string[];
  readonly publicKey: webcrypto.CryptoKey | ArrayBuffer;
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** A certificate that the root of a kind has signed, PEM. */
export async function issueLeaf(
  kind: KeyKind,
  root: CertificatePair,
  wish: LeafWish,
): Promise<string> {
  const x509 = await loadX509();
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  const issuer = new x509.X509Certificate(root.certificate);
  const names = wish.names.map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }));
  const { organisation, commonName } = wish;
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: wish.serialNumber,
    issuer: issuer.subject,
    subject: [{ CN: [commonName] }, ...(organisation === null ? [] : [{ O: [organisation] }])],
    notBefore: new Date(wish.notBeforeMs),
    notAfter: new Date(wish.notAfterMs),
    publicKey: wish.publicKey,
    signingKey: await keyFrom(kind, root.key),
    signingAlgorithm: ALGORITHMS[kind],
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([wish.purpose === 'server' ? serverAuth : clientAuth]),
      ...(wish.names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(wish.publicKey),
    ],
  });
  return `${leaf.toString('pem')}\n`;
}

/** A key and a certificate for this box. */
export async function makeServerPair(
  kind: KeyKind,
  root: CertificatePair,
  names: readonly string[],
  nowMs: number,
): Promise<CertificatePair & { readonly serialNumber: string; readonly notAfterMs: number }> {
  const keys = await newKeyPair(kind);
  const serialNumber = newSerialNumber();
  const notAfterMs = daysAfter(nowMs, SERVER_DAYS);
  const certificate = await issueLeaf(kind, root, {
    purpose: 'server',
    commonName: names[0] ?? 'holdfast',
    organisation: 'Holdfast',
    names,
    publicKey: keys.publicKey,
    serialNumber,
    notBeforeMs: nowMs - BACKDATE_MS,
    notAfterMs,
  });
  return { certificate, key: await keyText(keys.privateKey), serialNumber, notAfterMs };
}

/** The list of revoked certificates of one root, PEM. */
export async function makeRevocationList(
  kind: KeyKind,
  root: CertificatePair,
  revoked: readonly { readonly serialNumber: string; readonly revokedAtMs: number }[],
  nowMs: number,
): Promise<string> {
  const x509 = await loadX509();
  const list = await x509.X509CrlGenerator.create({
    issuer: new x509.X509Certificate(root.certificate).subject,
    thisUpdate: new Date(nowMs),
    nextUpdate: new Date(daysAfter(nowMs, 7)),
    entries: revoked.map(({ serialNumber, revokedAtMs }) => ({
      serialNumber,
      revocationDate: new Date(revokedAtMs),
    })),
    signingKey: await keyFrom(kind, root.key),
    signingAlgorithm: ALGORITHMS[kind],
  });
  return `${list.toString('pem')}\n`;
}
