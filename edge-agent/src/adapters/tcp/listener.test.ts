import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { familiesIn } from '@holdfast/protocols/family/detect';
import { encode } from '@holdfast/protocols/gqaa/codec';
import { bytesOf, hexOf } from '@holdfast/protocols/kernel/bytes';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { strangerApi } from '../../api/stranger-api.ts';
import { Capture } from '../../piles/capture.ts';
import { StrangerBook } from '../../strangers/book.ts';
import { STRANGER_LIMITS, type StrangerLimits } from '../../strangers/limits.ts';
import { strangerShelf } from '../files/stranger-shelf.ts';
import type { Front } from './front.ts';
import { openListener } from './listener.ts';

/** Public samples: a login of 绿能 (AAF5), a heartbeat of 万马. */
const AAF5 = 'AAF51200100169000000000001E24000008C';
const WANMA = 'AABB559905000100180001003301020000000001CABC2805';
const GQAA = hexOf(
  encode({
    name: 'heartbeat',
    seq: '0100',
    body: { cot: 1, pileNo: '0099000100000001', gunNo: 0, time: utcTimeOf(1_795_320_000_005) },
  }),
);

let folder = '';
const undo: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'strangers-'));
});
afterEach(async () => {
  for (const task of undo.splice(0).reverse()) await task();
  await rm(folder, { recursive: true, force: true });
});

interface Told {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

async function open(change: Partial<StrangerLimits> = {}, front: { sockets?: number } = {}) {
  const limits = { ...STRANGER_LIMITS, ...change };
  const book = new StrangerBook(limits);
  const capture = new Capture();
  const told: Told[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, event: string): void =>
    void told.push({ event, fields });
  const listener: Front = openListener({
    host: '127.0.0.1',
    port: 0,
    book,
    shelf: strangerShelf(folder, limits),
    capture,
    clock: { nowMs: () => Date.now() },
    log: { debug: write, info: write, warn: write, error: write },
    idleMs: limits.idleMs,
    limits: front,
  });
  const { port } = await listener.start();
  undo.push(() => listener.stop());
  return { listener, port, book, told, api: strangerApi(book, capture) };
}

/** A socket and everything that it is told. */
async function dial(
  port: number,
): Promise<{ socket: Socket; heard: Buffer[]; gone: Promise<void> }> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const heard: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => heard.push(chunk));
  socket.on('error', () => undefined);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return { socket, heard, gone };
}

const settled = (check: () => void): Promise<void> =>
  vi.waitFor(check, { timeout: 5_000, interval: 10 });

describe('a pile that nobody knows', () => {
  test('[LISTEN-1] [LISTEN-2] [LISTEN-4] [LISTEN-5] is heard, told and written down, and told nothing', async () => {
    const { listener, port, told, api } = await open();
    const { socket, heard, gone } = await dial(port);
    socket.write(bytesOf(AAF5.slice(0, 20)));
    await settled(() => expect(api.strangers().items[0]?.bytes).toBe(10));
    socket.write(bytesOf(AAF5.slice(20) + AAF5));
    await settled(() => expect(told.map(({ event }) => event)).toContain('stranger-told'));
    const [stranger] = api.strangers().items;
    expect(stranger).toMatchObject({ address: '127.0.0.1', connections: 1, open: 1, bytes: 36 });
    expect(stranger?.families[0]).toMatchObject({
      family: 'aaf5',
      confidence: 'proven',
      frames: 2,
      samples: [AAF5, AAF5],
      front: 'jfy',
    });
    expect(stranger?.newest.map(({ up, hex }) => [up, hex.toUpperCase()])).toEqual([
      [true, AAF5.slice(0, 20)],
      [true, AAF5.slice(20) + AAF5],
    ]);
    await listener.stop();
    undo.length = 0;
    await gone;
    expect(heard).toEqual([]);
    const [name = ''] = await readdir(folder);
    expect(stranger?.file).toBe(name);
    const lines = (await readFile(path.join(folder, name), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => line.slice(30))).toEqual([
      expect.stringMatching(/^# connected from 127\.0\.0\.1:\d+$/),
      `< ${AAF5.slice(0, 20)}`,
      `< ${AAF5.slice(20)}${AAF5}`,
      '# closed',
    ]);
    for (const line of lines)
      expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00 /);
    expect(api.strangers().items[0]?.open).toBe(0);
  });

  test.each([
    ['wanma', WANMA],
    ['gqaa', GQAA],
  ])('[LISTEN-4] %s is told at the end of a connection at the latest', async (family, hex) => {
    const { port, told } = await open();
    const { socket, gone } = await dial(port);
    for (const byte of bytesOf(hex)) socket.write(Uint8Array.of(byte));
    socket.end();
    await gone;
    await settled(() =>
      expect(told.findLast(({ event }) => event === 'stranger-told')?.fields).toMatchObject({
        family,
        confidence: 'proven',
      }),
    );
  });

  test('[LISTEN-4] noise has no family', async () => {
    const { port, told, api } = await open();
    const { socket, gone } = await dial(port);
    socket.end(bytesOf('00112233445566778899'));
    await gone;
    await settled(() => expect(api.strangers().items[0]).toMatchObject({ open: 0, families: [] }));
    expect(told.map(({ event }) => event)).toEqual(['stranger-connected']);
  });
});

describe('bounds', () => {
  test('[LISTEN-3] a connection is cut off on disk, and still counted', async () => {
    const { listener, port, api } = await open({ bytesPerConnection: 200 });
    const { socket } = await dial(port);
    socket.write(new Uint8Array(5_000).fill(0x68));
    await settled(() => expect(api.strangers().items[0]?.bytes).toBe(5_000));
    await listener.stop();
    undo.length = 0;
    const [name = ''] = await readdir(folder);
    const text = await readFile(path.join(folder, name), 'utf8');
    expect(text).toContain('the limit of a connection is reached');
    expect(text.length).toBeLessThan(700);
  });

  test('[LISTEN-3] the oldest file goes first; other files stay', async () => {
    const { port, api } = await open({ files: 2 });
    for (let i = 1; i <= 4; i += 1) {
      const { socket, gone } = await dial(port);
      socket.end(bytesOf(GQAA));
      await gone;
      await settled(() =>
        expect(api.strangers().items[0]).toMatchObject({ connections: i, open: 0 }),
      );
    }
    const names = await readdir(folder);
    expect(names).toHaveLength(2);
    expect(names.map((name) => /-(\d)\.txt$/.exec(name)?.[1]).toSorted()).toEqual(['3', '4']);
  });

  test('[LISTEN-3] more connections than are allowed are refused', async () => {
    const { listener, port } = await open({}, { sockets: 1 });
    const { socket } = await dial(port);
    const { gone } = await dial(port);
    await gone;
    expect(listener.stats()).toMatchObject({ accepted: 1, refusedFull: 1 });
    socket.destroy();
  });

  test('[LISTEN-3] whoever says nothing is let go', async () => {
    const { port, api } = await open({ idleMs: 30 });
    const { gone, heard } = await dial(port);
    await gone;
    expect(heard).toEqual([]);
    await settled(() => expect(api.strangers().items[0]?.open).toBe(0));
  });

  test('[LISTEN-3] addresses are forgotten, the one heard longest ago first', () => {
    const book = new StrangerBook({ ...STRANGER_LIMITS, addresses: 2 });
    const a = book.meet('a', null, 1, familiesIn);
    book.meet('b', null, 2, familiesIn);
    a.heard(bytesOf(GQAA), 3);
    book.meet('c', null, 4, familiesIn);
    expect(book.list().map(({ address }) => address)).toEqual(['c', 'a']);
    expect(a.best()?.family).toBe('gqaa');
    a.heard(new Uint8Array(10_000), 5);
    expect(book.list()[0]).toMatchObject({ address: 'a', bytes: 10_026 });
  });
});
