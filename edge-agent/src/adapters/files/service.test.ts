import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { FaultError } from '@holdfast/shared/errors/fault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJobs } from '../../files/jobs.ts';
import type { Cabinet } from '../../ports/files.ts';
import { silentLog } from '../../site/log.ts';
import { systemTimers } from '../clock.ts';
import { openCabinet, plainName } from './cabinet.ts';
import { fileFtp } from './ftp.ts';
import { type FileServer, fileHttp } from './http.ts';

const FILE_BYTES = 100_000;
const FIRMWARE = Buffer.from('firmware of a pile '.repeat(1_000));

describe('files of piles', () => {
  let folder: string;
  let cabinet: Cabinet;
  let made = 0;
  const jobs = openJobs({
    nowMs: () => 0,
    secret: () => {
      made += 1;
      return `secret${made}`;
    },
    same: (a, b) => a === b,
    limits: { wrong: 1_000 },
  });
  const servers: FileServer[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'files-'));
    cabinet = await openCabinet({
      folder,
      fileBytes: FILE_BYTES,
      totalBytes: 150_000,
      nowMs: () => 1,
    });
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  const offer = () =>
    cabinet.keep({ kind: 'offered', name: 'fw.bin', pileNo: null }, Readable.from([FIRMWARE]));
  const fetchJob = async () => {
    const file = await offer();
    const job = jobs.open({ pileNo: 'P1', does: 'fetch', fileId: file.id, name: file.name });
    return job ?? expect.fail('no job');
  };
  const bringJob = () =>
    jobs.open({ pileNo: 'P1', does: 'bring', fileId: null, name: '' }) ?? expect.fail('no job');

  async function http(): Promise<string> {
    const server = await fileHttp({
      host: '127.0.0.1',
      port: 0,
      fileBytes: FILE_BYTES,
      jobs,
      cabinet,
      log: silentLog,
    });
    servers.push(server);
    return `http://127.0.0.1:${(await server.start()).port}`;
  }

  test('[FILE-5] what is too large, or more than the budget, leaves nothing behind', async () => {
    const keep = (bytes: number) =>
      cabinet.keep(
        { kind: 'received', name: 'x', pileNo: 'P1' },
        Readable.from([Buffer.alloc(bytes)]),
      );
    await expect(keep(FILE_BYTES + 1)).rejects.toThrow(FaultError);
    await keep(90_000);
    await expect(keep(90_000)).rejects.toMatchObject({ code: 'files-full' });
    expect(await cabinet.list()).toHaveLength(1);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('[FILE-5] a line that breaks leaves nothing behind', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('line broken');
    }
    await expect(
      cabinet.keep({ kind: 'received', name: 'x', pileNo: 'P1' }, broken()),
    ).rejects.toThrow('line broken');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('[FILE-4] a name never becomes a path', async () => {
    expect(plainName('../../etc/passwd')).toBe('passwd');
    expect(plainName('..\\boot.ini')).toBe('boot.ini');
    expect(plainName('日志<script>.txt')).toBe('日志_script_.txt');
    expect(await cabinet.find('../secret')).toBeUndefined();
    await cabinet.remove('../../etc/passwd');
  });

  test('a pile fetches over HTTP, whole and from the middle, with either form of credentials', async () => {
    const origin = await http();
    const job = await fetchJob();
    const url = `${origin}/f/${job.user}/${job.password}/fw.bin`;
    const whole = await fetch(url);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(FIRMWARE);
    const rest = await fetch(url, { headers: { range: 'bytes=100-' } });
    expect(rest.status).toBe(206);
    expect(Buffer.from(await rest.arrayBuffer())).toEqual(FIRMWARE.subarray(100));
    const basic = Buffer.from(`${job.user}:${job.password}`).toString('base64');
    const head = { authorization: `Basic ${basic}` };
    expect((await fetch(`${origin}/f/fw.bin`, { headers: head })).status).toBe(200);
    expect((await fetch(`${origin}/f/${job.user}/wrong/fw.bin`)).status).toBe(401);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
    expect((await fetch(`${origin}/etc/passwd`)).status).toBe(404);
  });

  test('a pile brings its log over HTTP, as a body or in a form, once', async () => {
    const origin = await http();
    const job = bringJob();
    const url = `${origin}/f/${job.user}/${job.password}`;
    expect((await fetch(`${url}/a/../log.txt`, { method: 'PUT', body: 'said' })).status).toBe(201);
    expect((await fetch(`${url}/log.txt`, { method: 'PUT', body: 'again' })).status).toBe(403);
    const form = new FormData();
    form.append('file', new Blob(['in a form']), 'diag.zip');
    const second = bringJob();
    const target = `${origin}/f/${second.user}/${second.password}/`;
    expect((await fetch(target, { method: 'POST', body: form })).status).toBe(201);
    const files = await cabinet.list();
    const texts = await Promise.all(
      files.map(async ({ id }) => (await buffer(cabinet.read(id, 0))).toString()),
    );
    expect(texts.sort()).toEqual(['in a form', 'said']);
    expect(files.map(({ kind, pileNo }) => [kind, pileNo])).toEqual([
      ['received', 'P1'],
      ['received', 'P1'],
    ]);
    const large = bringJob();
    const tooMuch = await fetch(`${origin}/f/${large.user}/${large.password}/x`, {
      method: 'PUT',
      body: Buffer.alloc(FILE_BYTES + 1),
    });
    expect(tooMuch.status).toBe(413);
  });

  /** A line to the FTP door: sends a command, waits for a reply with its code. */
  async function ftp() {
    const server = fileFtp({
      host: '127.0.0.1',
      port: 0,
      jobs,
      cabinet,
      timers: systemTimers,
      log: silentLog,
    });
    servers.push(server);
    const { port } = await server.start();
    const socket = net.connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    const next = async (): Promise<string> => {
      while (!text.includes('\r\n')) await once(socket, 'data');
      const [line = ''] = text.split('\r\n', 1);
      text = text.slice(line.length + 2);
      return line;
    };
    await next();
    const ask = async (line: string): Promise<string> => {
      socket.write(`${line}\r\n`);
      return await next();
    };
    const data = async (): Promise<net.Socket> => {
      const reply = await ask('EPSV');
      return net.connect(Number(/\|\|\|(\d+)\|/.exec(reply)?.[1]), '127.0.0.1');
    };
    return { ask, next, data, socket };
  }

  test('[FILE-6] a pile fetches over FTP in passive mode', async () => {
    const line = await ftp();
    const job = await fetchJob();
    expect(await line.ask(`RETR fw.bin`)).toMatch(/^530/);
    expect(await line.ask(`USER ${job.user}`)).toMatch(/^331/);
    expect(await line.ask(`PASS ${job.password}`)).toMatch(/^230/);
    expect(await line.ask('TYPE I')).toMatch(/^200/);
    expect(await line.ask('CWD ../../etc')).toMatch(/^250/);
    expect(await line.ask('SIZE fw.bin')).toBe(`213 ${FIRMWARE.length}`);
    expect(await line.ask('PORT 127,0,0,1,4,1')).toMatch(/^502/);
    expect(await line.ask('REST 100')).toMatch(/^350/);
    const data = await line.data();
    const content = buffer(data);
    expect(await line.ask('RETR /etc/passwd')).toMatch(/^150/);
    expect(await content).toEqual(FIRMWARE.subarray(100));
    expect(await line.next()).toMatch(/^226/);
    expect(await line.ask('QUIT')).toMatch(/^221/);
  });

  test('[FILE-6] a pile brings its log over FTP; wrong passwords end the line', async () => {
    const line = await ftp();
    const job = bringJob();
    await line.ask(`USER ${job.user}`);
    await line.ask(`PASS ${job.password}`);
    const data = await line.data();
    expect(await line.ask('STOR ../../log.txt')).toMatch(/^150/);
    data.end('what it did');
    expect(await line.next()).toMatch(/^226/);
    const [file] = await cabinet.list();
    expect(file).toMatchObject({ name: 'log.txt', kind: 'received', pileNo: 'P1', bytes: 11 });

    const stranger = await ftp();
    const gone = once(stranger.socket, 'close');
    for (let n = 0; n < 3; n += 1) {
      await stranger.ask('USER x');
      expect(await stranger.ask('PASS y')).toMatch(/^530/);
    }
    await gone;
  });
});
