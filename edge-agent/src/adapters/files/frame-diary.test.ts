import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type DiaryLimits, openFrameDiary } from './frame-diary.ts';

/** 14:00 in China. */
const START_MS = Date.parse('2026-11-23T14:00:00+08:00');
const LIMITS: DiaryLimits = { days: 7, bytes: 1_000_000, waitingChars: 10_000 };
const hex = (text: string): Uint8Array => Buffer.from(text, 'hex');

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function diaryIn(limits: Partial<DiaryLimits> = {}, before: readonly string[] = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'diary-'));
  folders.push(folder);
  for (const name of before) writeFileSync(path.join(folder, name), 'x'.repeat(1_000));
  const world = { nowMs: START_MS };
  const warnings: string[] = [];
  const diary = openFrameDiary({
    folder,
    limits: { ...LIMITS, ...limits },
    clock: { nowMs: () => world.nowMs },
    // Nothing is written by itself: a test closes.
    timers: { after: () => () => undefined },
    log: { warn: (_fields, event) => void warnings.push(event) },
  });
  const names = () => readdirSync(folder).toSorted();
  const read = (name: string) => readFileSync(path.join(folder, name));
  return { folder, world, diary, names, read, warnings };
}

test('[PILE-16] what piles say and hear is kept, OCPP as text, the rest as hex', async () => {
  const { diary, names, read } = diaryIn();
  diary.keep('CP-01', START_MS + 5, true, Buffer.from('[2,"7","Heartbeat",{}]'));
  diary.keep('32010200000001', START_MS + 6, false, hex('680D'));
  await diary.close();
  expect(names()).toEqual(['20261123T14.txt']);
  expect(read('20261123T14.txt').toString()).toBe(
    [
      '2026-11-23T14:00:00.005+08:00 CP-01 < [2,"7","Heartbeat",{}]',
      '2026-11-23T14:00:00.006+08:00 32010200000001 > 680d',
      '',
    ].join('\n'),
  );
});

test('[PILE-16] a copy is kept, and a message stays one line', async () => {
  const { diary, names, read } = diaryIn();
  const frame = Buffer.from('[2,\n"7"]');
  diary.keep('CP-01', START_MS, true, frame);
  frame.fill(0);
  await diary.close();
  const [name = ''] = names();
  expect(read(name).toString()).toMatch(/^\S+ CP-01 < \[2, "7"\]\n$/);
});

test('[OCPP-E14] [PILE-16] hours are packed when they are over, and go after seven days', async () => {
  const old = '20261116T13.txt.gz';
  const young = '20261116T14.txt.gz';
  const { diary, names, read } = diaryIn({}, [old, young, '20261123T09.txt', 'notes.md']);
  diary.keep('CP-01', START_MS, true, hex('680D'));
  await diary.close();
  expect(names()).toEqual([young, '20261123T09.txt.gz', '20261123T14.txt', 'notes.md']);
  expect(gunzipSync(read('20261123T09.txt.gz')).toString()).toBe('x'.repeat(1_000));
});

test('[PILE-16] what does not fit goes, the oldest first', async () => {
  const before = ['20261122T01.txt.gz', '20261122T02.txt.gz', '20261122T03.txt.gz'];
  const { diary, names } = diaryIn({ bytes: 2_500 }, before);
  diary.keep('CP-01', START_MS, true, hex('680D'));
  await diary.close();
  expect(names()).toEqual(['20261122T02.txt.gz', '20261122T03.txt.gz', '20261123T14.txt']);
});

test('[PILE-16] more than may wait is not kept, and told', async () => {
  const { diary, names, read, warnings } = diaryIn({ waitingChars: 100 });
  for (let n = 0; n < 10; n += 1) diary.keep('CP-01', START_MS, true, hex('68'.repeat(20)));
  await diary.close();
  expect(warnings).toEqual(['diary-behind']);
  expect(
    read(names()[0] ?? '')
      .toString()
      .trim()
      .split('\n'),
  ).toHaveLength(2);
});

test('[PILE-16] a disk that takes nothing is told, and no fault of the piles', async () => {
  const { diary, folder, warnings } = diaryIn();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'a file where the folder was');
  diary.keep('CP-01', START_MS, true, hex('680D'));
  await diary.close();
  expect(warnings).toEqual(['diary-not-written']);
});
