import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Cabinet, StoredFile } from '../../ports/files.ts';

export interface CabinetOptions {
  readonly folder: string;
  /** Of one file, and of all together, bytes. */
  readonly fileBytes: number;
  readonly totalBytes: number;
  readonly nowMs: () => number;
}

const ID = /^[0-9a-f]{32}$/;
const NAME_MAX = 128;

/** What a person may call a file: no path, no control characters. */
export const plainName = (name: string): string =>
  name
    .replace(/^.*[/\\]/, '')
    .replace(/[^\p{L}\p{N}._ -]/gu, '_')
    .slice(-NAME_MAX) || 'file';

/** What is known of a file lies beside its content; one that cannot be read is no file. */
async function readCard(file: string): Promise<StoredFile | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoredFile;
  } catch {
    return undefined;
  }
}

/** [FILE-4], [FILE-5]: files in one folder, under names of our own; whole or not at all. */
export async function openCabinet(options: CabinetOptions): Promise<Cabinet> {
  const { folder, fileBytes, totalBytes, nowMs } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const contentOf = (id: string): string => path.join(folder, `${id}.bin`);
  const cardOf = (id: string): string => path.join(folder, `${id}.json`);
  /** Bytes of files that are being written. */
  let incoming = 0;

  async function list(): Promise<readonly StoredFile[]> {
    const names = await readdir(folder);
    const cards = names.filter((name) => name.endsWith('.json'));
    const files = await Promise.all(cards.map((name) => readCard(path.join(folder, name))));
    return files
      .filter((file) => file !== undefined)
      .sort((a, b) => b.atMs - a.atMs || (a.id < b.id ? -1 : 1));
  }

  /** Writes until the end, the limit or the budget. */
  async function write(
    target: string,
    content: AsyncIterable<Uint8Array>,
    room: number,
  ): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const hash = createHash('sha256');
    const out = await open(target, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of content) {
        bytes += chunk.length;
        incoming += chunk.length;
        if (bytes > fileBytes) throw new FaultError('file-too-large', `more than ${fileBytes} B`);
        if (incoming > room) throw new FaultError('files-full', `more than ${totalBytes} B in all`);
        hash.update(chunk);
        await out.write(chunk);
      }
      await out.sync();
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      incoming -= bytes;
      await out.close();
    }
  }

  for (const name of await readdir(folder)) {
    // What an earlier life did not finish.
    if (name.endsWith('.part')) await rm(path.join(folder, name));
  }

  return {
    list,
    async keep({ kind, name, pileNo }, content) {
      const id = randomBytes(16).toString('hex');
      const part = path.join(folder, `${id}.part`);
      const kept = (await list()).reduce((sum, file) => sum + file.bytes, 0);
      try {
        const written = await write(part, content, totalBytes - kept);
        const file: StoredFile = {
          id,
          kind,
          name: plainName(name),
          pileNo,
          ...written,
          atMs: nowMs(),
        };
        await rename(part, contentOf(id));
        await writeFile(cardOf(id), JSON.stringify(file), { mode: 0o600 });
        return file;
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
    find: async (id) => (ID.test(id) ? await readCard(cardOf(id)) : undefined),
    read: (id, from) => createReadStream(contentOf(id), { start: from }),
    async remove(id) {
      if (!ID.test(id)) return;
      await rm(cardOf(id), { force: true });
      await rm(contentOf(id), { force: true });
    },
  };
}
