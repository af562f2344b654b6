import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { expiryOf } from '../../security/ca.ts';
import type { CertificatePair } from '../tls/server-options.ts';
import type { CaFiles } from './files.ts';
import { makeRoot, makeServerPair } from './issue.ts';
import { KEY_KINDS, type KeyKind } from './key-kinds.ts';

export type Pairs = Readonly<Record<KeyKind, CertificatePair>>;

async function bothOf(make: (kind: KeyKind) => Promise<CertificatePair>): Promise<Pairs> {
  const [rsa, ec] = await Promise.all([make('rsa'), make('ec')]);
  return { rsa, ec };
}

/** The roots of this box; made when there are none. */
export const openRoots = (files: CaFiles, name: string, nowMs: number): Promise<Pairs> =>
  bothOf(async (kind) => {
    const known = await files.read('root', kind);
    if (known !== undefined) return known;
    const made = await makeRoot(kind, `${name} ${kind.toUpperCase()}`, nowMs);
    await files.write('root', kind, made);
    return made;
  });

interface Wanted {
  readonly names: readonly string[];
  readonly nowMs: number;
}

/** Whether a certificate still stands for this box: not near its end, of this root, with its names. */
function isCurrent(
  pair: CertificatePair,
  root: CertificatePair,
  { names, nowMs }: Wanted,
): boolean {
  const certificate = new X509Certificate(pair.certificate);
  if (expiryOf(Date.parse(certificate.validTo), nowMs) !== 'fine') return false;
  if (!certificate.verify(new X509Certificate(root.certificate).publicKey)) return false;
  return names.every((name) =>
    isIP(name) === 0
      ? certificate.checkHost(name) !== undefined
      : certificate.checkIP(name) !== undefined,
  );
}

export interface MadePair {
  readonly pem: string;
  readonly serialNumber: string;
  readonly notAfterMs: number;
}

/** The certificates of this box under its roots; made anew where they are missing or end soon. */
export function openServerPairs(
  files: CaFiles,
  roots: Pairs,
  wanted: Wanted,
): Promise<{ readonly pairs: Pairs; readonly made: readonly MadePair[] }> {
  const made: MadePair[] = [];
  const open = async (kind: KeyKind): Promise<CertificatePair> => {
    const known = await files.read('server', kind);
    if (known !== undefined && isCurrent(known, roots[kind], wanted)) return known;
    const { certificate, key, ...facts } = await makeServerPair(
      kind,
      roots[kind],
      wanted.names,
      wanted.nowMs,
    );
    await files.write('server', kind, { certificate, key });
    made.push({ pem: certificate, ...facts });
    return { certificate, key };
  };
  return bothOf(open).then((pairs) => ({ pairs, made }));
}

export const listOf = (pairs: Pairs): readonly CertificatePair[] =>
  KEY_KINDS.map((kind) => pairs[kind]);
