import { randomUUID } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import { TOPICS } from '@holdfast/shared/sync/messages';
import mqtt, { type MqttClient } from 'mqtt';
import type { Broker, UplinkMessage } from '../../ports/broker.ts';
import type { Log } from '../../ports/log.ts';
import { SITE_PATTERNS, uplinkOf } from '../uplink-topic.ts';

/*
 * A broker in a process of its own: mosquitto, or any other that speaks MQTT 3.1.1. A vendor is a
 * virtual host, and the hub has one connection to each, so the vendor of a message is known by the
 * connection that it came by. What the host is depends on the broker:
 *  - mosquitto: one process a vendor. Its mount points would make several hosts of one process, but
 *    2.0.11 (Debian 12) does not take them off again from what it delivers. Its access lists cannot
 *    take `<vendor>:<site>` apart, so they name every site; mosquitto-files.ts writes them.
 *  - RabbitMQ: a virtual host, chosen by the user name `<vendor>:<user>`.
 */

/** The hub's connection to the virtual host of one vendor. */
export interface VendorConnection {
  readonly vendor: string;
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
}

export interface MqttBrokerOptions {
  readonly connections: readonly VendorConnection[];
  readonly log: Log;
  /** Fixed time between two tries; the broker has one hub, so there is no herd to spread. */
  readonly reconnectMs?: number;
}

export interface MqttBroker extends Broker {
  /** Resolves when every vendor's connection is up and subscribed. */
  readonly ready: () => Promise<void>;
}

type OnUplink = Parameters<Broker['onUplink']>[0];
type OnPresence = Parameters<Broker['onPresence']>[0];

const RECONNECT_MS = 500;

/** Connects to a broker outside this process and goes on trying for as long as it is away. */
export function openMqttBroker(options: MqttBrokerOptions): MqttBroker {
  const uplinks: OnUplink[] = [];
  const presences: OnPresence[] = [];
  const lines = options.connections.map((connection) => {
    const seen = new Set<string>();
    const subscribed = Promise.withResolvers<void>();
    const onMessage = (message: UplinkMessage): void => {
      seen.add(message.siteId);
      for (const handler of uplinks) void handler(message);
    };
    const client = connected(connection, options, onMessage, subscribed.resolve);
    // Who was there through this broker is there no longer; each says HELLO again.
    client.on('close', () => {
      for (const siteId of seen) {
        for (const tell of presences) {
          tell({ vendor: connection.vendor, siteId, connected: false });
        }
      }
      seen.clear();
    });
    return { vendor: connection.vendor, client, subscribed: subscribed.promise };
  });
  const clientOf = (vendor: string): MqttClient | undefined =>
    lines.find((line) => line.vendor === vendor)?.client;

  return {
    onUplink: (handler) => uplinks.push(handler),
    onPresence: (handler) => presences.push(handler),
    publish: async ({ vendor, siteId, topic }, payload) => {
      const client = clientOf(vendor);
      if (client?.connected !== true) {
        throw new FaultError('broker-unreachable', `no connection to the broker of ${vendor}`);
      }
      const path = topic === 'answer' ? TOPICS.answer(siteId) : TOPICS.command(siteId);
      await client.publishAsync(path, Buffer.from(payload), { qos: topic === 'answer' ? 0 : 1 });
    },
    disconnect: ({ vendor, siteId }, why) => {
      options.log.warn({ vendor, siteId, why }, 'broker-cannot-cut-site');
    },
    ready: async () => {
      await Promise.all(lines.map(({ subscribed }) => subscribed));
    },
    close: async () => {
      await Promise.all(lines.map(({ client }) => client.endAsync(true)));
    },
  };
}

function connected(
  { vendor, url, user, password }: VendorConnection,
  { log, reconnectMs = RECONNECT_MS }: MqttBrokerOptions,
  onMessage: (message: UplinkMessage) => void,
  onSubscribed: () => void,
): MqttClient {
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    clean: true,
    clientId: `hub-${vendor}-${randomUUID()}`,
    reconnectPeriod: reconnectMs,
    // The library gives up after a refused CONNACK otherwise; a broker that starts may refuse at first.
    reconnectOnConnackError: true,
    queueQoSZero: false,
    resubscribe: false,
    keepalive: 30,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
  });
  client.on('connect', () => {
    client.subscribe([...SITE_PATTERNS], { qos: 1 }, (error) => {
      if (error === null) onSubscribed();
      else log.error({ vendor, error: error.message }, 'broker-subscribe-failed');
    });
    log.info({ vendor, url }, 'broker-connected');
  });
  client.on('error', (error) => log.warn({ vendor, error: error.message }, 'broker-error'));
  client.on('message', (topic, payload) => {
    const message = uplinkOf(vendor, topic, payload);
    if (message !== undefined) onMessage(message);
  });
  return client;
}
