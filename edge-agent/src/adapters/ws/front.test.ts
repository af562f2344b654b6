import { RPC_LIMITS } from '@holdfast/protocols/ocpp/rpc/limits';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { deferred } from '../../piles/testing/fake-site.ts';
import { startFront, stopFronts, until } from './testing/running-front.ts';
import { RawClient, upgradeText } from './testing/station.ts';

const BOOT = { chargePointVendor: 'V', chargePointModel: 'M' };
const BEAT = [2, 'h', 'Heartbeat', {}] as const;

afterEach(stopFronts);

const statusOf = (head: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
const protocolOf = (head: string): string | undefined =>
  /^sec-websocket-protocol: *(.*)$/im.exec(head)?.[1];
const offer = (names: string): readonly string[] => [`Sec-WebSocket-Protocol: ${names}`];

describe('handshake', () => {
  test.each([
    ['nothing', []],
    ['a stranger', offer('foo')],
    ['capitals', offer('OCPP1.6')],
    ['only unknown versions', offer('ocpp1.5, ocpp1.2')],
  ])('[OCPP-A1] %s is completed without the header, then closed', async (_, headers) => {
    const { port, stats, site } = await startFront();
    const client = await RawClient.open(port);
    const head = await client.head(upgradeText('/ocpp/CP1', headers));
    expect([statusOf(head), protocolOf(head)]).toEqual([101, undefined]);
    client.socket.end();
    await client.ended;
    // A close frame with the code 1002 is all that came besides.
    expect(Buffer.from(client.text, 'latin1').subarray(head.length + 6, head.length + 8)).toEqual(
      Buffer.of(0x03, 0xea),
    );
    expect(stats()).toMatchObject({ noVersion: 1, welcomed: 0 });
    expect(site.told).toEqual([]);
  });

  test.each([
    ['ocpp1.6,ocpp1.5', 'ocpp1.6'],
    ['  ocpp1.5 ,  ocpp1.6 ', 'ocpp1.6'],
    ['ocpp1.6, ocpp1.6,', 'ocpp1.6'],
    ['ocpp1.6, ocpp2.1, ocpp2.0.1', 'ocpp2.1'],
  ])('[OCPP-A1] of %s, %s is agreed on', async (names, chosen) => {
    const { port } = await startFront();
    const client = await RawClient.open(port);
    const head = await client.head(upgradeText('/ocpp/CP1', offer(names)));
    expect([statusOf(head), protocolOf(head)]).toEqual([101, chosen]);
  });

  test('[OCPP-A1] firmware that offers nothing may be set to 1.6', async () => {
    const { open, site } = await startFront({ policy: { assume: '1.6' } });
    const station = await open('CP1', []);
    expect(await station.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(site.of('PileLoggedIn')).toMatchObject([{ protocolVersion: '1.6' }]);
  });

  test('[OCPP-A2] the URL says nothing about the version; the cap of a station does', async () => {
    const { port } = await startFront();
    const capped = await startFront({ policy: { cap: '1.6' } });
    const request = upgradeText('/ocpp16/CP1', offer('ocpp1.6, ocpp2.0.1'));
    expect(protocolOf(await (await RawClient.open(port)).head(request))).toBe('ocpp2.0.1');
    expect(protocolOf(await (await RawClient.open(capped.port)).head(request))).toBe('ocpp1.6');
  });

  test.each([
    ['/ocpp/CP1', 101],
    ['/any/prefix/at/all/CP1/?a=b', 101],
    ['/CP1', 101],
    ['/ocpp/%43P1', 101],
    ['/ocpp/%E6%A1%A9%E4%B8%80', 101],
    ['/ocpp/cp1', 404],
    ['/ocpp/%zz', 400],
    ['/ocpp/', 404],
    ['/', 400],
    [`/ocpp/${'x'.repeat(49)}`, 400],
    ['/ocpp/a%3Ab', 400],
    ['/ocpp/..%2Fetc', 400],
  ])('[OCPP-A3] %s is answered with %i', async (path, status) => {
    const { port } = await startFront({}, 'CP1', '桩一');
    const client = await RawClient.open(port);
    expect(statusOf(await client.head(upgradeText(path, offer('ocpp1.6'))))).toBe(status);
  });

  test('[OCPP-A3] whatever stands in the path, the front answers and goes on', async () => {
    const { port, open, stats } = await startFront({ limits: { strangersPerMinute: 5 } });
    for (let n = 0; n < 200; n += 1) {
      const noise = Array.from({ length: n % 60 }, (_, i) => (n * 31 + i * 17) % 256);
      const path = noise.map((byte) => `%${byte.toString(16).padStart(n % 3 === 0 ? 1 : 2, '0')}`);
      const client = await RawClient.open(port);
      const status = statusOf(await client.head(upgradeText(`/ocpp/${path.join('')}`)));
      expect([400, 404]).toContain(status);
    }
    await (await open('CP1')).ask(...BEAT);
    expect(stats()['refused400']).toBeGreaterThan(50);
  });

  test('[OCPP-A4] an unknown station is told to the site, and served when it is adopted', async () => {
    const { port, open, site, door, stats } = await startFront();
    const request = upgradeText('/ocpp/NEW', offer('ocpp2.0.1'));
    for (let n = 0; n < 3; n += 1) {
      const client = await RawClient.open(port);
      expect(statusOf(await client.head(request))).toBe(404);
    }
    expect(site.of('PileLoggedIn')).toMatchObject([{ protocolVersion: '2.0.1' }]);
    expect(site.told[0]?.link).toMatchObject({ pileNo: 'NEW', vendor: 'ocpp' });
    door.known.add('NEW');
    expect(await (await open('NEW')).ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(stats()).toMatchObject({ refused404: 3, welcomed: 1 });
  });

  test('[OCPP-A9] who is not served is refused whatever is wrong with the message (B01, B02)', async () => {
    const { open } = await startFront({ unserved: true, mode: 'strict' });
    const station = await open('CP1', ['ocpp2.0.1']);
    const bad = await station.ask(2, 's', 'StatusNotification', {});
    expect(bad.slice(0, 3)).toEqual([4, 's', 'SecurityError']);
    const none = await station.ask(2, 'n', 'NoSuchThing', {});
    expect(none.slice(0, 3)).toEqual([4, 'n', 'SecurityError']);
    const boot = await station.ask(2, 'b', 'BootNotification', {});
    expect(boot[2]).not.toBe('SecurityError');
  });

  test('[OCPP-A4] made-up identities are not told at any rate', async () => {
    const { port, site, time } = await startFront({ limits: { strangersPerMinute: 2 } });
    const knock = async (identity: string) =>
      (await RawClient.open(port)).head(upgradeText(`/ocpp/${identity}`));
    for (const identity of ['X1', 'X2', 'X3', 'X4']) await knock(identity);
    expect(site.of('PileLoggedIn')).toHaveLength(2);
    await time.pass(60_000);
    await knock('X3');
    expect(site.told.at(-1)?.link.pileNo).toBe('X3');
  });

  test('a refusal of the door is answered with its status and when to come again', async () => {
    const { port, door, stats } = await startFront();
    door.verdict = async () => ({ ok: false, why: 'password', status: 401, retryAfterS: 9 });
    const authorization = 'Authorization: Basic Q1AxOng=';
    const client = await RawClient.open(port);
    const head = await client.head(upgradeText('/ocpp/CP1', [authorization]));
    expect(statusOf(head)).toBe(401);
    expect(head).toMatch(/www-authenticate: Basic/i);
    expect(head).toMatch(/retry-after: 9/i);
    expect(door.visits).toEqual([
      { address: '127.0.0.1', identity: 'CP1', authorization: 'Basic Q1AxOng=', tls: null },
    ]);
    expect(stats()).toMatchObject({ refused401: 1 });
  });

  test('what is no upgrade is told so', async () => {
    const { port } = await startFront();
    const client = await RawClient.open(port);
    expect(statusOf(await client.head('GET /ocpp/CP1 HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(426);
  });

  test('a station that hangs up while the door is asked does no harm', async () => {
    const { port, door, open, front } = await startFront();
    const asked = deferred();
    door.verdict = () => asked.promise.then(() => ({ ok: true, profile: 0 }));
    const client = await RawClient.open(port);
    client.socket.write(upgradeText('/ocpp/CP1', offer('ocpp1.6')));
    await until(() => door.visits.length === 1);
    client.socket.resetAndDestroy();
    await until(() => front.stats().open === 0);
    asked.resolve();
    await (await open('CP1')).ask(...BEAT);
    expect(front.stats()).toMatchObject({ open: 1, errors: 0 });
  });
});

describe('frames', () => {
  test('[OCPP-A14] empty, binary, torn and padded messages are read', async () => {
    const { open } = await startFront();
    const station = await open('CP1');
    const { socket } = station;
    socket.send('');
    socket.send(Buffer.from('[2,"b","Heartbeat",{}]'), { binary: true });
    expect(await station.next()).toMatchObject([3, 'b', {}]);
    socket.send('\ufeff [2, "p",\n "Heartbeat", {}]\0');
    expect(await station.next()).toMatchObject([3, 'p', {}]);
    for (const part of ['[2,"f"', ',"Heart', 'beat",']) socket.send(part, { fin: false });
    socket.send('{}]', { fin: true });
    expect(await station.next()).toMatchObject([3, 'f', {}]);
  });

  test('[OCPP-A14] nothing that may be an answer is answered', async () => {
    const { open } = await startFront();
    const station = await open('CP1');
    for (const text of ['[3,', '[4,"x"]', '[3,"nobody",{}]', '[4,"nobody","E","",{}]']) {
      station.socket.send(text);
    }
    expect(await station.ask(...BEAT)).toMatchObject([3, 'h', {}]);
  });

  test('[OCPP-LINE-1] a receipt waits for the disk, and heartbeats come after it in order', async () => {
    const { open, site } = await startFront();
    const disk = deferred();
    site.answer = async (link, event) => {
      if (event.type !== 'Noted') return;
      await disk.promise;
      link.send({ do: 'recordStored', tradeNo: '', request: event.key });
    };
    const station = await open('CP1');
    const stop = { transactionId: 7, meterStop: 1, timestamp: '2026-11-23T00:00:00Z' };
    station.say(2, 's', 'StopTransaction', stop).say(...BEAT);
    await until(() => site.of('Noted').length === 1);
    expect(station.unread).toBe(0);
    disk.resolve();
    expect(await station.next()).toEqual([3, 's', {}]);
    expect(await station.next()).toMatchObject([3, 'h', {}]);
  });

  test('[OCPP-LINE-2] a station that is faster than the site is not read, and loses nothing', async () => {
    const { open, site, front } = await startFront({ queue: { pauseAt: 4, resumeAt: 1 } });
    const busy = deferred();
    site.answer = () => busy.promise;
    const station = await open('CP1');
    for (let n = 0; n < 40; n += 1) station.say(2, `${n}`, 'Heartbeat', {});
    await until(() => front.stats().pauses > 0);
    busy.resolve();
    for (let n = 0; n < 40; n += 1) expect(await station.next()).toMatchObject([3, `${n}`, {}]);
    await until(() => site.of('Observed').length === 40);
  });

  test('[OCPP-LINE-3] frames are captured both ways, secrets are not', async () => {
    const { open, registry, capture } = await startFront();
    const station = await open('CP1');
    await station.ask(2, 'b', 'BootNotification', BOOT);
    registry.link('CP1')?.send({
      do: 'operate',
      request: 'r',
      operation: 'ChangeConfiguration',
      parameters: { key: 'AuthorizationKey', value: 'deadbeefdeadbeef' },
    });
    expect(JSON.stringify(await station.next())).toContain('deadbeefdeadbeef');
    const frames = capture
      .frames('CP1')
      .map(({ up, hex }) => `${up ? '>' : '<'}${Buffer.from(hex, 'hex').toString()}`);
    expect(frames).toHaveLength(3);
    expect(frames[0]).toMatch(/^>\[2,"b","BootNotification"/);
    expect(frames[2]).toMatch(/^<.*"key":"AuthorizationKey","value":"\*\*\*"/);
  });

  test('[OCPP-LINE-4] a strict station is refused, a tolerant one mended, each kind told once', async () => {
    const strict = await startFront({ mode: 'strict' });
    const tolerant = await startFront();
    const status = { connectorId: '1', errorCode: 'NoError', status: 'Available' };
    const first = await strict.open('CP1');
    const refusal = await first.ask(2, 's', 'StatusNotification', status);
    expect(refusal.slice(0, 3)).toEqual([4, 's', 'TypeConstraintViolation']);
    const second = await tolerant.open('CP1');
    for (const id of ['1', '2', '3']) {
      expect(await second.ask(2, id, 'StatusNotification', status)).toEqual([3, id, {}]);
    }
    await until(() => tolerant.site.of('Observed').length === 3);
    expect(tolerant.site.of('Deviated')).toHaveLength(1);
    expect(tolerant.site.of('Deviated')).toMatchObject([
      { rule: 'OCPP-B10', action: 'StatusNotification', path: '/connectorId' },
    ]);
    expect(tolerant.stats()).toMatchObject({ deviations: 3 });
    expect(strict.site.of('Deviated')).toMatchObject([{ repair: 'refused' }]);
  });

  test('an operation is called, and its answer, error or loss comes back', async () => {
    const { open, registry, site } = await startFront();
    const station = await open('CP1');
    const wish = (request: string) =>
      registry
        .link('CP1')
        ?.send({ do: 'operate', request, operation: 'ClearCache', parameters: {} });
    wish('a');
    const [, first] = await station.next();
    station.say(3, first, { status: 'Accepted' });
    wish('b');
    const [, second] = await station.next();
    station.say(4, second, 'NotSupported', '', {});
    wish('c');
    await station.next();
    wish('d');
    station.socket.terminate();
    await until(() => site.of('PileLost').length === 1);
    expect(site.of('Operated')).toMatchObject([
      { request: 'a', outcome: 'done', answer: { status: 'Accepted' } },
      { request: 'b', outcome: 'failed', answer: 'NotSupported' },
      { request: 'c', outcome: 'unanswered' },
      { request: 'd', outcome: 'unanswered' },
    ]);
  });

  test('an answer after its time-out is told as late', async () => {
    const { open, registry, site, time } = await startFront();
    const station = await open('CP1');
    const link = registry.link('CP1');
    link?.send({ do: 'operate', request: 'a', operation: 'ClearCache', parameters: {} });
    const [, id] = await station.next();
    await time.pass(31_000);
    expect(site.of('Operated')).toMatchObject([{ request: 'a', outcome: 'unanswered' }]);
    station.say(3, id, { status: 'Accepted' });
    await until(() => site.of('Operated').length === 2);
    expect(site.of('Operated')[1]).toMatchObject({ request: 'a', outcome: 'refused' });
  });

  test('a SEND of 2.1 is heard and not answered', async () => {
    const { open, site } = await startFront();
    const station = await open('CP1', 'ocpp2.1');
    station.say(6, 's', 'NotifyPeriodicEventStream', {
      id: 1,
      pending: 0,
      basetime: '2026-11-23T00:00:00Z',
      data: [{ t: 0, v: '1' }],
    });
    await station.ask(...BEAT);
    await until(() => site.of('Observed').length === 2);
    expect(site.of('Observed')[0]).toMatchObject({ name: 'NotifyPeriodicEventStream' });
  });
});

describe('twins', () => {
  const elsewhere = { localAddress: '127.0.0.2' };

  test('[OCPP-A5] from the same address the newest wins; the old one goes first and changes nothing', async () => {
    const { open, site, registry, stats, door } = await startFront();
    const old = await open('CP1');
    registry.link('CP1')?.send({ do: 'operate', request: 'a', operation: 'Reset', parameters: {} });
    await old.next();
    const fresh = await open('CP1');
    expect(await old.closed).toMatchObject({ code: 1008 });
    await until(() => site.of('PileLoggedIn').length === 2);
    expect(site.types).toEqual(['PileLoggedIn', 'Operated', 'PileLost', 'PileLoggedIn']);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'evicted' }]);
    registry.link('CP1')?.send({ do: 'operate', request: 'b', operation: 'Reset', parameters: {} });
    expect(await fresh.next()).toMatchObject([2, expect.anything(), 'Reset', {}]);
    expect(registry.online).toBe(1);
    expect(stats()).toMatchObject({ replaced: 1, twins: 0 });
    expect(door.codes).toEqual([]);
  });

  test('[OCPP-A5] two that live at different addresses are a security event; the newest wins', async () => {
    const { open, door, site } = await startFront();
    const old = await open('CP1');
    const fresh = await open('CP1', 'ocpp1.6', elsewhere);
    await old.closed;
    expect(await fresh.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(door.reported).toMatchObject([
      { code: 'duplicate-identity', pileNo: 'CP1', address: '127.0.0.2' },
    ]);
    expect(site.of('PileLost')).toHaveLength(1);
  });

  test('[OCPP-A5] … or the old one is kept', async () => {
    const { open, door, site, port, stats } = await startFront({ twins: 'keep-old' });
    const old = await open('CP1');
    const thief = await RawClient.open(port, '127.0.0.2');
    const head = await thief.head(upgradeText('/ocpp/CP1', offer('ocpp1.6')));
    expect(statusOf(head)).toBe(409);
    expect(await old.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(door.codes).toEqual(['duplicate-identity']);
    expect(site.types).toEqual(['PileLoggedIn', 'Observed']);
    expect(stats()).toMatchObject({ twins: 1, refused409: 1 });
  });

  test('[OCPP-A5] an old one that is dead is replaced, whatever the policy', async () => {
    const { open, door, time, site } = await startFront({ twins: 'keep-old' });
    await open('CP1', 'ocpp1.6', { autoPong: false });
    const opening = open('CP1', 'ocpp1.6', elsewhere);
    await until(() => door.visits.length === 2);
    await time.pass(3_000);
    expect(await (await opening).ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(door.codes).toEqual([]);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'evicted' }]);
  });

  test('[OCPP-A5] whoever does not pass the door takes nothing over', async () => {
    const { open, door, port } = await startFront();
    const old = await open('CP1');
    door.verdict = async () => ({ ok: false, why: 'password', status: 401, retryAfterS: 0 });
    const thief = await RawClient.open(port);
    expect(statusOf(await thief.head(upgradeText('/ocpp/CP1', offer('ocpp1.6'))))).toBe(401);
    expect(await old.ask(...BEAT)).toMatchObject([3, 'h', {}]);
  });

  test('[OCPP-A5] a station that flaps is a security event, once a minute', async () => {
    const { open, door } = await startFront({ stations: { stations: 9, arrivalsPerMinute: 10 } });
    for (let n = 0; n < 50; n += 1) await open('CP1');
    expect(door.codes).toEqual(['flapping']);
  });

  test('[OCPP-B4] the same event, sent again on the next connection of 2.x, is answered from memory', async () => {
    const { open, site } = await startFront();
    const event = {
      eventType: 'Started',
      timestamp: '2026-11-23T00:00:00Z',
      triggerReason: 'Authorized',
      seqNo: 0,
      transactionInfo: { transactionId: 'T' },
    };
    const frame = [2, 'e', 'TransactionEvent', event] as const;
    const first = await open('CP1', 'ocpp2.0.1');
    expect(await first.ask(...frame)).toEqual([3, 'e', {}]);
    const second = await open('CP1', 'ocpp2.0.1');
    expect(await second.ask(...frame)).toEqual([3, 'e', {}]);
    await until(() => site.of('Deviated').length === 1);
    expect(site.of('Observed')).toHaveLength(1);
  });
});

describe('life', () => {
  test('[OCPP-A6] a station that answers no more is lost within a minute', async () => {
    const { open, time, site, stats } = await startFront();
    const station = await open('CP1');
    await time.pass(21_000);
    await until(() => stats()['bytesIn'] === 0 && site.types.length === 1);
    // It has answered one ping, and is cut off now.
    await new Promise((done) => setImmediate(done));
    station.socket.pause();
    await time.pass(60_000);
    await until(() => site.of('PileLost').length === 1);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'silent' }]);
    station.socket.terminate();
  });

  test('[OCPP-B2] a station that leaves three calls in a row unanswered is to connect anew', async () => {
    const { open, time, site, registry } = await startFront();
    const station = await open('CP1');
    for (const request of ['a', 'b', 'c']) {
      expect(registry.online).toBe(1);
      const operation = 'Reset';
      registry.link('CP1')?.send({ do: 'operate', request, operation, parameters: {} });
      await station.next();
      await time.pass(20_000);
    }
    expect(await station.closed).toMatchObject({ code: 1008 });
    await until(() => site.of('PileLost').length === 1);
    expect(site.of('Operated').map(({ outcome }) => outcome)).toEqual(Array(3).fill('unanswered'));
    expect(await (await open('CP1')).ask(...BEAT)).toMatchObject([3, 'h', {}]);
  });

  test('[OCPP-A6] a station that never answers pings lives on its heartbeats', async () => {
    const { open, time, site } = await startFront();
    const station = await open('CP1', 'ocpp1.6', { autoPong: false });
    // Told to beat every 60 s.
    await station.ask(2, 'b', 'BootNotification', BOOT);
    for (let n = 0; n < 5; n += 1) {
      await time.pass(120_000);
      await station.ask(2, `${n}`, 'Heartbeat', {});
    }
    expect(site.of('PileLost')).toEqual([]);
    await time.pass(152_000);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'silent' }]);
  });
});

describe('bounds', () => {
  test('[OCPP-A7] a thousand stations at once are all accepted and answered', async () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => `CP${n}`);
    const limits = { socketsPerAddress: 2_000, loginsPerMinute: 5_000 };
    const { open, registry } = await startFront({ limits }, ...ids);
    const stations = await Promise.all(ids.map((identity) => open(identity)));
    const answers = await Promise.all(
      stations.map((station) => station.ask(2, 'b', 'BootNotification', BOOT)),
    );
    expect(answers.every(([type]) => type === 3)).toBe(true);
    expect(registry.online).toBe(1_000);
  });

  test('[OCPP-A13] a frame of 10 MiB ends its connection, before it is read', async () => {
    const { open, door, front } = await startFront();
    const options = { perMessageDeflate: false };
    const [calm, big] = [await open('CP1'), await open('CP2', 'ocpp1.6', options)];
    big.socket.send('x'.repeat(10 * 1_048_576));
    expect(await big.closed).toMatchObject({ code: expect.any(Number) });
    expect(await calm.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(door.codes).toEqual(['oversized-frame']);
    expect(front.stats().bytesIn).toBeLessThan(1_000);
  });

  test('[OCPP-A13] whoever sends too much and does not answer the goodbye is cut off', async () => {
    const { port, door, time } = await startFront();
    const client = await RawClient.open(port);
    await client.head(upgradeText('/ocpp/CP1', offer('ocpp1.6')));
    client.socket.write(Buffer.from('81ff0000000000a0000000000000', 'hex'));
    await until(() => door.codes.length === 1);
    await time.pass(200);
    await client.ended;
    expect(door.codes).toEqual(['oversized-frame']);
  });

  test('[OCPP-A13] a deflate bomb ends its connection', async () => {
    const { open, door } = await startFront();
    const options = { perMessageDeflate: { threshold: 0 } };
    const [calm, bomb] = [await open('CP1'), await open('CP2', 'ocpp1.6', options)];
    bomb.socket.send('x'.repeat(10 * 1_048_576));
    await bomb.closed;
    expect(await calm.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(door.codes).toEqual(['deflate-bomb']);
  });

  test('[OCPP-A13] compressed messages are read, and long answers compressed', async () => {
    const { open, registry } = await startFront();
    const options = { perMessageDeflate: { threshold: 0 } };
    const station = await open('CP1', 'ocpp2.0.1', options);
    expect(station.socket.extensions).toContain('permessage-deflate');
    await station.ask(...BEAT);
    registry.link('CP1')?.send({
      do: 'operate',
      request: 'r',
      operation: 'DataTransfer',
      parameters: { vendorId: 'v', data: 'y'.repeat(100_000) },
    });
    expect(JSON.stringify(await station.next())).toContain('y'.repeat(100_000));
  });

  test('[OCPP-A13] only a report of 2.x may be longer than the rest', async () => {
    const { open, door, site } = await startFront();
    const value = 'v'.repeat(300_000);
    const report = {
      requestId: 1,
      seqNo: 0,
      generatedAt: '2026-11-23T00:00:00Z',
      reportData: [
        {
          component: { name: 'C' },
          variable: { name: 'V' },
          variableAttribute: [{ value }],
        },
      ],
    };
    const station = await open('CP1', 'ocpp2.0.1');
    expect(await station.ask(2, 'r', 'NotifyReport', report)).toMatchObject([3, 'r', {}]);
    await until(() => site.of('Observed').length === 1);
    station.say(2, 'd', 'DataTransfer', { vendorId: 'v', data: value });
    expect(await station.closed).toMatchObject({ code: 1009 });
    expect(door.codes).toEqual(['oversized-frame']);
  });

  test('[OCPP-A13] a flood is slowed down and reported once; the others are served', async () => {
    const { open, door, time } = await startFront();
    const [calm, wild] = [await open('CP1'), await open('CP2')];
    for (let n = 0; n < 1_010; n += 1) wild.say(2, `${n}`, 'Heartbeat', {});
    for (let n = 0; n < 1_010; n += 1) expect(await wild.next()).toMatchObject([3, `${n}`, {}]);
    wild.say(2, 'later', 'Heartbeat', {});
    expect(await calm.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(wild.unread).toBe(0);
    await time.pass(1_000);
    expect(await wild.next()).toMatchObject([3, 'later', {}]);
    expect(door.codes).toEqual(['flood']);
  });

  test('[OCPP-A13] a station that does not read is dropped', async () => {
    const rpc = { ...RPC_LIMITS, messagesAtOnce: 1_000_000 };
    const { open, site, stats } = await startFront({ limits: { unsentBytes: 65_536, rpc } });
    const options = { perMessageDeflate: false };
    const [calm, deaf] = [await open('CP1'), await open('CP2', 'ocpp1.6', options)];
    deaf.socket.pause();
    const data = 'z'.repeat(50_000);
    for (let n = 0; n < 300; n += 1) deaf.say(2, `${n}`, 'DataTransfer', { vendorId: 'v', data });
    await until(() => site.of('PileLost').length === 1);
    expect(stats()).toMatchObject({ droppedSlow: 1 });
    expect(await calm.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    deaf.socket.terminate();
  });

  test('[OCPP-A13] noise ends its connection', async () => {
    const { open, door, stats } = await startFront();
    const noisy = await open('CP2');
    for (let n = 0; n < 120; n += 1) noisy.socket.send(`noise ${n}`);
    expect(await noisy.closed).toMatchObject({ code: 1008 });
    expect(door.codes).toEqual(['invalid-messages']);
    expect(stats()).toMatchObject({ endedForBadFrames: 1 });
  });

  test('[OCPP-A13] a handshake that does not come ends its socket', async () => {
    const { port, door, time, stats, open } = await startFront();
    const [silent, slow] = [await RawClient.open(port), await RawClient.open(port)];
    slow.socket.write('GET /ocpp/CP1 HTTP/1.1\r\nHost: ed');
    const served = await open('CP1');
    await time.pass(11_000);
    await Promise.all([silent.ended, slow.ended]);
    expect(await served.ask(...BEAT)).toMatchObject([3, 'h', {}]);
    expect(stats()).toMatchObject({ slowHandshakes: 2 });
    expect(door.codes).toEqual(['slow-handshake', 'slow-handshake']);
  });

  test('[OCPP-A13] a head without end, and what is no HTTP at all, is refused', async () => {
    const { port, front, door } = await startFront();
    const endless = `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`;
    for (const [text, status] of [
      [endless, 431],
      ['\x68\x20\x00\x00\r\n\r\n', 400],
    ] as const) {
      const client = await RawClient.open(port);
      expect(statusOf(await client.head(text))).toBe(status);
      await client.ended;
    }
    await until(() => front.stats().open === 0);
    expect(door.codes).toEqual(['oversized-frame', 'invalid-messages']);
  });

  test('[OCPP-A13] sockets and logins of an address are bounded', async () => {
    const { port, open, front, time, door } = await startFront({
      limits: { socketsPerAddress: 2, loginsPerMinute: 2 },
    });
    const first = await open('CP1');
    await open('CP2');
    await (await RawClient.open(port)).ended;
    expect(front.stats()).toMatchObject({ refusedAddress: 1 });
    first.socket.terminate();
    await until(() => front.stats().open === 1);
    const third = await RawClient.open(port);
    const request = upgradeText('/ocpp/CP1', offer('ocpp1.6'));
    expect(statusOf(await third.head(request))).toBe(429);
    expect(door.codes).toEqual(['handshake-flood']);
    await third.ended;
    await until(() => front.stats().open === 1);
    await time.pass(60_000);
    expect(statusOf(await (await RawClient.open(port)).head(request))).toBe(101);
  });
});

describe('stop', () => {
  test('[OCPP-LINE-5] lets the site take what was said, answers, says goodbye', async () => {
    const { open, site, front, url } = await startFront({ limits: { drainMs: 60_000 } });
    const disk = deferred();
    site.answer = async (link, event) => {
      if (event.type !== 'Noted') return;
      await disk.promise;
      link.send({ do: 'recordStored', tradeNo: '', request: event.key });
    };
    const station = await open('CP1');
    const stop = { transactionId: 7, meterStop: 1, timestamp: '2026-11-23T00:00:00Z' };
    station.say(2, 's', 'StopTransaction', stop);
    await until(() => site.of('Noted').length === 1);
    const stopped = front.stop();
    const late = new WebSocket(`${url}/CP2`, 'ocpp1.6');
    const refused = new Promise((resolve) => late.once('error', resolve));
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' });
    disk.resolve();
    await stopped;
    expect(await station.next()).toEqual([3, 's', {}]);
    expect(await station.closed).toMatchObject({ code: 1001 });
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'closed' }]);
    expect(front.stats().open).toBe(0);
  });

  test('[OCPP-LINE-5] a site that hangs does not keep it', async () => {
    const { open, site, front, time } = await startFront({ limits: { drainMs: 5_000 } });
    site.answer = () => new Promise(() => undefined);
    const station = await open('CP1');
    await station.ask(...BEAT);
    const stopped = front.stop();
    await time.pass(6_000);
    await stopped;
    await station.closed;
  });

  test('[FRONT-7] a port that is taken is a clear error', async () => {
    const { port } = await startFront();
    await expect(startFront({ port })).rejects.toMatchObject({
      code: 'address-taken',
      message: expect.stringContaining(String(port)),
    });
  });
});
