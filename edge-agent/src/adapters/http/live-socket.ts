import type { WebSocket } from '@fastify/websocket';
import type { LiveMessage, LiveOpen } from '@holdfast/shared/api/live';
import { LIVE_DELTA_MS, type LiveFeed } from '@holdfast/shared/api/live-feed';
import Type from 'typebox';
import { Value } from 'typebox/value';
import type { Clock, Timers } from '../../ports/clock.ts';

const HEARTBEAT_MS = 5_000;
/** A client that has not said what it wants by then is sent away. */
const OPEN_WAIT_MS = 10_000;
/** What may wait unread for one client; a slower one is dropped, and resumes when it comes back. */
const UNREAD_BYTES = 1_048_576;

const Open = Type.Object({
  type: Type.Literal('open'),
  token: Type.Optional(Type.String({ maxLength: 512 })),
  resume: Type.Optional(
    Type.Object({ stream: Type.String({ maxLength: 64 }), after: Type.Integer({ minimum: 0 }) }),
  ),
});

function openOf(data: unknown): LiveOpen | undefined {
  try {
    const json: unknown = JSON.parse(String(data));
    return Value.Check(Open, json) ? json : undefined;
  } catch {
    return undefined;
  }
}

export interface LiveSocketOptions {
  readonly feed: LiveFeed;
  /** Called before each flush. */
  readonly collect: () => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly mostClients: number;
  readonly isToken: (token: string | undefined, address: string) => boolean;
}

/** The feed's way to the pages: numbered changes at most ten times a second. */
export interface LiveSockets {
  readonly take: (socket: WebSocket, address: string) => void;
  readonly clients: () => number;
  readonly close: () => void;
}

type Bye = Extract<LiveMessage, { type: 'bye' }>['code'];

export function liveSockets(options: LiveSocketOptions): LiveSockets {
  const { feed, collect, clock, timers, mostClients, isToken } = options;
  const clients = new Set<WebSocket>();
  let connected = 0;
  let stopped = false;

  const tell = (socket: WebSocket, message: LiveMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const dismiss = (socket: WebSocket, code: Bye): void => {
    clients.delete(socket);
    tell(socket, { type: 'bye', code });
    socket.close(code === 'unauthorised' ? 4401 : 1013);
  };
  const broadcast = (messages: readonly LiveMessage[]): void => {
    for (const message of messages) {
      const text = JSON.stringify(message);
      for (const socket of clients) {
        if (socket.bufferedAmount > UNREAD_BYTES) dismiss(socket, 'slow');
        else socket.send(text);
      }
    }
  };
  const every = (ms: number, task: () => void): void => {
    timers.after(ms, () => {
      if (stopped) return;
      task();
      every(ms, task);
    });
  };
  const flush = (): void => {
    collect();
    broadcast(feed.flush());
  };
  every(LIVE_DELTA_MS, flush);
  every(HEARTBEAT_MS, () =>
    broadcast([{ type: 'heartbeat', after: feed.after(), serverMs: clock.nowMs() }]),
  );

  const begin = (socket: WebSocket, open: LiveOpen): void => {
    // Those who are here get what waits under its numbers; the newcomer begins after them.
    flush();
    tell(socket, { type: 'hello', version: 1, stream: feed.stream, heartbeatMs: HEARTBEAT_MS });
    for (const message of feed.open(open.resume)) tell(socket, message);
    clients.add(socket);
  };

  return {
    take(socket, address) {
      connected += 1;
      socket.on('error', () => socket.terminate());
      const cancel = timers.after(OPEN_WAIT_MS, () => dismiss(socket, 'unauthorised'));
      socket.on('close', () => {
        connected -= 1;
        cancel();
        clients.delete(socket);
      });
      if (connected > mostClients) {
        dismiss(socket, 'slow');
        return;
      }
      socket.once('message', (data: unknown) => {
        cancel();
        const open = openOf(data);
        if (open === undefined || !isToken(open.token, address)) dismiss(socket, 'unauthorised');
        else begin(socket, open);
      });
    },
    clients: () => clients.size,
    close() {
      stopped = true;
      for (const socket of clients) dismiss(socket, 'closing');
    },
  };
}
