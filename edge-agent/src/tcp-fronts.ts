import { type Front, openFront } from './adapters/tcp/front.ts';
import { silenceSecondsOf } from './config/ports.ts';
import type { FrontConfig } from './config.ts';
import type { FrontPlace } from './fronts.ts';
import type { PileProtocol } from './piles/driver.ts';

/** Seconds of the file to milliseconds of the front. */
const limitsOf = (front: FrontConfig) => {
  const { limits } = front;
  return {
    ...limits,
    silenceMs: silenceSecondsOf(front) * 1_000,
    loginMs: limits.loginSeconds * 1_000,
    partialMs: limits.partialSeconds * 1_000,
    keepAliveMs: limits.keepAliveSeconds * 1_000,
    drainMs: limits.drainSeconds * 1_000,
  };
};

/** A front for piles that speak frames over TCP, with a key for each pile where it is told to. */
export const openTcp = <State, Up, Down>(
  { room, registry, front, n }: FrontPlace,
  protocol: PileProtocol<State, Up, Down>,
): Front =>
  openFront({
    ...room,
    protocol,
    registry,
    doorkeeper: room.doors.doorOf(n),
    host: front.host,
    port: front.port,
    limits: limitsOf(front),
    psk: room.doors.pskOf(n),
  });
