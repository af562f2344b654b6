import type { WebSocket } from '@fastify/websocket';
import type { LiveMessage, LiveOpen } from '@holdfast/shared/api/live';
import { LIVE_DELTA_MS, type LiveFeed } from '@holdfast/shared/api/live-feed';

const HEARTBEAT_MS = 5_000;
const OPEN_TIMEOUT_MS = 10_000;
/** A reader that lets this much pile up is sent away; it comes back and goes on where it was. */
const SLOW_BYTES = 4 * 1024 * 1024;
export const LIVE_CLIENTS_MAX = 500;

/** Sends the changes of a feed to every open page, at most ten times a second. */
export interface LiveSockets {
  readonly join: (socket: WebSocket) => void;
  readonly clients: () => number;
  readonly close: () => void;
}

function openOf(text: string): LiveOpen | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isOpen = typeof value === 'object' && value !== null && 'type' in value;
    return isOpen && value.type === 'open' ? (value as LiveOpen) : undefined;
  } catch {
    return undefined;
  }
}

export function liveSockets(feed: LiveFeed, mayEnter: (open: LiveOpen) => boolean): LiveSockets {
  const clients = new Set<WebSocket>();

  const send = (socket: WebSocket, message: LiveMessage): void => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const bye = (socket: WebSocket, code: 'slow' | 'unauthorised' | 'closing'): void => {
    clients.delete(socket);
    send(socket, { type: 'bye', code });
    socket.close(code === 'unauthorised' ? 4401 : 1001);
  };
  const toAll = (messages: readonly LiveMessage[]): void => {
    const texts = messages.map((message) => JSON.stringify(message));
    for (const socket of clients) {
      if (socket.bufferedAmount > SLOW_BYTES) bye(socket, 'slow');
      else for (const text of texts) socket.send(text);
    }
  };
  const flush = setInterval(() => toAll(feed.flush()), LIVE_DELTA_MS);
  const beat = setInterval(
    () => toAll([{ type: 'heartbeat', after: feed.after(), serverMs: Date.now() }]),
    HEARTBEAT_MS,
  );

  const enter = (socket: WebSocket, open: LiveOpen): void => {
    // What is pending goes to those who are in, so that the newcomer's numbers begin after it.
    toAll(feed.flush());
    send(socket, { type: 'hello', version: 1, stream: feed.stream, heartbeatMs: HEARTBEAT_MS });
    for (const message of feed.open(open.resume)) send(socket, message);
    clients.add(socket);
  };

  return {
    join(socket) {
      if (clients.size >= LIVE_CLIENTS_MAX) {
        bye(socket, 'slow');
        return;
      }
      const tooLate = setTimeout(() => bye(socket, 'unauthorised'), OPEN_TIMEOUT_MS);
      socket.once('message', (data: Buffer) => {
        clearTimeout(tooLate);
        const open = openOf(data.toString());
        if (open === undefined || !mayEnter(open)) bye(socket, 'unauthorised');
        else enter(socket, open);
      });
      socket.on('close', () => {
        clearTimeout(tooLate);
        clients.delete(socket);
      });
      socket.on('error', () => socket.terminate());
    },
    clients: () => clients.size,
    close() {
      clearInterval(flush);
      clearInterval(beat);
      for (const socket of clients) bye(socket, 'closing');
    },
  };
}
