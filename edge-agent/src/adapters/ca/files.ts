import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { CertificatePair } from '../tls/server-options.ts';
import type { KeyKind } from './key-kinds.ts';

export type PairName = 'root' | 'server';

/** The CA's certificates and keys, in files that only their owner can read. */
export interface CaFiles {
  /** `undefined`: there is none yet. */
  readonly read: (name: PairName, kind: KeyKind) => Promise<CertificatePair | undefined>;
  readonly write: (name: PairName, kind: KeyKind, pair: CertificatePair) => Promise<void>;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FaultError('internal', `${file} cannot be read`, error);
  }
}

/** Whole or not at all: a power cut must not leave half a key. */
async function writeWhole(file: string, text: string): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, text, { mode: 0o600, flush: true });
  await rename(part, file);
}

export async function openCaFiles(folder: string): Promise<CaFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fileOf = (name: PairName, kind: KeyKind, end: 'pem' | 'key'): string =>
    path.join(folder, `${name}-${kind}.${end}`);
  return {
    async read(name, kind) {
      const certificate = await textOf(fileOf(name, kind, 'pem'));
      const key = await textOf(fileOf(name, kind, 'key'));
      return certificate === undefined || key === undefined ? undefined : { certificate, key };
    },
    async write(name, kind, { certificate, key }) {
      // The key first: a certificate without its key would be of no use.
      await writeWhole(fileOf(name, kind, 'key'), key);
      await writeWhole(fileOf(name, kind, 'pem'), certificate);
    },
  };
}
