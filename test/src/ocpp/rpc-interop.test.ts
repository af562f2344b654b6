import { readRequest } from '@holdfast/protocols/ocpp/reading';
import type { CallOutcome, RpcRequest } from '@holdfast/protocols/ocpp/rpc/port';
import { type OcppVersion, subprotocolOf } from '@holdfast/protocols/ocpp/version';
import { RPCClient } from 'ocpp-rpc';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type BareServer, bareServer } from './testing/bare-server.ts';

type Client = InstanceType<typeof RPCClient>;

const open: { server: BareServer; client: Client }[] = [];

afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    await client.close({ force: true });
    server.close();
  }
});

const now = '2026-03-04T12:00:00.000Z';

/** Answers as a central system does, and refuses what the schema refuses. */
const answerStrictly =
  (version: OcppVersion) =>
  (request: RpcRequest): void => {
    const { action, payload } = request;
    const read = readRequest(version, action, payload, 'strict');
    if (!read.ok) request.fail(read.code, read.description);
    else if (action === 'BootNotification') {
      request.answer({ status: 'Accepted', currentTime: now, interval: 300 });
    } else if (action === 'StartTransaction') {
      request.answer({ transactionId: payload['meterStart'], idTagInfo: { status: 'Accepted' } });
    } else request.answer(action === 'Heartbeat' ? { currentTime: now } : {});
  };

/** A client by other hands, connected to our endpoint; `strictMode` makes it check us too. */
async function pair(version: OcppVersion, strictMode: boolean, onCall = answerStrictly(version)) {
  const server = await bareServer(version, onCall);
  const options = {
    endpoint: server.url,
    identity: 'CP001',
    protocols: [subprotocolOf(version)],
    strictMode,
    reconnect: false,
    callConcurrency: 100,
  };
  const client = new RPCClient(options as ConstructorParameters<typeof RPCClient>[0]);
  open.push({ server, client });
  // In strict mode it says so when what we send does not fit its schemas.
  const refused: unknown[] = [];
  client.on('strictValidationFailure', (fault: unknown) => void refused.push(fault));
  await client.connect();
  await vi.waitFor(() => expect(server.endpoints).toHaveLength(1), { timeout: 10_000 });
  const ask = (action: string, payload: object): Promise<CallOutcome> =>
    new Promise((done) => {
      server.endpoints[0]?.call({ action, payload, tag: '' }, done);
    });
  return { server, client, refused, ask };
}

const boot16 = { chargePointVendor: 'v', chargePointModel: 'm' };
const boot2 = { reason: 'PowerUp', chargingStation: { vendorName: 'v', model: 'm' } };

describe('an independent client', () => {
  test.each([
    ['1.6', true, boot16],
    ['2.0.1', true, boot2],
    // Its strict mode refuses every call of 2.1: its own schemas are not found there.
    ['2.1', false, boot2],
  ] as const)('boots on %s and gets its answers', async (version, strict, boot) => {
    const { client, refused } = await pair(version, strict);
    const answer = await client.call('BootNotification', boot);
    expect(answer).toEqual({ status: 'Accepted', currentTime: now, interval: 300 });
    expect(await client.call('Heartbeat', {})).toEqual({ currentTime: now });
    expect(refused).toEqual([]);
  });

  test('is asked by us, one call after another, whatever it answers', async () => {
    const { client, ask, refused } = await pair('1.6', true);
    client.handle('Reset', async () => ({ status: 'Accepted' }));
    const outcomes = await Promise.all([
      ask('Reset', { type: 'Soft' }),
      ask('ClearCache', {}),
      ask('Reset', { type: 'Hard' }),
    ]);
    expect(outcomes).toMatchObject([
      { is: 'result', payload: { status: 'Accepted' } },
      { is: 'error', code: 'NotImplemented' },
      { is: 'result' },
    ]);
    expect(refused).toEqual([]);
  });

  test('[OCPP-B1] pipelines ten calls and gets ten answers, each its own', async () => {
    const waiting: RpcRequest[] = [];
    const { client, server } = await pair('1.6', true, (request) => {
      waiting.push(request);
      setImmediate(() => answerStrictly('1.6')(request));
    });
    const start = (meterStart: number) =>
      client.call('StartTransaction', { connectorId: 1, idTag: 'a', timestamp: now, meterStart });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => start(i)));
    expect(answers).toMatchObject(answers.map((_, i) => ({ transactionId: i })));
    expect(waiting.map(({ payload }) => payload['meterStart'])).toEqual(answers.map((_, i) => i));
    expect(server.deviations.length).toBeGreaterThan(0);
  });

  test('calls cross: both sides ask at the same time', async () => {
    const { client, ask } = await pair('2.0.1', true);
    client.handle('Reset', async () => ({ status: 'Accepted' }));
    const both = await Promise.all([
      ask('Reset', { type: 'Immediate' }),
      client.call('Heartbeat', {}),
    ]);
    expect(both).toMatchObject([{ is: 'result' }, { currentTime: now }]);
  });

  test.each([
    ['1.6', {}, 'OccurenceConstraintViolation'],
    ['1.6', { ...boot16, extra: 1 }, 'FormationViolation'],
    ['1.6', { ...boot16, iccid: 5 }, 'TypeConstraintViolation'],
    ['2.0.1', {}, 'OccurrenceConstraintViolation'],
    ['2.0.1', { ...boot2, extra: 1 }, 'FormatViolation'],
    ['2.0.1', { ...boot2, reason: 'Bored' }, 'PropertyConstraintViolation'],
  ] as const)(
    '[OCPP-B6] sends nonsense on %s: %j is refused as %s',
    async (version, boot, code) => {
      const { client } = await pair(version, false);
      await expect(client.call('BootNotification', boot)).rejects.toMatchObject({
        rpcErrorCode: code,
      });
    },
  );

  test('[OCPP-B8] sends null for nothing and is answered', async () => {
    const { client } = await pair('1.6', false);
    expect(await client.call('Heartbeat', null)).toEqual({ currentTime: now });
  });

  test('[OCPP-A14] survives the frames of its makers: raw ones, empty ones, bad ones', async () => {
    const { client, server } = await pair('1.6', false);
    for (const text of ['', ' ', '[', '[2]', '[9,"1"]', '\uFEFF[2,5,"Heartbeat",{}]\0']) {
      client.sendRaw(text);
    }
    expect(await client.call('Heartbeat', {})).toEqual({ currentTime: now });
    expect(server.endpoints[0]?.counts().framesIn).toBe(5);
  });

  test('goes away while it is asked: the call ends at once', async () => {
    const { client, ask } = await pair('1.6', false);
    client.handle('Reset', () => new Promise(() => {}));
    const outcome = ask('Reset', { type: 'Soft' });
    await client.close({ force: true });
    expect(await outcome).toEqual({ is: 'lost', sent: true });
  });
});
