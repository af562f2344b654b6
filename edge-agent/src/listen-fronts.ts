import path from 'node:path';
import { strangerShelf } from './adapters/files/stranger-shelf.ts';
import type { Front } from './adapters/tcp/front.ts';
import { openListener } from './adapters/tcp/listener.ts';
import type { EdgeConfig } from './config.ts';
import type { FrontPlace } from './fronts.ts';
import { STRANGER_LIMITS } from './strangers/limits.ts';

/** Opens the fronts that only listen; they share one folder and one book. */
export function listenFronts({ dataFolder }: EdgeConfig): (place: FrontPlace) => Front {
  const shelf = strangerShelf(path.join(dataFolder, 'strangers'), STRANGER_LIMITS);
  return ({ room, front, n }) =>
    openListener({
      ...room,
      book: room.strangers,
      shelf,
      host: front.host,
      port: front.port,
      idleMs: STRANGER_LIMITS.idleMs,
      doorkeeper: room.doors.doorOf(n),
      limits: {
        sockets: front.limits.sockets,
        socketsPerAddress: front.limits.socketsPerAddress,
        keepAliveMs: front.limits.keepAliveSeconds * 1_000,
      },
    });
}
