import type { Tariff } from '@holdfast/shared/money/tariff';
import { fen, priceStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { PILE, TARIFF } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';

const fiveKinds: Tariff = { ...TARIFF, rates: [...TARIFF.rates, ...TARIFF.rates.slice(0, 1)] };
const idle = { status: 'idle', tradeNo: '0'.repeat(32) } as const;
/** A pile of two guns, both idle. */
const restful = (): Talk => {
  const talk = new Talk().login();
  talk.hear('realtime', { ...idle, gunNo: '01' });
  talk.hear('realtime', { ...idle, gunNo: '02' });
  return talk;
};
const start = {
  do: 'start',
  connectorNo: 1,
  tradeNo: '1'.repeat(32),
  cardNo: null,
  balance: fen(5_000n),
} as const;
const push = { do: 'pushTariff', tariff: TARIFF } as const;

describe('check and request', () => {
  test('[YKC-TARIFF-1] the pile holds the tariff that it must hold: same, and the site hears it', () => {
    const effects = new Talk().login().hear('priceModelCheck', { modelNo: '0100' }, '0500');
    expect(onlySent(effects)).toEqual({
      name: 'priceModelCheckAck',
      seq: '0500',
      body: { pileNo: PILE, modelNo: '0100', result: 'same' },
    });
    expect(eventsIn(effects)).toEqual([
      { type: 'TariffAnswered', modelNo: '0100', accepted: true },
    ]);
  });

  test('[YKC-TARIFF-1] tags are opaque and may hold letters', () => {
    const talk = new Talk().login();
    talk.site.tariff = { ...TARIFF, modelNo: 'f002' };
    const effects = talk.hear('priceModelCheck', { modelNo: 'F002' });
    expect(onlySent(effects)).toMatchObject({ body: { result: 'same' } });
    expect(eventsIn(effects)).toMatchObject([{ modelNo: 'f002' }]);
  });

  test.each([
    ['another model', '0200', TARIFF],
    ['no model', '0000', TARIFF],
    ['no tariff', '0100', undefined],
    ['a tariff that no pile can hold', '0100', fiveKinds],
  ])('[YKC-TARIFF-1] %s: different, and nothing is told', (_what, modelNo, tariff) => {
    const talk = new Talk().login();
    talk.site.tariff = tariff;
    const effects = talk.hear('priceModelCheck', { modelNo });
    expect(onlySent(effects)).toMatchObject({ body: { modelNo, result: 'different' } });
    expect(eventsIn(effects)).toEqual([]);
  });

  test('[YKC-TARIFF-2] a request is answered with every price and slot', () => {
    const answer = onlySent(new Talk().login().hear('priceModelRequest', {}, '0900'));
    expect(answer).toEqual({
      name: 'priceModel',
      seq: '0900',
      body: {
        pileNo: PILE,
        modelNo: '0100',
        sharpElecPrice: 10_000n,
        sharpServicePrice: 1_000n,
        peakElecPrice: 20_000n,
        peakServicePrice: 2_000n,
        flatElecPrice: 30_000n,
        flatServicePrice: 3_000n,
        valleyElecPrice: 40_000n,
        valleyServicePrice: 4_000n,
        lossRatio: 0,
        slots: TARIFF.slots,
      },
    });
  });

  test('[YKC-TARIFF-2] a tariff of one kind, and losses in whole percent', () => {
    const talk = new Talk().login();
    const rate = { electricity: priceStep(70_000n), service: priceStep(40_000n) };
    talk.site.tariff = { ...TARIFF, rates: [rate], lossRatio: 500 };
    expect(onlySent(talk.hear('priceModelRequest'))).toMatchObject({
      body: { sharpElecPrice: 70_000n, peakElecPrice: 0n, valleyServicePrice: 0n, lossRatio: 5 },
    });
  });

  test('[YKC-TARIFF-2] without a tariff there is no answer', () => {
    const talk = new Talk().login();
    talk.site.tariff = undefined;
    expect(talk.hear('priceModelRequest')).toEqual([]);
  });

  test('[YKC-TARIFF-5] a tariff that does not fit is refused without a frame', () => {
    const talk = new Talk().login();
    talk.site.tariff = fiveKinds;
    const refused = [{ type: 'TariffAnswered', modelNo: '0100', accepted: false }];
    const asked = talk.hear('priceModelRequest');
    expect([sentIn(asked), eventsIn(asked)]).toEqual([[], refused]);
    const pushed = talk.told({ do: 'pushTariff', tariff: fiveKinds });
    expect([sentIn(pushed), eventsIn(pushed)]).toEqual([[], refused]);
  });
});

describe('push', () => {
  test('[YKC-TARIFF-3] goes out at once when every gun is idle', () => {
    expect(onlySent(restful().told(push))).toMatchObject({
      name: 'priceModelSet',
      body: { modelNo: '0100', slots: TARIFF.slots },
    });
  });

  test('[YKC-TARIFF-3] waits while a gun charges, and goes out when it is idle', () => {
    const talk = restful();
    talk.hear('realtime', { gunNo: '02' });
    expect(talk.told(push)).toEqual([]);
    expect(sentIn(talk.hear('realtime', { ...idle, gunNo: '01' }))).toEqual([]);
    expect(onlySent(talk.hear('realtime', { ...idle, gunNo: '02' }))).toMatchObject({
      name: 'priceModelSet',
    });
    expect(sentIn(talk.hear('realtime', { ...idle, gunNo: '02' }))).toEqual([]);
  });

  test('[YKC-TARIFF-3] waits while a charge is faulted in the middle', () => {
    const talk = restful();
    talk.hear('realtime', { status: 'faulted', gunNo: '02' });
    expect(talk.told(push)).toEqual([]);
    const restored = talk.hear('realtime', { ...idle, status: 'faulted', gunNo: '02' });
    expect(onlySent(restored)).toMatchObject({ name: 'priceModelSet' });
  });

  test('[YKC-TARIFF-3] waits while a start is under way, and until the pile says no or time is up', () => {
    const talk = restful();
    talk.told(start);
    expect(sentIn(talk.told(push))).toEqual([]);
    talk.hear('remoteStartAck', { result: 'failed', failReason: 'device-fault' });
    expect(onlySent(talk.hear('realtime', { ...idle, gunNo: '01' }))).toMatchObject({
      name: 'priceModelSet',
    });

    const slow = restful();
    slow.told(start);
    slow.told(push);
    slow.hear('remoteStartAck', { result: 'failed', failReason: 'not-plugged' });
    expect(sentIn(slow.hear('realtime', { ...idle, gunNo: '01' }))).toEqual([]);
    slow.nowMs += 90_000;
    expect(sentIn(slow.hear('realtime', { ...idle, gunNo: '01' }))).toHaveLength(1);
  });

  test('[YKC-TARIFF-4] guns that have not reported are asked', () => {
    const talk = new Talk().login();
    talk.hear('realtime', { ...idle, gunNo: '01' });
    const asked = sentIn(talk.told(push));
    expect(asked).toMatchObject([{ name: 'readRealtime', body: { gunNo: '02' } }]);
    expect(sentIn(talk.hear('realtime', { ...idle, gunNo: '02' }))).toHaveLength(1);
  });

  test('[YKC-TARIFF-4] a newer push replaces one that waits', () => {
    const talk = restful();
    talk.hear('realtime', { gunNo: '02' });
    talk.told(push);
    talk.told({ do: 'pushTariff', tariff: { ...TARIFF, modelNo: '0200' } });
    expect(onlySent(talk.hear('realtime', { ...idle, gunNo: '02' }))).toMatchObject({
      body: { modelNo: '0200' },
    });
  });

  test.each([
    ['ok', true],
    ['failed', false],
    [{ unknown: 9 }, false],
  ] as const)('[YKC-TARIFF-5] 0x57 with %o tells accepted: %s', (result, accepted) => {
    const talk = restful();
    talk.told(push);
    expect(eventsIn(talk.hear('priceModelSetAck', { result }))).toEqual([
      { type: 'TariffAnswered', modelNo: '0100', accepted },
    ]);
    expect(talk.hear('priceModelSetAck', { result })).toEqual([]);
  });
});
