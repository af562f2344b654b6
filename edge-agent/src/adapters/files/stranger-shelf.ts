import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { isoText } from '@holdfast/shared/time/shanghai';
import type { StrangerFile, StrangerShelf } from '../../ports/strangers.ts';
import type { StrangerLimits } from '../../strangers/limits.ts';

const NAME = /^\d{8}T\d{9}-[0-9A-Za-z.-]{1,64}-\d+\.txt$/;
/** A byte is two digits, and each line has a time before it. */
const TEXT_PER_BYTE = 3;
const CUT = '# the limit of a connection is reached; the rest is not written down\n';

/** `2026-11-22T12:00:00.005+08:00` → `20261122T120000005`: files in the order of their names. */
const stampOf = (ms: number): string => isoText(ms).slice(0, 23).replace(/[-:.]/g, '');

/** What is on disk, oldest first, with sizes. */
async function filesIn(folder: string): Promise<readonly { name: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(path.join(folder, name)).catch(() => undefined);
      return { name, bytes: found?.size ?? 0 };
    }),
  );
  return sizes;
}

/** Removes the oldest files until one more of the largest size fits ([LISTEN-3]). */
async function makeRoom(folder: string, limits: StrangerLimits): Promise<void> {
  const files = await filesIn(folder);
  const most = limits.totalBytes - limits.bytesPerConnection * TEXT_PER_BYTE;
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let count = files.length;
  for (const file of files) {
    if (count < limits.files && bytes <= most) return;
    await rm(path.join(folder, file.name), { force: true });
    bytes -= file.bytes;
    count -= 1;
  }
}

function openFile(folder: string, name: string, limits: StrangerLimits): StrangerFile {
  const stream = createWriteStream(path.join(folder, name), { flags: 'wx' });
  // A full disk loses what strangers say, and nothing else.
  let broken = false;
  stream.on('error', () => {
    broken = true;
  });
  let room = limits.bytesPerConnection * TEXT_PER_BYTE - CUT.length;
  return {
    name,
    write(atMs, what) {
      if (broken || room <= 0) return;
      const line = `${isoText(atMs)} ${what}\n`;
      room -= line.length;
      stream.write(room > 0 ? line : CUT);
    },
    async close() {
      stream.end();
      await finished(stream).catch(() => undefined);
    },
  };
}

/** Files of what strangers have said, in a folder of their own. */
export function strangerShelf(folder: string, limits: StrangerLimits): StrangerShelf {
  let opened = 0;
  let before: Promise<unknown> = Promise.resolve();
  return {
    open(address, atMs) {
      const open = async (): Promise<StrangerFile> => {
        await mkdir(folder, { recursive: true });
        await makeRoom(folder, limits);
        opened += 1;
        const from = address.replace(/[^0-9A-Za-z.]/g, '-').slice(0, 64) || 'unknown';
        return openFile(folder, `${stampOf(atMs)}-${from}-${opened}.txt`, limits);
      };
      // One after the other: two that count at once would both see room for one.
      const mine = before.then(open, open);
      before = mine;
      return mine;
    },
  };
}
