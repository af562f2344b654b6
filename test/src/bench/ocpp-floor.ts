import { RPCServer } from 'ocpp-rpc';
import { WebSocketServer } from 'ws';

/*
 * What the agent is measured beside, as a process of its own. `bare`: `ws`, `JSON.parse` and an answer.
 * `strict`: ocpp-rpc in strict mode, which checks every message and stores nothing.
 */

const FRAME_BYTES = 262_144;
let transactions = 1_000;

function answerOf(action: unknown): object {
  if (action === 'Heartbeat') return { currentTime: new Date().toISOString() };
  if (action !== 'StartTransaction') return {};
  transactions += 1;
  return { transactionId: transactions, idTagInfo: { status: 'Accepted' } };
}

function bare(): Promise<number> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    backlog: 4_096,
    maxPayload: FRAME_BYTES,
    perMessageDeflate: false,
  });
  server.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const [, id, action]: readonly unknown[] = JSON.parse(String(data));
      socket.send(JSON.stringify([3, id, answerOf(action)]));
    });
  });
  return new Promise((resolve) => {
    server.on('listening', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function strict(): Promise<number> {
  const server = new RPCServer({
    protocols: ['ocpp1.6'],
    strictMode: true,
    wssOptions: { maxPayload: FRAME_BYTES },
  });
  server.auth((accept) => accept());
  server.on('client', (client) => {
    for (const action of ['Heartbeat', 'MeterValues', 'StartTransaction', 'StopTransaction']) {
      client.handle(action, () => answerOf(action));
    }
  });
  const http = await server.listen(0, '127.0.0.1', { backlog: 4_096 });
  const address = http.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const port = await (process.argv[2] === 'strict' ? strict() : bare());
process.on('disconnect', () => process.exit());
process.send?.({ port });
