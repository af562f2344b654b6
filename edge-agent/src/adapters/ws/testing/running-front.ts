import type { ReadMode } from '@holdfast/protocols/ocpp/reading';
import type { ClientOptions } from 'ws';
import { Capture } from '../../../piles/capture.ts';
import { stationOpener } from '../../../piles/ocpp/connection.ts';
import { Stations, type StationsLimits } from '../../../piles/ocpp/stations.ts';
import { plainDriver } from '../../../piles/ocpp/testing/plain-driver.ts';
import { Registry } from '../../../piles/registry.ts';
import { FakeSite } from '../../../piles/testing/fake-site.ts';
import { virtualTime } from '../../../site/testing/virtual-time.ts';
import type { Front } from '../../tcp/front.ts';
import { openOcppFront } from '../front.ts';
import type { OcppFrontLimits } from '../limits.ts';
import type { StationPolicy, TwinPolicy } from '../options.ts';
import { OpenDoor } from './open-door.ts';
import { hangUp, TestStation } from './station.ts';

const NOW_MS = Date.UTC(2026, 10, 23);

export interface FrontWishes {
  readonly limits?: Partial<OcppFrontLimits>;
  readonly stations?: StationsLimits;
  readonly policy?: Partial<StationPolicy>;
  readonly mode?: ReadMode;
  readonly port?: number;
  readonly twins?: TwinPolicy;
  /** Stations come in, and are not served. */
  readonly unserved?: boolean;
  /** Events of a pile at which its socket is paused, and read again. */
  readonly queue?: { readonly pauseAt: number; readonly resumeAt: number };
}

const unservingDriver: typeof plainDriver = {
  ...plainDriver,
  onFrame: (state, message, ...rest) =>
    message.is === 'opened' ? { state, effects: [] } : plainDriver.onFrame(state, message, ...rest),
};

const fronts: Front[] = [];

/** Ends every client and every front of a test. */
export async function stopFronts(): Promise<void> {
  hangUp();
  for (const front of fronts.splice(0)) await front.stop();
}

/** An OCPP front on a free port; site, door and time are in the test's hands. */
export async function startFront(wishes: FrontWishes = {}, ...known: readonly string[]) {
  const ids = known.length > 0 ? known : ['CP1', 'CP2'];
  const site = new FakeSite(...ids);
  const door = new OpenDoor(...ids);
  const time = virtualTime(NOW_MS);
  const registry = new Registry(site, wishes.queue);
  const stations = new Stations(wishes.stations);
  const capture = new Capture({ bytesPerPile: 65_536, framesPerPile: 64, piles: 64 });
  const open = stationOpener(wishes.unserved === true ? unservingDriver : plainDriver);
  const front = openOcppFront({
    drivers: { '1.6': open, '2.0.1': open, '2.1': open },
    stations,
    door,
    policyOf: () => ({ mode: wishes.mode ?? 'tolerant', ...wishes.policy }),
    twins: wishes.twins ?? 'newest-wins',
    site,
    registry,
    capture,
    clock: time.clock,
    timers: time.timers,
    host: '127.0.0.1',
    port: wishes.port ?? 0,
    limits: { drainMs: 500, ...wishes.limits },
  });
  const { port } = await front.start();
  fronts.push(front);
  const url = `ws://127.0.0.1:${port}/ocpp`;
  return {
    front,
    site,
    door,
    time,
    registry,
    stations,
    capture,
    port,
    url,
    stats: () => front.stats() as Readonly<Record<string, number>>,
    open: (identity: string, protocols?: string | string[], options?: ClientOptions) =>
      TestStation.open(`${url}/${identity}`, protocols, options),
  };
}

/** Lets the sockets of both ends and the promises between come to rest. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setImmediate(done));
}
