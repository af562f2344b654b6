import type { Capture } from '@holdfast/edge-agent/piles/capture';
import { silentLog } from '@holdfast/edge-agent/piles/log';
import { stationOpener } from '@holdfast/edge-agent/piles/ocpp/connection';
import { noCalls, STATION_LIMITS } from '@holdfast/edge-agent/piles/ocpp/limits';
import type { OpenStation } from '@holdfast/edge-agent/piles/ocpp/station';
import { Stations } from '@holdfast/edge-agent/piles/ocpp/stations';
import { ocpp2Driver } from '@holdfast/edge-agent/piles/ocpp2/driver';
import { ocpp16Driver } from '@holdfast/edge-agent/piles/ocpp16/driver';
import type { Registry } from '@holdfast/edge-agent/piles/registry';
import type { SiteView } from '@holdfast/edge-agent/ports/site';
import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { AcceptText } from './text-line.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What all connections of a simulated edge share. */
export interface PlatformParts {
  readonly site: SiteView;
  readonly registry: Registry;
  readonly capture: Capture;
}

/** A ping and its answer, through the site's own network. */
const PING_MS = 4;

const DRIVERS: Readonly<Record<OcppVersion, OpenStation>> = {
  '1.6': stationOpener(ocpp16Driver()),
  '2.0.1': stationOpener(ocpp2Driver('2.0.1')),
  '2.1': stationOpener(ocpp2Driver('2.1')),
};

/** The edge's end of OCPP as it is, but for the sockets: endpoint, connection, driver, session. */
export function ocppPlatform({ clock, timers }: VirtualTime, parts: PlatformParts): AcceptText {
  const stations = new Stations();
  const room = {
    ...parts,
    clock,
    timers,
    counts: noCalls(),
    limits: STATION_LIMITS,
    log: silentLog,
    report: () => {},
  };
  let connections = 0;
  return ({ identity, version }, wire) => {
    const open = DRIVERS[version];
    connections += 1;
    const memory = stations.memoryOf(identity);
    memory.line?.replace();
    const station = {
      version,
      mode: 'tolerant',
      address: 'virtual',
      connectionId: `sim${connections}.`,
      memory,
    } as const;
    const line = open(room, station, {
      send(text) {
        wire.write(text);
        return true;
      },
      close: wire.end,
      terminate: wire.end,
      pause: () => {},
      resume: () => {},
      after: timers.after,
      monoMs: clock.monoMs,
      ping: () => timers.after(PING_MS, () => line.ponged()),
    });
    memory.line = line;
    timers.after(0, () => line.open());
    return { received: (text) => line.received(text), lost: () => line.lost() };
  };
}
