import { createServer, type Server, type Socket } from 'node:net';
import { FaultError } from '@holdfast/shared/errors/fault';
import { LIMITS, TOPICS } from '@holdfast/shared/sync/messages';
import { Aedes, type AedesPublishPacket, type Client } from 'aedes';
import type { Broker } from '../../ports/broker.ts';
import type { Log } from '../../ports/log.ts';
import type { SiteAuth } from '../../ports/site-auth.ts';
import { clientIdOf, identityOf, prefixed, type SiteIdentity } from '../site-topics.ts';
import { SITE_PATTERNS, uplinkOf } from '../uplink-topic.ts';
import { accessRules } from './access.ts';
import { guardPackets, type PacketLimits } from './packet-guard.ts';

export interface AedesLimits extends PacketLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** New connections a second from one address, over time; ten times as many at once. */
  readonly newPerSecondPerAddress: number;
  /** A client that reads nothing for so long is dropped. */
  readonly drainTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

export const AEDES_LIMITS: AedesLimits = {
  packetBytes: LIMITS.inflatedBytes + 1_024,
  connectBytes: 16 * 1_024,
  packetsPerSecond: 500,
  connections: 20_000,
  connectionsPerAddress: 5_000,
  newPerSecondPerAddress: 500,
  drainTimeoutMs: 5_000,
  connectTimeoutMs: 10_000,
};

/** Messages on their way through the broker; below this one slow client stalls all (concurrency). */
const IN_FLIGHT = 10_000;

export interface AedesBrokerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly auth: SiteAuth;
  readonly log: Log;
  readonly limits?: Partial<AedesLimits>;
}

export interface AedesBroker extends Broker {
  /** The port it listens on: the asked one, or a free one for 0. */
  readonly port: number;
  readonly connections: () => number;
}

/**
 * An MQTT 3.1.1 broker inside the hub, for one machine. Vendors are topic prefixes that sites never
 * see; the hub takes messages from it without a socket in between. It keeps nothing: what it loses,
 * the edges send again. Rejects with `address-taken` when it cannot listen.
 */
export async function startAedesBroker(options: AedesBrokerOptions): Promise<AedesBroker> {
  const limits = { ...AEDES_LIMITS, ...options.limits };
  const { log } = options;
  const aedes = await Aedes.createBroker({
    concurrency: IN_FLIGHT,
    drainTimeout: limits.drainTimeoutMs,
    connectTimeout: limits.connectTimeoutMs,
    maxTopicLevels: 5,
    queueLimit: 16,
    maxInflightInbound: 16,
    ...accessRules(options.auth, log),
  });
  aedes.on('clientError', (client, error) => {
    log.warn({ client: client.id, error: error.message }, 'broker-client-error');
  });
  aedes.on('connectionError', (_client, error) => {
    log.warn({ error: error.message }, 'broker-connection-error');
  });
  const gate = connectionGate(limits);
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    if (!gate.admit(socket)) {
      socket.destroy();
      return;
    }
    const guarded = guardPackets(socket, limits, (why) => {
      log.warn({ address: socket.remoteAddress, why }, 'broker-connection-cut');
    });
    Object.defineProperty(guarded, 'remoteAddress', { value: socket.remoteAddress });
    aedes.handle(guarded);
  });
  const port = await listening(server, options.host ?? '127.0.0.1', options.port ?? 1883);
  return { ...portOf(aedes), port, connections: gate.open, close: () => closed(aedes, server) };
}

function portOf(aedes: Aedes): Omit<Broker, 'close'> {
  return {
    onUplink: (handler) => {
      const take = (packet: AedesPublishPacket, done: () => void): void => {
        const slash = packet.topic.indexOf('/');
        const topic = packet.topic.slice(slash + 1);
        const payload = Buffer.from(packet.payload);
        const message = uplinkOf(packet.topic.slice(0, slash), topic, payload);
        if (message !== undefined) void handler(message);
        done();
      };
      for (const pattern of SITE_PATTERNS) {
        aedes.subscribe(prefixed('+', pattern), take, () => {});
      }
    },
    onPresence: (handler) => {
      const tell = (client: Client, connected: boolean): void => {
        const site = identityOf(client.id);
        if (site !== undefined) handler({ ...site, connected });
      };
      // Told before the CONNACK goes out, so before the site can say anything.
      aedes.on('client', (client) => tell(client, true));
      aedes.on('clientDisconnect', (client) => tell(client, false));
    },
    publish: ({ vendor, siteId, topic }, payload) => {
      const path = topic === 'answer' ? TOPICS.answer(siteId) : TOPICS.command(siteId);
      const packet = {
        cmd: 'publish',
        topic: prefixed(vendor, path),
        payload: Buffer.from(payload),
        qos: topic === 'answer' ? 0 : 1,
        retain: false,
        dup: false,
      } as const;
      return new Promise((resolve, reject) => {
        aedes.publish(packet, (error) => {
          if (error === undefined || error === null) resolve();
          else reject(new FaultError('broker-unreachable', error.message, error));
        });
      });
    },
    disconnect: (site) => clientOf(aedes, site)?.close(),
  };
}

/** The broker keeps its clients by id, but its types do not say so. */
function clientOf(aedes: Aedes, site: SiteIdentity): Client | undefined {
  const { clients } = aedes as Aedes & { readonly clients: Readonly<Record<string, Client>> };
  return clients[clientIdOf(site)];
}

/** Counts open sockets, all and by address, and how quickly an address opens new ones. */
function connectionGate(limits: AedesLimits) {
  const byAddress = new Map<string, { open: number; tokens: number; atMs: number }>();
  let open = 0;
  const burst = limits.newPerSecondPerAddress * 10;

  const stateOf = (address: string) => {
    const now = performance.now();
    const known = byAddress.get(address) ?? { open: 0, tokens: burst, atMs: now };
    const earned = ((now - known.atMs) / 1_000) * limits.newPerSecondPerAddress;
    known.tokens = Math.min(burst, known.tokens + earned);
    known.atMs = now;
    byAddress.set(address, known);
    return known;
  };
  const leave = (address: string): void => {
    open -= 1;
    const state = stateOf(address);
    state.open -= 1;
    if (state.open <= 0 && state.tokens >= burst) byAddress.delete(address);
  };
  return {
    open: () => open,
    admit: (socket: Socket): boolean => {
      const address = socket.remoteAddress ?? '';
      const state = stateOf(address);
      const full = open >= limits.connections || state.open >= limits.connectionsPerAddress;
      if (full || state.tokens < 1) return false;
      state.tokens -= 1;
      state.open += 1;
      open += 1;
      socket.once('close', () => leave(address));
      return true;
    },
  };
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(new FaultError('address-taken', `${host}:${port}`, error));
    });
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

async function closed(aedes: Aedes, server: Server): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  await stopped;
}
