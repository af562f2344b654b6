import { anyMessage } from '@holdfast/protocols/testing/arbitrary';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { frames } from '@holdfast/protocols/ykc/frames';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deferred } from './testing/fake-site.ts';
import { Lines } from './testing/lines.ts';
import { bytesOf, PILE, said, TRADE } from './ykc/testing/samples.ts';

const OTHER = '32010600213534';
const joined = (...parts: readonly Uint8Array[]) => Buffer.concat(parts);
const broken = (bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const last = copy.length - 1;
  copy[last] = (copy[last] ?? 0) ^ 0x55;
  return copy;
};

describe('bytes', () => {
  test('[PILE-1] several frames in one piece are answered in one write', async () => {
    const lines = new Lines();
    const line = lines.served();
    const beat = (gunNo: string) => bytesOf('heartbeat', { gunNo });
    line.connection.data(joined(beat('01'), beat('02'), bytesOf('realtime')));
    expect(line.writes).toHaveLength(1);
    expect(line.names()).toEqual(['heartbeatAck', 'heartbeatAck']);
    await lines.time.settle();
    expect(lines.site.of('Measured')).toHaveLength(1);
  });

  test('[PILE-1] a frame that comes byte by byte is answered when it is whole', () => {
    const line = new Lines().served();
    for (const byte of bytesOf('heartbeat')) line.connection.data(Uint8Array.of(byte));
    expect(line.names()).toEqual(['heartbeatAck']);
  });

  test('[PILE-10] the next good frame after noise and a bad frame is answered', () => {
    const lines = new Lines();
    const line = lines.served();
    line.connection.data(Buffer.from('\r\nOK\r\n'));
    line.connection.data(joined(broken(bytesOf('heartbeat')), bytesOf('heartbeat')));
    expect(line.names()).toEqual(['heartbeatAck']);
    expect(lines.room.counts.badFrames).toBe(2);
    const kept = lines.capture.frames(PILE).map(({ hex }) => hex);
    expect(kept).toContain(Buffer.from('\r\nOK\r\n').toString('hex'));
  });

  test('[PILE-10] more bad frames in a minute than the limit end the connection', async () => {
    const lines = new Lines({ badFramesPerMinute: 3 });
    const line = lines.served();
    const bad = () => line.connection.data(broken(bytesOf('heartbeat')));
    for (let n = 0; n < 3; n += 1) bad();
    line.say('heartbeat');
    await lines.time.pass(20_000);
    line.say('heartbeat');
    await lines.time.pass(20_000);
    line.say('heartbeat');
    await lines.time.pass(20_001);
    for (let n = 0; n < 3; n += 1) bad();
    expect(line.ended).toBe(false);
    bad();
    expect(line.ended).toBe(true);
    expect(lines.room.counts.endedForBadFrames).toBe(1);
    expect(lines.site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'closed' }]);
    line.connection.data(bytesOf('heartbeat'));
    expect(lines.room.counts.framesIn).toBe(4);
  });

  test('[PILE-10] whatever came before, the next good frame is answered', async () => {
    const lines = new Lines({ badFramesPerMinute: Number.POSITIVE_INFINITY });
    const line = lines.served();
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(anyMessage(frames), fc.nat(), fc.nat(255)).map(([message, at, byte]) => {
        const bytes = ykc.encode(message);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), async (pieces) => {
        for (const bytes of pieces) line.connection.data(bytes);
        await lines.time.pass(8_000);
        line.say('login').heard();
        line.say('heartbeat', {}, 'F00D');
        expect(line.heard()).toContainEqual(expect.objectContaining({ seq: 'F00D' }));
      }),
    );
    expect(lines.errors).toEqual([]);
  });

  test('[PILE-11] a partial frame is given up, and the good one behind it answered', async () => {
    const lines = new Lines({ partialMs: 8_000 });
    const line = lines.served();
    line.connection.data(joined(Uint8Array.of(0x68, 0xff), bytesOf('heartbeat')));
    expect(line.names()).toEqual([]);
    await lines.time.pass(8_000);
    expect(line.names()).toEqual(['heartbeatAck']);
  });

  test('[PILE-11] a slow frame is not given up before its time', async () => {
    const lines = new Lines({ partialMs: 8_000 });
    const line = lines.served();
    const beat = bytesOf('heartbeat');
    line.connection.data(beat.subarray(0, 9));
    await lines.time.pass(7_000);
    line.connection.data(beat.subarray(9));
    line.connection.data(beat.subarray(0, 9));
    await lines.time.pass(2_000);
    line.connection.data(beat.subarray(9));
    expect(line.names()).toEqual(['heartbeatAck', 'heartbeatAck']);
    await lines.time.pass(20_000);
    expect(lines.room.counts.badFrames).toBe(0);
  });

  test('[PILE-12] an input that a driver of ours fails on is lost; the rest goes on', () => {
    const lines = new Lines();
    const line = lines.served();
    lines.site.tariffFor = () => {
      throw new RangeError('bug');
    };
    line.connection.data(joined(bytesOf('priceModelCheck'), bytesOf('heartbeat')));
    expect(line.names()).toEqual(['heartbeatAck']);
    expect(lines.errors).toMatchObject([{ event: 'driver-failed', fields: { pile: PILE } }]);
    expect(lines.room.counts.errors).toBe(1);
  });

  test('[PILE-12] a command that no frame can carry is lost; the rest goes on', () => {
    const lines = new Lines();
    const line = lines.served();
    const link = lines.registry.link(PILE);
    link?.send({ do: 'readNow', connectorNo: 1_234 });
    link?.send({ do: 'readNow', connectorNo: 1 });
    expect(line.names()).toEqual(['readRealtime']);
    expect(lines.errors).toMatchObject([{ event: 'frame-not-encoded' }]);
  });

  test('[PILE-12] so are commands and timers that a driver of ours fails on', async () => {
    const lines = new Lines();
    const { driver } = lines.room;
    const fails = (): never => {
      throw new RangeError('bug');
    };
    lines.room = {
      ...lines.room,
      driver: { ...driver, onCommand: fails, onTimer: fails, onUnheard: fails },
    };
    const line = lines.served();
    lines.registry.link(PILE)?.send({ do: 'setClock' });
    await lines.time.pass(3_000);
    lines.site.answer = () => Promise.reject(new RangeError('disk'));
    line.say('realtime');
    await lines.time.settle();
    line.say('heartbeat');
    await lines.time.settle();
    expect(line.names()).toEqual(['heartbeatAck']);
    expect(lines.errors.map(({ event }) => event)).toEqual([
      'driver-failed',
      'driver-failed',
      'pile-event-refused',
      'driver-failed',
      'pile-event-refused',
      'driver-failed',
    ]);
  });

  test('[PILE-13] frames of piles that the site never met are kept under their address', () => {
    const lines = new Lines();
    const line = lines.open('10.9.9.9').say('login', { pileNo: OTHER });
    line.say('heartbeat', { pileNo: OTHER });
    expect(lines.capture.frames(OTHER)).toEqual([]);
    expect(lines.capture.frames('10.9.9.9').map(({ up }) => up)).toEqual([true, false, true]);
  });

  test('[PILE-13] both directions of a pile that the site knows are kept under its number', async () => {
    const lines = new Lines();
    lines.served();
    await lines.time.pass(3_000);
    expect(lines.capture.frames(PILE).map(({ up }) => up)).toEqual([true, false, false]);
    const [login] = lines.capture.frames(PILE);
    expect(login?.hex.toUpperCase()).toBe(
      Buffer.from(bytesOf('login')).toString('hex').toUpperCase(),
    );
  });
});

describe('events', () => {
  test('[PILE-1] heartbeats are answered while the site is busy with an order of the same pile', async () => {
    const lines = new Lines();
    const line = lines.served();
    const disk = deferred();
    lines.site.answer = (link, event) => {
      if (event.type !== 'RecordUploaded') return Promise.resolve();
      return disk.promise.then(() => link.send({ do: 'recordStored', tradeNo: TRADE }));
    };
    await lines.time.settle();
    line.say('order', {}, '3B00').say('heartbeat', {}, '0300');
    expect(line.heard()).toMatchObject([{ name: 'heartbeatAck', seq: '0300' }]);
    await lines.time.settle();
    expect(line.heard()).toEqual([]);
    disk.resolve();
    await lines.time.settle();
    expect(line.heard()).toMatchObject([{ name: 'orderAck', seq: '3B00' }]);
  });

  test('[PILE-3] the socket is not read while events wait in number; none is lost', async () => {
    const lines = new Lines();
    const line = lines.served();
    await lines.time.settle();
    lines.site.told.length = 0;
    const disk = deferred();
    lines.site.answer = () => disk.promise;
    const reports = Array.from({ length: 200 }, (_, n) => bytesOf('realtime', { soc: n % 100 }));
    line.connection.data(joined(...reports));
    expect(line.paused).toBe(true);
    expect(lines.site.told).toHaveLength(1);
    // A slice of frames at most is read beyond the limit.
    expect(lines.room.counts.framesIn).toBeLessThan(40);
    // What the socket had already read on the way is kept too.
    line.connection.data(bytesOf('realtime', { soc: 77 }));
    disk.resolve();
    await lines.time.pass(1);
    for (let n = 0; n < 50; n += 1) await lines.time.settle();
    expect(line.paused).toBe(false);
    const socs = lines.site.of('Measured').map(({ measurement }) => measurement.soc);
    expect(socs).toEqual([...reports.map((_, n) => n % 100), 77]);
    expect(lines.room.counts.pauses).toBeGreaterThan(0);
  });

  test('[PILE-4] an order that the site refuses is not answered; the next upload is', async () => {
    const lines = new Lines();
    const line = lines.served();
    await lines.time.settle();
    lines.site.answer = () => Promise.reject(new RangeError('disk full'));
    line.say('order', {}, '0100');
    await lines.time.settle();
    expect(line.heard()).toEqual([]);
    lines.site.answer = async (link) => link.send({ do: 'recordStored', tradeNo: TRADE });
    line.say('order', {}, '0200');
    await lines.time.settle();
    expect(line.heard()).toMatchObject([{ name: 'orderAck', seq: '0200' }]);
  });

  test('[PILE-4] a refusal that comes after the end of the connection is only logged', async () => {
    const lines = new Lines();
    const line = lines.served();
    await lines.time.settle();
    lines.site.answer = () => Promise.reject(new RangeError('disk full'));
    line.say('order');
    line.connection.lost();
    await lines.time.settle();
    expect(lines.errors.map(({ event }) => event)).toContain('pile-event-refused');
    expect(lines.site.types.at(-1)).toBe('PileLost');
  });

  test('a command that answers an event at once comes after the frames of its step', async () => {
    const lines = new Lines();
    lines.site.answer = async (link, event) => {
      if (event.type === 'PileLoggedIn') link.send({ do: 'readNow', connectorNo: 1 });
    };
    const line = lines.open().say('login');
    await lines.time.settle();
    expect(line.names()).toEqual(['loginAck', 'readRealtime']);
  });
});

describe('seats', () => {
  test('[PILE-5] a new login evicts the old connection before it is told', async () => {
    const lines = new Lines();
    const old = lines.served();
    const oldLink = lines.registry.link(PILE);
    const fresh = lines.served();
    expect(old.ended).toBe(true);
    const link = lines.registry.link(PILE);
    expect(link).not.toBe(oldLink);
    await lines.time.settle();
    expect(lines.site.types).toEqual(['PileLoggedIn', 'PileLost', 'PileLoggedIn']);
    expect(lines.site.told.map((told) => told.link)).toEqual([oldLink, oldLink, link]);
    expect(lines.site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'evicted' }]);
    oldLink?.send({ do: 'setClock' });
    link?.send({ do: 'readNow', connectorNo: 1 });
    expect([old.names(), fresh.names()]).toEqual([[], ['readRealtime']]);
    old.connection.lost();
    await lines.time.settle();
    expect(lines.site.of('PileLost')).toHaveLength(1);
    expect([lines.registry.online, lines.registry.evictions]).toEqual([1, 1]);
  });

  test('[PILE-2] what the old socket still had to say comes before the new login', async () => {
    const lines = new Lines();
    const old = lines.served();
    await lines.time.settle();
    const disk = deferred();
    lines.site.answer = () => disk.promise;
    old.say('order').say('realtime');
    lines.served();
    expect(lines.site.types).toEqual(['PileLoggedIn', 'RecordUploaded']);
    disk.resolve();
    await lines.time.settle();
    expect(lines.site.types.slice(1)).toEqual([
      'RecordUploaded',
      'Measured',
      'PileLost',
      'PileLoggedIn',
    ]);
  });

  test('[PILE-2] also when the old socket had closed before', async () => {
    const lines = new Lines();
    const old = lines.served();
    await lines.time.settle();
    const disk = deferred();
    lines.site.answer = () => disk.promise;
    old.say('order');
    old.connection.lost();
    expect(lines.registry.online).toBe(0);
    lines.served();
    disk.resolve();
    await lines.time.settle();
    expect(lines.site.types.slice(1)).toEqual(['RecordUploaded', 'PileLost', 'PileLoggedIn']);
  });

  test('[PILE-5] a second login on the same connection evicts nobody', async () => {
    const lines = new Lines();
    const line = lines.served().say('login');
    await lines.time.settle();
    expect(line.names()).toEqual(['loginAck']);
    expect(lines.site.types).toEqual(['PileLoggedIn', 'PileLoggedIn']);
    expect([lines.registry.online, lines.registry.evictions]).toEqual([1, 0]);
  });

  test('[PILE-6] a concentrator’s frames go to the pile that they name', async () => {
    const lines = new Lines();
    lines.site.adopt(OTHER);
    const line = lines.served().say('login', { pileNo: OTHER });
    line.heard();
    line.say('heartbeat', { pileNo: OTHER, gunNo: '02' });
    expect(line.heard()).toMatchObject([{ body: { pileNo: OTHER, gunNo: '02' } }]);
    expect(lines.registry.links().map(({ pileNo }) => pileNo)).toEqual([PILE, OTHER]);
    lines.registry.link(OTHER)?.send({ do: 'stop', connectorNo: 1 });
    expect(line.heard()).toMatchObject([{ name: 'remoteStop', body: { pileNo: OTHER } }]);
    // An answer that names no pile belongs to nobody where there are two.
    line.say('remoteStopAck', { pileNo: null, gunNo: null });
    await lines.time.settle();
    expect(lines.site.of('StopAnswered')).toEqual([]);
  });

  test('[PILE-6] a frame that names no pile is that of the only one', async () => {
    const lines = new Lines();
    const line = lines.served();
    lines.registry.link(PILE)?.send({ do: 'stop', connectorNo: 2 });
    line.say('remoteStopAck', { pileNo: null, gunNo: null });
    await lines.time.settle();
    expect(lines.site.of('StopAnswered')).toMatchObject([{ connectorNo: 2 }]);
  });

  test('[PILE-6] a pile that leaves a concentrator leaves the others their connection', async () => {
    const lines = new Lines();
    lines.site.adopt(OTHER);
    const both = lines.served().say('login', { pileNo: OTHER });
    const own = lines.served();
    expect(both.ended).toBe(false);
    both.heard();
    both.say('heartbeat', { pileNo: OTHER });
    expect(both.names()).toEqual(['heartbeatAck']);
    lines.registry.link(OTHER)?.close('by hand');
    expect([both.ended, own.ended]).toEqual([true, false]);
  });

  test('[PILE-6] a stranger on a concentrator is let go alone', async () => {
    const lines = new Lines();
    const line = lines.served().say('login', { pileNo: OTHER });
    expect(line.heard()).toMatchObject([{ name: 'loginAck', body: { result: 'refused' } }]);
    await lines.time.pass(3_000);
    expect(line.ended).toBe(false);
    expect(lines.site.told.filter(({ link }) => link.pileNo === OTHER)).toHaveLength(2);
  });

  test('[PILE-15] a session that was closed answers nothing and leaves no timer', async () => {
    const lines = new Lines();
    const line = lines.served();
    const link = lines.registry.link(PILE);
    link?.close('by hand');
    link?.close('again');
    expect(line.ended).toBe(true);
    line.say('heartbeat');
    await lines.time.pass(100_000);
    expect(line.names()).toEqual([]);
    expect(lines.time.armed()).toBe(0);
    expect(lines.site.types).toEqual(['PileLoggedIn', 'PileLost']);
    expect(link).toMatchObject({ pileNo: PILE, vendor: 'ykc' });
    expect(link?.capabilities).toContain('remote-start');
  });
});

describe('time', () => {
  test('[PILE-7] a pile that is silent for the limit is lost as silent', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.served();
    await lines.time.pass(29_000);
    expect(line.ended).toBe(false);
    await lines.time.pass(3_000);
    expect(line.ended).toBe(true);
    expect(lines.site.of('PileLost')).toEqual([{ type: 'PileLost', why: 'silent' }]);
    expect(lines.room.counts.endedSilent).toBe(1);
  });

  test('[PILE-7] any sound frame of any pile counts as life', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.served();
    const strange = ykc.encode({
      name: 'unknown',
      seq: '0000',
      why: 'unknown-type',
      code: 0x77,
      encryption: 0,
      body: { raw: '' },
    });
    for (const life of [strange, bytesOf('bmsInfo'), bytesOf('heartbeat', { gunNo: '02' })]) {
      await lines.time.pass(25_000);
      line.connection.data(life);
    }
    await lines.time.pass(25_000);
    expect(line.ended).toBe(false);
  });

  test('[PILE-7] noise does not count as life', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.served();
    for (let n = 0; n < 4; n += 1) {
      await lines.time.pass(8_000);
      line.connection.data(broken(bytesOf('heartbeat')));
    }
    expect(line.ended).toBe(true);
  });

  test('[PILE-8] a pile whose frame lay unread during a stall of ours is not lost', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.served();
    await lines.time.pass(30_000);
    line.say('heartbeat');
    await lines.time.pass(20_000);
    expect(line.ended).toBe(false);
    await lines.time.pass(20_000);
    expect(line.ended).toBe(true);
  });

  test('[PILE-8] a pile that was not read is not silent', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.served();
    await lines.time.settle();
    const disk = deferred();
    lines.site.answer = () => disk.promise;
    for (let n = 0; n < 5; n += 1) line.say('realtime');
    expect(line.paused).toBe(true);
    await lines.time.pass(300_000);
    expect(line.ended).toBe(false);
    disk.resolve();
    await lines.time.pass(25_000);
    expect([line.ended, line.paused]).toEqual([false, false]);
    await lines.time.pass(10_000);
    expect(line.ended).toBe(true);
  });

  test('[PILE-9] a connection that never logs in is closed', async () => {
    const lines = new Lines({ loginMs: 60_000 });
    const line = lines.open();
    const strange = ykc.encode({ ...said('heartbeat'), name: 'unknown', ...UNKNOWN });
    for (let n = 0; n < 5; n += 1) {
      await lines.time.pass(11_000);
      line.connection.data(strange);
    }
    expect(line.ended).toBe(false);
    await lines.time.pass(5_000);
    expect(line.ended).toBe(true);
    expect(lines.room.counts.endedWithoutLogin).toBe(1);
  });

  test('[PILE-9] frames of a pile that does not log in end it sooner', async () => {
    const lines = new Lines();
    const line = lines.open().say('heartbeat').say('order');
    await lines.time.pass(3_000);
    expect([line.ended, line.names()]).toEqual([true, []]);
    expect(lines.site.told).toEqual([]);
  });

  test('[PILE-7] an empty connection is silent too', async () => {
    const lines = new Lines({ silenceMs: 30_000 });
    const line = lines.open();
    await lines.time.pass(32_000);
    expect(line.ended).toBe(true);
  });
});

const UNKNOWN = {
  why: 'unknown-type',
  code: 0x77,
  encryption: 0,
  body: { raw: '' },
} as const;

describe('limits', () => {
  test('[FRONT-2] too many logins of an address end the connection that brings them', () => {
    const lines = new Lines();
    lines.mayLogIn = false;
    const line = lines.open().say('login');
    expect([line.ended, line.names()]).toEqual([true, []]);
    expect(lines.room.counts.endedForLogins).toBe(1);
    expect(lines.site.told).toEqual([]);
  });

  test('[FRONT-3] more piles on a connection than the limit end it', () => {
    const lines = new Lines({ pilesPerConnection: 2 });
    const line = lines.served().say('heartbeat', { pileNo: OTHER });
    expect(line.ended).toBe(false);
    line.say('heartbeat', { pileNo: '32010600213535' });
    expect(line.ended).toBe(true);
    expect(lines.room.counts.endedForPiles).toBe(1);
  });
});
