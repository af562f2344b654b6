import { expect, test } from 'vitest';
import { bench } from '../testing/virtual-port.ts';

const SECOND = 1_000;
const actionsOf = (said: readonly unknown[][]): unknown[] => said.map(([, , action]) => action);

test('[OCPP-B1] one call is out at a time, the next goes when it is answered', () => {
  const { endpoint, call, said } = bench();
  const outcomes = ['TriggerMessage', 'ClearCache', 'SendLocalList'].map((action) =>
    call({ action }),
  );
  expect(actionsOf(said())).toEqual(['TriggerMessage']);
  endpoint.receive('[3,"us-1",{}]');
  expect(actionsOf(said())).toEqual(['TriggerMessage', 'ClearCache']);
  endpoint.receive('[4,"us-2","NotSupported","",{}]');
  endpoint.receive('[3,"us-3",{"status":"Accepted"}]');
  expect(outcomes.flat().map(({ is }) => is)).toEqual(['result', 'error', 'result']);
});

test('[OCPP-B1] calls may cross: ours does not wait for the answer to theirs', () => {
  const { endpoint, call, requests, said } = bench();
  endpoint.receive('[2,"1","Heartbeat",{}]');
  const outcomes = call({ action: 'Reset' });
  endpoint.receive('[3,"us-1",{}]');
  expect(outcomes).toHaveLength(1);
  requests[0]?.answer({});
  expect(said().map(([type]) => type)).toEqual([2, 3]);
});

test('[OCPP-B1] an answer to nothing, and a second answer, change nothing', () => {
  const { endpoint, call, deviations } = bench();
  endpoint.receive('[3,"us-1",{}]');
  const outcomes = call({ action: 'Reset' });
  endpoint.receive('[3,"us-9",{}]');
  expect(outcomes).toEqual([]);
  endpoint.receive('[3,"us-1",{}]');
  endpoint.receive('[3,"us-1",{}]');
  expect(outcomes).toHaveLength(1);
  expect(deviations).toHaveLength(3);
});

test('[OCPP-B2] stop, unlock and reset go before polls, whoever came first', () => {
  const { endpoint, call, said } = bench();
  const names = ['GetLog', 'GetConfiguration', 'ClearCache', 'UnlockConnector', 'Reset'];
  call({ action: 'TriggerMessage' });
  for (const action of names) call({ action });
  for (let id = 1; id <= 6; id += 1) endpoint.receive(`[3,"us-${id}",{}]`);
  expect(actionsOf(said())).toEqual([
    'TriggerMessage',
    'UnlockConnector',
    'Reset',
    'ClearCache',
    'GetLog',
    'GetConfiguration',
  ]);
});

test('[OCPP-B2] a station that is deaf: a stop fails within 20 seconds, polls before it or not', () => {
  const { call, advance, said } = bench();
  for (const action of ['GetConfiguration', 'GetDiagnostics', 'GetConfiguration']) call({ action });
  advance(SECOND);
  const outcomes = call({ action: 'RemoteStopTransaction' });
  advance(4 * SECOND);
  // The poll gives way after five seconds; the stop goes next, though two polls came first.
  expect(actionsOf(said())).toEqual(['GetConfiguration', 'RemoteStopTransaction']);
  advance(16 * SECOND - 1);
  expect(outcomes).toEqual([]);
  advance(1);
  expect(outcomes).toEqual([{ is: 'timeout', id: 'us-2' }]);
});

test.each([
  ['RemoteStartTransaction', 20],
  ['RequestStopTransaction', 20],
  ['ChangeConfiguration', 30],
  ['GetVariables', 30],
  ['GetBaseReport', 60],
  ['BootNotification', 30],
])('[OCPP-B2] %s times out after %i seconds', (action, seconds) => {
  const { call, advance } = bench();
  const outcomes = call({ action });
  advance(seconds * SECOND - 1);
  expect(outcomes).toEqual([]);
  advance(1);
  expect(outcomes).toEqual([{ is: 'timeout', id: 'us-1' }]);
});

test('[OCPP-B2] a call may bring its own time-out and priority', () => {
  const { call, advance, said } = bench();
  const outcomes = call({ action: 'GetConfiguration', timeoutMs: 1_500 });
  call({ action: 'ClearCache' });
  call({ action: 'GetLog', priority: 'urgent' });
  advance(1_500);
  expect(outcomes).toMatchObject([{ is: 'timeout' }]);
  expect(actionsOf(said())[1]).toBe('GetLog');
});

test('[OCPP-B2] what waited too long is not sent any more', () => {
  const { call, advance, said, endpoint } = bench();
  call({ action: 'GetLog' });
  const outcomes = call({ action: 'ClearCache', waitMs: 10 * SECOND });
  advance(10 * SECOND);
  expect(outcomes).toEqual([{ is: 'stale' }]);
  endpoint.receive('[3,"us-1",{}]');
  expect(actionsOf(said())).toEqual(['GetLog']);
});

test('[OCPP-B2] three time-outs in a row: the owner is told, once; an answer between resets', () => {
  const { call, advance, broken, endpoint } = bench();
  const timeOut = (): void => {
    call({ action: 'ClearCache' });
    advance(30 * SECOND);
  };
  timeOut();
  timeOut();
  call({ action: 'ClearCache' });
  endpoint.receive('[4,"us-3","NotSupported","",{}]');
  timeOut();
  timeOut();
  expect(broken).toEqual([]);
  timeOut();
  timeOut();
  expect(broken).toEqual(['deaf']);
  expect(endpoint.counts().timeouts).toBe(6);
});

test('[OCPP-B2] the queue has a bound, and a stop finds room where a poll has taken it', () => {
  const { call, said, endpoint } = bench({ limits: { outboundMax: 2 } });
  call({ action: 'TriggerMessage' });
  const first = call({ action: 'GetConfiguration' });
  const second = call({ action: 'GetConfiguration' });
  expect(call({ action: 'ClearCache' })).toEqual([{ is: 'full' }]);
  call({ action: 'RemoteStopTransaction' });
  expect([first, second]).toEqual([[], [{ is: 'full' }]]);
  endpoint.receive('[3,"us-1",{}]');
  expect(actionsOf(said())).toEqual(['TriggerMessage', 'RemoteStopTransaction']);
});

test('[OCPP-B2] when the socket goes, nothing waits: sent or not is told apart', () => {
  const { call, endpoint, timers, advance } = bench();
  const out = call({ action: 'Reset' });
  const waiting = call({ action: 'ClearCache' });
  endpoint.closed();
  endpoint.closed();
  expect(out).toEqual([{ is: 'lost', sent: true }]);
  expect(waiting).toEqual([{ is: 'lost', sent: false }]);
  expect(call({ action: 'Reset' })).toEqual([{ is: 'lost', sent: false }]);
  expect(timers()).toBe(0);
  advance(3_600 * SECOND);
  expect([out, waiting]).toMatchObject([[{}], [{}]]);
});

test('[OCPP-B2] a socket that takes nothing: the call is lost, the owner is told', () => {
  const { call, state, broken } = bench();
  state.takes = false;
  expect(call({ action: 'Reset' })).toEqual([{ is: 'lost', sent: false }]);
  expect(broken).toEqual(['stuck']);
});

test('[OCPP-B3] an answer after 90 seconds is matched and told as late', () => {
  const { call, advance, endpoint, late, deviations } = bench();
  const outcomes = call({ action: 'RemoteStartTransaction', tag: 'order 7' });
  advance(90 * SECOND);
  endpoint.receive('[3,"us-1",{"status":"Accepted"}]');
  expect(outcomes).toMatchObject([{ is: 'timeout' }]);
  expect(late).toMatchObject([
    {
      call: { tag: 'order 7' },
      outcome: { is: 'result', payload: { status: 'Accepted' } },
      lateMs: 70 * SECOND,
    },
  ]);
  expect(deviations).toEqual([]);
});

test('[OCPP-B3] a late error is matched too; a second answer and one after ten minutes are not', () => {
  const { call, advance, endpoint, late, deviations } = bench();
  call({ action: 'Reset' });
  advance(21 * SECOND);
  endpoint.receive('[4,"us-1","InternalError","",{}]');
  endpoint.receive('[3,"us-1",{}]');
  call({ action: 'Reset' });
  advance(20 * SECOND + 600 * SECOND + 1);
  endpoint.receive('[3,"us-2",{}]');
  expect(late).toMatchObject([{ outcome: { is: 'error', code: 'InternalError' } }]);
  expect(deviations).toHaveLength(2);
});

test('[OCPP-B3] a late answer does not end the call that is out now', () => {
  const { call, advance, endpoint, late } = bench();
  call({ action: 'Reset' });
  advance(20 * SECOND);
  const outcomes = call({ action: 'UnlockConnector' });
  endpoint.receive('[3,"us-1",{}]');
  expect([late.length, outcomes.length]).toEqual([1, 0]);
  endpoint.receive('[3,"us-2",{}]');
  expect(outcomes).toMatchObject([{ is: 'result' }]);
});
