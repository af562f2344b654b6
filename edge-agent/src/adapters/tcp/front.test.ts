import { connect } from 'node:net';
import type { YkcMessage } from '@holdfast/protocols/ykc/codec';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { afterEach, describe, expect, test } from 'vitest';
import { Capture } from '../../piles/capture.ts';
import type { ConnectionLimits } from '../../piles/limits.ts';
import { Registry } from '../../piles/registry.ts';
import { deferred, FakeSite } from '../../piles/testing/fake-site.ts';
import { ykcProtocol } from '../../piles/ykc/protocol.ts';
import { bytesOf, NOW_MS, PILE, said, TARIFF, TRADE } from '../../piles/ykc/testing/samples.ts';
import { virtualTime } from '../../site/testing/virtual-time.ts';
import { type Front, openFront } from './front.ts';
import type { FrontLimits } from './limits.ts';
import { PileClient } from './testing/pile-client.ts';

const OTHER = '32010600213534';
const opened: Front[] = [];

afterEach(async () => {
  for (const front of opened.splice(0)) await front.stop();
});

/** A front on a free port, with the site and the time in the test's hands. */
async function startFront(limits: Partial<FrontLimits & ConnectionLimits> = {}) {
  const site = new FakeSite(PILE, OTHER);
  site.tariff = TARIFF;
  const time = virtualTime(NOW_MS);
  const registry = new Registry(site);
  const front = openFront({
    protocol: ykcProtocol(),
    site,
    registry,
    capture: new Capture(),
    clock: time.clock,
    timers: time.timers,
    host: '127.0.0.1',
    port: 0,
    limits: { drainMs: 500, ...limits },
  });
  opened.push(front);
  const { port } = await front.start();
  return { front, site, time, registry, port, open: () => PileClient.open(port) };
}

const bodyOf = (message: YkcMessage): object => message.body;
/** Lets the sockets of both ends and the promises between come to rest. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setImmediate(done));
}

describe('bytes', () => {
  test('[FRONT-6] frames glued together and torn apart are all answered', async () => {
    const { open, front } = await startFront();
    const pile = await (await open()).login(PILE);
    const glued = Buffer.concat(
      ['01', '02', '03'].map((gunNo) => bytesOf('heartbeat', { gunNo }, `${gunNo}00`)),
    );
    pile.socket.write(glued);
    for (const seq of ['0100', '0200', '0300']) {
      expect(await pile.next('heartbeatAck')).toMatchObject({ seq });
    }
    for (const byte of bytesOf('heartbeat', {}, 'AAAA')) {
      pile.socket.write(Uint8Array.of(byte));
      await new Promise((done) => setImmediate(done));
    }
    expect(await pile.next('heartbeatAck')).toMatchObject({ seq: 'AAAA' });
    expect(front.stats()).toMatchObject({ framesIn: 5, badFrames: 0 });
  });

  test('[FRONT-6] noise and bad frames, then a good one, which is answered', async () => {
    const { open, front } = await startFront();
    const pile = await (await open()).login(PILE);
    const bad = Uint8Array.from(bytesOf('order'));
    bad[30] = (bad[30] ?? 0) ^ 0xff;
    pile.socket.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    pile.socket.write(bad);
    pile.say('heartbeat', {}, 'BBBB');
    expect(await pile.next('heartbeatAck')).toMatchObject({ seq: 'BBBB' });
    expect(front.stats().badFrames).toBeGreaterThan(0);
  });

  test('[FRONT-6] a pile is answered in the checksum order that it uses', async () => {
    const { open } = await startFront();
    const pile = await open();
    pile.socket.write(ykc.encode(said('login'), 'BE'));
    await pile.next('loginAck');
    expect(pile.crc).toBe('BE');
    pile.socket.write(ykc.encode(said('heartbeat'), 'LE'));
    await pile.next('heartbeatAck');
    expect(pile.crc).toBe('LE');
  });

  test('[FRONT-6] a flood of noise ends its connection, and the others are served', async () => {
    const { open, front } = await startFront();
    const [good, bad] = [await (await open()).login(PILE), await open()];
    const noise = Buffer.alloc(64_000, 0x68);
    for (let n = 0; n < 8; n += 1) bad.socket.write(noise);
    await bad.closed;
    good.say('heartbeat', {}, 'CCCC');
    expect(await good.next('heartbeatAck')).toMatchObject({ seq: 'CCCC' });
    expect(front.stats()).toMatchObject({ endedForBadFrames: 1, open: 1 });
  });

  test('[FRONT-6] a flood of good frames is answered to the last, without a pause of others', async () => {
    const { open, site } = await startFront();
    const [calm, busy] = [await (await open()).login(OTHER), await (await open()).login(PILE)];
    const block = Buffer.concat(Array.from({ length: 1_000 }, () => bytesOf('realtime')));
    for (let n = 0; n < 10; n += 1) busy.socket.write(block);
    busy.say('heartbeat', {}, 'DDDD');
    calm.say('heartbeat', { pileNo: OTHER }, 'EEEE');
    expect(await calm.next('heartbeatAck')).toMatchObject({ seq: 'EEEE' });
    expect(await busy.next('heartbeatAck')).toMatchObject({ seq: 'DDDD' });
    await until(() => site.of('Measured').length === 10_000);
  });
});

describe('piles', () => {
  test('an order is answered when the site has stored it, a heartbeat before that', async () => {
    const { open, site } = await startFront();
    const pile = await (await open()).login(PILE);
    const disk = deferred();
    site.answer = (link, event) =>
      event.type === 'RecordUploaded'
        ? disk.promise.then(() => link.send({ do: 'recordStored', tradeNo: TRADE }))
        : Promise.resolve();
    pile.say('order', {}, '3B00').say('heartbeat', {}, '0300');
    expect(await pile.next('heartbeatAck')).toMatchObject({ seq: '0300' });
    expect(pile.heard).toEqual([]);
    disk.resolve();
    expect(await pile.next('orderAck')).toMatchObject({ seq: '3B00' });
  });

  test('a new login closes the old socket; commands go to the new one', async () => {
    const { open, registry, site } = await startFront();
    const old = await (await open()).login(PILE);
    const fresh = await (await open()).login(PILE);
    await old.closed;
    registry.link(PILE)?.send({ do: 'readNow', connectorNo: 2 });
    expect(bodyOf(await fresh.next('readRealtime'))).toMatchObject({ gunNo: '02' });
    expect(site.types).toEqual(['PileLoggedIn', 'PileLost', 'PileLoggedIn']);
  });

  test('frames before the login are not answered, and end the connection', async () => {
    const { open, time, site, front } = await startFront();
    const pile = (await open()).say('heartbeat').say('order').say('realtime');
    await until(() => front.stats().framesIn === 3);
    await time.pass(4_000);
    await pile.closed;
    expect([pile.heard, site.told]).toEqual([[], []]);
  });

  test('a pile that is not adopted hears no and is let go', async () => {
    const { open, time, site } = await startFront();
    site.profiles.clear();
    const pile = (await open()).say('login').say('heartbeat');
    expect(bodyOf(await pile.next('loginAck'))).toMatchObject({ result: 'refused' });
    await time.pass(4_000);
    await pile.closed;
    expect(pile.heard).toEqual([]);
    await until(() => site.told.length === 2);
    expect(site.types).toEqual(['PileLoggedIn', 'PileLost']);
  });

  test('a silent pile is lost', async () => {
    const { open, time, site, front } = await startFront();
    const pile = await (await open()).login(PILE);
    await time.pass(32_000);
    await pile.closed;
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'silent' }]);
    expect(front.stats()).toMatchObject({ endedSilent: 1 });
  });

  test('a pile that hangs up is lost', async () => {
    const { open, site, registry } = await startFront();
    const pile = await (await open()).login(PILE);
    pile.socket.end();
    await pile.closed;
    await until(() => registry.online === 0);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'closed' }]);
  });

  test('a connection that is reset is lost', async () => {
    const { open, site, registry, front } = await startFront();
    const pile = await (await open()).login(PILE);
    pile.socket.resetAndDestroy();
    await until(() => registry.online === 0);
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'closed' }]);
    expect(front.stats().open).toBe(0);
  });
});

describe('limits', () => {
  test('[FRONT-1] more sockets than the limit are closed at once', async () => {
    const { open, front } = await startFront({ sockets: 2, socketsPerAddress: 9 });
    const [first, second] = [await open(), await open()];
    const third = await open();
    await third.closed;
    expect(front.stats()).toMatchObject({ accepted: 2, open: 2, refusedFull: 1 });
    first.socket.destroy();
    await until(() => front.stats().open === 1);
    await (await open()).login(PILE);
    second.socket.destroy();
  });

  test('[FRONT-1] more sockets of one address than the limit are closed at once', async () => {
    const { open, front } = await startFront({ socketsPerAddress: 1 });
    const first = await (await open()).login(PILE);
    await (await open()).closed;
    expect(front.stats()).toMatchObject({ refusedAddress: 1 });
    first.say('heartbeat');
    await first.next('heartbeatAck');
  });

  test('[FRONT-2] more logins than the limit end the connection; a minute later they are heard', async () => {
    const { open, time, front } = await startFront({ loginsPerMinute: 2 });
    const pile = await (await open()).login(PILE);
    await pile.login(PILE);
    pile.say('login');
    await pile.closed;
    expect(front.stats()).toMatchObject({ endedForLogins: 1 });
    await time.pass(121_000);
    await (await open()).login(PILE);
  });

  test('[FRONT-4] a pile that does not read is dropped, and the others are served', async () => {
    const { open, registry, front, site } = await startFront({ unsentBytes: 4_096 });
    const [calm, deaf] = [await (await open()).login(OTHER), await (await open()).login(PILE)];
    deaf.socket.pause();
    const cards = Array.from({ length: 15 }, () => ({ printedNo: '1', cardNo: 'AB' }));
    for (let n = 0; n < 200 && front.stats().droppedSlow === 0; n += 1) {
      const link = registry.link(PILE);
      for (let i = 0; i < 500; i += 1) link?.send({ do: 'addCards', cards });
      await new Promise((done) => setImmediate(done));
    }
    expect(front.stats().droppedSlow).toBe(1);
    await until(() => site.of('PileLost').length === 1);
    calm.say('heartbeat', { pileNo: OTHER });
    await calm.next('heartbeatAck');
    deaf.socket.destroy();
  });

  test('[FRONT-7] a port that is taken is a clear error', async () => {
    const { port } = await startFront();
    const site = new FakeSite();
    const { clock, timers } = virtualTime(0);
    const second = openFront({
      protocol: ykcProtocol(),
      site,
      registry: new Registry(site),
      capture: new Capture(),
      clock,
      timers,
      host: '127.0.0.1',
      port,
    });
    await expect(second.start()).rejects.toMatchObject({
      code: 'address-taken',
      message: expect.stringContaining(String(port)),
    });
  });
});

describe('stop', () => {
  test('[FRONT-5] lets the site take what was said, tells the pile, then ends everything', async () => {
    const { open, site, front, port } = await startFront({ drainMs: 60_000 });
    const pile = await (await open()).login(PILE);
    const disk = deferred();
    site.answer = async (link, event) => {
      await disk.promise;
      if (event.type === 'RecordUploaded') link.send({ do: 'recordStored', tradeNo: TRADE });
    };
    pile.say('order', {}, '3B00');
    await until(() => site.of('RecordUploaded').length === 1);
    const stopped = front.stop();
    await expect(PileClient.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    disk.resolve();
    await stopped;
    expect(await pile.next('orderAck')).toMatchObject({ seq: '3B00' });
    await pile.closed;
    expect(site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'closed' }]);
    expect(front.stats().open).toBe(0);
    opened.length = 0;
  });

  test('[FRONT-5] a site that hangs does not keep it', async () => {
    const { open, site, front, time } = await startFront({ drainMs: 5_000 });
    const pile = await (await open()).login(PILE);
    site.answer = () => new Promise(() => undefined);
    pile.say('order');
    await until(() => site.of('RecordUploaded').length === 1);
    const stopped = front.stop();
    await time.pass(6_000);
    await stopped;
    await pile.closed;
    opened.length = 0;
  });

  test('[FRONT-5] a front that was never started stops all the same', async () => {
    const site = new FakeSite();
    const { clock, timers } = virtualTime(0);
    const parts = { site, registry: new Registry(site), capture: new Capture(), clock, timers };
    const front = openFront({ protocol: ykcProtocol(), ...parts, host: '127.0.0.1', port: 0 });
    await front.stop();
    expect(front.stats()).toMatchObject({ open: 0, framesIn: 0 });
  });
});

test('[FRONT-6] a client that connects and is gone before it is accepted does no harm', async () => {
  const { port, open, front } = await startFront();
  for (let n = 0; n < 20; n += 1) connect({ host: '127.0.0.1', port }).resetAndDestroy();
  await (await open()).login(PILE);
  expect(front.stats().open).toBeGreaterThan(0);
});
