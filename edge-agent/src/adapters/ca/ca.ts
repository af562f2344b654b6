import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { CertificateAuthority, Signing } from '../../ports/certificates.ts';
import type { SecurityChange, StoredCertificate } from '../../ports/credentials.ts';
import { BACKDATE_MS, daysAfter, requestRefusal } from '../../security/ca.ts';
import { serialText } from '../../security/certificate-binding.ts';
import type { CertificatePair } from '../tls/server-options.ts';
import { openCaFiles } from './files.ts';
import { issueLeaf, makeRevocationList, newSerialNumber } from './issue.ts';
import { KEY_KINDS, type KeyKind } from './key-kinds.ts';
import { listOf, openRoots, openServerPairs, type Pairs } from './own-pairs.ts';
import { readRequest } from './request.ts';

export interface CaOptions {
  /** The agent's data folder; the CA has one of its own in it. */
  readonly folder: string;
  readonly siteId: string;
  /** Names and addresses of this box, for its own certificates; the first is its common name. */
  readonly names: readonly string[];
  /** The operator's name in certificates of piles; `null`: what the pile asks for. */
  readonly organisation: string | null;
  /** How long certificates of piles hold. */
  readonly pileDays: number;
  /** Names that a pile may ask a certificate for: its own, and the serial number of its hardware. */
  readonly namesOf: (pileNo: string) => readonly string[];
  readonly stored: readonly StoredCertificate[];
  readonly nowMs: () => number;
  readonly save: (changes: readonly SecurityChange[]) => Promise<void>;
}

export interface LocalCa extends CertificateAuthority {
  /** The certificates of this box with their keys. */
  readonly serverPairs: () => readonly CertificatePair[];
  /** Renews the certificates of this box that end soon; whether any was. */
  readonly renew: () => Promise<boolean>;
}

/** What the CA has issued: every certificate is on disk before it leaves, so it can be revoked. */
function openBook({ stored, save, nowMs }: CaOptions) {
  const issued = new Map(stored.map((one) => [one.serialNumber, one]));
  async function keep(certificate: StoredCertificate): Promise<void> {
    await save([{ save: 'certificate', certificate }]);
    issued.set(certificate.serialNumber, certificate);
  }
  return {
    keep,
    async revoke(given: string): Promise<StoredCertificate> {
      const known = issued.get(serialText(given));
      if (known === undefined) throw new FaultError('not-found', `no certificate ${given}`);
      const revoked = { ...known, revokedAtMs: known.revokedAtMs ?? nowMs() };
      await keep(revoked);
      return revoked;
    },
    all: (): readonly StoredCertificate[] => [...issued.values()],
    isRevoked: (serialNumber: string): boolean =>
      (issued.get(serialNumber)?.revokedAtMs ?? null) !== null,
  };
}
type Book = ReturnType<typeof openBook>;

async function signed(
  { organisation, namesOf, pileDays, nowMs }: CaOptions,
  roots: Pairs,
  book: Book,
  asked: { readonly pileNo: string; readonly request: string },
): Promise<Signing> {
  const request = await readRequest(asked.request);
  if (request === undefined) return { ok: false, refusal: 'unreadable' };
  const { facts, publicKey } = request;
  const names = namesOf(asked.pileNo);
  const refusal = requestRefusal(facts, { names, organisation });
  if (refusal !== null) return { ok: false, refusal };
  const commonName = facts.commonName ?? asked.pileNo;
  const kind: KeyKind = facts.key.kind === 'rsa' ? 'rsa' : 'ec';
  const serialNumber = newSerialNumber();
  const issuedAtMs = nowMs();
  const notAfterMs = daysAfter(issuedAtMs, pileDays);
  const pem = await issueLeaf(kind, roots[kind], {
    purpose: 'pile',
    commonName,
    organisation: organisation ?? facts.organisation,
    names: [],
    publicKey,
    serialNumber,
    notBeforeMs: issuedAtMs - BACKDATE_MS,
    notAfterMs,
  });
  const { pileNo } = asked;
  const certificate = { serialNumber, pileNo, pem, notAfterMs, issuedAtMs, revokedAtMs: null };
  await book.keep(certificate);
  return { ok: true, chain: pem, certificate };
}

function revocationLists(roots: Pairs, book: Book, nowMs: number): Promise<readonly string[]> {
  const revoked = book
    .all()
    .flatMap(({ serialNumber, revokedAtMs }) =>
      revokedAtMs === null ? [] : [{ serialNumber, revokedAtMs }],
    );
  return Promise.all(
    KEY_KINDS.map((kind) => makeRevocationList(kind, roots[kind], revoked, nowMs)),
  );
}

/** Opens the CA of a box, and makes what it has none of yet. */
export async function openCa(options: CaOptions): Promise<LocalCa> {
  const { names, nowMs, siteId } = options;
  const files = await openCaFiles(path.join(options.folder, 'ca'));
  const roots = await openRoots(files, `Holdfast ${siteId}`, nowMs());
  const book = openBook(options);

  async function openServers(): Promise<Pairs> {
    const { pairs, made } = await openServerPairs(files, roots, { names, nowMs: nowMs() });
    for (const one of made) {
      await book.keep({ ...one, pileNo: null, issuedAtMs: nowMs(), revokedAtMs: null });
    }
    return pairs;
  }

  let servers = await openServers();
  return {
    roots: () => listOf(roots).map(({ certificate }) => certificate),
    serverPairs: () => listOf(servers),
    async renew() {
      const before = servers;
      servers = await openServers();
      return KEY_KINDS.some((kind) => servers[kind].certificate !== before[kind].certificate);
    },
    sign: (pileNo, request) => signed(options, roots, book, { pileNo, request }),
    revoke: book.revoke,
    isRevoked: book.isRevoked,
    issued: book.all,
    revocationLists: () => revocationLists(roots, book, nowMs()),
  };
}
