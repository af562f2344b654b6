import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { LiveMessage } from '@holdfast/shared/api/live';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hubConfigOf } from '../config.ts';
import { type RunningHub, startHub } from '../hub.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hub-api-'));
const log = pino({ level: 'silent' });
const config = hubConfigOf(
  {
    dataFolder: folder,
    http: { port: 0 },
    broker: { kind: 'embedded', port: 0 },
    sites: [{ siteId: 'site-01', name: 'One', vendors: ['ykc'], secret: 'a-secret-for-tests' }],
  },
  folder,
);
let hub: RunningHub;
let token = '';

const ask = async (
  at: string,
  init: RequestInit & { bearer?: string } = {},
): Promise<{ status: number; type: string; body: Record<string, unknown> }> => {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (init.bearer !== undefined) headers.set('authorization', `Bearer ${init.bearer}`);
  const answer = await fetch(`${hub.url}/api/v1${at}`, { ...init, headers });
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, body: (await answer.json()) as Record<string, unknown> };
};
const login = (user: string, password: string) =>
  ask('/login', { method: 'POST', body: JSON.stringify({ user, password }) });

beforeAll(async () => {
  hub = await startHub(config, log);
  const first = hub.firstLogin;
  const answer = await login(first?.user ?? '', first?.password ?? '');
  token = String(answer.body['token']);
});

afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('login', () => {
  test('the first password opens, and only in the first life is it shown', async () => {
    expect(hub.firstLogin?.password).toMatch(/^[a-z2-9]{20}$/);
    expect((await ask('/sites', { bearer: token })).status).toBe(200);
    await hub.close();
    hub = await startHub(config, log);
    expect(hub.firstLogin).toBeUndefined();
    expect((await ask('/sites', { bearer: token })).status, 'the token outlives a restart').toBe(
      200,
    );
  });

  test('without a token nothing is told, and a made-up one is none', async () => {
    for (const bearer of [undefined, 'nonsense', `${token.slice(0, -2)}xx`]) {
      const answer = await ask('/orders', bearer === undefined ? {} : { bearer });
      expect(answer.status).toBe(401);
      expect(answer.type).toContain('application/problem+json');
      expect(answer.body['code']).toBe('not-logged-in');
    }
  });

  test('guessing is answered slowly, then not at all', async () => {
    const codes: unknown[] = [];
    for (let i = 0; i < 7; i += 1) codes.push((await login('nobody', `guess ${i}`)).body['code']);
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('login-failed'));
    expect(codes.slice(5)).toEqual(Array(2).fill('too-many-requests'));
  });
});

describe('bad input', () => {
  test.each([
    ['a body that is no JSON', '/commands', '{', 400, 'invalid-input'],
    ['a field that is missing', '/commands', '{"siteId":"site-01"}', 400, 'invalid-input'],
    [
      'money with three decimals',
      '/commands',
      '{"siteId":"a","pileNo":"1","connectorNo":1,"op":"start","balanceYuan":"1.005"}',
      400,
      'invalid-input',
    ],
    [
      'a body of a megabyte',
      '/commands',
      JSON.stringify({ a: 'x'.repeat(1 << 20) }),
      413,
      'too-large',
    ],
  ])('%s', async (_what, at, body, status, code) => {
    const answer = await ask(at, { method: 'POST', body, bearer: token });
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body['code']).toBe(code);
    expect(answer.body['titleZh']).toMatch(/\p{Script=Han}/u);
  });

  test('every wrong field is named at once', async () => {
    const wrong = { siteId: '', pileNo: '1'.repeat(65), connectorNo: 100, op: 'explode' };
    const body = JSON.stringify(wrong);
    const { body: problem } = await ask('/commands', { method: 'POST', body, bearer: token });
    const paths = (problem['errors'] as { path: string }[]).map((error) => error.path);
    for (const field of ['siteId', 'pileNo', 'connectorNo', 'op']) {
      expect(paths.some((at) => at.endsWith(field))).toBe(true);
    }
  });

  test('what is not there is said to be not there', async () => {
    expect((await ask('/orders/1', { bearer: token })).status).toBe(404);
    expect((await ask('/nowhere', { bearer: token })).status).toBe(404);
    expect((await ask('/orders?limit=100000', { bearer: token })).status).toBe(400);
  });
});

test('a command for a pile that no site has told of is refused, not queued', async () => {
  const body = JSON.stringify({ siteId: 'site-01', pileNo: '1', connectorNo: 1, op: 'stop' });
  const answer = await ask('/commands', { method: 'POST', body, bearer: token });
  expect(answer.body['code']).toBe('not-found');
  expect((await ask('/commands', { bearer: token })).body['items']).toEqual([]);
});

test('a site that has never come is offline', async () => {
  const { body } = await ask('/sites', { bearer: token });
  expect(body['items']).toMatchObject([{ siteId: 'site-01', link: 'offline', backlog: 0 }]);
});

test("what happened at the piles' doors is listed, and a page that is none is refused", async () => {
  const { body } = await ask('/security-events', { bearer: token });
  expect(body).toEqual({ items: [], next: null });
  expect((await ask('/security-events?after=x', { bearer: token })).status).toBe(400);
});

test('a watchdog and Prometheus need no login', async () => {
  const health = await fetch(`${hub.url}/health`);
  expect(await health.json()).toMatchObject({ status: 'ok' });
  const metrics = await (await fetch(`${hub.url}/metrics`)).text();
  expect(metrics).toContain('holdfast_hub_sites{connected="false"} 1');
});

test('the API describes itself', async () => {
  const { body } = await ask('/openapi.json');
  const paths = Object.keys(body['paths'] as object);
  expect(paths).toEqual(
    expect.arrayContaining(['/api/v1/orders', '/api/v1/commands', '/api/v1/login']),
  );
});

describe('live', () => {
  const hear = (open: object, count: number): Promise<LiveMessage[]> =>
    new Promise((done, fail) => {
      const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/api/v1/live`);
      const heard: LiveMessage[] = [];
      socket.onopen = () => socket.send(JSON.stringify({ type: 'open', ...open }));
      socket.onerror = () => fail(new TypeError('no line'));
      socket.onclose = () => done(heard);
      socket.onmessage = ({ data }) => {
        heard.push(JSON.parse(String(data)) as LiveMessage);
        if (heard.length === count) socket.close();
      };
    });

  test('hello, then everything that is true', async () => {
    const [hello, snapshot] = await hear({ token }, 2);
    expect(hello).toMatchObject({ type: 'hello', version: 1 });
    expect(snapshot).toMatchObject({ type: 'snapshot' });
    const items = snapshot?.type === 'snapshot' ? snapshot.items : [];
    expect(items).toContainEqual(expect.objectContaining({ entity: 'site' }));
  });

  test('without a login the line is closed with a reason', async () => {
    expect(await hear({ token: 'nonsense' }, 1)).toEqual([{ type: 'bye', code: 'unauthorised' }]);
  });
});
