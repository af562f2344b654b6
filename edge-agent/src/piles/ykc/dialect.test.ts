import { BODY_AT, ykc } from '@holdfast/protocols/ykc/codec';
import { ylcFrames } from '@holdfast/protocols/ykc/dialect-frames';
import { DIALECTS, type Dialect, STANDARD } from '@holdfast/protocols/ykc/dialects';
import { overlayOf } from '@holdfast/protocols/ykc/overlay';
import { fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import type { DownName } from './step.ts';
import { bytesOf, PILE, said, TRADE } from './testing/samples.ts';
import { eventsIn, onlySent, Talk } from './testing/talk.ts';

const ylc = overlayOf(ylcFrames);
const talkIn = (dialect: string): Talk => {
  const talk = new Talk();
  talk.site.adopt(PILE, dialect);
  return talk.login();
};
const start = {
  do: 'start',
  connectorNo: 1,
  tradeNo: TRADE,
  cardNo: null,
  balance: fen(5_055n),
} as const;

test.each([undefined, 'no such dialect'])(
  '[YKC-DIALECT-1] %s is the standard, whatever the version byte says',
  (dialect) => {
    const talk = new Talk();
    talk.site.adopt(PILE, dialect);
    talk.login({ protocolVersion: 0x12 });
    expect(talk.state.dialect).toBe(STANDARD);
  },
);

test.each(DIALECTS.map(({ id }) => id))('[YKC-DIALECT-1] %s serves heartbeats', (id) => {
  expect(onlySent(talkIn(id).hear('heartbeat'))).toMatchObject({ name: 'heartbeatAck' });
});

describe('a dialect with other numbers', () => {
  const odd: Dialect = { ...STANDARD, id: 'odd', bmsCurrentOffsetA: 0, balanceUnit: 'yuan' };
  const talking = (): Talk => {
    const talk = new Talk().login();
    talk.state = { ...talk.state, dialect: odd };
    return talk;
  };

  test('[YKC-DIALECT-1] reads currents with its own offset', () => {
    const effects = talking().hear('bmsDemand', { demandCurrent: -1_000 });
    expect(eventsIn(effects)).toMatchObject([{ body: { demandCurrent: 3_000 } }]);
  });

  test('[YKC-DIALECT-3] [YKC-BALANCE-1] sends balances in its own unit, never more than there is', () => {
    const sent = onlySent(talking().told(start));
    const bytes = ykc.encode(sent);
    const plain = ykc.read(bytes);
    // 50.55 yuan are 50 yuan: the same four bytes that a pile of the standard reads as 0.50.
    expect(plain).toMatchObject({ name: 'remoteStart' satisfies DownName, body: { balance: 50n } });
    expect(bytes.length - BODY_AT).toBe(46);
  });

  test('[YKC-DIALECT-3] what has no balance goes out as ever', () => {
    const answer = ykc.encode(onlySent(talking().hear('heartbeat', {}, '0A0B')));
    expect(ykc.read(answer)).toMatchObject({ name: 'heartbeatAck', seq: '0A0B' });
  });
});

describe('易联桩', () => {
  test('[YKC-DIALECT-2] a VIN at the plug is shown and answered', () => {
    const body = { pileNo: PILE, gunNo: '01', soc: 44, vin: 'LFPHC7CE7K1B09873' };
    const message = ylc.write({ name: 'vinPlugged', seq: '7100', body });
    const effects = talkIn('ylc-1.8').take(message);
    expect(eventsIn(effects)).toEqual([{ type: 'Observed', name: 'vinPlugged', body }]);
    expect(onlySent(effects)).toMatchObject({ name: 'unknown', code: 0x72, seq: '7100' });
  });

  test('[YKC-DIALECT-2] its other answers are shown', () => {
    const power = { pileNo: PILE, gunNo: 1, result: 'ok' } as const;
    const log = { pileNo: PILE, status: 'ok' } as const;
    const talk = talkIn('ylc-1.8');
    const shown = (name: string, body: object) => [
      { do: 'emit', event: { type: 'Observed', name, body } },
    ];
    expect(talk.take(ylc.write({ name: 'gunPowerAck', seq: '0100', body: power }))).toEqual(
      shown('gunPowerAck', power),
    );
    expect(talk.take(ylc.write({ name: 'logUploadAck', seq: '0100', body: log }))).toEqual(
      shown('logUploadAck', log),
    );
  });

  test('[YKC-DIALECT-2] its longer report is measured all the same', () => {
    const talk = talkIn('ylc-1.8');
    const longer = said('realtime');
    const effects = talk.take({
      ...longer,
      body: { ...longer.body, extra: '00'.repeat(81) },
    } as typeof longer);
    expect(eventsIn(effects)).toMatchObject([{ type: 'Measured' }]);
  });

  test('[YKC-DIALECT-3] its start has one byte more', () => {
    const standard = ykc.encode(onlySent(new Talk().login().told(start)));
    const longer = ykc.encode(onlySent(talkIn('ylc-1.8').told(start)));
    expect(longer.length).toBe(standard.length + 1);
    expect(longer[BODY_AT + 44]).toBe(0);
  });

  test('[YKC-DIALECT-3] other frames are as published', () => {
    expect(onlySent(talkIn('ylc-1.8').told({ do: 'stop', connectorNo: 1 }))).toMatchObject({
      name: 'remoteStop',
    });
  });
});

test('[YKC-DIALECT-2] an order of V1.4 is read where the dialect says so', () => {
  const talk = talkIn('ykc-1.4');
  // The order of V1.5 with meters of four bytes, as far as anybody knows.
  const body = ykc.read(bytesOf('order'));
  const whole = ykc.encode(body).subarray(BODY_AT, -2);
  const bytes = [...whole.subarray(24, 106), ...whole.subarray(107, 111), ...whole.subarray(112)];
  const rest = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
  const [event] = eventsIn(talk.hear('orderV14', { rest }));
  expect(event).toMatchObject({
    type: 'RecordUploaded',
    record: { totalEnergy: 35_000n, meterStart: 1_000_000n, totalAmount: 37_000n },
  });
  expect(event?.type === 'RecordUploaded' && event.record.unread).toBeUndefined();
});
