import { fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { authReasonOf } from './refusals.ts';
import { PILE, TRADE } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';

const VIN = 'LFPHC7CE7K1B09873';
const turned = [...VIN].reverse().join('');
const allow = (request: string) =>
  ({
    do: 'allowStart',
    connectorNo: 1,
    request,
    tradeNo: TRADE,
    cardNo: 'D14B0A54',
    balance: fen(12_345n),
  }) as const;
const start = {
  do: 'start',
  connectorNo: 1,
  tradeNo: TRADE,
  cardNo: 'D14B0A54',
  balance: fen(5_000n),
} as const;

describe('start at the pile', () => {
  test.each([
    ['00000000D14B0A54', 'D14B0A54'],
    ['7805AF3703000000', '7805AF3703'],
    ['0000000012345678', '12345678'],
  ])('[YKC-ASK-1] card %s is asked for as %s', (account, cardNo) => {
    const effects = new Talk().login().hear('startApply', { account });
    expect(effects).toEqual([
      {
        do: 'emit',
        event: {
          type: 'StartAsked',
          connectorNo: 1,
          request: '0',
          identity: { by: 'card', cardNo, passwordMd5: null },
        },
      },
    ]);
  });

  test('[YKC-ASK-1] a password goes along where one was asked for', () => {
    const password = Buffer.from('0CC175B9C0F1B6A8').toString('hex').toUpperCase();
    const effects = new Talk().login().hear('startApply', { needPassword: 'yes', password });
    expect(eventsIn(effects)).toMatchObject([{ identity: { passwordMd5: '0cc175b9c0f1b6a8' } }]);
  });

  test.each([
    ['as the text has it', VIN],
    ['the other way round', turned],
  ])('[YKC-ASK-1] a VIN written %s is the same VIN', (_how, vin) => {
    const effects = new Talk().login().hear('startApply', { method: 'vin', vin });
    expect(eventsIn(effects)).toMatchObject([{ identity: { by: 'vin', vin: VIN } }]);
  });

  test('[YKC-ASK-2] the same ask again is no second question; the newer frame gets the answer', () => {
    const talk = new Talk().login();
    talk.hear('startApply', {}, '0100');
    expect(talk.hear('startApply', {}, '0200')).toEqual([]);
    expect(onlySent(talk.told(allow('0')))).toMatchObject({ seq: '0200' });
  });

  test('[YKC-ASK-2] another card, or the same after a decision or a long time, is a new question', () => {
    const talk = new Talk().login();
    talk.hear('startApply');
    expect(eventsIn(talk.hear('startApply', { account: '00000000AAAAAAAA' }))).toHaveLength(1);
    expect(eventsIn(talk.hear('startApply', { needPassword: 'yes' }))).toHaveLength(1);
    expect(eventsIn(talk.hear('startApply', { method: 'vin', vin: VIN }))).toHaveLength(1);
    expect(eventsIn(talk.hear('startApply', { method: 'vin', vin: VIN }))).toEqual([]);
    talk.told({ do: 'refuseStart', connectorNo: 1, request: '3', refusal: 'vin-unknown' });
    expect(eventsIn(talk.hear('startApply', { method: 'vin', vin: VIN }))).toHaveLength(1);
    talk.nowMs += 30_000;
    expect(eventsIn(talk.hear('startApply', { method: 'vin', vin: VIN }))).toHaveLength(1);
  });

  test('[YKC-ASK-2] an ask that the site could not take may be asked again', () => {
    const talk = new Talk().login();
    const [asked] = eventsIn(talk.hear('startApply'));
    if (asked === undefined) throw new RangeError('nothing asked');
    talk.unheard({ ...asked, ...(asked.type === 'StartAsked' && { request: 'other' }) });
    expect(eventsIn(talk.hear('startApply'))).toEqual([]);
    talk.unheard(asked);
    expect(eventsIn(talk.hear('startApply'))).toHaveLength(1);
  });

  test('[YKC-ASK-3] allowed: trade number, balance, the card as far as it is printed', () => {
    const talk = new Talk().login();
    talk.hear('startApply', {}, '3100');
    expect(onlySent(talk.told(allow('0')))).toEqual({
      name: 'startApplyAck',
      seq: '3100',
      body: {
        tradeNo: TRADE,
        pileNo: PILE,
        gunNo: '01',
        logicalCardNo: '0'.repeat(16),
        balance: 12_345n,
        authOk: 'ok',
        failReason: 'none',
      },
    });
    talk.hear('startApply', {}, '3200');
    expect(onlySent(talk.told({ ...allow('1'), cardNo: '1234567' }))).toMatchObject({
      body: { logicalCardNo: '0000000001234567' },
    });
  });

  test('[YKC-ASK-3] refused: the reason, no trade number, no balance', () => {
    const talk = new Talk().login();
    talk.hear('startApply', {}, '3100');
    const refuse = { do: 'refuseStart', connectorNo: 1, request: '0' } as const;
    expect(onlySent(talk.told({ ...refuse, refusal: 'balance-low' }))).toMatchObject({
      seq: '3100',
      body: { authOk: 'failed', failReason: 'balance-low', tradeNo: '0'.repeat(32), balance: 0n },
    });
  });

  test.each([
    ['account-frozen', 'account-frozen'],
    ['connector-busy', 'pile-has-open-order'],
    ['no-tariff', 'pile-disabled'],
    ['ledger-full', 'pile-disabled'],
    ['unknown', 'pile-disabled'],
  ] as const)('[YKC-ASK-3] the reason %s is told as %s', (refusal, reason) => {
    expect(authReasonOf(refusal)).toBe(reason);
  });

  test.each(['late', 'to nobody', 'twice'])(
    '[YKC-ASK-4] a yes that comes %s is not sent, and its order hears of it',
    (how) => {
      const talk = new Talk().login();
      if (how !== 'to nobody') talk.hear('startApply');
      if (how === 'late') talk.nowMs += 30_000;
      if (how === 'twice') talk.told(allow('0'));
      const effects = talk.told(allow('0'));
      expect(sentIn(effects)).toEqual([]);
      expect(eventsIn(effects)).toEqual([
        { type: 'StartAnswered', connectorNo: 1, tradeNo: TRADE, refusal: 'no-confirmation' },
      ]);
    },
  );

  test('[YKC-ASK-4] a no to nobody is nothing', () => {
    const refuse = { do: 'refuseStart', connectorNo: 1, request: '7', refusal: 'unknown' } as const;
    expect(new Talk().login().told(refuse)).toEqual([]);
  });

  test.each([
    ['no card number', { account: '0'.repeat(16) }, 'account-missing'],
    ['an erased card', { account: 'F'.repeat(16) }, 'account-missing'],
    ['an account', { method: 'account' }, 'account-missing'],
    ['an unnamed method', { method: { unknown: 9 } }, 'account-missing'],
    ['no VIN', { method: 'vin', vin: '' }, 'vin-unknown'],
    ['half a VIN', { method: 'vin', vin: 'LFPHC7' }, 'vin-unknown'],
  ] as const)('[YKC-ASK-5] %s is refused at once', (_what, change, failReason) => {
    const effects = new Talk().login().hear('startApply', change, '0300');
    expect(eventsIn(effects)).toEqual([]);
    expect(onlySent(effects)).toMatchObject({
      seq: '0300',
      body: { authOk: 'failed', failReason },
    });
  });
});

describe('remote start', () => {
  test('[YKC-START-1] 0x34 with everything that the pile needs', () => {
    expect(onlySent(new Talk().login().told(start))).toEqual({
      name: 'remoteStart',
      seq: '0000',
      body: {
        tradeNo: TRADE,
        pileNo: PILE,
        gunNo: '01',
        logicalCardNo: '0'.repeat(16),
        physicalCardNo: '00000000D14B0A54',
        balance: 5_000n,
      },
    });
  });

  test('[YKC-START-1] without a card, and with one that no reader could have read', () => {
    const talk = new Talk().login();
    for (const cardNo of [null, 'not hex', '1'.repeat(17)]) {
      expect(onlySent(talk.told({ ...start, cardNo }))).toMatchObject({
        body: { physicalCardNo: '0'.repeat(16), logicalCardNo: '0'.repeat(16) },
      });
    }
  });

  test('[YKC-BALANCE-1] a balance fits its four bytes and is never below zero', () => {
    const talk = new Talk().login();
    const sent = (balance: bigint) => onlySent(talk.told({ ...start, balance: fen(balance) }));
    expect(sent(-1n)).toMatchObject({ body: { balance: 0n } });
    expect(sent(10n ** 12n)).toMatchObject({ body: { balance: 0xffff_ffffn } });
  });

  test('[YKC-START-2] a no and a later yes are both told', () => {
    const talk = new Talk().login();
    talk.told(start);
    const no = talk.hear('remoteStartAck', { result: 'failed', failReason: 'not-plugged' });
    const yes = talk.hear('remoteStartAck');
    const told = (refusal: string | null) => [
      { type: 'StartAnswered', connectorNo: 1, tradeNo: TRADE, refusal },
    ];
    expect(eventsIn(no)).toEqual(told('not-plugged'));
    expect(eventsIn(yes)).toEqual(told(null));
  });

  test('[YKC-START-2] the answer to a start of an older connection is told', () => {
    expect(eventsIn(new Talk().login().hear('remoteStartAck'))).toMatchObject([
      { type: 'StartAnswered', tradeNo: TRADE, refusal: null },
    ]);
  });

  test.each([
    ['ok', 'none', null],
    ['ok', 'device-fault', null],
    ['failed', 'device-offline', 'device-offline'],
    ['failed', 'connector-busy', 'connector-busy'],
    ['failed', 'none', 'unknown'],
    ['failed', null, 'unknown'],
    ['failed', { unknown: 77 }, 'unknown'],
    [{ unknown: 2 }, 'none', 'connector-busy'],
    [{ unknown: 3 }, 'not-plugged', 'device-fault'],
    [{ unknown: 5 }, 'none', 'not-plugged'],
    [{ unknown: 99 }, 'none', 'unknown'],
  ] as const)('[YKC-START-3] result %o with reason %o is %s', (result, failReason, refusal) => {
    const effects = new Talk().login().hear('remoteStartAck', { result, failReason });
    expect(eventsIn(effects)).toMatchObject([{ type: 'StartAnswered', refusal }]);
  });
});

describe('stop', () => {
  test('[YKC-STOP-1] 0x36 for the gun', () => {
    const talk = new Talk().login();
    expect(onlySent(talk.told({ do: 'stop', connectorNo: 12 }))).toEqual({
      name: 'remoteStop',
      seq: '0000',
      body: { pileNo: PILE, gunNo: '12' },
    });
  });

  test.each([
    ['ok', 'not-charging', null],
    ['failed', 'not-charging', 'not-charging'],
    ['failed', 'unknown', 'unknown'],
    ['failed', 'none', 'unknown'],
    ['failed', null, 'unknown'],
    [{ unknown: 2 }, 'none', 'not-charging'],
    [{ unknown: 3 }, 'none', 'unknown'],
  ] as const)('[YKC-STOP-2] result %o with reason %o is %s', (result, failReason, refusal) => {
    const effects = new Talk().login().hear('remoteStopAck', { result, failReason });
    expect(eventsIn(effects)).toEqual([{ type: 'StopAnswered', connectorNo: 1, refusal }]);
  });

  test('[YKC-STOP-3] an answer without a gun is that of the oldest stop', () => {
    const talk = new Talk().login();
    const bare = { pileNo: null, gunNo: null } as const;
    talk.told({ do: 'stop', connectorNo: 2 });
    talk.told({ do: 'stop', connectorNo: 1 });
    expect(eventsIn(talk.hear('remoteStopAck', bare))).toMatchObject([{ connectorNo: 2 }]);
    expect(eventsIn(talk.hear('remoteStopAck', bare))).toMatchObject([{ connectorNo: 1 }]);
    expect(eventsIn(talk.hear('remoteStopAck', bare))).toMatchObject([{ type: 'Observed' }]);
  });
});
