import Type from 'typebox';
import { Value } from 'typebox/value';
import type { LiveMessage, LiveOpen } from './live.ts';
import { LIVE_DELTA_MS, type LiveFeed } from './live-feed.ts';

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

/** A LiveSocket of the server, as far as the feed needs it; that of `ws` fits. */
export interface LiveSocket {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  readonly send: (text: string) => void;
  readonly close: (code: number) => void;
  readonly terminate: () => void;
  readonly on: (event: 'close' | 'error', listener: () => void) => unknown;
  readonly once: (event: 'message', listener: (data: unknown) => void) => unknown;
}

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
  readonly nowMs: () => number;
  /** Runs `task` once after `ms`; returns what cancels it. */
  readonly after: (ms: number, task: () => void) => () => void;
  readonly mostClients: number;
  readonly isToken: (token: string | undefined, address: string) => boolean;
}

/** The feed's way to the pages: numbered changes at most ten times a second. */
export interface LiveSockets {
  readonly take: (socket: LiveSocket, address: string) => void;
  readonly clients: () => number;
  readonly close: () => void;
}

type Bye = Extract<LiveMessage, { type: 'bye' }>['code'];

export function liveSockets(options: LiveSocketOptions): LiveSockets {
  const { feed, collect, nowMs, after, mostClients, isToken } = options;
  const clients = new Set<LiveSocket>();
  let connected = 0;
  let stopped = false;

  const tell = (socket: LiveSocket, message: LiveMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const dismiss = (socket: LiveSocket, code: Bye): void => {
    clients.delete(socket);
    tell(socket, { type: 'bye', code });
    socket.close(code === 'unauthorised' ? 4401 : 1013);
  };
  const broadcast = (messages: readonly LiveMessage[]): void => {
    if (clients.size === 0) return;
    for (const message of messages) {
      const text = JSON.stringify(message);
      for (const socket of clients) {
        if (socket.bufferedAmount > UNREAD_BYTES) dismiss(socket, 'slow');
        else socket.send(text);
      }
    }
  };
  const every = (ms: number, task: () => void): void => {
    after(ms, () => {
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
    broadcast([{ type: 'heartbeat', after: feed.after(), serverMs: nowMs() }]),
  );

  const begin = (socket: LiveSocket, open: LiveOpen): void => {
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
      const cancel = after(OPEN_WAIT_MS, () => dismiss(socket, 'unauthorised'));
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
