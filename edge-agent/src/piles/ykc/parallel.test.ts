import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { parallelNoOf } from './parallel-no.ts';
import { NOW_MS } from './testing/samples.ts';
import { eventsIn, sentIn, Talk } from './testing/talk.ts';

const NO = '251122120000';
const trade = (n: number) => String(n).padStart(32, '0');
const allow = (connectorNo: number, request: string): PileCommand => ({
  do: 'allowStart',
  connectorNo,
  request,
  tradeNo: trade(connectorNo),
  cardNo: '1234',
  balance: fen(9_900n),
});
const refuse = (connectorNo: number, request: string): PileCommand => ({
  do: 'refuseStart',
  connectorNo,
  request,
  refusal: 'balance-low',
});
const main = { gunNo: '01', role: 'main' } as const;
const assistant = { gunNo: '02', role: 'assistant' } as const;
/** Both guns have asked. */
const asking = (): Talk => {
  const talk = new Talk().login();
  talk.hear('parallelStartApply', main, '0100');
  talk.hear('parallelStartApply', assistant, '0200');
  return talk;
};
const failed = (connectorNo: number) => ({
  type: 'StartAnswered',
  connectorNo,
  tradeNo: trade(connectorNo),
  refusal: 'balance-low',
});

describe('asked for at the pile', () => {
  test('[YKC-PAR-1] both guns ask as one group and are answered together', () => {
    const talk = asking();
    expect(eventsIn(talk.effects)).toMatchObject([
      { type: 'StartAsked', connectorNo: 1, request: '0', group: NO },
      { type: 'StartAsked', connectorNo: 2, request: '1', group: NO },
    ]);
    expect(sentIn(talk.told(allow(1, '0')))).toEqual([]);
    const body = { authOk: 'ok', failReason: 'none', balance: 9_900n, parallelNo: NO };
    expect(sentIn(talk.told(allow(2, '1')))).toMatchObject([
      { name: 'parallelStartApplyAck', seq: '0100', body: { ...body, tradeNo: trade(1) } },
      { name: 'parallelStartApplyAck', seq: '0200', body: { ...body, tradeNo: trade(2) } },
    ]);
  });

  test('[YKC-PAR-1] a gun that asks again meanwhile is answered on its newer frame', () => {
    const talk = asking();
    expect(talk.hear('parallelStartApply', main, '0900')).toEqual([]);
    talk.told(allow(2, '1'));
    const seqs = sentIn(talk.told(allow(1, '0'))).map(({ seq }) => seq);
    expect(seqs.toSorted()).toEqual(['0200', '0900']);
  });

  test('[YKC-PAR-2] one refused, all refused; the order of the other has failed', () => {
    const talk = asking();
    talk.told(allow(1, '0'));
    const effects = talk.told(refuse(2, '1'));
    const no = { authOk: 'failed', failReason: 'balance-low', tradeNo: trade(0), balance: 0n };
    expect(sentIn(effects)).toMatchObject([
      { seq: '0100', body: no },
      { seq: '0200', body: no },
    ]);
    expect(eventsIn(effects)).toEqual([failed(1)]);
  });

  test('[YKC-PAR-2] decisions after the refusal are not sent', () => {
    const talk = asking();
    talk.told(refuse(1, '0'));
    const yes = talk.told(allow(2, '1'));
    expect([sentIn(yes), eventsIn(yes)]).toEqual([[], [failed(2)]]);
    expect(talk.told(refuse(2, '1'))).toEqual([]);
    expect(sentIn(talk.timer(`gather:${NO}`))).toEqual([]);
  });

  test('[YKC-PAR-2] a gun that asks after the refusal is refused without a question', () => {
    const talk = new Talk().login();
    talk.hear('parallelStartApply', main);
    talk.told(refuse(1, '0'));
    const effects = talk.hear('parallelStartApply', assistant, '0300');
    expect(eventsIn(effects)).toEqual([]);
    expect(sentIn(effects)).toMatchObject([{ seq: '0300', body: { authOk: 'failed' } }]);
  });

  test.each([
    [{ account: '0'.repeat(16) }, 'account-missing'],
    [{ method: 'vin', vin: '' }, 'vin-unknown'],
  ] as const)(
    '[YKC-PAR-2] nobody to look up at one gun (%o): none starts',
    (change, failReason) => {
      const talk = new Talk().login();
      talk.hear('parallelStartApply', main);
      const effects = talk.hear('parallelStartApply', { ...assistant, ...change });
      expect(sentIn(effects)).toHaveLength(2);
      expect(sentIn(effects)).toMatchObject([{ body: { failReason } }, { body: { failReason } }]);
    },
  );

  test('[YKC-PAR-3] a gun that waits alone is answered after a while, and the second by itself', () => {
    const talk = new Talk().login();
    const [, armed] = talk.hear('parallelStartApply', main, '0100');
    expect(armed).toEqual({ do: 'arm', timer: `gather:${NO}`, ms: 3_000 });
    expect(sentIn(talk.told(allow(1, '0')))).toEqual([]);
    expect(sentIn(talk.timer(`gather:${NO}`))).toMatchObject([{ seq: '0100' }]);
    talk.hear('parallelStartApply', assistant, '0200');
    expect(sentIn(talk.told(allow(2, '1')))).toMatchObject([{ seq: '0200' }]);
  });

  test('[YKC-PAR-3] a second gun that is refused then takes the first with it', () => {
    const talk = new Talk().login();
    talk.hear('parallelStartApply', main);
    talk.told(allow(1, '0'));
    talk.timer(`gather:${NO}`);
    talk.hear('parallelStartApply', assistant, '0200');
    const effects = talk.told(refuse(2, '1'));
    expect(sentIn(effects)).toMatchObject([{ seq: '0200', body: { authOk: 'failed' } }]);
    expect(eventsIn(effects)).toEqual([failed(1)]);
  });

  test('[YKC-PAR-3] a decision that comes after the short wait is sent when it comes', () => {
    const talk = new Talk().login();
    talk.hear('parallelStartApply', main);
    expect(sentIn(talk.timer(`gather:${NO}`))).toEqual([]);
    expect(sentIn(talk.told(allow(1, '0')))).toHaveLength(1);
  });

  test('groups are forgotten, and only so many are remembered', () => {
    const talk = asking();
    talk.timer(`gather:${NO}`);
    talk.timer(`forget:${NO}`);
    expect(talk.state.localGroups).toEqual([]);
    expect(talk.timer(`gather:${NO}`)).toEqual([]);
    for (let n = 0; n < 20; n += 1) {
      talk.hear('parallelStartApply', { ...main, parallelNo: String(n).padStart(12, '0') });
    }
    expect(talk.state.localGroups).toHaveLength(8);
  });
});

describe('started by us', () => {
  const together: PileCommand = {
    do: 'startTogether',
    connectors: [
      { connectorNo: 1, tradeNo: trade(1) },
      { connectorNo: 2, tradeNo: trade(2) },
    ],
    cardNo: null,
    balance: fen(5_000n),
  };
  const numbersOf = (talk: Talk) =>
    sentIn(talk.told(together)).flatMap((message) =>
      message.name === 'parallelRemoteStart' ? [message.body.parallelNo] : [],
    );

  test('[YKC-PAR-4] one frame a gun, one number for all of them, in the pile’s time', () => {
    const talk = new Talk().login();
    expect(numbersOf(talk)).toEqual([NO, NO]);
    expect(parallelNoOf(NOW_MS)).toBe(NO);
  });

  test('[YKC-PAR-4] a number is never used again, whatever the clock does', () => {
    const talk = new Talk().login();
    const first = numbersOf(talk);
    const second = numbersOf(talk);
    talk.nowMs -= 3_600_000;
    const third = numbersOf(talk);
    expect(new Set([...first, ...second, ...third]).size).toBe(3);
  });

  const answer = (connectorNo: number, change = {}) => ({
    gunNo: `0${connectorNo}`,
    tradeNo: trade(connectorNo),
    ...change,
  });

  test('[YKC-PAR-5] both can: both are told', () => {
    const talk = new Talk().login();
    talk.told(together);
    for (const n of [1, 2]) {
      expect(eventsIn(talk.hear('parallelRemoteStartAck', answer(n)))).toMatchObject([
        { type: 'StartAnswered', connectorNo: n, tradeNo: trade(n), refusal: null },
      ]);
    }
  });

  test('[YKC-PAR-5] one cannot: the other is stopped and has failed', () => {
    const talk = new Talk().login();
    talk.told(together);
    talk.hear('parallelRemoteStartAck', answer(1));
    const no = answer(2, { result: 'failed', failReason: 'device-fault' });
    const effects = talk.hear('parallelRemoteStartAck', no);
    expect(sentIn(effects)).toMatchObject([{ name: 'remoteStop', body: { gunNo: '01' } }]);
    expect(eventsIn(effects)).toMatchObject([
      { connectorNo: 2, refusal: 'device-fault' },
      { connectorNo: 1, tradeNo: trade(1), refusal: 'device-fault' },
    ]);
    expect(sentIn(talk.hear('parallelRemoteStartAck', no))).toEqual([]);
  });

  test('[YKC-PAR-5] not plugged stops none', () => {
    const talk = new Talk().login();
    talk.told(together);
    const no = answer(2, { result: 'failed', failReason: 'not-plugged' });
    expect(sentIn(talk.hear('parallelRemoteStartAck', no))).toEqual([]);
  });
});
