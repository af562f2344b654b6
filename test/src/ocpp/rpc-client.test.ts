import { once } from 'node:events';
import { RPCClient } from 'ocpp-rpc';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Agent, CARD, startAgent } from './agent.ts';

/** 20 bytes that are no text, as 1.6 means a key to be. */
const BINARY = Buffer.from('00ff10e2820d0a7f80c3280102030405060708aa', 'hex');
const TEXT = 'a-password-of-ocpp-rpc';

/** Its types want every option there is, and a key in text; its manual wants neither. */
type ClientOptions = Readonly<Record<string, unknown>>;

describe('ocpp-rpc, an independent client', () => {
  let agent: Agent;
  const clients: RPCClient[] = [];

  beforeAll(async () => {
    agent = await startAgent([
      { identity: 'RPC-BIN', password: BINARY.toString('hex') },
      { identity: 'RPC-1', password: TEXT },
      { identity: 'RPC-2', password: TEXT },
    ]);
  }, 90_000);

  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close({ force: true }).catch(() => {});
  });

  afterAll(() => agent?.stop());

  function clientOf(options: ClientOptions): RPCClient {
    const client = new RPCClient({
      endpoint: agent.url,
      identity: 'RPC-1',
      password: TEXT,
      protocols: ['ocpp1.6'],
      strictMode: true,
      reconnect: false,
      ...options,
    } as ConstructorParameters<typeof RPCClient>[0]);
    clients.push(client);
    return client;
  }

  async function booted(options: ClientOptions = {}): Promise<RPCClient> {
    const client = clientOf(options);
    await client.connect();
    const boot = { chargePointVendor: 'Stranger', chargePointModel: 'S1' };
    expect(await client.call('BootNotification', boot)).toMatchObject({ status: 'Accepted' });
    return client;
  }

  test('a binary key opens the door, another does not', async () => {
    const client = await booted({ identity: 'RPC-BIN', password: BINARY });
    expect(client.protocol).toBe('ocpp1.6');
    const wrong = clientOf({ identity: 'RPC-BIN', password: Buffer.alloc(20, 1) });
    await expect(wrong.connect()).rejects.toMatchObject({ code: 401 });
  });

  test('the best version that both have is agreed; without one the connection ends', async () => {
    const both = ['ocpp1.2', 'ocpp1.6', 'ocpp2.0.1'];
    const client = clientOf({ identity: 'RPC-2', protocols: both, strictMode: false });
    await client.connect();
    expect(client.protocol).toBe('ocpp2.0.1');
    const old = clientOf({ identity: 'RPC-1', protocols: ['ocpp1.2'], strictMode: false });
    const ended = once(old, 'disconnect');
    await old.connect().catch(() => {});
    if (old.state !== RPCClient.CLOSED) await ended;
  });

  test('a charge, with its own schemas on everything that is said', async () => {
    const client = await booted();
    const at = (): string => new Date().toISOString();
    expect(await client.call('Heartbeat', {})).toHaveProperty('currentTime');
    const start = {
      connectorId: 1,
      idTag: CARD,
      meterStart: 100,
      timestamp: at(),
    };
    const begun = (await client.call('StartTransaction', start)) as { transactionId: number };
    expect(begun.transactionId).toBeGreaterThan(1_000);
    const stop = { transactionId: begun.transactionId, meterStop: 1_100, timestamp: at() };
    await client.call('StopTransaction', stop);
    await vi.waitFor(
      async () => {
        const orders = await agent.api.allOrders();
        const mine = orders.find(({ charge }) => charge?.no === begun.transactionId);
        expect(mine).toMatchObject({ state: 'settled', energyKwh: '1.0000' });
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  test('ten calls at once are all answered, each with its own answer', async () => {
    const client = await booted({ callConcurrency: 10 });
    const asked = Array.from({ length: 10 }, (_, n) =>
      n % 2 === 0
        ? client.call('Heartbeat', {})
        : client.call('DataTransfer', { vendorId: `vendor-${n}` }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => Object.hasOwn(Object(answer), 'currentTime'))).toHaveLength(
      5,
    );
    expect(answers.filter((answer) => Object.hasOwn(Object(answer), 'status'))).toHaveLength(5);
  });

  test('what nobody knows is refused in the spelling of the version', async () => {
    const client = await booted({ strictMode: false });
    await expect(client.call('MakeCoffee', {})).rejects.toMatchObject({
      rpcErrorCode: 'NotImplemented',
    });
  });

  test('the same message again, id and all, gets the same answer and makes one order', async () => {
    const client = await booted({ strictMode: false });
    const heard: string[] = [];
    client.on(
      'message',
      ({ message, outbound }: { message: Buffer | string; outbound: boolean }) => {
        if (!outbound) heard.push(String(message));
      },
    );
    const begin = {
      connectorId: 2,
      idTag: CARD,
      meterStart: 7_000,
      timestamp: new Date().toISOString(),
    };
    const frame = JSON.stringify([2, 'again-1', 'StartTransaction', begin]);
    for (const answers of [1, 2, 3]) {
      client.sendRaw(frame);
      await vi.waitFor(() => expect(answersIn(heard)).toHaveLength(answers), { timeout: 20_000 });
    }
    expect(new Set(answersIn(heard)).size).toBe(1);
    const orders = await agent.api.allOrders();
    expect(orders.filter(({ charge }) => charge?.key.includes('7.0000'))).toHaveLength(1);
  });
});

const answersIn = (heard: readonly string[]): readonly string[] =>
  heard.filter((text) => text.startsWith('[3,"again-1"'));
