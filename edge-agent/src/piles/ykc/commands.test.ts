import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import type { UpName } from './step.ts';
import { BODIES, PILE } from './testing/samples.ts';
import { eventsIn, onlySent, sentIn, Talk } from './testing/talk.ts';

const CARD = '00000000D14B0A54';
const source = {
  host: '10.0.0.1',
  port: 21,
  user: 'pile',
  password: 'secret',
  path: '/fw/v5.bin',
};
const firmware = {
  do: 'updateFirmware',
  source,
  ratedPowerKw: 120,
  whenIdle: true,
  timeoutMinutes: 5,
} as const;

const FRAMES: readonly (readonly [PileCommand, string, Readonly<Record<string, unknown>>])[] = [
  [{ do: 'readNow', connectorNo: 2 }, 'readRealtime', { gunNo: '02' }],
  [{ do: 'setClock' }, 'timeSync', {}],
  [
    { do: 'setBalance', connectorNo: 1, cardNo: 'D14B0A54', balance: fen(700n) },
    'balanceUpdate',
    { gunNo: '01', physicalCardNo: CARD, balance: 700n },
  ],
  [
    { do: 'setLimits', enabled: false, maxPowerPercent: 55.4 },
    'workParamSet',
    { disabled: 'yes', maxPowerPercent: 55 },
  ],
  [
    { do: 'addCards', cards: [{ printedNo: '1234', cardNo: 'D14B0A54' }] },
    'offlineCardSync',
    { count: 1, cards: [{ logicalCardNo: '0000000000001234', physicalCardNo: CARD }] },
  ],
  [
    { do: 'removeCards', cardNos: ['D14B0A54'] },
    'offlineCardClear',
    { count: 1, cards: [{ physicalCardNo: CARD }] },
  ],
  [
    { do: 'findCards', cardNos: ['D14B0A54'] },
    'offlineCardQuery',
    { count: 1, cards: [{ physicalCardNo: CARD }] },
  ],
  [{ do: 'setLock', connectorNo: 1, up: true }, 'parkLockControl', { gunNo: 1, action: 'raise' }],
  [{ do: 'setLock', connectorNo: 1, up: false }, 'parkLockControl', { action: 'lower' }],
  [{ do: 'reboot', whenIdle: false }, 'reboot', { mode: 'now' }],
  [{ do: 'reboot', whenIdle: true }, 'reboot', { mode: 'when-idle' }],
  [firmware, 'ota', { ...source, pileModel: 'dc', power: 120, mode: 'when-idle', timeoutMin: 5 }],
];

describe('commands', () => {
  test.each(FRAMES)('[YKC-CMD-1] %o is %s', (command, name, body) => {
    const sent = onlySent(new Talk().login().told(command));
    expect(sent).toMatchObject({ name, seq: '0000', body: { pileNo: PILE, ...body } });
  });

  test('[YKC-CMD-1] an AC pile gets its own firmware, at once where that is wished', () => {
    const talk = new Talk().login({ pileType: 'ac' });
    const sent = onlySent(talk.told({ ...firmware, whenIdle: false }));
    expect(sent).toMatchObject({ body: { pileModel: 'ac', mode: 'now' } });
  });

  test.each([
    ['addCards', 15],
    ['removeCards', 24],
    ['findCards', 26],
  ] as const)('[YKC-CMD-1] %s takes as many frames as it needs, %i cards each', (what, most) => {
    const cardNos = Array.from({ length: most * 2 + 1 }, (_, n) => `${n + 100}`);
    const cards = cardNos.map((cardNo) => ({ printedNo: cardNo, cardNo }));
    const command: PileCommand = what === 'addCards' ? { do: what, cards } : { do: what, cardNos };
    const sent = sentIn(new Talk().login().told(command));
    expect(sent).toMatchObject([
      { seq: '0000', body: { count: most } },
      { seq: '0100', body: { count: most } },
      { seq: '0200', body: { count: 1 } },
    ]);
    const none: PileCommand =
      what === 'addCards' ? { do: what, cards: [] } : { do: what, cardNos: [] };
    expect(new Talk().login().told(none)).toEqual([]);
  });

  test.each([
    [-5, 30],
    [10, 30],
    [100, 100],
    [250, 100],
  ])('[YKC-LIMIT-1] %i percent becomes %i', (maxPowerPercent, percent) => {
    const command = { do: 'setLimits', enabled: true, maxPowerPercent } as const;
    expect(onlySent(new Talk().login().told(command))).toMatchObject({
      body: { disabled: 'no', maxPowerPercent: percent },
    });
  });

  test('[YKC-LIMIT-1] a dialect that limits each gun in kW refuses', () => {
    const talk = new Talk();
    talk.site.adopt(PILE, 'ylc-1.8');
    const effects = talk.login().told({ do: 'setLimits', enabled: true, maxPowerPercent: 50 });
    expect(sentIn(effects)).toEqual([]);
    expect(eventsIn(effects)).toMatchObject([{ command: 'setLimits', accepted: false }]);
  });
});

describe('[YKC-LIMIT-2] a limit in watts', () => {
  const limit = (connectorNo: number | null, maxW: number | null): PileCommand => ({
    do: 'limitPower',
    connectorNo,
    maxW,
    validSeconds: 300,
  });
  const rated = (): Talk => {
    const talk = new Talk();
    talk.site.profiles.set(PILE, {
      pileNo: PILE,
      adopted: true,
      dialect: undefined,
      ratedPowerW: 120_000,
    });
    talk.login();
    return talk;
  };

  test('is percent of the whole pile, the least of all limits, and 100 when the last is lifted', () => {
    const talk = rated();
    const told = (connectorNo: number | null, maxW: number | null) =>
      onlySent(talk.told(limit(connectorNo, maxW))).body;
    expect(told(1, 60_000)).toMatchObject({ maxPowerPercent: 50, disabled: 'no' });
    expect(told(2, 47_999)).toMatchObject({ maxPowerPercent: 39 });
    expect(told(null, 90_000)).toMatchObject({ maxPowerPercent: 39 });
    expect(told(2, null)).toMatchObject({ maxPowerPercent: 50 });
    expect(told(1, 300_000)).toMatchObject({ maxPowerPercent: 75 });
    expect(told(null, null)).toMatchObject({ maxPowerPercent: 100 });
    expect(told(1, null)).toMatchObject({ maxPowerPercent: 100 });
  });

  test('is answered for the gun that it was for', () => {
    const talk = rated();
    talk.told(limit(2, 60_000));
    talk.told(limit(null, 60_000));
    const answer = (change: object) => eventsIn(talk.hear('workParamAck', change));
    expect(answer({})).toMatchObject([{ command: 'limitPower', connectorNo: 2, accepted: true }]);
    expect(answer({ result: 'failed' })).toMatchObject([
      { command: 'limitPower', connectorNo: null, accepted: false },
    ]);
  });

  test('that the pile cannot be told is refused, and the others hold on', () => {
    const talk = rated();
    talk.told(limit(1, 60_000));
    const refused = talk.told(limit(2, 35_999));
    expect(sentIn(refused)).toEqual([]);
    expect(eventsIn(refused)).toMatchObject([
      { command: 'limitPower', accepted: false, detail: { leastW: 36_000 } },
    ]);
    expect(onlySent(talk.told(limit(2, 90_000))).body).toMatchObject({ maxPowerPercent: 50 });
    const unknown = new Talk().login().told(limit(1, 60_000));
    expect(eventsIn(unknown)).toMatchObject([{ command: 'limitPower', accepted: false }]);
  });
});

const failed = { unknown: 9 } as const;
const ANSWERS: readonly (readonly [UpName, object, PileCommand['do'], boolean])[] = [
  ['balanceUpdateAck', {}, 'setBalance', true],
  ['balanceUpdateAck', { result: 'card-mismatch' }, 'setBalance', false],
  ['workParamAck', {}, 'setLimits', true],
  ['workParamAck', { result: 'failed' }, 'setLimits', false],
  ['offlineCardSyncAck', {}, 'addCards', true],
  ['offlineCardSyncAck', { result: failed }, 'addCards', false],
  ['offlineCardClearAck', {}, 'removeCards', true],
  [
    'offlineCardClearAck',
    { cards: [{ physicalCardNo: CARD, cleared: 'failed', failReason: 1 }] },
    'removeCards',
    false,
  ],
  ['offlineCardQueryAck', {}, 'findCards', true],
  ['rebootAck', {}, 'reboot', true],
  ['rebootAck', { result: 'failed' }, 'reboot', false],
  ['otaAck', {}, 'updateFirmware', true],
  ['otaAck', { status: 'download-timeout' }, 'updateFirmware', false],
];

describe('answers', () => {
  test.each(ANSWERS)('[YKC-CMD-1] %s %o answers %s: %s', (name, change, command, accepted) => {
    const effects = new Talk().login().hear(name, change);
    expect(effects).toEqual([
      {
        do: 'emit',
        event: {
          type: 'CommandAnswered',
          command,
          connectorNo: null,
          accepted,
          detail: { ...BODIES[name], ...change },
        },
      },
    ]);
  });

  test.each([
    ['ok', true],
    ['failed', false],
  ] as const)('[YKC-CMD-1] a lock names its connector: %s', (result, accepted) => {
    const effects = new Talk().login().hear('parkLockControlAck', { gunNo: 10, result });
    expect(eventsIn(effects)).toMatchObject([{ command: 'setLock', connectorNo: 10, accepted }]);
  });
});
