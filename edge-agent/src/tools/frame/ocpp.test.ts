import { expect, test } from 'vitest';
import { frameCommand } from './command.ts';

async function run(args: readonly string[], input: readonly string[] = []) {
  const out: string[] = [];
  const code = await frameCommand(args, {
    lines: async function* () {
      yield* input;
    },
    print: (text) => void out.push(text),
    complain: () => {},
  });
  return { code, out, read: () => out.map((line): unknown => JSON.parse(line)) };
}

test('a good call is one JSON line', async () => {
  const { code, out } = await run(['ocpp1.6', '[2,"1","Heartbeat",{}]']);
  expect(code).toBe(0);
  expect(out).toEqual(['{"ok":true,"type":"CALL","id":"1","action":"Heartbeat","payload":{}}']);
});

test('what does not fit its schema is told in words, all of it', async () => {
  const { code, read } = await run(['ocpp1.6', '[2,7,"BootNotification",{"iccid":5}]']);
  expect(code).toBe(1);
  expect(read()).toMatchObject([
    {
      ok: false,
      action: 'BootNotification',
      notes: ['message id is a number'],
      faults: [
        "OccurrenceConstraintViolation: /chargePointVendor must have required property 'chargePointVendor'",
        "OccurrenceConstraintViolation: /chargePointModel must have required property 'chargePointModel'",
        'TypeConstraintViolation: /iccid must be string',
      ],
    },
  ]);
});

test('tolerantly it is repaired, as the edge agent does', async () => {
  const frame = '[2,"1","Authorize",{"idTag":5}]';
  const { code, read } = await run(['ocpp1.6', '--dialect', 'tolerant', frame]);
  expect(code).toBe(0);
  expect(read()).toMatchObject([
    { ok: true, payload: { idTag: '5' }, deviations: [{ path: '/idTag', repair: 'read as text' }] },
  ]);
});

test('an answer is checked against the call before it; errors and SEND are shown', async () => {
  const { code, read } = await run(
    ['ocpp2.1'],
    [
      '[2,"1","Reset",{"type":"Immediate"}]',
      '[3,"1",{"status":"Fine"}]',
      '[3,"2",{"any":1}]',
      '[4,"1","NotSupported","no"]',
      '[6,"3","NotifyPeriodicEventStream",{"id":1,"pending":0,"basetime":"2026-01-01T00:00:00Z","data":[{"t":0,"v":"1"}]}]',
      '[9,"1"]',
      'nonsense',
    ],
  );
  expect(code).toBe(1);
  expect(read()).toMatchObject([
    { ok: true, type: 'CALL' },
    { ok: false, type: 'CALLRESULT', action: 'Reset', error: 'PropertyConstraintViolation' },
    { ok: true, type: 'CALLRESULT' },
    {
      ok: true,
      type: 'CALLERROR',
      action: 'Reset',
      code: 'NotSupported',
      notes: expect.anything(),
    },
    { ok: true, type: 'SEND', action: 'NotifyPeriodicEventStream' },
    { ok: false, error: 'unknown-type' },
    { ok: false, error: 'RpcFrameworkError', text: 'nonsense' },
  ]);
});

test('several frames as arguments, and one that the shell has split', async () => {
  const two = await run(['ocpp2.0.1', '[2,"1","Heartbeat",{}]', '[2,"2","Heartbeat",{}]']);
  expect(two.out).toHaveLength(2);
  const split = await run(['ocpp2.0.1', '[2,"1",', '"Heartbeat",', '{}]']);
  expect(split).toMatchObject({ code: 0, out: { length: 1 } });
});

test('actions are listed with their way, and described by their schemas', async () => {
  const { out } = await run(['ocpp2.1', '--list']);
  expect(out[0]).toMatch(/^AFRRSignal +平台→桩/);
  expect(out[0]).toMatch(/DataTransfer +双向/);
  const described = await run(['ocpp1.6', '--type', 'Heartbeat']);
  expect(described.read()).toMatchObject([{ response: { required: ['currentTime'] } }]);
  expect((await run(['ocpp1.6', '--type', 'Nothing'])).code).toBe(2);
});
