import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf } from '../../config.ts';
import { type RunningEdge, startEdge } from '../../edge.ts';
import { loadX509 } from '../ca/x509.ts';

let folder: string;
let edge: RunningEdge;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-security-api-'));
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: 'data',
    fronts: [{ protocol: 'ykc', port: 0 }],
    api: { port: 0 },
    piles: [{ pileNo: 'CP-01' }],
  };
  edge = await startEdge(configOf(file, folder));
});
afterAll(async () => {
  await edge.stop();
  rmSync(folder, { recursive: true });
});

async function ask<T = Record<string, unknown>>(method: string, route: string, body?: object) {
  const answer = await fetch(`${edge.addresses.api}/api/v1${route}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, json: (await answer.json()) as T };
}

test('[OCPP-A12] a password is made or set, told once, and its state shown without it', async () => {
  expect((await ask('GET', '/piles/CP-01/credentials')).json).toEqual({
    pileNo: 'CP-01',
    hasPassword: false,
    changingUntil: null,
    hasPsk: false,
    reachedProfile: 0,
    changedAt: null,
  });
  const made = await ask('POST', '/piles/CP-01/password', {});
  expect(made.json).toEqual({ pileNo: 'CP-01', password: expect.stringMatching(/^[0-9a-f]{40}$/) });
  await ask('POST', '/piles/CP-01/password', { password: 'words of an engineer' });
  const { json } = await ask('GET', '/piles/CP-01/credentials');
  expect(json).toMatchObject({ hasPassword: true, changingUntil: expect.any(String) });
  expect(JSON.stringify(json)).not.toContain('engineer');
  const withdrawn = await ask('DELETE', '/piles/CP-01/password');
  expect(withdrawn.json).toMatchObject({ hasPassword: true, changingUntil: null });
});

test('[DOOR-5] a key is made or set', async () => {
  const made = await ask('POST', '/piles/CP-01/psk', {});
  expect(made.json['pskHex']).toMatch(/^[0-9a-f]{64}$/);
  const set = await ask('POST', '/piles/CP-01/psk', { pskHex: '0F'.repeat(16) });
  expect(set.json['pskHex']).toBe('0f'.repeat(16));
});

test('unknown piles and what does not fit are refused', async () => {
  expect((await ask('POST', '/piles/nobody/password', {})).status).toBe(404);
  expect((await ask('GET', '/piles/nobody/credentials')).status).toBe(404);
  expect((await ask('POST', '/piles/CP-01/password', { password: 'short' })).status).toBe(400);
  expect((await ask('POST', '/piles/CP-01/psk', { pskHex: 'xy' })).status).toBe(400);
  expect((await ask('POST', '/certificates/abcd/revoke')).status).toBe(404);
  expect((await ask('GET', '/security-events?after=x')).status).toBe(400);
});

test('[DOOR-8] events are listed newest first, by page and pile, with words in both languages', async () => {
  for (const n of [1, 2, 3]) {
    edge.doors.report({ code: 'flapping', pileNo: `P${n}`, address: null, detail: `no ${n}` });
  }
  interface Listed {
    readonly items: readonly { readonly detail: string; readonly title: object }[];
    readonly next: string | null;
  }
  const page = async (query: string) =>
    (await ask<Listed>('GET', `/security-events?${query}`)).json;
  await expect.poll(async () => (await page('limit=1')).items[0]?.detail).toBe('no 3');
  const first = await page('limit=2');
  expect(first.items.map(({ detail }) => detail)).toEqual(['no 3', 'no 2']);
  expect(first.items[0]?.title).toEqual({ zh: expect.any(String), en: expect.any(String) });
  const second = await page(`limit=2&after=${first.next}`);
  expect(second.items[0]?.detail).toBe('no 1');
  expect((await page('pileNo=P2')).items).toHaveLength(1);
});

test('[DOOR-9] the roots to install, and what was issued under them', async () => {
  const { roots } = (await ask<{ roots: string[] }>('GET', '/certificates/roots')).json;
  expect(roots.map((pem) => new X509Certificate(pem).ca)).toEqual([true, true]);
  const { items } = (await ask<{ items: unknown[] }>('GET', '/certificates')).json;
  expect(items).toHaveLength(2);
});

test('[DOOR-10] what is revoked stands in the list of its root', async () => {
  interface Issued {
    readonly items: readonly { readonly serialNumber: string }[];
  }
  const { items } = (await ask<Issued>('GET', '/certificates')).json;
  const [serialNumber = ''] = items.map((one) => one.serialNumber);
  const listed = async (): Promise<readonly (readonly string[])[]> => {
    const { lists } = (await ask<{ lists: string[] }>('GET', '/certificates/revocations')).json;
    const { X509Crl } = await loadX509();
    return lists.map((pem) => new X509Crl(pem).entries.map((entry) => entry.serialNumber));
  };
  expect(await listed()).toEqual([[], []]);
  const revoked = await ask('POST', `/certificates/${serialNumber}/revoke`);
  expect(revoked.json).toMatchObject({ serialNumber, revokedAt: expect.any(String) });
  expect((await listed()).flat()).toContain(serialNumber);
});
