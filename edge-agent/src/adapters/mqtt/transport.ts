import { TOPICS } from '@holdfast/shared/sync/messages';
import { connect, type ErrorWithReasonCode, type IClientOptions, type MqttClient } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type { CloseCause, Line, LineEvents, LineLogin, Transport } from '../../ports/transport.ts';

export interface MqttOptions {
  /** `mqtt://host:1883`, `mqtts://…`, `ws://…` or `wss://…`. */
  readonly url: string;
  /** Brokers of vendors that have one of their own. */
  readonly urls?: Readonly<Record<string, string>>;
  readonly secret: string;
  /** Certificates and the like, as Node's TLS takes them. */
  readonly tls?: Pick<IClientOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;
  /** Until CONNACK and SUBACK have come. */
  readonly connectTimeoutMs?: number;
}

// The codec would keep 65,536 buffers, one for each number of two bytes: 7 MB for a few messages a second.
writeToStream.cacheNumbers = false;

const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_SECONDS = 30;
/** What is still on its way when we leave gets so long. */
const LEAVE_MS = 1_000;
/** CONNACK codes of MQTT 3.1.1 §3.2.2.3 that time does not heal: identifier, password, rights. */
const LOGIN_REFUSED: readonly number[] = [2, 4, 5];

const clientOptions = (login: LineLogin, options: MqttOptions): IClientOptions => {
  const name = `${login.vendor}:${login.siteId}`;
  return {
    ...options.tls,
    protocolVersion: 4,
    clean: true,
    clientId: name,
    username: name,
    password: options.secret,
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
    // One client is one connection: nothing is queued for a later one, nothing connects by itself.
    reconnectPeriod: 0,
    queueQoSZero: false,
    resubscribe: false,
    will: {
      topic: TOPICS.presence(login.siteId),
      payload: Buffer.from(login.will),
      qos: 1,
      retain: false,
    },
  };
};

const causeOf = (error: Error | ErrorWithReasonCode | undefined): CloseCause =>
  error !== undefined && 'code' in error && LOGIN_REFUSED.includes(Number(error.code))
    ? 'login-refused'
    : 'network';

/** MQTT 3.1.1 with clean sessions; the outbox is the queue, not the client. */
export function mqttTransport(options: MqttOptions): Transport {
  return {
    connect: (login, events) => {
      const url = options.urls?.[login.vendor] ?? options.url;
      try {
        return lineOf(connect(url, clientOptions(login, options)), login, events, options);
      } catch (error) {
        // A broken address; told like any other connection that did not come about.
        queueMicrotask(() => events.onClosed('network', String(error)));
        return { publish: () => Promise.resolve(), close: () => {} };
      }
    },
  };
}

function lineOf(
  client: MqttClient,
  { siteId }: LineLogin,
  events: LineEvents,
  { connectTimeoutMs = CONNECT_TIMEOUT_MS }: MqttOptions,
): Line {
  const answers = TOPICS.answer(siteId);
  const commands = TOPICS.command(siteId);
  /** Publishes that wait for the broker; the client forgets theirs when the connection ends. */
  const waiting = new Set<() => void>();
  let isOver = false;
  let lastError: Error | undefined;

  const over = (): boolean => {
    if (isOver) return false;
    isOver = true;
    clearTimeout(opening);
    for (const settle of waiting) settle();
    waiting.clear();
    return true;
  };
  const ended = (error: Error | undefined): void => {
    if (!over()) return;
    client.end(true);
    events.onClosed(causeOf(error), error?.message ?? 'the connection was closed');
  };
  const opening = setTimeout(
    () => ended(new RangeError('the broker did not answer in time')),
    connectTimeoutMs,
  );

  client.on('connect', () => {
    client.subscribe({ [answers]: { qos: 0 }, [commands]: { qos: 1 } }, (error) => {
      if (error !== null) {
        ended(Object.assign(new RangeError(`not subscribed: ${error.message}`), { code: 5 }));
        return;
      }
      if (isOver) return;
      clearTimeout(opening);
      events.onOpen();
    });
  });
  client.on('message', (topic, payload) => {
    if (isOver) return;
    if (topic === answers) events.onMessage('answer', payload);
    if (topic === commands) events.onMessage('command', payload);
  });
  client.on('error', (error) => {
    lastError = error;
    // A refused CONNACK leaves the socket open: close it ourselves.
    if (causeOf(error) === 'login-refused') ended(error);
  });
  client.on('close', () => ended(lastError));

  return {
    publish: (topic, payload, qos) =>
      new Promise((resolve) => {
        if (isOver || !client.connected) {
          resolve();
          return;
        }
        const settle = (): void => {
          waiting.delete(settle);
          resolve();
        };
        waiting.add(settle);
        client.publish(
          topic,
          Buffer.from(payload.buffer, payload.byteOffset, payload.length),
          { qos },
          settle,
        );
      }),
    close: () => {
      if (!over()) return;
      client.end(false);
      setTimeout(() => client.stream.destroy(), LEAVE_MS).unref();
    },
  };
}
