import { STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { faultsIn } from '@holdfast/protocols/ocpp/schemas';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { fen } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OcppEffect } from '../ocpp/steps.ts';
import {
  at,
  BOOT,
  callsIn,
  eventsIn,
  ORDER,
  type Payload,
  START,
  STATION,
  STOP,
  sentIn,
  Talk,
} from './testing/talk.ts';

const balance = fen(5_000n);
const source = { host: '10.0.0.1', port: 21, user: 'u', password: 'p', path: '/f' } as const;

/** A message of each kind; the list of the standard says when one is missing. */
const MESSAGES: Readonly<Record<(typeof STATION_ACTIONS)['1.6'][number], Payload>> = {
  Authorize: { idTag: 'CARD-1' },
  BootNotification: BOOT,
  DataTransfer: { vendorId: 'V', messageId: 'm', data: 'x' },
  DiagnosticsStatusNotification: { status: 'Uploading' },
  FirmwareStatusNotification: { status: 'Downloading' },
  Heartbeat: {},
  LogStatusNotification: { status: 'Uploading', requestId: 1 },
  MeterValues: {
    connectorId: 1,
    transactionId: 1_001,
    meterValue: [{ timestamp: at(1), sampledValue: [{ value: '27010100' }] }],
  },
  SecurityEventNotification: { type: 'X', timestamp: at(0) },
  SignCertificate: { csr: 'PEM' },
  SignedFirmwareStatusNotification: { status: 'Downloading', requestId: 1 },
  StartTransaction: START,
  StatusNotification: {
    connectorId: 1,
    status: 'Charging',
    errorCode: 'NoError',
    timestamp: at(1),
  },
  StopTransaction: STOP,
};

/** One command of each kind; `Record` says when one is missing. */
const COMMANDS: { readonly [D in PileCommand['do']]: Extract<PileCommand, { do: D }> } = {
  start: { do: 'start', connectorNo: 1, tradeNo: ORDER, cardNo: null, balance },
  startTogether: {
    do: 'startTogether',
    connectors: [{ connectorNo: 1, tradeNo: ORDER }],
    cardNo: null,
    balance,
  },
  stop: { do: 'stop', connectorNo: 1 },
  allowStart: {
    do: 'allowStart',
    request: '0',
    connectorNo: 1,
    tradeNo: ORDER,
    cardNo: null,
    balance,
  },
  refuseStart: { do: 'refuseStart', connectorNo: 1, request: '0', refusal: 'balance-low' },
  answerCard: { do: 'answerCard', request: '0', refusal: null, group: null, expiresAtMs: null },
  chargeStored: {
    do: 'chargeStored',
    connectorNo: 1,
    request: '0',
    tradeNo: ORDER,
    charge: { key: 'k', no: 1_001, meterStart: null },
    refusal: null,
    group: null,
  },
  limitPower: { do: 'limitPower', connectorNo: 1, maxW: 30_000, validSeconds: 300 },
  operate: { do: 'operate', request: '0', operation: 'Reset', parameters: { type: 'Soft' } },
  recordStored: { do: 'recordStored', tradeNo: ORDER, request: '0' },
  pushTariff: { do: 'pushTariff', tariff: { modelNo: '1' } as never },
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

/** Where a station can stand, and how it gets there. */
const STATES: Readonly<Record<string, (talk: Talk) => unknown>> = {
  new: () => undefined,
  unserved: (talk) => {
    talk.site.profiles.clear();
    return talk.open();
  },
  'served, never booted': (talk) => talk.open(),
  served: (talk) => talk.boot(),
  'nothing remembered makes sense': (talk) => {
    for (const key of [
      'boot',
      'configuration',
      'triggers',
      'limit',
      'local-list',
      'availability',
      'meters',
    ])
      talk.site.noted.set(key, [key, null, 5, { keys: 7 }]);
    return talk.open();
  },
  configured: (talk) => talk.boot().configured({ SupportedFeatureProfiles: 'Core' }),
  'a start waits': (talk) => talk.boot().hear('StartTransaction', START),
  'a stop waits': (talk) => talk.boot().hear('StopTransaction', STOP),
  'a card waits': (talk) => talk.boot().hear('Authorize', { idTag: 'X' }),
  starting: (talk) => talk.boot().ordered(),
  charging: (talk) => talk.boot().charge(),
  stopped: (talk) => {
    talk.boot().charge();
    return talk.hear('StopTransaction', STOP);
  },
  'a reset waits': (talk) => {
    talk.boot().charge();
    return talk.told(COMMANDS.reboot);
  },
  'a limit is set': (talk) => talk.boot().told(COMMANDS.limitPower),
  'a list is sent': (talk) => talk.boot().told(COMMANDS.addCards),
  'an operation waits': (talk) => talk.boot().told(COMMANDS.operate),
};

const TAGS = [
  'availability',
  'base:1',
  'cache',
  'clear-profiles',
  'config:all',
  'config:part',
  'config:again',
  'drain:1001',
  'firmware',
  'lift:1',
  'limit:1:0',
  'limit-stop:1',
  'list',
  'list-version',
  'op:0',
  'reboot',
  'set:HeartbeatInterval',
  `start:1:${ORDER}`,
  'stop:1',
  'trigger:MeterValues',
  'toString',
  '',
];
const TIMERS = ['boot', 'welcome', 'list', 'drain', 'gone:1', 'limit:1', 'show:1', 'verify:1', 'x'];

type Input = (talk: Talk) => readonly OcppEffect[];
const named = <T>(items: readonly T[], kind: string, input: (item: T) => Input) =>
  Object.fromEntries(items.map((item) => [`${kind} ${String(item)}`, input(item)]));

const unheard: PileEvent = { type: 'CardChecked', request: '0', identity: { by: 'vin', vin: 'V' } };
const INPUTS: Readonly<Record<string, Input>> = {
  ...Object.fromEntries(
    Object.entries(MESSAGES).flatMap(([action, payload]) => [
      [action, (talk: Talk) => talk.hear(action, payload)],
      [`${action}, empty`, (talk: Talk) => talk.hear(action, {})],
    ]),
  ),
  ...Object.fromEntries(
    Object.values(COMMANDS).map((command) => [
      `command ${command.do}`,
      (talk: Talk) => talk.told(command),
    ]),
  ),
  ...named(TAGS, 'yes to', (tag) => (talk) => talk.reply(tag, { status: 'Accepted' })),
  ...named(TAGS, 'no to', (tag) => (talk) => talk.reply(tag, { status: 'Rejected' })),
  ...named(TAGS, 'nothing to', (tag) => (talk) => talk.fail(tag, 'timeout')),
  ...named(TAGS, 'error to', (tag) => (talk) => talk.fail(tag, 'error', 'NotImplemented')),
  ...named(TIMERS, 'timer', (timer) => (talk) => talk.timer(timer)),
  opened: (talk) => talk.open(),
  closed: (talk) => talk.closed('closed'),
  unheard: (talk) => talk.unheard(unheard),
};

interface Seen {
  readonly input: string;
  readonly before: Talk['state'];
  readonly effects: readonly OcppEffect[];
}

/** Answers that need no disk. */
const AFTER_THE_DISK = ['StartTransaction', 'StopTransaction', 'Authorize'];

/** What must hold after any input in any state. */
function check({ input, before, effects }: Seen): void {
  const served = before.phase === 'served' || input === 'opened';
  if (!served) expect(callsIn(effects)).toEqual([]);
  if (AFTER_THE_DISK.some((action) => input.startsWith(action)) && served) {
    expect(sentIn(effects).filter(({ is }) => is === 'answer')).toEqual([]);
  }
  // What we call fits the standard.
  for (const { action, payload } of callsIn(effects)) {
    expect([action, faultsIn('1.6', action, 'request', payload)]).toEqual([action, []]);
  }
  for (const event of eventsIn(effects)) {
    if (event.type === 'Noted') expect(JSON.stringify(event.value).length).toBeLessThan(64_000);
    if (event.type !== 'Measured') continue;
    expect(event.measurement.connectorNo).toBeGreaterThan(0);
    expect(event.measurement.energy).toBeGreaterThanOrEqual(0n);
  }
}

describe.each(Object.entries(STATES))('%s', (_name, reach) => {
  test('takes every message, command, answer and timer', () => {
    for (const [input, give] of Object.entries(INPUTS)) {
      const talk = new Talk();
      reach(talk);
      const before = talk.state;
      check({ input, before, effects: give(talk) });
    }
  });
});

test('whatever comes in whatever order, nothing throws and little is kept', () => {
  const inputs = fc.array(fc.constantFrom(...Object.entries(INPUTS)), { maxLength: 60 });
  fc.assert(
    fc.property(inputs, fc.integer({ min: 0, max: 100_000 }), (list, stepMs) => {
      const talk = new Talk();
      talk.open();
      for (const [input, give] of list) {
        talk.nowMs += stepMs;
        const before = talk.state;
        check({ input, before, effects: give(talk) });
      }
      expect(talk.state.waiting.length).toBeLessThanOrEqual(64);
      expect(talk.state.operations.length).toBeLessThanOrEqual(32);
      expect(talk.state.pileNo).toBe(STATION);
    }),
    { numRuns: 150 },
  );
});

test('any fields of any type in any message are taken', () => {
  const action = fc.constantFrom(...STATION_ACTIONS['1.6']);
  const value = fc.jsonValue({ maxDepth: 4 });
  const keys = [...new Set(Object.values(MESSAGES).flatMap((payload) => Object.keys(payload)))];
  const payload = fc.dictionary(fc.constantFrom(...keys, 'transactionData', 'meterStop'), value);
  fc.assert(
    fc.property(fc.array(fc.tuple(action, payload), { maxLength: 20 }), (messages) => {
      const talk = new Talk().boot();
      talk.charge();
      for (const [name, fields] of messages) {
        const { state: before } = talk;
        check({ input: name, before, effects: talk.hear(name, fields) });
      }
    }),
  );
});
