import type { Readable } from 'node:stream';
import type { FileJob, Jobs } from '../files/jobs.ts';

/** A file that lies at the site: firmware for piles, or what a pile has brought. */
export interface StoredFile {
  /** Made here; the only part of it that becomes a path. */
  readonly id: string;
  readonly kind: 'offered' | 'received';
  /** As its maker called it; for people alone. */
  readonly name: string;
  /** The pile that brought it. */
  readonly pileNo: string | null;
  readonly bytes: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
  readonly atMs: number;
}

/** Where files lie, within a budget. */
export interface Cabinet {
  readonly list: () => Promise<readonly StoredFile[]>;
  /**
   * Keeps what comes, whole or not at all. `FaultError('file-too-large' | 'files-full')`: nothing of
   * it stays.
   */
  readonly keep: (
    file: Pick<StoredFile, 'kind' | 'name' | 'pileNo'>,
    content: AsyncIterable<Uint8Array>,
  ) => Promise<StoredFile>;
  /** `undefined`: there is none. */
  readonly find: (id: string) => Promise<StoredFile | undefined>;
  /** From byte `from` on. */
  readonly read: (id: string, from: number) => Readable;
  readonly remove: (id: string) => Promise<void>;
}

/** Addresses of one job, as a pile is told them. */
export interface JobAddresses {
  readonly http: string;
  /** `null`: FTP is not switched on. */
  readonly ftp: string | null;
}

/** The file service of a site: cabinet, jobs and the doors for piles. */
export interface FileService {
  readonly jobs: Jobs;
  readonly cabinet: Cabinet;
  readonly addressesOf: (job: FileJob) => JobAddresses;
  readonly stop: () => Promise<void>;
}
