import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bench } from '../testing/virtual-port.ts';
import { answerCache, digestOf } from './answers.ts';

const SECOND = 1_000;
const start = (id: string, idTag = 'a'): string =>
  `[2,"${id}","StartTransaction",{"connectorId":1,"idTag":"${idTag}"}]`;

test('[OCPP-B1] ten calls at once are tolerated, answered in order, and noted', () => {
  const { endpoint, requests, said, deviations } = bench();
  for (let i = 0; i < 10; i += 1) endpoint.receive(start(`${i}`, `tag ${i}`));
  for (let i = 0; i < 10; i += 1) {
    expect(requests).toHaveLength(i + 1);
    requests[i]?.answer({ transactionId: i });
  }
  expect(said()).toEqual(Array.from({ length: 10 }, (_, i) => [3, `${i}`, { transactionId: i }]));
  expect(deviations.filter((text) => text.startsWith('pipelined'))).toHaveLength(9);
});

test('[OCPP-B4] a retry with the same id and body gets the same answer, the handler hears once', () => {
  const { endpoint, requests, sent, deviations } = bench();
  endpoint.receive(start('1'));
  requests[0]?.answer({ transactionId: 1001 });
  endpoint.receive(start('1'));
  endpoint.receive(start('1'));
  expect(requests).toHaveLength(1);
  expect(new Set(sent)).toEqual(new Set(['[3,"1",{"transactionId":1001}]']));
  expect(sent).toHaveLength(3);
  expect(deviations).toHaveLength(2);
});

test('[OCPP-B4] a retry of what is still being answered is answered once', () => {
  const { endpoint, requests, sent } = bench();
  endpoint.receive(start('1'));
  endpoint.receive(start('1'));
  requests[0]?.answer({ transactionId: 1001 });
  expect([requests.length, sent.length]).toEqual([1, 1]);
});

test('[OCPP-B4] the same id with another body is another message, and noted', () => {
  const { endpoint, requests, deviations } = bench();
  endpoint.receive(start('1', 'a'));
  requests[0]?.answer({ transactionId: 1001 });
  endpoint.receive(start('1', 'b'));
  requests[1]?.answer({ transactionId: 1002 });
  expect(requests).toHaveLength(2);
  expect(deviations).toEqual(['id-reused: StartTransaction "1"']);
});

test('[OCPP-B4] a 1.6 station that counts from 1 again on the next connection is heard anew', () => {
  const before = bench();
  before.endpoint.receive(start('1'));
  before.requests[0]?.answer({ transactionId: 1001 });
  const after = bench();
  after.endpoint.receive(start('1'));
  expect(after.requests).toHaveLength(1);
});

test('[OCPP-B4] on 2.x a transaction event that is repeated on the next connection is known', () => {
  const answers = answerCache();
  const event = '[2,"t-1","TransactionEvent",{"seqNo":1}]';
  const before = bench({ version: '2.0.1', answers });
  before.endpoint.receive(event);
  before.endpoint.closed();
  // The answer came too late for its socket; the retry gets it.
  before.requests[0]?.answer({ totalCost: 1 });
  const after = bench({ version: '2.0.1', answers });
  after.endpoint.receive(event);
  expect(before.sent).toEqual([]);
  expect(after.requests).toEqual([]);
  expect(after.sent).toEqual(['[3,"t-1",{"totalCost":1}]']);
});

test('[OCPP-B4] on 2.x a counter that was set back after a reboot is no repetition', () => {
  const answers = answerCache();
  const status = '[2,"1","FirmwareStatusNotification",{"status":"Idle"}]';
  const before = bench({ version: '2.0.1', answers });
  before.endpoint.receive(status);
  before.requests[0]?.answer({});
  const after = bench({ version: '2.0.1', answers });
  after.endpoint.receive(status);
  expect(after.requests).toHaveLength(1);
});

test('[OCPP-B4] what has the time in its answer is answered anew each time', () => {
  const { endpoint, requests } = bench();
  for (let i = 0; i < 3; i += 1) {
    endpoint.receive('[2,"1","Heartbeat",{}]');
    requests.at(-1)?.answer({ currentTime: `${i}` });
  }
  expect(requests).toHaveLength(3);
});

test('[OCPP-B4] an authorisation is not remembered longer than a retry lasts; money is, for a day', () => {
  const asked = (text: string) => ({ id: text, digest: digestOf(text), connection: here });
  const here = Symbol('here');
  const answers = answerCache();
  answers.keep(asked('a'), 'Authorize', 'yes', 0);
  answers.keep(asked('s'), 'StopTransaction', 'ok', 0);
  expect(answers.find(asked('a'), 119 * SECOND)).toEqual({ text: 'yes' });
  expect(answers.find(asked('a'), 121 * SECOND)).toBeUndefined();
  expect(answers.find(asked('s'), 86_400 * SECOND)).toEqual({ text: 'ok' });
  expect(answers.find(asked('s'), 86_401 * SECOND)).toBeUndefined();
});

test('[OCPP-B4] the memory of answers has a bound', () => {
  const { endpoint, requests } = bench({ answers: answerCache(4) });
  for (let i = 0; i < 10; i += 1) {
    endpoint.receive(start(`${i}`));
    requests.at(-1)?.answer({});
  }
  endpoint.receive(start('9'));
  endpoint.receive(start('6'));
  expect(requests).toHaveLength(10);
  endpoint.receive(start('5'));
  expect(requests).toHaveLength(11);
});

test('[OCPP-B4] an error is not remembered: the retry is tried', () => {
  const { endpoint, requests } = bench();
  endpoint.receive(start('1'));
  requests[0]?.fail('InternalError');
  endpoint.receive(start('1'));
  expect(requests).toHaveLength(2);
});

test('[OCPP-B4] different texts have different digests', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => (a === b) === (digestOf(a) === digestOf(b))),
    { numRuns: 1_000 },
  );
});

test('[OCPP-B9] a hundred calls reach the handler one after another, in order, however it dawdles', () => {
  const { endpoint, requests, advance, said } = bench({ limits: { inboundMax: 200 } });
  const delays = Array.from({ length: 100 }, (_, i) => (i * 7_919) % 13);
  for (const [i] of delays.entries()) {
    const action = i % 5 === 4 ? 'StopTransaction' : 'MeterValues';
    endpoint.receive(`[2,"${i}","${action}",{"n":${i}}]`);
  }
  for (const [i, delay] of delays.entries()) {
    expect(requests).toHaveLength(i + 1);
    advance(delay);
    requests[i]?.answer({});
  }
  expect(requests.map(({ payload }) => payload['n'])).toEqual(delays.map((_, i) => i));
  expect(said()).toHaveLength(100);
});

test('[OCPP-B9] a handler that answers at once may do so a thousand times', () => {
  const { endpoint, sent } = bench({
    limits: { inboundMax: 2_000, messagesAtOnce: 10_000 },
    owner: { onCall: (request) => request.answer({}) },
  });
  for (let i = 0; i < 1_000; i += 1) endpoint.receive(start(`${i}`));
  expect(sent).toHaveLength(1_000);
});

test('[OCPP-B9] calls that pile up have the socket paused until there is room; far too many end it', () => {
  const limits = { inboundPause: 4, inboundMax: 8 };
  const { endpoint, requests, state, broken } = bench({ limits });
  for (let i = 0; i < 6; i += 1) endpoint.receive(start(`${i}`));
  expect(state.isPaused).toBe(true);
  for (let i = 0; i < 6; i += 1) requests[i]?.answer({});
  expect(state.isPaused).toBe(false);
  for (let i = 10; i < 20; i += 1) endpoint.receive(start(`${i}`));
  expect(broken).toEqual(['overrun']);
});

test('[OCPP-B9] more messages than allowed slow the socket down, nothing is lost', () => {
  const { endpoint, state, advance, deviations } = bench({
    limits: { messagesPerSecond: 10, messagesAtOnce: 20 },
  });
  for (let i = 0; i < 20; i += 1) endpoint.receive('[3,"x",{}]');
  expect(state.isPaused).toBe(false);
  endpoint.receive('[3,"x",{}]');
  endpoint.receive('[3,"x",{}]');
  expect(state.isPaused).toBe(true);
  advance(199);
  expect(state.isPaused).toBe(true);
  advance(1);
  expect(state.isPaused).toBe(false);
  expect(deviations.filter((text) => text.startsWith('flood'))).toHaveLength(2);
  expect(endpoint.counts().framesIn).toBe(22);
});

test('[OCPP-B9] a big message counts as many small ones', () => {
  const limits = { messagesPerSecond: 1, messagesAtOnce: 4, messageChars: 100 };
  const { endpoint, state } = bench({ limits });
  const withChars = (chars: number): string => `[3,"${'x'.repeat(chars - 9)}",{}]`;
  endpoint.receive(withChars(299));
  endpoint.receive(withChars(99));
  expect(state.isPaused).toBe(false);
  endpoint.receive(withChars(99));
  expect(state.isPaused).toBe(true);
});

test('[OCPP-C18] a call that nobody answers stays open: no error, the next is taken, the retry is heard', () => {
  const { endpoint, requests, sent } = bench();
  endpoint.receive(start('1'));
  endpoint.receive(start('2'));
  requests[0]?.forsake();
  requests[1]?.answer({ transactionId: 2 });
  endpoint.receive(start('1'));
  expect(sent).toEqual(['[3,"2",{"transactionId":2}]']);
  requests[2]?.answer({ transactionId: 1 });
  expect(sent[1]).toBe('[3,"1",{"transactionId":1}]');
});

test('[OCPP-C18] a handler that is silent holds the others up for 30 seconds, and may still answer', () => {
  const { endpoint, requests, advance, sent, deviations } = bench();
  endpoint.receive(start('1'));
  endpoint.receive(start('2'));
  advance(30 * SECOND - 1);
  expect(requests).toHaveLength(1);
  advance(1);
  expect(requests).toHaveLength(2);
  expect(deviations.at(-1)).toBe('unanswered: StartTransaction "1"');
  requests[0]?.answer({ transactionId: 1 });
  requests[0]?.answer({ transactionId: 9 });
  requests[0]?.fail('InternalError');
  expect(sent).toEqual(['[3,"1",{"transactionId":1}]']);
});

test('[OCPP-C18] after the socket is gone nothing is sent and no timer runs', () => {
  const { endpoint, requests, sent, timers } = bench();
  endpoint.receive(start('1'));
  endpoint.receive(start('2'));
  endpoint.closed();
  endpoint.receive(start('3'));
  requests[0]?.answer({});
  expect([requests.length, sent.length, timers()]).toEqual([1, 0, 0]);
});

test('every frame is shown as it is on the wire, in its order', () => {
  const { endpoint, requests, call, frames } = bench();
  endpoint.receive(' [2,"1","Heartbeat",{}]');
  requests[0]?.answer({});
  call({ action: 'Reset' });
  expect(frames).toEqual([
    'in [2,"1","Heartbeat",{}]',
    'out [3,"1",{}]',
    'out [2,"us-1","Reset",{}]',
  ]);
});
