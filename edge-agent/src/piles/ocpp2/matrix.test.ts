import { STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OcppUp } from '../ocpp/messages.ts';
import { eventsIn, ofType, sentIn } from '../ocpp/testing/effects.ts';
import { TARIFF } from '../ykc/testing/samples.ts';
import { ocpp2Driver } from './driver.ts';
import { anyPayload } from './testing/any-payload.ts';
import { BOOT, ENDED, event, KEY, NOW_MS, ORDER, STARTED, Talk, UPDATED } from './testing/talk.ts';

const balance = fen(5_000n);
const start = { connectorNo: 1, tradeNo: ORDER, cardNo: null, balance } as const;
const source = { host: '10.0.0.1', port: 21, user: 'u', password: 'p', path: '/f' } as const;
const charge = { key: KEY, no: 1_001, meterStart: null } as const;

/** One command of each kind; the type says when one is missing. */
const COMMANDS: { readonly [D in PileCommand['do']]: Extract<PileCommand, { do: D }> } = {
  start: { do: 'start', ...start },
  startTogether: {
    do: 'startTogether',
    connectors: [{ connectorNo: 1, tradeNo: ORDER }],
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
    tradeNo: ORDER,
    charge,
    refusal: null,
    group: null,
  },
  limitPower: { do: 'limitPower', connectorNo: 1, maxW: 7_000, validSeconds: 300 },
  operate: { do: 'operate', request: '0', operation: 'ClearCache', parameters: {} },
  recordStored: { do: 'recordStored', tradeNo: ORDER },
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

const PLUGGED = event('Started', 0, 0, { transactionInfo: { transactionId: KEY } });
const limit = COMMANDS.limitPower;

/** Where a station can stand, and how it gets there. */
const STATES: Readonly<Record<string, (talk: Talk) => unknown>> = {
  new: () => undefined,
  unserved: (talk) => {
    talk.site.profiles.clear();
    talk.open();
  },
  'served, never booted': (talk) => talk.open(),
  booted: (talk) => talk.boot(),
  'model being read': (talk) => talk.boot().timer('welcome'),
  plugged: (talk) => talk.boot().hear('TransactionEvent', PLUGGED),
  'beginning is being stored': (talk) => talk.boot().hear('TransactionEvent', STARTED),
  charging: (talk) => talk.boot().charge(),
  limited: (talk) => [talk.boot().charge(), talk.told(limit)],
  'record is being stored': (talk) => [talk.boot().charge(), talk.hear('TransactionEvent', ENDED)],
  ended: (talk) => [talk.boot().charge(), talk.settle(talk.hear('TransactionEvent', ENDED))],
  'an operation is asked for': (talk) => talk.boot().told(COMMANDS.operate),
  'a list is on its way': (talk) => talk.boot().told(COMMANDS.addCards),
  closed: (talk) => talk.boot().closed(),
};

const TAGS: readonly string[] = [
  'availability',
  'base:1',
  'cache',
  'drain:tx-1',
  'firmware',
  'get',
  'lift:1',
  'limit:1:0',
  'limit:0:9',
  'list',
  'list-version',
  'model:1',
  'op:0',
  'queue:tx-1',
  'queue:nobody',
  'reboot',
  'set',
  `start:1:${ORDER}`,
  'stop:1',
  'trigger:StatusNotification',
  'stray',
  '',
];

const TIMERS: readonly string[] = [
  ...['boot', 'welcome', 'list', 'drain:tx-1', 'vanish:tx-1', 'vanish:x', 'gone:1', 'gone:9'],
  ...['limit:1', 'show:1', 'verify:1', 'nobody', 'toString'],
];

const ANSWERS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { status: 'Accepted' },
  { status: 'Rejected' },
  { status: 'VersionMismatch', versionNumber: 7, messagesInQueue: false, ongoingIndicator: false },
];

/** Everything that can come from a station, sound or not. */
function messages(version: '2.0.1' | '2.1'): readonly OcppUp[] {
  const calls = STATION_ACTIONS[version].flatMap((action) =>
    [...fc.sample(anyPayload(version, action), { numRuns: 2, seed: 5 }), {}].map(
      (payload): OcppUp => ({ is: 'call', call: 1, action, payload }),
    ),
  );
  const events = [STARTED, UPDATED, ENDED, PLUGGED].map(
    (payload): OcppUp => ({ is: 'call', call: 1, action: 'TransactionEvent', payload }),
  );
  const results = TAGS.flatMap((tag) =>
    ANSWERS.map((payload): OcppUp => ({ is: 'result', tag, action: 'X', payload, late: false })),
  );
  const failures = TAGS.flatMap((tag) =>
    (['error', 'timeout', 'lost', 'full'] as const).map(
      (why): OcppUp => ({
        is: 'failed',
        tag,
        action: 'X',
        why,
        code: 'NotSupported',
        description: '',
      }),
    ),
  );
  const odd = { rule: 'OCPP-B5', action: '', path: '', seen: '', repair: '' };
  return [
    { is: 'opened', version, address: '10.0.0.9' },
    { is: 'call', call: 1, action: 'BootNotification', payload: BOOT },
    { is: 'call', call: 1, action: 'Nothing', payload: {} },
    { is: 'call', call: 1, action: 'toString', payload: {} },
    { is: 'send', action: 'NotifyPeriodicEventStream', payload: {} },
    { is: 'deviation', ...odd },
    ...calls,
    ...events,
    ...results,
    ...failures,
  ];
}

const EVENTS: readonly PileEvent[] = [
  { type: 'PileLost', why: 'closed' },
  { type: 'CardChecked', request: 'nobody', identity: { by: 'vin', vin: 'V' } },
];

describe.each(['2.0.1', '2.1'] as const)('OCPP %s: whatever comes, whenever', (version) => {
  const all = messages(version);

  test.each(Object.keys(STATES))('%s', (name) => {
    const talk = new Talk({}, version);
    STATES[name]?.(talk);
    const { state, site } = talk;
    const { onFrame, onCommand, onTimer, onClosed, onUnheard } = talk.driver;
    const view = { site, nowMs: NOW_MS + 5_000 };
    const raw = new Uint8Array(3);
    const steps = [
      ...all.map((message) => onFrame(state, message, view, raw)),
      ...Object.values(COMMANDS).map((command) => onCommand(state, command, view)),
      ...TIMERS.map((timer) => onTimer(state, timer, view)),
      ...EVENTS.map((event) => onUnheard(state, event, view)),
      onClosed(state, 'closed', view),
    ];
    for (const { state: next, effects } of steps) {
      expect(next.pileNo).toBe(state.pileNo);
      // No call is answered twice.
      expect(sentIn(effects).filter(({ is }) => is !== 'call').length).toBeLessThan(2);
      for (const { measurement } of ofType(effects, 'Measured')) {
        expect(measurement.energy).toBeGreaterThanOrEqual(0n);
      }
    }
    // The state itself has not been touched.
    expect(talk.state).toBe(state);
  });
});

test('a station that is not served is asked nothing and told nothing', () => {
  const talk = new Talk();
  talk.site.profiles.clear();
  talk.open();
  for (const command of Object.values(COMMANDS)) expect(talk.told(command)).toEqual([]);
  for (const timer of TIMERS) expect(talk.timer(timer)).toEqual([]);
});

test('a payload of any shape stops nobody', () => {
  const talk = new Talk({}, '2.1').boot();
  talk.charge();
  const { driver, state, site } = talk;
  const view = { site, nowMs: NOW_MS };
  const action = fc.constantFrom(...STATION_ACTIONS['2.1']);
  fc.assert(
    fc.property(action, fc.dictionary(fc.string(), fc.jsonValue()), (name, payload) => {
      const message = { is: 'call', call: 1, action: name, payload } as const;
      driver.onFrame(state, message, view, new Uint8Array());
    }),
    { numRuns: 300, seed: 13 },
  );
  // The messages with money in them are answered, or wait for the site, with any field missing.
  const fields = fc.subarray(Object.keys({ ...STARTED, ...ENDED }));
  fc.assert(
    fc.property(fields, fc.constantFrom(STARTED, UPDATED, ENDED), (kept, whole) => {
      const payload = Object.fromEntries(
        Object.entries(whole).filter(([key]) => kept.includes(key)),
      );
      const message = { is: 'call', call: 1, action: 'TransactionEvent', payload } as const;
      const { effects } = driver.onFrame(state, message, view, new Uint8Array());
      const waits = eventsIn(effects).some((event) => 'request' in event);
      expect(waits || sentIn(effects).some(({ is }) => is === 'answer')).toBe(true);
    }),
    { numRuns: 200, seed: 17 },
  );
});

test('two drivers share nothing', () => {
  const [one, other] = [ocpp2Driver('2.1'), ocpp2Driver('2.0.1')];
  expect(one.operations?.protocol).toBe('ocpp2.1');
  expect(other.operations?.protocol).toBe('ocpp2.0.1');
  expect(one.begin('A').version).toBe('2.1');
});
