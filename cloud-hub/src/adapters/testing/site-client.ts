import type { Writable } from 'node:stream';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

/** What a test's client has received on its own topics. */
export interface SiteClient {
  readonly mqtt: MqttClient;
  readonly received: { readonly topic: string; readonly text: string }[];
  /** Waits for the `n`-th message (1 is the first). */
  readonly message: (n: number) => Promise<{ readonly topic: string; readonly text: string }>;
  readonly closed: Promise<void>;
  readonly end: () => Promise<void>;
}

export interface Knocking extends IClientOptions {
  readonly user: string;
  readonly secret: string;
}

/** Connects once, without coming back; rejects with the reason of the refusal. */
export async function connectSite(url: string, knocking: Knocking): Promise<SiteClient> {
  const { user, secret, ...more } = knocking;
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    clientId: user,
    username: user,
    password: secret,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    ...more,
  });
  const received: { topic: string; text: string }[] = [];
  const waiting: { readonly n: number; readonly done: () => void }[] = [];
  client.on('message', (topic, payload) => {
    received.push({ topic, text: payload.toString() });
    for (const { n, done } of waiting) if (received.length >= n) done();
  });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
    client.once('close', () => reject(new RangeError('closed before it was connected')));
  });
  client.on('error', () => {});
  return {
    mqtt: client,
    received,
    closed,
    message: async (n) => {
      if (received.length < n) await new Promise<void>((done) => waiting.push({ n, done }));
      const found = received[n - 1];
      if (found === undefined) throw new RangeError(`message ${n} never came`);
      return found;
    },
    end: () => client.endAsync(true),
  };
}

/** Stops reading from the broker while the socket stays open: a frozen client. */
export function freeze(client: MqttClient): void {
  const { stream } = client as MqttClient & { readonly stream: Writable & { pause(): void } };
  stream.pause();
}
