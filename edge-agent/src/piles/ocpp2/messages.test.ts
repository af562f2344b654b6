import { CENTRAL_ACTIONS, SEND_ACTIONS, STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { faultsIn, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldsAt, isFields } from '../ocpp/fields.ts';
import type { OcppEffect } from '../ocpp/steps.ts';
import { callsIn, eventsIn, ofType, sentIn } from '../ocpp/testing/effects.ts';
import type { Version2 } from './state.ts';
import { anyPayload } from './testing/any-payload.ts';
import { ORDER, type Payload, Talk } from './testing/talk.ts';

const VERSIONS: readonly Version2[] = ['2.0.1', '2.1'];
const RUNS = { numRuns: 15, seed: 7 };

/** What the site says to what it was told, until it was told nothing more. */
function settled(talk: Talk, first: readonly OcppEffect[]): readonly OcppEffect[] {
  const all = [...first];
  for (const event of eventsIn(first)) {
    if (event.type === 'CardChecked') {
      const { request } = event;
      const card = { refusal: null, group: null, expiresAtMs: null };
      all.push(...talk.told({ do: 'answerCard', request, ...card }));
    } else if (event.type === 'ChargeBegan') {
      all.push(...talk.store([{ do: 'emit', event }]));
    } else if (event.type === 'RecordUploaded' && event.request !== undefined) {
      const { request } = event;
      all.push(...talk.told({ do: 'recordStored', tradeNo: ORDER, request }));
    }
  }
  return all;
}

const answersTo = (talk: Talk, action: string, payload: Payload) =>
  sentIn(settled(talk, talk.hear(action, payload))).filter(({ is }) => is !== 'call');

describe.each(VERSIONS)('OCPP %s', (version) => {
  // `Talk` checks each answer against the schema of its message.
  test.each(STATION_ACTIONS[version].filter((name) => !SEND_ACTIONS.includes(name)))(
    '%s is answered once, as the standard has it',
    (action) => {
      fc.assert(
        fc.property(anyPayload(version, action), (payload) => {
          expect(faultsIn(version, action, 'request', payload)).toEqual([]);
          const talk = new Talk({}, version).boot();
          expect(answersTo(talk, action, payload)).toMatchObject([{ is: 'answer' }]);
          // Again, for what the first has changed.
          expect(answersTo(talk, action, payload)).toMatchObject([{ is: 'answer' }]);
        }),
        RUNS,
      );
    },
  );

  /** What is shown and counted has tests of its own. */
  const HANDLED = ['Authorize', 'Heartbeat', 'MeterValues', 'StatusNotification', ...SEND_ACTIONS];

  test.each(STATION_ACTIONS[version].filter((name) => !HANDLED.includes(name)))(
    'what %s says is not lost',
    (action) => {
      const [payload = {}] = fc.sample(anyPayload(version, action), { numRuns: 1, seed: 1 });
      const told = eventsIn(new Talk({}, version).boot().hear(action, payload));
      expect(told.length).toBeGreaterThan(0);
    },
  );

  test.each(CENTRAL_ACTIONS[version])('%s can be asked for', async (operation) => {
    const talk = new Talk({}, version).boot();
    const listed = talk.driver.operations?.operations.find(({ name }) => name === operation);
    expect(await listed?.schema()).toMatchObject({ type: 'object' });
    const [parameters] = fc.sample(anyPayload(version, operation), { numRuns: 1, seed: 3 });
    const asked = talk.told({ do: 'operate', request: 'r:1', operation, parameters });
    expect(callsIn(asked)).toEqual([
      { is: 'call', action: operation, payload: parameters, tag: 'op:r:1' },
    ]);
    const answered = talk.reply('op:r:1', { status: 'Accepted' });
    expect(ofType(answered, 'Operated')).toEqual([
      { type: 'Operated', request: 'r:1', outcome: 'done', answer: { status: 'Accepted' } },
    ]);
    expect(talk.state.operations).toEqual([]);
  });
});

test('what is sent without wanting an answer gets none, and is kept', () => {
  const talk = new Talk({}, '2.1').boot();
  const stream = { id: 1, pending: 0, basetime: '2025-11-22T10:00:00Z', data: [{ t: 0, v: '1' }] };
  expect(talk.send('NotifyPeriodicEventStream', stream)).toEqual([
    { do: 'emit', event: { type: 'Observed', name: 'notifyPeriodicEventStream', body: stream } },
  ]);
});

test('an operation that does not fit goes nowhere', () => {
  const talk = new Talk().boot();
  const outcomeOf = (operation: string, parameters: unknown) => {
    const effects = talk.told({ do: 'operate', request: 'r', operation, parameters });
    expect(callsIn(effects)).toEqual([]);
    return ofType(effects, 'Operated')[0]?.outcome;
  };
  expect(outcomeOf('Reset', {})).toBe('refused');
  expect(outcomeOf('Reset', [])).toBe('refused');
  expect(outcomeOf('RemoteStartTransaction', {})).toBe('refused');
  expect(outcomeOf('UsePriorityCharging', { transactionId: 'x', activate: true })).toBe('refused');
});

/** Words of the standard that say that a thing is done, or will be, or that there is nothing to tell. */
const DONE: readonly string[] = [
  'Accepted',
  'AcceptedCanceled',
  'EmptyResultSet',
  'NoProfiles',
  'NoTariff',
  'RebootRequired',
  'Scheduled',
  'Unlocked',
  'Unpublished',
];

test.each(VERSIONS)('every word of OCPP %s that is no yes is a no', (version) => {
  const words = new Set<unknown>();
  for (const action of CENTRAL_ACTIONS[version]) {
    const definitions = fieldsAt(schemaOf(version, action, 'response') ?? {}, 'definitions');
    for (const [name, definition] of Object.entries(definitions)) {
      const list = isFields(definition) ? definition['enum'] : undefined;
      if (name.endsWith('StatusEnumType') && Array.isArray(list))
        for (const one of list) words.add(one);
    }
  }
  expect(words.size).toBeGreaterThan(30);
  for (const status of words) {
    const talk = new Talk({}, version).boot();
    talk.told({ do: 'operate', request: 'r', operation: 'ClearCache', parameters: {} });
    const [operated] = ofType(talk.reply('op:r', { status }), 'Operated');
    const outcome = DONE.some((word) => word === status) ? 'done' : 'refused';
    expect([status, operated?.outcome]).toEqual([status, outcome]);
  }
});

test('an operation ends as its answer says, part by part', () => {
  const outcomeOf = (payload: Payload) => {
    const talk = new Talk().boot();
    talk.told({ do: 'operate', request: 'r', operation: 'ClearCache', parameters: {} });
    return ofType(talk.reply('op:r', payload), 'Operated')[0]?.outcome;
  };
  expect(outcomeOf({ status: 'Scheduled' })).toBe('done');
  expect(outcomeOf({ status: 'Rejected' })).toBe('refused');
  const results = (...words: readonly string[]) => ({
    setVariableResult: words.map((attributeStatus) => ({ attributeStatus })),
  });
  expect(outcomeOf(results('Accepted', 'RebootRequired'))).toBe('done');
  expect(outcomeOf(results('Accepted', 'UnknownVariable'))).toBe('refused');
  const failedAs = (why: 'error' | 'timeout' | 'lost' | 'full') => {
    const talk = new Talk().boot();
    talk.told({ do: 'operate', request: 'r', operation: 'ClearCache', parameters: {} });
    return ofType(talk.fail('op:r', why, 'InternalError'), 'Operated')[0]?.outcome;
  };
  expect(failedAs('error')).toBe('failed');
  expect(failedAs('full')).toBe('failed');
  expect(failedAs('timeout')).toBe('unanswered');
  expect(failedAs('lost')).toBe('unanswered');
});

test('only so many operations wait, and each is answered', () => {
  const talk = new Talk().boot();
  for (let n = 0; n < 32; n += 1) {
    const asked = { do: 'operate', operation: 'ClearCache', parameters: {} } as const;
    expect(callsIn(talk.told({ ...asked, request: `r${n}` }))).toHaveLength(1);
  }
  const more = { do: 'operate', operation: 'ClearCache', parameters: {}, request: 'more' } as const;
  expect(ofType(talk.told(more), 'Operated')).toMatchObject([{ outcome: 'refused' }]);
});
