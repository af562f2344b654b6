import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WsSocket } from '@holdfast/edge-agent/adapters/ws/socket';
import { rpcEndpoint } from '@holdfast/protocols/ocpp/rpc/endpoint';
import type { RpcLimits } from '@holdfast/protocols/ocpp/rpc/limits';
import type { RpcEndpoint, RpcRequest } from '@holdfast/protocols/ocpp/rpc/port';
import { type OcppVersion, subprotocolOf } from '@holdfast/protocols/ocpp/version';
import { type WebSocket, WebSocketServer } from 'ws';

const UNSENT_BYTES = 1_000_000;

/** Our endpoint behind nothing but `ws`: no front, no driver. */
export interface BareServer {
  readonly url: string;
  readonly endpoints: RpcEndpoint[];
  readonly deviations: string[];
  readonly close: () => void;
}

/** Serves one version; `onCall` gets what the stations ask. */
export async function bareServer(
  version: OcppVersion,
  onCall: (request: RpcRequest) => void,
  limits: Partial<RpcLimits> = {},
): Promise<BareServer> {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: () => subprotocolOf(version),
  });
  await once(server, 'listening');
  const endpoints: RpcEndpoint[] = [];
  const deviations: string[] = [];
  const serve = (webSocket: WebSocket): void => {
    const port = new WsSocket(webSocket, {
      clock: { monoMs: () => performance.now() },
      timers: {
        after(ms, task) {
          const timer = setTimeout(task, ms);
          return () => clearTimeout(timer);
        },
      },
      unsentBytes: UNSENT_BYTES,
    });
    const endpoint = rpcEndpoint({
      version,
      port,
      idPrefix: `c${endpoints.length}-`,
      limits,
      owner: {
        onCall,
        onDeviation: (kind, detail) => void deviations.push(`${kind}: ${detail}`),
      },
    });
    port.listen({
      received: (text) => endpoint.receive(text),
      ponged() {},
      lost: () => endpoint.closed(),
    });
    endpoints.push(endpoint);
  };
  server.on('connection', serve);
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    endpoints,
    deviations,
    close() {
      for (const client of server.clients) client.terminate();
      server.close();
    },
  };
}
