import { anyMessage } from '@holdfast/protocols/testing/arbitrary';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { DIALECTS } from '@holdfast/protocols/ykc/dialects';
import { frames } from '@holdfast/protocols/ykc/frames';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UpName, YkcEffect } from './step.ts';
import { BODIES, PILE, said, TARIFF, TRADE } from './testing/samples.ts';
import { eventsIn, sentIn, Talk } from './testing/talk.ts';
import { uplinkOf } from './uplink.ts';

const balance = fen(5_000n);
const start = { connectorNo: 1, tradeNo: TRADE, cardNo: null, balance } as const;
const source = { host: '10.0.0.1', port: 21, user: 'u', password: 'p', path: '/f' } as const;

/** One command of each kind; `Record` says when one is missing. */
const COMMANDS: { readonly [D in PileCommand['do']]: Extract<PileCommand, { do: D }> } = {
  start: { do: 'start', ...start },
  startTogether: {
    do: 'startTogether',
    connectors: [
      { connectorNo: 1, tradeNo: TRADE },
      { connectorNo: 2, tradeNo: '2'.repeat(32) },
    ],
    cardNo: null,
    balance,
  },
  stop: { do: 'stop', connectorNo: 1 },
  allowStart: { do: 'allowStart', request: '0', ...start },
  refuseStart: { do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'balance-low' },
  answerCard: { do: 'answerCard', request: '0', refusal: null, group: null, expiresAtMs: null },
  chargeStored: {
    do: 'chargeStored',
    connectorNo: 1,
    request: '0',
    tradeNo: TRADE,
    charge: { key: 'k', no: 1_001, meterStart: null },
    refusal: null,
    group: null,
  },
  limitPower: { do: 'limitPower', connectorNo: 1, maxW: 30_000, validSeconds: 300 },
  operate: { do: 'operate', request: '0', operation: 'Reset', parameters: {} },
  recordStored: { do: 'recordStored', tradeNo: TRADE },
  pushTariff: { do: 'pushTariff', tariff: TARIFF },
  readNow: { do: 'readNow', connectorNo: 1 },
  setClock: { do: 'setClock' },
  setBalance: { do: 'setBalance', connectorNo: 1, cardNo: null, balance },
  setLimits: { do: 'setLimits', enabled: true, maxPowerPercent: 80 },
  addCards: { do: 'addCards', cards: [{ printedNo: '1', cardNo: 'AB' }] },
  removeCards: { do: 'removeCards', cardNos: ['AB'] },
  findCards: { do: 'findCards', cardNos: ['AB'] },
  setLock: { do: 'setLock', connectorNo: 1, up: true },
  reboot: { do: 'reboot', whenIdle: false },
  updateFirmware: {
    do: 'updateFirmware',
    source,
    ratedPowerKw: 60,
    whenIdle: false,
    timeoutMinutes: 5,
  },
};

/** Where a pile can stand, and how it gets there. */
const STATES: Readonly<Record<string, (talk: Talk) => unknown>> = {
  new: () => undefined,
  'in grace': (talk) => talk.hear('heartbeat'),
  refused: (talk) => {
    talk.site.profiles.clear();
    return talk.hear('login');
  },
  served: (talk) => talk.hear('login'),
  'served, idle': (talk) => {
    talk.hear('login', { gunCount: 1 });
    talk.hear('realtime', { status: 'idle', tradeNo: '0'.repeat(32) });
  },
  charging: (talk) => [talk.hear('login'), talk.hear('realtime')],
  'somebody asks': (talk) => [talk.hear('login'), talk.hear('startApply')],
  'two guns ask': (talk) => [talk.hear('login'), talk.hear('parallelStartApply')],
  'a start is sent': (talk) => [talk.hear('login'), talk.told(COMMANDS.start)],
  'two starts are sent': (talk) => [talk.hear('login'), talk.told(COMMANDS.startTogether)],
  'an order waits': (talk) => [talk.hear('login'), talk.hear('order', {}, 'BEEF')],
  'a tariff waits': (talk) => [talk.hear('login'), talk.told(COMMANDS.pushTariff)],
  'another dialect': (talk) => {
    talk.site.adopt(PILE, 'ylc-1.8');
    return talk.hear('login');
  },
  'no tariff': (talk) => {
    talk.site.tariff = undefined;
    return talk.hear('login');
  },
};

const asked: PileEvent = {
  type: 'StartAsked',
  connectorNo: 1,
  request: '0',
  identity: { by: 'card', cardNo: 'AB', passwordMd5: null },
};
const names = Object.keys(BODIES) as readonly UpName[];
const INPUTS: Readonly<Record<string, (talk: Talk) => readonly YkcEffect[]>> = {
  ...Object.fromEntries(names.map((name) => [name, (talk: Talk) => talk.hear(name, {}, 'CAFE')])),
  ...Object.fromEntries(
    Object.values(COMMANDS).map((command) => [
      `command ${command.do}`,
      (talk: Talk) => talk.told(command),
    ]),
  ),
  ...Object.fromEntries(
    ['grace', 'welcome', 'clock', 'gather:251122120000', 'forget:251122120000', 'else'].map(
      (timer) => [`timer ${timer}`, (talk: Talk) => talk.timer(timer)],
    ),
  ),
  closed: (talk) => talk.closed('closed'),
  unheard: (talk) => talk.unheard(asked),
};

interface Seen {
  readonly input: string;
  readonly before: Talk['state'];
  readonly effects: readonly YkcEffect[];
  /** Sequence bytes of the frame that came in; `null` when none did. */
  readonly seq: string | null;
}

/** Frames of our own accord that a frame of the pile may set off. */
const OWN = ['remoteStop', 'priceModelSet'];

/** What must hold after any input in any state. */
function check({ input, before, effects, seq }: Seen): void {
  const sent = sentIn(effects);
  if (before.phase !== 'served' && input !== 'login') expect(sent).toEqual([]);
  if (!before.announced && input !== 'login') expect(eventsIn(effects)).toEqual([]);
  for (const message of sent) {
    expect(() => ykc.encode(message)).not.toThrow();
    if (message.name !== 'unknown') expect(frames[message.name].from).toBe('hub');
    if (seq !== null && !OWN.includes(message.name)) expect(message.seq).toBe(seq);
    if (message.name !== 'orderAck') continue;
    expect(input).toBe('command recordStored');
    expect(message.body.result).toBe('stored');
  }
}

describe.each(Object.entries(STATES))('%s', (_state, reach) => {
  test.each(Object.entries(INPUTS))(
    '[YKC-SEQ-1] [YKC-ORDER-3] [YKC-LOGIN-4] takes %s, and the rules hold',
    (input, give) => {
      const talk = new Talk();
      reach(talk);
      const before = talk.state;
      const seq = names.some((name) => name === input) ? 'CAFE' : null;
      check({ input, before, effects: give(talk), seq });
      expect(talk.state.pileNo).toBe(PILE);
    },
  );
});

test('the same input in the same state does the same: the driver has no clock and no chance', () => {
  for (const reach of Object.values(STATES)) {
    for (const give of Object.values(INPUTS)) {
      const run = () => {
        const talk = new Talk();
        reach(talk);
        return [give(talk), talk.state];
      };
      expect(run()).toEqual(run());
    }
  }
});

test('whatever piles say, in whatever order and dialect, nothing throws and the rules hold', () => {
  const anyInput = fc.oneof(
    { weight: 3, arbitrary: anyMessage(frames).map((message) => ({ message })) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.values(COMMANDS)) },
    { weight: 1, arbitrary: fc.constantFrom('grace', 'welcome', 'gather:251122120000') },
    { weight: 1, arbitrary: fc.constantFrom(...names).map((name) => ({ message: said(name) })) },
  );
  const dialect = fc.constantFrom(undefined, ...DIALECTS.map(({ id }) => id));
  fc.assert(
    fc.property(dialect, fc.array(anyInput, { maxLength: 40 }), (id, inputs) => {
      const talk = new Talk();
      talk.site.adopt(PILE, id);
      talk.hear('login');
      for (const input of inputs) {
        const before = talk.state;
        if (typeof input === 'string') {
          check({ input: 'timer', before, effects: talk.timer(input), seq: null });
        } else if ('do' in input) {
          const effects = talk.told(input);
          check({ input: `command ${input.do}`, before, effects, seq: null });
        } else {
          const raw = ykc.encode(input.message);
          const message = uplinkOf(ykc.read(raw), raw);
          const effects = talk.take(message);
          check({ input: message.name, before, effects, seq: message.seq });
        }
      }
    }),
    { numRuns: 300 },
  );
});
