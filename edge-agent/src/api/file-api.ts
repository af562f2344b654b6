import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import Type, { type Static } from 'typebox';
import type { FileJob } from '../files/jobs.ts';
import type { FileService, StoredFile } from '../ports/files.ts';
import type { Listing } from './paging.ts';

export const FileResource = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['offered', 'received'], { description: 'received: brought by a pile' }),
  name: Type.String(),
  pileNo: Type.Union([Type.String(), Type.Null()]),
  bytes: Type.Integer(),
  sha256: Type.String(),
  at: Type.String({ description: 'ISO time with +08:00' }),
});
export type FileResource = Static<typeof FileResource>;

export const FileJobRequest = Type.Object(
  {
    pileNo: Type.String({ minLength: 1, maxLength: 48 }),
    does: Type.Enum(['fetch', 'bring'], {
      description: 'fetch: a file of ours; bring: one of its',
    }),
    fileId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$' })),
  },
  { additionalProperties: false },
);
export type FileJobRequest = Static<typeof FileJobRequest>;

export const FileJobResource = Type.Object({
  pileNo: Type.String(),
  does: Type.Enum(['fetch', 'bring']),
  fileId: Type.Union([Type.String(), Type.Null()], { description: 'null: nothing brought yet' }),
  http: Type.String({ description: 'address for the pile, with its credentials' }),
  ftp: Type.Union([Type.String(), Type.Null()]),
  until: Type.String(),
  triesLeft: Type.Integer(),
});
export type FileJobResource = Static<typeof FileJobResource>;

/** Files and jobs over the local API. */
export interface FileApi {
  readonly files: () => Promise<Listing<FileResource>>;
  readonly file: (id: string) => Promise<StoredFile>;
  readonly keep: (name: string, content: AsyncIterable<Uint8Array>) => Promise<FileResource>;
  readonly remove: (id: string) => Promise<void>;
  readonly content: (id: string) => ReturnType<FileService['cabinet']['read']>;
  readonly jobs: () => Listing<FileJobResource>;
  readonly openJob: (request: FileJobRequest) => Promise<FileJobResource>;
}

const resourceOf = ({ atMs, ...file }: StoredFile): FileResource => ({
  ...file,
  at: isoText(atMs),
});

export function fileApi({ cabinet, jobs, addressesOf }: FileService): FileApi {
  const jobOf = (job: FileJob): FileJobResource => ({
    pileNo: job.pileNo,
    does: job.does,
    fileId: job.fileId,
    ...addressesOf(job),
    until: isoText(job.untilMs),
    triesLeft: job.left,
  });
  const fileOf = async (id: string): Promise<StoredFile> => {
    const file = await cabinet.find(id);
    if (file === undefined) throw new FaultError('not-found', `no file ${id}`);
    return file;
  };
  return {
    files: async () => ({ items: (await cabinet.list()).map(resourceOf), next: null }),
    file: fileOf,
    keep: async (name, content) =>
      resourceOf(await cabinet.keep({ kind: 'offered', name, pileNo: null }, content)),
    async remove(id) {
      await fileOf(id);
      await cabinet.remove(id);
    },
    content: (id) => cabinet.read(id, 0),
    jobs: () => ({ items: jobs.list().map(jobOf), next: null }),
    async openJob({ pileNo, does, fileId }) {
      if (does === 'fetch' && fileId === undefined) {
        throw new FaultError('invalid-input', 'fileId: say which file the pile shall fetch');
      }
      const file = fileId === undefined ? undefined : await fileOf(fileId);
      const job = jobs.open({
        pileNo,
        does,
        fileId: does === 'fetch' ? (file?.id ?? null) : null,
        name: file?.name ?? '',
      });
      if (job === undefined)
        throw new FaultError('too-many-requests', 'too many file jobs are open');
      return jobOf(job);
    },
  };
}
