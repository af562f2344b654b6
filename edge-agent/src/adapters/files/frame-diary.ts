import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isoText } from '@holdfast/shared/time/shanghai';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { FrameDiary } from '../../ports/frame-diary.ts';
import type { SiteLog } from '../../site/log.ts';

export interface DiaryLimits {
  readonly days: number;
  /** All files together. */
  readonly bytes: number;
  /** Text that may wait for the disk; what comes then is not written down. */
  readonly waitingChars: number;
}

interface DiaryOptions {
  readonly folder: string;
  readonly limits: DiaryLimits;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly timers: Timers;
  readonly log: Pick<SiteLog, 'warn'>;
}

export interface RunningDiary extends FrameDiary {
  /** Writes what waits. */
  readonly close: () => Promise<void>;
}

/** A file an hour, packed when the hour is over. */
const NAME = /^\d{8}T\d{2}\.txt(\.gz)?$/;
const FLUSH_MS = 1_000;
const DAY_MS = 86_400_000;
/** `[` begins every message of OCPP and no frame of the others. */
const BRACKET = 0x5b;
/** What an hour may grow by before the budget is looked at again. */
const LOOK_EACH_CHARS = 8 * 1_048_576;

/** `2026-11-23T14:05:00.000+08:00` → `20261123T14.txt`: files in the order of their names. */
const nameAt = (ms: number): string => `${isoText(ms).slice(0, 13).replace(/-/g, '')}.txt`;

const textOf = (frame: Uint8Array): string => {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  return frame[0] === BRACKET
    ? bytes.toString('utf8').replaceAll('\n', ' ')
    : bytes.toString('hex');
};

async function pack(folder: string, name: string): Promise<void> {
  const [from, to] = [path.join(folder, name), path.join(folder, `${name}.gz`)];
  const half = path.join(folder, `${name}.half`);
  await pipeline(createReadStream(from), createGzip(), createWriteStream(half));
  await rename(half, to);
  await rm(from);
}

/** Packs the hours that are over; removes what is too old, then the oldest until the rest fits. */
async function tidy(folder: string, { days, bytes }: DiaryLimits, nowMs: number): Promise<void> {
  const current = nameAt(nowMs);
  const oldest = nameAt(nowMs - days * DAY_MS);
  for (const name of await readdir(folder)) {
    if (name.endsWith('.half')) await rm(path.join(folder, name), { force: true });
    else if (NAME.test(name) && name.endsWith('.txt') && name < current) await pack(folder, name);
  }
  const names = (await readdir(folder)).filter((name) => NAME.test(name)).toSorted();
  const files = await Promise.all(
    names.map(async (name) => ({ name, size: (await stat(path.join(folder, name))).size })),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of files) {
    if (name >= oldest && total <= bytes) return;
    await rm(path.join(folder, name));
    total -= size;
  }
}

/** Appends to the file of the hour, and tidies up when a new one begins or the last has grown. */
function hourFiles({ folder, limits, clock }: DiaryOptions): (text: string) => Promise<void> {
  let current = '';
  let written = 0;
  return async (text) => {
    const nowMs = clock.nowMs();
    const name = nameAt(nowMs);
    await mkdir(folder, { recursive: true });
    await appendFile(path.join(folder, name), text);
    written += text.length;
    if (name === current && written < LOOK_EACH_CHARS) return;
    current = name;
    written = 0;
    await tidy(folder, limits, nowMs);
  };
}

/**
 * A diary in files of one hour, a line a frame: time, pile, direction, and OCPP as text or other frames
 * as hex. It is no ledger: the last second may be lost, and a full disk loses frames and nothing else.
 */
export function openFrameDiary(options: DiaryOptions): RunningDiary {
  const { limits, timers, log } = options;
  const append = hourFiles(options);
  let lines: string[] = [];
  let waitingChars = 0;
  let dropped = 0;
  let busy: Promise<void> = Promise.resolve();
  let time = { ms: Number.NaN, text: '' };
  let cancel: () => void = () => undefined;

  function flush(): Promise<void> {
    if (dropped > 0) log.warn({ frames: dropped }, 'diary-behind');
    dropped = 0;
    if (lines.length === 0) return busy;
    const text = lines.join('');
    lines = [];
    busy = busy
      .then(() => append(text))
      .catch((error: unknown) => log.warn({ err: error }, 'diary-not-written'))
      .then(() => {
        waitingChars -= text.length;
      });
    return busy;
  }
  function again(): void {
    cancel = timers.after(FLUSH_MS, () => {
      void flush();
      again();
    });
  }
  again();

  return {
    keep(pileNo, atMs, up, frame) {
      if (waitingChars > limits.waitingChars) {
        dropped += 1;
        return;
      }
      if (time.ms !== atMs) time = { ms: atMs, text: isoText(atMs) };
      const line = `${time.text} ${pileNo} ${up ? '<' : '>'} ${textOf(frame)}\n`;
      waitingChars += line.length;
      lines.push(line);
    },
    async close() {
      cancel();
      await flush();
    },
  };
}
