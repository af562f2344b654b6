import type { GqaaUnknown } from '@holdfast/protocols/gqaa/codec';
import { wirePileNo } from '@holdfast/protocols/gqaa/codec';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { NOW_MS, PILE, said, TARIFF, TRADE, wire } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';

const kinds = (effects: readonly { readonly do: string }[]) => effects.map((effect) => effect.do);
const idle = { tradeNo: '0'.repeat(32), state: 'idle', plugged: 'no' } as const;
const START: PileCommand = {
  do: 'start',
  connectorNo: 1,
  tradeNo: TRADE,
  cardNo: 'D14B0A54',
  balance: fen(5_000n),
};
const LIMIT: PileCommand = { do: 'limitPower', connectorNo: 1, maxW: 30_000, validSeconds: 300 };

/** Both guns say that they are idle. */
function idled(talk: Talk): Talk {
  talk.hear('telemetry', { ...idle, gunNo: 1 }, '0A00');
  talk.hear('telemetry', { ...idle, gunNo: 2 }, '0B00');
  return talk;
}

const strange = (change: Partial<Omit<GqaaUnknown, 'body'>>, raw = 'AA'): GqaaUnknown => ({
  name: 'unknown',
  seq: '0700',
  why: 'unknown-type',
  version: 0x10,
  encryption: 0,
  code: 0x99,
  ...change,
  body: { cot: 1, pileNo: wirePileNo(PILE), gunNo: 1, raw },
});

describe('login', () => {
  test('[GQAA-LOGIN-1] an adopted pile is seated, told of, and accepted, in this order', () => {
    const effects = new Talk().hear('login', {}, '71AD');
    expect(kinds(effects)).toEqual(['disarm', 'admit', 'emit', 'send', 'arm', 'arm', 'emit']);
    expect(eventsIn(effects)[0]).toEqual({
      type: 'PileLoggedIn',
      protocolVersion: 'gqaa-profile-0',
      firmware: 'V1.0.3',
      connectorCount: 2,
      dc: true,
    });
    expect(onlySent(effects)).toMatchObject({
      name: 'loginAck',
      seq: '71AD',
      body: { cot: 4, reason: 'none', heartbeatSeconds: 10, chargingSeconds: 1, idleSeconds: 30 },
    });
  });

  test('[GQAA-LOGIN-2] a pile that is not adopted is told of, refused, and let go', () => {
    const talk = new Talk();
    talk.site.profiles.clear();
    const effects = talk.hear('login');
    expect(kinds(effects)).toEqual(['emit', 'send', 'arm']);
    expect(onlySent(effects)).toMatchObject({ body: { cot: 0x10, reason: 'pile-not-adopted' } });
    expect(talk.hear('telemetry')).toEqual([]);
    expect(talk.timer('grace')).toEqual([{ do: 'close', why: 'not served' }]);
  });

  test('[GQAA-LOGIN-3] a second login is answered; guns are forgotten, waiting orders are not', () => {
    const talk = new Talk().login();
    talk.hear('telemetry', {}, '0200');
    talk.hear('order', {}, '0700');
    expect(onlySent(talk.hear('login', { gunCount: 4, pileType: 'ac' }, '0900'))).toMatchObject({
      name: 'loginAck',
      seq: '0900',
    });
    expect(talk.state).toMatchObject({ gunCount: 4, dc: false, guns: {} });
    const stored = talk.told({ do: 'recordStored', tradeNo: TRADE });
    expect(onlySent(stored)).toMatchObject({ name: 'orderAck', seq: '0700' });
  });

  test('[GQAA-LOGIN-4] [GQAA-CMD-2] before the login nothing is answered and nothing commanded', () => {
    const talk = new Talk();
    expect(talk.hear('telemetry')).toEqual([{ do: 'arm', timer: 'grace', ms: 3_000 }]);
    expect(talk.take(strange({}))).toEqual([]);
    expect(talk.told(START)).toEqual([]);
  });

  test('[GQAA-LOST-1] one loss for one login', () => {
    expect(new Talk().closed('closed')).toEqual([]);
    const talk = new Talk().login();
    expect(eventsIn(talk.closed('silent'))).toEqual([{ type: 'PileLost', why: 'silent' }]);
    expect(talk.closed('closed')).toEqual([]);
  });

  test('[GQAA-HB-1] [GQAA-HB-2] heartbeats go both ways, unanswered', () => {
    const talk = new Talk().login();
    expect(talk.hear('heartbeat', {}, '0300')).toEqual([]);
    const effects = talk.timer('beat');
    expect(onlySent(effects)).toMatchObject({ name: 'platformHeartbeat', body: { cot: 3 } });
    expect(effects.at(-1)).toEqual({ do: 'arm', timer: 'beat', ms: 10_000 });
    expect(talk.state.due).toEqual([]);
  });

  test('[GQAA-CLOCK-1] [GQAA-CALL-1] [GQAA-RECALL-1] [GQAA-SEQ-2] what a pile is given', () => {
    const talk = new Talk().login();
    const open = {
      orderNo: TRADE,
      connectorNo: 1,
      charge: undefined,
      cardNo: null,
      openedAtMs: 0,
      chargingAtMs: null,
    };
    talk.site.charges.push({ ...open, state: 'awaiting-record' });
    talk.site.charges.push({ ...open, orderNo: '7'.repeat(32), state: 'charging' });
    const sent = sentIn(talk.timer('welcome'));
    expect(sent.map(({ name, seq }) => [name, seq])).toEqual([
      ['clock', '0000'],
      ['call', '0100'],
      ['recall', '0200'],
    ]);
    expect(sent[2]).toMatchObject({ body: { tradeNo: TRADE } });
    const heard = eventsIn(talk.hear('clockAck', { time: utcTimeOf(NOW_MS + 5) }, '0000'));
    expect(heard).toEqual([{ type: 'ClockAnswered', pileTimeMs: NOW_MS + 5 }]);
    expect(onlySent(talk.told({ do: 'readNow', connectorNo: 2 }))).toMatchObject({
      name: 'call',
      body: { gunNo: 2 },
    });
  });
});

describe('questions and answers', () => {
  test.each(['telemetry', 'state', 'alarm', 'bms'] as const)(
    '[GQAA-SEQ-1] %s is acknowledged under its sequence and gun',
    (name) => {
      const talk = new Talk().login();
      expect(onlySent(talk.hear(name, {}, 'BEEF'))).toMatchObject({
        name: `${name}Ack`,
        seq: 'BEEF',
        body: { cot: 4, gunNo: 1, reason: 'none', pileNo: wirePileNo(PILE) },
      });
    },
  );

  test('[GQAA-SEQ-3] the same frame again is answered alike and changes nothing', () => {
    const talk = new Talk().login();
    const first = talk.hear('alarm', {}, '0500');
    const again = talk.hear('alarm', {}, '0500');
    expect(eventsIn(first).length).toBeGreaterThan(0);
    expect(eventsIn(again)).toEqual([]);
    expect(onlySent(again)).toEqual(onlySent(first));
    // Some piles do not count: other content is another frame.
    expect(eventsIn(talk.hear('alarm', { faultBits: 0 }, '0500')).length).toBeGreaterThan(0);
    talk.nowMs += 20_001;
    expect(eventsIn(talk.hear('alarm', { faultBits: 0 }, '0500')).length).toBeGreaterThan(0);
  });

  test('[GQAA-RESEND-1] a command goes out again, a little later each time, and is given up', () => {
    const talk = new Talk().login();
    const effects = talk.told(LIMIT);
    const sent = onlySent(effects);
    const timer = `again:${sent.seq}`;
    expect(effects.at(-1)).toEqual({ do: 'arm', timer, ms: 1_000 });
    for (const ms of [2_000, 4_000, 8_000]) {
      const again = talk.timer(timer);
      expect(onlySent(again)).toEqual(sent);
      expect(again.at(-1)).toEqual({ do: 'arm', timer, ms });
    }
    expect(talk.timer(timer)).toEqual([
      {
        do: 'emit',
        event: {
          type: 'CommandAnswered',
          command: 'limitPower',
          connectorNo: 1,
          accepted: false,
          detail: { why: 'the pile does not answer' },
        },
      },
    ]);
    expect(talk.timer(timer)).toEqual([]);
  });

  test('[GQAA-RESEND-2] an answer ends the waiting, once', () => {
    const talk = new Talk().login();
    const { seq } = onlySent(talk.told(LIMIT));
    const effects = talk.hear('limitAck', {}, seq);
    expect(effects[0]).toEqual({ do: 'disarm', timer: `again:${seq}` });
    expect(eventsIn(effects)).toMatchObject([
      { type: 'CommandAnswered', command: 'limitPower', accepted: true },
    ]);
    expect(talk.hear('limitAck', {}, seq)).toEqual([]);
    expect(talk.timer(`again:${seq}`)).toEqual([]);
  });

  test('[GQAA-RESEND-3] an answer that nobody can read says done or refused', () => {
    const bare = (seq: string, code: number, cot: number): GqaaUnknown => {
      const message = strange({ seq, code, why: 'short-body' }, '');
      return { ...message, body: { ...message.body, cot } };
    };
    const talk = new Talk().login();
    const limit = onlySent(talk.told(LIMIT));
    expect(eventsIn(talk.take(bare(limit.seq, 0x43, 0x10)))).toMatchObject([{ accepted: false }]);
    const start = onlySent(talk.told(START));
    expect(eventsIn(talk.take(bare(start.seq, 0x41, 4)))).toMatchObject([
      { type: 'StartAnswered', refusal: null, tradeNo: TRADE },
    ]);
    const stop = onlySent(talk.told({ do: 'stop', connectorNo: 1 }));
    expect(eventsIn(talk.take(bare(stop.seq, 0x42, 0x10)))).toMatchObject([
      { type: 'StopAnswered', refusal: 'pile-refused' },
    ]);
  });

  test('[GQAA-UNKNOWN-1] what no table has is shown and refused', () => {
    const talk = new Talk().login();
    const effects = talk.take(strange({}));
    expect(onlySent(effects)).toMatchObject({
      name: 'unknown',
      seq: '0700',
      code: 0x99,
      body: { cot: 0x10, raw: '30' },
    });
    expect(eventsIn(effects)).toMatchObject([{ type: 'Observed', name: 'unknown' }]);
    const cut = talk.take(strange({ why: 'short-body', code: 0x11, seq: '0800' }));
    expect(onlySent(cut)).toMatchObject({
      name: 'telemetryAck',
      body: { cot: 0x10, reason: 'bad-value' },
    });
  });

  test('[GQAA-UNKNOWN-2] another version is a deviation', () => {
    const talk = new Talk().login();
    const effects = talk.take(strange({ why: 'unknown-version', version: 0x20 }));
    expect(eventsIn(effects)[0]).toMatchObject({ type: 'Deviated', rule: 'GQAA-UNKNOWN-2' });
    expect(sentIn(effects)).toHaveLength(1);
  });

  test.each([
    ['encrypted', 'GQAA-ENC-2', 0x11],
    ['unreadable', 'GQAA-ENC-3', 0x11],
    ['unsealed', 'GQAA-ENC-4', 0x12],
  ] as const)(
    '[GQAA-ENC-2] [GQAA-ENC-3] [GQAA-ENC-4] %s: a deviation and cause, before and after a login',
    (why, rule, cot) => {
      for (const talk of [new Talk(), new Talk().login()]) {
        const effects = talk.take(strange({ why, encryption: why === 'unsealed' ? 0 : 2 }));
        expect(onlySent(effects)).toMatchObject({ body: { cot } });
        expect(eventsIn(effects)[0]).toMatchObject({ type: 'Deviated', rule });
      }
    },
  );

  test('[GQAA-ENC-3] an answer that cannot be opened ends no command', () => {
    const talk = new Talk().login();
    const { seq } = onlySent(talk.told(LIMIT));
    const forged = strange({ why: 'unreadable', code: 0x43, seq });
    const effects = talk.take({ ...forged, body: { ...forged.body, cot: 4 } });
    expect(sentIn(effects)).toEqual([]);
    expect(talk.state.due).toHaveLength(1);
  });
});

describe('tariff', () => {
  test('[GQAA-TARIFF-1] the model of the login is the right one, or is replaced when idle', () => {
    const right = new Talk().hear('login');
    expect(eventsIn(right).at(-1)).toEqual({
      type: 'TariffAnswered',
      modelNo: '0100',
      accepted: true,
    });
    const talk = new Talk().login({ modelNo: '0000' });
    expect(talk.state.waitingTariff).toEqual(TARIFF);
  });

  test('[GQAA-TARIFF-2] [GQAA-TARIFF-3] a push waits for every gun, and its answer is told', () => {
    const talk = new Talk().login({ modelNo: '0000' });
    talk.hear('telemetry', {}, '0200');
    expect(sentIn(talk.hear('telemetry', { ...idle, gunNo: 2 }, '0300'))).toHaveLength(1);
    const [, push] = sentIn(talk.hear('telemetry', idle, '0400'));
    expect(push).toMatchObject({ name: 'priceModel', body: { modelNo: '0100', gunNo: 0 } });
    expect(eventsIn(talk.answer('priceModelAck'))).toEqual([
      { type: 'TariffAnswered', modelNo: '0100', accepted: true },
    ]);
  });

  test('[GQAA-TARIFF-2] not into a start; [GQAA-TARIFF-3] nor one that no pile can hold', () => {
    const talk = idled(new Talk().login());
    talk.told(START);
    expect(sentIn(talk.told({ do: 'pushTariff', tariff: TARIFF }))).toEqual([]);
    const odd = { ...TARIFF, lossRatio: 100 };
    expect(eventsIn(talk.told({ do: 'pushTariff', tariff: odd }))).toMatchObject([
      { type: 'TariffAnswered', accepted: false },
    ]);
  });
});

describe('live data', () => {
  test('[GQAA-RT-1] telemetry in neutral words', () => {
    const talk = new Talk().login();
    const [event] = eventsIn(talk.hear('telemetry'));
    expect(event).toMatchObject({
      type: 'Measured',
      measurement: {
        connectorNo: 1,
        tradeNo: TRADE,
        status: 'charging',
        plugged: true,
        voltageMv: 600_000,
        currentMa: 120_000,
        soc: 64,
        energy: 46_223n,
        lossEnergy: 46_223n,
        amount: 50_000n,
      },
    });
  });

  test('[GQAA-RT-2] what is not known is null', () => {
    const talk = new Talk().login();
    const heard = talk.hear('telemetry', { ...idle, gunTemp: null, faultBits: 1 });
    expect(eventsIn(heard)[0]).toMatchObject({
      measurement: { tradeNo: null, soc: null, cableTempC: null, faults: ['emergency-stop'] },
    });
    const ac = new Talk().login({ pileType: 'ac' });
    expect(eventsIn(ac.hear('telemetry'))[0]).toMatchObject({ measurement: { soc: null } });
  });

  test('[GQAA-HEALTH-1] health is told when it changes; gun 0 is every gun', () => {
    const talk = new Talk().login();
    const of = (effects: Parameters<typeof eventsIn>[0]) =>
      eventsIn(effects).filter(({ type }) => type === 'ConnectorHealth');
    expect(of(talk.hear('alarm', { gunNo: 0 }, '0200'))).toEqual([
      { type: 'ConnectorHealth', connectorNo: 1, faulted: true },
      { type: 'ConnectorHealth', connectorNo: 2, faulted: true },
    ]);
    expect(of(talk.hear('state', { state: 'faulted' }, '0300'))).toEqual([]);
    expect(of(talk.hear('state', { state: 'idle' }, '0400'))).toEqual([
      { type: 'ConnectorHealth', connectorNo: 1, faulted: false },
    ]);
  });

  test.each(['bms', 'state', 'alarm'] as const)('[GQAA-OBS-1] %s is shown', (name) => {
    expect(eventsIn(new Talk().login().hear(name))[0]).toMatchObject({ type: 'Observed', name });
  });
});

describe('start at the pile', () => {
  const allow = {
    do: 'allowStart',
    connectorNo: 1,
    request: '0',
    tradeNo: TRADE,
    cardNo: 'D14B0A54',
    balance: fen(5_000n),
  } as const;

  test('[GQAA-ASK-1] a card or a VIN asks the site', () => {
    const talk = new Talk().login();
    expect(talk.hear('ask')).toEqual([
      {
        do: 'emit',
        event: {
          type: 'StartAsked',
          connectorNo: 1,
          request: '0',
          identity: { by: 'card', cardNo: 'D14B0A54', passwordMd5: null },
        },
      },
    ]);
    const vin = { method: 'vin', vin: 'LFPHC7CE7K1B09873', gunNo: 2 } as const;
    expect(eventsIn(talk.hear('ask', vin, '0200'))).toMatchObject([
      { identity: { by: 'vin', vin: 'LFPHC7CE7K1B09873' } },
    ]);
  });

  test('[GQAA-ASK-2] [GQAA-ASK-3] asked again, the newer frame is answered, once', () => {
    const talk = new Talk().login();
    talk.hear('ask', {}, '0200');
    expect(talk.hear('ask', {}, '0200')).toEqual([]);
    expect(talk.hear('ask', {}, '0300')).toEqual([]);
    expect(onlySent(talk.told(allow))).toMatchObject({
      name: 'askAck',
      seq: '0300',
      body: { cot: 4, tradeNo: TRADE, balance: 5_000n, modelNo: '0100' },
    });
    expect(onlySent(talk.hear('ask', {}, '0300'))).toMatchObject({ body: { tradeNo: TRADE } });
  });

  test('[GQAA-ASK-3] a refusal has its reason', () => {
    const talk = new Talk().login();
    talk.hear('ask');
    const no = { do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'balance-low' } as const;
    expect(onlySent(talk.told(no))).toMatchObject({ body: { cot: 0x10, reason: 'balance-low' } });
    expect(talk.told(no)).toEqual([]);
  });

  test('[GQAA-ASK-4] too late is not sent', () => {
    const talk = new Talk().login();
    talk.hear('ask');
    talk.nowMs += 30_000;
    expect(talk.told(allow)).toEqual([
      {
        do: 'emit',
        event: {
          type: 'StartAnswered',
          connectorNo: 1,
          tradeNo: TRADE,
          refusal: 'no-confirmation',
        },
      },
    ]);
  });

  test('[GQAA-ASK-5] nobody to look up; and what the site could not take is asked anew', () => {
    const talk = new Talk().login();
    const nobody = talk.hear('ask', { cardNo: '0'.repeat(16) });
    expect(onlySent(nobody)).toMatchObject({ body: { reason: 'account-missing' } });
    const [event] = eventsIn(talk.hear('ask', {}, '0500'));
    if (event !== undefined) talk.unheard(event);
    expect(eventsIn(talk.hear('ask', {}, '0500'))).toMatchObject([{ type: 'StartAsked' }]);
  });
});

describe('remote start and stop', () => {
  test('[GQAA-START-1] [GQAA-STOP-1] their frames', () => {
    const talk = new Talk().login();
    expect(onlySent(talk.told(START))).toMatchObject({
      name: 'start',
      body: {
        gunNo: 1,
        tradeNo: TRADE,
        cardNo: '00000000D14B0A54',
        balance: 5_000n,
        modelNo: '0100',
      },
    });
    expect(onlySent(talk.told({ do: 'stop', connectorNo: 2 }))).toMatchObject({
      name: 'stop',
      body: { gunNo: 2 },
    });
  });

  test.each([
    ['none', null],
    ['not-plugged', 'not-plugged'],
    ['price-model-differs', 'no-tariff'],
    ['unsupported', 'pile-refused'],
    [{ unknown: 0x77 }, 'pile-refused'],
  ] as const)('[GQAA-START-2] [GQAA-START-4] [GQAA-STOP-2] %j is %s', (reason, refusal) => {
    const talk = new Talk().login();
    talk.told(START);
    expect(eventsIn(talk.answer('startAck', { reason }))).toEqual([
      { type: 'StartAnswered', connectorNo: 1, tradeNo: TRADE, refusal },
    ]);
    // An answer to a start of an older connection names its order all the same.
    expect(eventsIn(talk.hear('startAck', { reason }, '7777'))).toHaveLength(1);
    expect(eventsIn(talk.hear('stopAck', { reason }, '7777'))).toEqual([
      { type: 'StopAnswered', connectorNo: 1, refusal },
    ]);
  });

  test('[GQAA-START-3] a plug that came late', () => {
    const talk = new Talk().login();
    talk.told(START);
    talk.answer('startAck', { reason: 'not-plugged', cot: 0x10 });
    expect(eventsIn(talk.hear('state', {}, '0900'))).toContainEqual({
      type: 'StartAnswered',
      connectorNo: 1,
      tradeNo: TRADE,
      refusal: null,
    });
  });
});

describe('orders', () => {
  test('[GQAA-ORDER-1] [GQAA-ORDER-2] [GQAA-ORDER-5] on disk first, then the acknowledgement', () => {
    const talk = new Talk().login();
    const effects = talk.hear('order', {}, '0900');
    expect(sentIn(effects)).toEqual([]);
    expect(eventsIn(effects)).toEqual([
      {
        type: 'RecordUploaded',
        frameType: '0x51',
        rawHex: Buffer.from(wire(said('order', {}, '0900')))
          .toString('hex')
          .toUpperCase(),
        record: expect.objectContaining({
          tradeNo: TRADE,
          pileNo: PILE,
          connectorNo: 1,
          startedAtMs: NOW_MS - 3_600_000,
          totalEnergy: 35_000n,
          totalAmount: 37_000n,
          startMethod: 'card',
          cardNo: 'D14B0A54',
          stopCode: 3,
          stopClass: 'normal',
        }),
      },
    ]);
    expect(talk.hear('order', {}, '0900')).toEqual([]);
    expect(eventsIn(talk.hear('order', {}, '0A00'))).toHaveLength(1);
    const stored = { do: 'recordStored', tradeNo: TRADE.toLowerCase() } as const;
    expect(onlySent(talk.told(stored))).toMatchObject({ seq: '0900', body: { cot: 4 } });
    expect(onlySent(talk.told(stored))).toMatchObject({ seq: '0A00', body: { tradeNo: TRADE } });
    expect(talk.told(stored)).toEqual([]);
    // Its acknowledgement was lost: the same once more.
    expect(onlySent(talk.hear('order', {}, '0A00'))).toMatchObject({ name: 'orderAck' });
  });

  test('[GQAA-ORDER-3] what is not stored is not answered, and taken again', () => {
    const talk = new Talk().login();
    const [event] = eventsIn(talk.hear('order'));
    if (event !== undefined) expect(talk.unheard(event)).toEqual([]);
    expect(eventsIn(talk.hear('order'))).toHaveLength(1);
    for (let i = 0; i < 70; i += 1) talk.hear('order', {}, `${i + 10}00`);
    expect(talk.state.uploads).toHaveLength(64);
    expect(talk.hear('order', {}, '0F0F')).toEqual([]);
    talk.told({ do: 'recordStored', tradeNo: TRADE });
    expect(eventsIn(talk.hear('order', {}, '0F0F'))).toHaveLength(1);
  });

  test('[GQAA-ORDER-6] cut off after its number, it is kept unread', () => {
    const talk = new Talk().login();
    const effects = talk.take(strange({ why: 'short-body', code: 0x51 }, `${TRADE}AABB`));
    expect(eventsIn(effects)).toMatchObject([
      { type: 'RecordUploaded', record: { tradeNo: TRADE, unread: true, rows: [] } },
    ]);
    const stored = talk.told({ do: 'recordStored', tradeNo: TRADE });
    expect(onlySent(stored)).toMatchObject({ name: 'orderAck', seq: '0700' });
  });
});

describe('commands', () => {
  test('[GQAA-LIMIT-1] watts, a gun or the pile, and for how long', () => {
    const talk = new Talk().login();
    expect(onlySent(talk.told(LIMIT))).toMatchObject({
      name: 'limit',
      body: { gunNo: 1, maxPower: 30_000, validSeconds: 300 },
    });
    const lifted = { ...LIMIT, connectorNo: null, maxW: null, validSeconds: 999_999 } as const;
    expect(onlySent(talk.told(lifted))).toMatchObject({
      body: { gunNo: 0, maxPower: 0xffff_ffff, validSeconds: 65_535 },
    });
    const unable = new Talk().login({ capabilities: 0 });
    expect(eventsIn(unable.told(LIMIT))).toMatchObject([{ accepted: false }]);
  });

  test('[GQAA-LIMIT-2] percent of the rated power', () => {
    const talk = new Talk().login();
    const half = { do: 'setLimits', enabled: true, maxPowerPercent: 50 } as const;
    expect(eventsIn(talk.told(half))).toMatchObject([{ command: 'setLimits', accepted: false }]);
    const profile = { pileNo: PILE, adopted: true, dialect: undefined, ratedPowerW: 120_000 };
    talk.site.profiles.set(PILE, profile);
    expect(onlySent(talk.told(half))).toMatchObject({ body: { gunNo: 0, maxPower: 60_000 } });
    expect(eventsIn(talk.answer('limitAck'))).toMatchObject([{ command: 'setLimits' }]);
    expect(eventsIn(talk.told({ ...half, enabled: false }))).toMatchObject([{ accepted: false }]);
  });

  test('[GQAA-CMD-1] firmware has a frame, a reboot has none', () => {
    const talk = new Talk().login();
    const source = { host: '10.0.0.1', port: 21, user: 'u', password: 'p', path: '/f' } as const;
    const update = { ratedPowerKw: 60, whenIdle: true, timeoutMinutes: 5 } as const;
    expect(onlySent(talk.told({ do: 'updateFirmware', source, ...update }))).toMatchObject({
      name: 'ota',
      body: { ...source, whenIdle: 'when-idle' },
    });
    const done = { type: 'CommandAnswered', command: 'updateFirmware', accepted: true };
    expect(eventsIn(talk.answer('otaAck'))).toMatchObject([done]);
    expect(eventsIn(talk.told({ do: 'reboot', whenIdle: true }))).toMatchObject([
      { command: 'reboot', accepted: false, detail: { why: expect.stringContaining('no such') } },
    ]);
  });

  const operate = (operation: string, parameters: unknown): PileCommand => ({
    do: 'operate',
    request: 'r1',
    operation,
    parameters,
  });

  test('[GQAA-OP-1] operations, their answers, refusals and silence', () => {
    const talk = new Talk().login();
    const log = operate('UploadLog', { url: 'ftp://h/x', from: '2026-11-22T00:00:00Z' });
    expect(onlySent(talk.told(log))).toMatchObject({ name: 'log', body: { url: 'ftp://h/x' } });
    expect(eventsIn(talk.answer('logAck'))).toMatchObject([
      { type: 'Operated', request: 'r1', outcome: 'done' },
    ]);
    expect(onlySent(talk.told(operate('RecallOrder', { tradeNo: TRADE })))).toMatchObject({
      name: 'recall',
    });
    expect(eventsIn(talk.answer('recallAck', { reason: 'order-missing' }))).toMatchObject([
      { outcome: 'refused', answer: { reason: 'order-missing' } },
    ]);
    talk.told(operate('Call', {}));
    expect(eventsIn(talk.closed('closed'))).toMatchObject([
      { type: 'Operated', outcome: 'unanswered' },
      { type: 'PileLost' },
    ]);
  });

  test.each([
    ['Dance', {}],
    ['UploadLog', {}],
    ['UploadLog', { url: 'x', from: 'never' }],
    ['RecallOrder', { tradeNo: 'x' }],
    ['Call', { gunNo: 300 }],
  ])('[GQAA-OP-1] %s %j is refused', (operation, parameters) => {
    const effects = new Talk().login().told(operate(operation, parameters));
    expect(sentIn(effects)).toEqual([]);
    expect(eventsIn(effects)).toMatchObject([{ type: 'Operated', outcome: 'refused' }]);
  });
});
