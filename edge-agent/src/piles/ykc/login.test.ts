import { seqOf } from '@holdfast/protocols/ykc/codec';
import { describe, expect, test } from 'vitest';
import { spreadOf } from './map.ts';
import { BODIES, NOW_MS, PILE, TARIFF } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';

const kinds = (effects: readonly { readonly do: string }[]) => effects.map((effect) => effect.do);

describe('login', () => {
  test('[YKC-LOGIN-1] an adopted pile is seated, told of, and accepted, in this order', () => {
    const talk = new Talk();
    const effects = talk.hear('login', {}, '71AD');
    expect(kinds(effects)).toEqual(['disarm', 'admit', 'emit', 'send', 'arm']);
    expect(eventsIn(effects)).toEqual([
      {
        type: 'PileLoggedIn',
        protocolVersion: '1.6',
        firmware: 'V4.1.50',
        connectorCount: 2,
        dc: true,
      },
    ]);
    expect(onlySent(effects)).toEqual({
      name: 'loginAck',
      seq: '71AD',
      body: { pileNo: PILE, result: 'accepted' },
    });
  });

  test('[YKC-LOGIN-2] a pile that is not adopted is told of, refused, and let go after a grace', () => {
    const talk = new Talk();
    talk.site.profiles.clear();
    const effects = talk.hear('login');
    expect(kinds(effects)).toEqual(['emit', 'send', 'arm']);
    expect(onlySent(effects)).toMatchObject({ name: 'loginAck', body: { result: 'refused' } });
    expect(effects.at(-1)).toEqual({ do: 'arm', timer: 'grace', ms: 3_000 });
    expect(talk.hear('heartbeat')).toEqual([]);
    expect(talk.timer('grace')).toEqual([{ do: 'close', why: 'not served' }]);
  });

  test('[YKC-LOGIN-2] a pile that is known but waits for adoption is refused as well', () => {
    const talk = new Talk();
    talk.site.profiles.set(PILE, { pileNo: PILE, adopted: false, dialect: undefined });
    expect(onlySent(talk.hear('login'))).toMatchObject({ body: { result: 'refused' } });
  });

  test('[YKC-LOGIN-3] a second login is answered; guns are forgotten, waiting orders are not', () => {
    const talk = new Talk().login();
    talk.hear('realtime');
    talk.hear('order', {}, '0700');
    const effects = talk.hear('login', { gunCount: 4, pileType: 'ac' }, '0900');
    expect(onlySent(effects)).toMatchObject({ name: 'loginAck', seq: '0900' });
    expect(talk.state).toMatchObject({ gunCount: 4, dc: false, guns: {} });
    const stored = talk.told({ do: 'recordStored', tradeNo: BODIES.order.tradeNo });
    expect(onlySent(stored)).toMatchObject({ name: 'orderAck', seq: '0700' });
  });

  test.each(['heartbeat', 'order', 'realtime', 'startApply'] as const)(
    '[YKC-LOGIN-4] %s before the login gets no answer, and one grace',
    (name) => {
      const talk = new Talk();
      expect(talk.hear(name)).toEqual([{ do: 'arm', timer: 'grace', ms: 3_000 }]);
      expect(talk.hear(name)).toEqual([]);
      expect(talk.timer('grace')).toEqual([{ do: 'close', why: 'not served' }]);
    },
  );

  test('[YKC-LOGIN-4] a login within the grace saves the connection', () => {
    const talk = new Talk();
    talk.hear('heartbeat');
    expect(talk.hear('login')[0]).toEqual({ do: 'disarm', timer: 'grace' });
    expect(talk.timer('grace')).toEqual([]);
  });

  test.each(['closed', 'silent', 'evicted'] as const)(
    '[YKC-LOST-1] a loss (%s) is told once, and only of a pile that logged in',
    (why) => {
      expect(new Talk().closed(why)).toEqual([]);
      const talk = new Talk().login();
      expect(eventsIn(talk.closed(why))).toEqual([{ type: 'PileLost', why }]);
      expect(talk.closed(why)).toEqual([]);
    },
  );

  test('[YKC-LOST-1] a pile that was refused is lost like any other', () => {
    const talk = new Talk();
    talk.site.profiles.clear();
    talk.hear('login');
    expect(eventsIn(talk.closed('closed'))).toEqual([{ type: 'PileLost', why: 'closed' }]);
  });

  test('[YKC-CMD-2] a pile that is not served is sent nothing', () => {
    const talk = new Talk();
    expect(talk.told({ do: 'stop', connectorNo: 1 })).toEqual([]);
    expect(talk.told({ do: 'pushTariff', tariff: TARIFF })).toEqual([]);
    for (const timer of ['welcome', 'clock', 'gather:1', 'forget:1', 'other']) {
      expect(talk.timer(timer)).toEqual([]);
    }
  });

  test('a pile has at most as many guns as two digits can name', () => {
    expect(new Talk().login({ gunCount: 255 }).state.gunCount).toBe(99);
  });

  test('a pile without guns has one, and an unnamed kind of pile is taken for DC', () => {
    const talk = new Talk();
    talk.hear('login', { gunCount: 0, pileType: { unknown: 7 }, protocolVersion: 0x0f });
    expect(talk.state).toMatchObject({ gunCount: 1, dc: true });
    expect(eventsIn(talk.effects)).toMatchObject([{ protocolVersion: '1.5' }]);
  });
});

describe('what a pile is given after its login', () => {
  test('[YKC-CLOCK-1] the clock, within a few seconds, the pile’s own share of them', () => {
    const talk = new Talk();
    const armed = talk.hear('login').at(-1);
    expect(armed).toMatchObject({ do: 'arm', timer: 'welcome' });
    const effects = talk.timer('welcome');
    expect(onlySent(effects)).toMatchObject({
      name: 'timeSync',
      body: { pileNo: PILE, time: { ms: NOW_MS } },
    });
  });

  test('[YKC-CLOCK-1] piles are spread evenly, each always at its own place', () => {
    const places = Array.from({ length: 1_000 }, (_, n) => spreadOf(`3201${n + 10 ** 9}`, 1_000));
    expect(places.every((place) => place >= 0 && place < 1_000)).toBe(true);
    for (const tenth of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
      const there = places.filter((place) => Math.floor(place / 100) === tenth);
      expect(there.length).toBeGreaterThan(50);
    }
    expect(spreadOf(PILE, 1_000)).toBe(spreadOf(PILE, 1_000));
  });

  test('[YKC-CLOCK-2] the clock again every day, each pile at its own time', () => {
    const talk = new Talk().login();
    const first = talk.timer('welcome').at(-1);
    expect(first).toMatchObject({ do: 'arm', timer: 'clock' });
    const ms = first?.do === 'arm' ? first.ms : 0;
    expect(ms).toBeGreaterThan(22 * 3_600_000);
    expect(ms).toBeLessThanOrEqual(24 * 3_600_000);
    const again = talk.timer('clock');
    expect(onlySent(again)).toMatchObject({ name: 'timeSync' });
    expect(again.at(-1)).toEqual(first);
  });

  test('[YKC-CLOCK-3] the pile’s time is told, and one that is none as null', () => {
    const talk = new Talk().login();
    expect(eventsIn(talk.hear('timeSyncAck'))).toEqual([
      { type: 'ClockAnswered', pileTimeMs: NOW_MS },
    ]);
    const nonsense = { time: { ms: null, wire: 'FFFFFFFFFFFFFF' } };
    expect(eventsIn(talk.hear('timeSyncAck', nonsense))).toEqual([
      { type: 'ClockAnswered', pileTimeMs: null },
    ]);
  });

  test('[YKC-QR-1] the QR prefix where one is configured', () => {
    const qr = { format: 'prefix-pile-gun', prefix: 'https://e.cn/q/' } as const;
    const talk = new Talk({ qr }).login();
    const [clock, prefix] = sentIn(talk.timer('welcome'));
    expect(clock).toMatchObject({ name: 'timeSync', seq: seqOf(0) });
    expect(prefix).toEqual({
      name: 'qrPrefix',
      seq: seqOf(1),
      body: { pileNo: PILE, format: 'prefix-pile-gun', prefixLen: 15, prefix: 'https://e.cn/q/' },
    });
  });

  test.each([
    [undefined, 1, true],
    [undefined, 0, false],
    ['ylc-1.8', 0, true],
    ['ylc-1.8', 1, false],
  ])('[YKC-QR-1] in dialect %s the result %i means accepted: %s', (dialect, result, accepted) => {
    const talk = new Talk();
    talk.site.adopt(PILE, dialect);
    talk.login();
    expect(eventsIn(talk.hear('qrPrefixAck', { result }))).toEqual([
      { type: 'Observed', name: 'qrPrefixAck', body: { pileNo: PILE, result, accepted } },
    ]);
  });

  test('[YKC-SEQ-2] our own counter goes from 0, little-endian, and wraps', () => {
    const talk = new Talk().login();
    const seqs = [0, 1, 2].map(() => onlySent(talk.told({ do: 'setClock' })).seq);
    expect(seqs).toEqual(['0000', '0100', '0200']);
    talk.state = { ...talk.state, count: 0xffff };
    expect(onlySent(talk.told({ do: 'setClock' })).seq).toBe('FFFF');
    expect(onlySent(talk.told({ do: 'setClock' })).seq).toBe('0000');
  });
});
