import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LiveMessage } from '@holdfast/shared/api/live';
import { liveFeed } from '@holdfast/shared/api/live-feed';
import {
  CommandResource,
  ConnectorResource,
  OrderResource,
  PageOf,
  PileResource,
  Problem,
  SiteResource,
  SyncResource,
} from '@holdfast/shared/api/resources';
import { energyStep } from '@holdfast/shared/units';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type EdgeApiParts, edgeApi } from '../../api/edge-api.ts';
import { liveSource } from '../../api/live-source.ts';
import { orderHistory } from '../../api/order-history.ts';
import { commandDesk } from '../../commands/desk.ts';
import { PILE } from '../../orders/testing/subjects.ts';
import { silentLog } from '../../site/log.ts';
import { byCard, CARD, configFor, openWorld, type World } from '../../site/testing/world.ts';
import { systemTimers } from '../clock.ts';
import { metricsOf } from './metrics.ts';
import { type HttpServer, httpServer } from './server.ts';

const TOKEN = 'sixteen-letters-and-more';
const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-page-'));
afterAll(() => rmSync(folder, { recursive: true }));

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

interface Served {
  readonly world: World;
  readonly server: HttpServer;
  readonly get: (url: string, headers?: Record<string, string>) => Promise<Answer>;
  readonly post: (url: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly put: (url: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly remove: (url: string) => Promise<Answer>;
}
interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
  readonly json: any;
}

/** The HTTP side over a site in virtual time; only its own pace (live deltas) is real. */
async function serve(token: string | null = null, pageFolder = folder): Promise<Served> {
  const world = await openWorld();
  const { site, ledger, time } = world;
  const clock = {
    ...time.clock,
    learnHubTime: () => undefined,
    hubNowMs: time.clock.nowMs,
    hubOffsetMs: () => null,
  };
  const desk = commandDesk({ ledger, executor: site, clock, timers: time.timers, most: 100 });
  const parts: EdgeApiParts = {
    config: configFor(),
    ledger,
    clock,
    timers: time.timers,
    site,
    desk,
    capture: { frames: () => [{ atMs: time.clock.nowMs(), up: true, hex: '680d' }] },
    history: orderHistory(site.memory),
    status: async () => undefined,
  };
  const feed = liveFeed('test');
  const source = liveSource(parts, feed);
  const server = await httpServer({
    host: '127.0.0.1',
    port: 0,
    token,
    bodyBytes: 4_096,
    liveClients: 2,
    pageFolder,
    api: edgeApi(parts),
    files: null,
    feed,
    collect: source.collect,
    metrics: (clients) => metricsOf(parts, () => ({ framesIn: 7 }), clients),
    clock,
    timers: systemTimers,
    log: silentLog,
  });
  running.push(async () => {
    source.stop();
    await server.stop();
    await site.close();
  });
  const inject = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    headers: Record<string, string>,
    payload?: unknown,
  ): Promise<Answer> => {
    const answer = await server.app.inject({
      method,
      url,
      headers: { host: '127.0.0.1:7070', ...headers },
      ...(payload === undefined ? {} : { payload: payload as object }),
    });
    const type = String(answer.headers['content-type']);
    const json: unknown = type.includes('json') ? JSON.parse(answer.body) : undefined;
    return { status: answer.statusCode, type, body: answer.body, json };
  };
  return {
    world,
    server,
    get: (url, headers = {}) => inject('GET', url, headers),
    post: (url, body, headers = {}) => inject('POST', url, headers, body),
    put: (url, body, headers = {}) => inject('PUT', url, headers, body),
    remove: (url) => inject('DELETE', url, {}),
  };
}

async function charge({ pile }: World): Promise<string> {
  await pile.ask(byCard(CARD));
  const { tradeNo } = pile.last('allowStart');
  await pile.reports({
    tradeNo,
    status: 'charging',
    energy: energyStep(5_000n),
    voltageMv: 400_000,
  });
  return tradeNo;
}

const fits = (schema: TSchema, value: unknown): void => {
  expect([...Value.Errors(schema, value)]).toEqual([]);
};

describe('reading', () => {
  test('every listing is a page of the shared shapes', async () => {
    const { world, get } = await serve();
    await charge(world);
    for (const [url, schema] of [
      ['/api/v1/sites', SiteResource],
      ['/api/v1/piles', PileResource],
      ['/api/v1/connectors', ConnectorResource],
      ['/api/v1/sessions', OrderResource],
      ['/api/v1/orders', OrderResource],
      ['/api/v1/sync', SyncResource],
    ] as const) {
      const { status, json } = await get(url);
      expect(status, url).toBe(200);
      fits(PageOf(schema), json);
      expect(json.items.length, url).toBeGreaterThan(0);
    }
    const { json } = await get('/api/v1/connectors');
    expect(json.items[0]).toMatchObject({
      state: 'charging',
      energyKwh: '0.5000',
      voltageV: '400.0',
    });
  });

  test('an order with its rows, events and raw records', async () => {
    const { world, get } = await serve();
    const tradeNo = await charge(world);
    await world.pile.uploads({ tradeNo });
    const order = await get(`/api/v1/orders/${tradeNo}`);
    expect(order.json).toMatchObject({ state: 'settled', totalYuan: '11.00' });
    expect(order.json.rows).toHaveLength(1);
    const events = await get(`/api/v1/orders/${tradeNo}/events`);
    expect(events.json.items.map((event: { kind: string }) => event.kind)).toEqual([
      'OrderOpened',
      'ChargingStarted',
      'OrderSettled',
    ]);
    const records = await get(`/api/v1/orders/${tradeNo}/records`);
    expect(records.json.items).toMatchObject([{ rawHex: '68a2', frameType: '0x3B' }]);
  });

  test('pages follow each other without a hole or a double', async () => {
    const { world, get } = await serve();
    for (let n = 0; n < 5; n += 1) {
      await world.pile.uploads({ tradeNo: String(n).padStart(32, '7'), stopCode: n });
      await world.time.pass(1_000);
    }
    const seen: string[] = [];
    let after = '';
    do {
      const { json } = await get(`/api/v1/orders?limit=2${after}`);
      seen.push(...json.items.map((order: { orderNo: string }) => order.orderNo));
      after = json.next === null ? '' : `&after=${json.next}`;
    } while (after !== '');
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    const first = await get('/api/v1/connectors?limit=1');
    const second = await get(`/api/v1/connectors?limit=1&after=${first.json.next}`);
    expect(second.json).toMatchObject({ items: [{ connectorNo: 2 }], next: null });
  });

  test('frames, health, metrics and the description of the API', async () => {
    const { get } = await serve();
    expect((await get(`/api/v1/frames/${PILE}`)).json.items).toMatchObject([
      { up: true, hex: '680d' },
    ]);
    expect((await get('/health')).json).toMatchObject({
      status: 'ok',
      hub: 'none',
      pilesOnline: 1,
    });
    const metrics = await get('/metrics');
    expect(metrics.body).toContain('holdfast_piles{online="true"} 1');
    expect(metrics.body).toContain('holdfast_front{what="framesIn"} 7');
    const { json } = await get('/api/v1/openapi.json');
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining(['/api/v1/orders/{orderNo}', '/api/v1/commands', '/health']),
    );
    expect((await get('/api/docs')).body).toContain('swagger');
  });

  test('a full ledger is told by the health, for whoever watches the agent', async () => {
    const { world, get } = await serve();
    world.ledger.condition = 'money-refused';
    const health = await get('/health');
    expect([health.status, health.json.status]).toEqual([503, 'refusing']);
  });
});

describe('cards and limits', () => {
  test('a card is put, read and deleted; nonsense is refused', async () => {
    const { get, put, remove } = await serve();
    const card = { account: 'a', balanceYuan: '5.00', state: 'accepted' };
    expect((await put('/api/v1/cards/T-1', card)).status).toBe(200);
    expect((await get('/api/v1/cards')).json.items).toMatchObject([{ token: 'T-1' }]);
    expect((await put('/api/v1/cards/T-1', { ...card, state: 'gone' })).status).toBe(400);
    expect((await remove('/api/v1/cards/T-1')).status).toBe(204);
    expect((await get('/api/v1/cards/T-1')).status).toBe(404);
    expect((await get('/api/v1/limits')).json.items).toEqual([]);
    expect((await get(`/api/v1/piles/${PILE}/deviations`)).json.items).toEqual([]);
    expect((await get(`/api/v1/piles/${PILE}/operations`)).status).toBe(404);
  });
});

describe('commands', () => {
  const target = { siteId: 's1', pileNo: PILE, connectorNo: 1 };

  test('a start is answered with its order, and the same id runs once', async () => {
    const { world, post, get } = await serve();
    const id = '01J2Z3N4P5Q6R7S8T9VWXYZABC';
    const body = { ...target, id, op: 'start', account: 'app-1', balanceYuan: '20.00' };
    const asked = post('/api/v1/commands', body);
    await world.time.settle();
    const { tradeNo } = world.pile.last('start');
    await world.pile.says({ type: 'StartAnswered', connectorNo: 1, tradeNo, refusal: null });
    const answer = await asked;
    fits(CommandResource, answer.json);
    expect([answer.status, answer.json.state, answer.json.orderNo]).toEqual([200, 'done', tradeNo]);
    expect((await post('/api/v1/commands', body)).json.orderNo).toBe(tradeNo);
    expect(world.pile.sent.filter((command) => command.do === 'start')).toHaveLength(1);
    expect((await get(`/api/v1/commands/${id}`)).json).toMatchObject({ state: 'done' });
    expect((await get('/api/v1/commands')).json.items).toHaveLength(1);
  });

  test('a pile that takes its time: sent, and the answer is there later', async () => {
    const { world, post, get } = await serve();
    const asked = post('/api/v1/commands', { ...target, op: 'read', timeoutSeconds: 10 });
    await world.time.pass(2_000);
    const { status, json } = await asked;
    expect([status, json.state]).toEqual([202, 'sent']);
    await world.pile.reports({});
    await world.time.settle();
    expect((await get(`/api/v1/commands/${json.id}`)).json.state).toBe('done');
  });

  test('adoption of a pile that waits', async () => {
    const { world, post, get } = await serve();
    await world.pileNamed('99').logIn();
    const listed = await get('/api/v1/piles');
    expect(listed.json.items.at(-1)).toMatchObject({ pileNo: '99', adopted: false });
    expect((await post('/api/v1/piles/99/adopt', {})).json).toMatchObject({ adopted: true });
    expect((await post('/api/v1/piles/98/adopt', {})).status).toBe(404);
  });
});

describe('bad input', () => {
  const good = { siteId: 's1', pileNo: PILE, connectorNo: 1, op: 'stop' };

  test.each([
    ['no body', undefined, 400],
    ['a list', [], 400],
    ['nothing in it', {}, 400],
    ['an unknown field', { ...good, colour: 'red' }, 400],
    ['an unknown command', { ...good, op: 'explode' }, 400],
    ['a number as text', { ...good, connectorNo: '1' }, 400],
    ['a connector that cannot be', { ...good, connectorNo: 100 }, 400],
    ['a start of the whole pile', { ...good, connectorNo: 0 }, 400],
    ['an id that is none', { ...good, id: 'x' }, 400],
    [
      'a balance with three decimals',
      { ...good, op: 'start', account: 'a', balanceYuan: '1.234' },
      400,
    ],
    ['a balance below nothing', { ...good, op: 'start', account: 'a', balanceYuan: '-1' }, 400],
    ['a start that nobody pays', { ...good, op: 'start' }, 400],
    ['a deadline of days', { ...good, timeoutSeconds: 86_400 }, 400],
    ['another site', { ...good, siteId: 's2' }, 404],
    ['an unknown pile', { ...good, pileNo: 'x' }, 404],
    ['a body beyond the limit', { ...good, pileNo: 'x'.repeat(10_000) }, 413],
  ])('%s', async (_what, body, status) => {
    const { post } = await serve();
    const answer = await post('/api/v1/commands', body);
    expect(answer.status).toBe(status);
    expect(answer.type).toContain('application/problem+json');
    fits(Problem, answer.json);
  });

  test('every field that is wrong is named', async () => {
    const { post } = await serve();
    const { json } = await post('/api/v1/commands', { siteId: 's1', connectorNo: 'x', op: 'no' });
    const paths = json.errors.map((error: { path: string }) => error.path);
    expect(paths).toEqual(expect.arrayContaining(['body', 'body.connectorNo', 'body.op']));
  });

  test.each([
    '/api/v1/orders?limit=0',
    '/api/v1/orders?limit=1000',
    '/api/v1/orders?limit=many',
    '/api/v1/orders?state=paid',
    '/api/v1/orders?colour=red',
    '/api/v1/orders/none',
    '/api/v1/frames/none',
    '/api/v1/commands/none',
    '/api/v1/nothing',
  ])('%s', async (url) => {
    const { get } = await serve();
    const answer = await get(url);
    expect([400, 404]).toContain(answer.status);
    fits(Problem, answer.json);
  });

  test('a body that is no JSON', async () => {
    const { server } = await serve();
    const answer = await server.app.inject({
      method: 'POST',
      url: '/api/v1/commands',
      headers: { 'content-type': 'application/json', host: 'localhost' },
      payload: '{"siteId":',
    });
    expect(answer.statusCode).toBe(400);
    fits(Problem, answer.json());
  });
});

describe('who may', () => {
  test('on loopback: whoever sits at the machine, but no page of another site', async () => {
    const { get, post } = await serve();
    expect((await get('/api/v1/piles')).status).toBe(200);
    expect((await get('/api/v1/piles', { host: 'evil.example:7070' })).status).toBe(403);
    const origin = { origin: 'https://evil.example' };
    expect((await post('/api/v1/piles/99/adopt', {}, origin)).status).toBe(403);
    const own = { origin: 'http://localhost:7070' };
    expect((await get('/api/v1/piles', own)).status).toBe(200);
  });

  test('on the network: whoever has the token, and only ten wrong ones a minute', async () => {
    const { get, post } = await serve(TOKEN);
    expect((await get('/api/v1/piles')).json.code).toBe('not-logged-in');
    const authorization = `Bearer ${TOKEN}`;
    expect((await get('/api/v1/piles', { authorization })).status).toBe(200);
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/health')).status).toBe(200);
    const login = await post('/api/v1/login', { user: 'me', password: TOKEN });
    expect(login.json.token).toBe(TOKEN);
    for (let n = 0; n < 10; n += 1) await post('/api/v1/login', { user: 'me', password: 'wrong' });
    expect((await get('/api/v1/piles', { authorization })).status).toBe(429);
  });
});

describe('the station page', () => {
  test('is served when it is built, and says what to do when it is not', async () => {
    const { get } = await serve();
    const none = await get('/');
    expect([none.status, none.body]).toEqual([200, expect.stringContaining('npm start')]);
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>站</title>');
    const built = await serve();
    expect((await built.get('/')).body).toContain('<title>站</title>');
    expect((await built.get('/../secret')).status).toBe(404);
  });
});

describe('live changes', () => {
  /** A client of the live protocol that keeps what it hears. */
  async function watch(url: string, open: unknown) {
    const heard: LiveMessage[] = [];
    let wake = (): void => undefined;
    const socket = new WebSocket(url);
    socket.onopen = () => socket.send(typeof open === 'string' ? open : JSON.stringify(open));
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(String(data)));
      wake();
    };
    const closed = new Promise<number>((done) => {
      socket.onclose = ({ code }) => done(code);
    });
    const until = async (has: (messages: readonly LiveMessage[]) => boolean): Promise<void> => {
      while (!has(heard)) await new Promise<void>((done) => (wake = done));
    };
    return { heard, until, closed, close: () => socket.close() };
  }

  const urlOf = async ({ server }: Served): Promise<string> => {
    const { port } = await server.start();
    return `ws://127.0.0.1:${port}/api/v1/live`;
  };

  test('hello, all that is true, then what changes; who comes back gets only what it missed', async () => {
    const served = await serve();
    const url = await urlOf(served);
    const first = await watch(url, { type: 'open' });
    await first.until((m) => m.some(({ type }) => type === 'snapshot'));
    expect(first.heard[0]).toMatchObject({ type: 'hello', version: 1, stream: 'test' });
    await charge(served.world);
    await first.until((m) => JSON.stringify(m).includes('"state":"charging"'));
    const last = first.heard.findLast((m) => m.type === 'delta');
    if (last?.type !== 'delta') expect.fail('a change comes as a delta');
    first.close();
    await first.closed;

    await served.world.pile.reports({ connectorNo: 2, plugged: false });
    const again = await watch(url, { type: 'open', resume: { stream: 'test', after: last.to } });
    await again.until((m) => m.some(({ type }) => type === 'delta'));
    expect(again.heard.map(({ type }) => type)).not.toContain('snapshot');
    expect(again.heard[1]).toMatchObject({
      type: 'delta',
      from: last.to + 1,
      items: [{ entity: 'connector', value: { connectorNo: 2, plugged: false } }],
    });
    again.close();
  });

  test.each([
    ['no JSON', 'hello?'],
    ['another message', { type: 'snapshot' }],
    ['a resume that is none', { type: 'open', resume: { stream: 'test', after: -1 } }],
  ])('%s is sent away', async (_what, open) => {
    const client = await watch(await urlOf(await serve()), open);
    expect(await client.closed).toBe(4401);
    expect(client.heard).toEqual([{ type: 'bye', code: 'unauthorised' }]);
  });

  test('on the network the first message carries the token; too many clients are sent away', async () => {
    const url = await urlOf(await serve(TOKEN));
    const wrong = await watch(url, { type: 'open', token: 'wrong' });
    expect(await wrong.closed).toBe(4401);
    const clients = [];
    for (let n = 0; n < 2; n += 1) {
      const client = await watch(url, { type: 'open', token: TOKEN });
      await client.until((m) => m.some(({ type }) => type === 'snapshot'));
      clients.push(client);
    }
    const third = await watch(url, { type: 'open', token: TOKEN });
    await third.closed;
    expect(third.heard).toEqual([{ type: 'bye', code: 'slow' }]);
    for (const client of clients) client.close();
  });
});
