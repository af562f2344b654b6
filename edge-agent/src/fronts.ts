import { unverifiedProfileOf } from '@holdfast/shared/pile/unverified';
import type { Front } from './adapters/tcp/front.ts';
import type { EdgeConfig, FrontConfig } from './config.ts';
import type { Doors } from './doors.ts';
import type { Capture } from './piles/capture.ts';
import { Registry } from './piles/registry.ts';
import { ykcProtocol } from './piles/ykc/protocol.ts';
import { YKC_SETTINGS } from './piles/ykc/settings.ts';
import type { Clock, Timers } from './ports/clock.ts';
import type { Site } from './ports/site.ts';
import type { SiteLog } from './site/log.ts';
import type { StrangerBook } from './strangers/book.ts';
import { openTcp } from './tcp-fronts.ts';

/** What all fronts of a site share. */
interface FrontsRoom {
  readonly config: EdgeConfig;
  readonly site: Site;
  readonly doors: Doors;
  readonly capture: Capture;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
  /** Who has connected to the fronts that only listen. */
  readonly strangers: StrangerBook;
}

/** What a front is opened with, whatever its piles speak. */
export interface FrontPlace {
  readonly room: FrontsRoom;
  readonly registry: Registry;
  readonly front: FrontConfig;
  /** Its place in the configuration. */
  readonly n: number;
}

type OpenFront = (place: FrontPlace) => Promise<Front> | Front;

/** A front that listens. `name`: its protocol, over TLS with `-tls` behind it. */
interface ListeningFront {
  readonly front: Front;
  readonly name: string;
  readonly port: number;
}

const openYkc: OpenFront = (place) =>
  openTcp(place, ykcProtocol({ ...YKC_SETTINGS, qr: place.front.qr ?? null }));

/** What opens the fronts of a protocol; those that a site has none of are not even loaded. */
const OPENERS: Readonly<
  Record<FrontConfig['protocol'], (config: EdgeConfig) => Promise<OpenFront>>
> = {
  ykc: () => Promise.resolve(openYkc),
  ocpp: async (config) => (await import('./ocpp-fronts.ts')).ocppFronts(config),
  jfy: async () => (await import('./jfy-fronts.ts')).openJfy,
  gqaa: async (config) => (await import('./gqaa-fronts.ts')).gqaaFronts(config),
  listen: async (config) => (await import('./listen-fronts.ts')).listenFronts(config),
};

/**
 * Opens every front of the configuration, in order; `undo` gets what stops each. Throws
 * `FaultError('address-taken')` when an address cannot be had.
 */
export async function openFronts(
  room: FrontsRoom,
  undo: { readonly add: (task: () => Promise<void>) => void },
): Promise<readonly ListeningFront[]> {
  const registry = new Registry(room.site);
  const openers = new Map<FrontConfig['protocol'], OpenFront>();
  const listening: ListeningFront[] = [];
  for (const [n, front] of room.config.fronts.entries()) {
    const { protocol, tls } = front;
    const open = openers.get(protocol) ?? (await OPENERS[protocol](room.config));
    openers.set(protocol, open);
    const opened = await open({ room, registry, front, n });
    undo.add(() => opened.stop());
    const { port } = await opened.start();
    const unverified = unverifiedProfileOf(protocol);
    if (unverified !== undefined) {
      const { profile, zh, en } = unverified;
      room.log.warn({ protocol, port, profile, zh, en }, 'protocol-unverified');
    }
    listening.push({ front: opened, name: tls === undefined ? protocol : `${protocol}-tls`, port });
  }
  return listening;
}

/** Ports by name; the first of each. */
export function portsOf(fronts: readonly ListeningFront[]): Readonly<Record<string, number>> {
  return Object.fromEntries(fronts.map(({ name, port }) => [name, port] as const).reverse());
}

/** Counts of all fronts together. */
export function countsOf(fronts: readonly ListeningFront[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { front } of fronts) {
    for (const [name, value] of Object.entries(front.stats())) {
      sums[name] = (sums[name] ?? 0) + value;
    }
  }
  return sums;
}
