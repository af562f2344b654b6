import { RPC_LIMITS } from '@holdfast/protocols/ocpp/rpc/limits';
import type { Front } from './adapters/tcp/front.ts';
import { openOcppFront } from './adapters/ws/front.ts';
import type { OcppFrontLimits } from './adapters/ws/limits.ts';
import type { StationPolicy } from './adapters/ws/options.ts';
import { ownSettingsOf } from './config/station-settings.ts';
import type { EdgeConfig, FrontConfig } from './config.ts';
import type { FrontPlace } from './fronts.ts';
import { ocppDrivers } from './piles/ocpp/drivers.ts';
import { STATIONS_LIMITS, Stations } from './piles/ocpp/stations.ts';
import { OCPP16_SETTINGS } from './piles/ocpp16/settings.ts';

const KILOBYTE = 1_024;

/** The file's own units to bytes and milliseconds. */
function limitsOf({ limits, ocpp }: FrontConfig): Partial<OcppFrontLimits> {
  return {
    sockets: limits.sockets,
    socketsPerAddress: limits.socketsPerAddress,
    loginsPerMinute: limits.loginsPerMinute,
    backlog: limits.backlog,
    keepAliveMs: limits.keepAliveSeconds * 1_000,
    drainMs: limits.drainSeconds * 1_000,
    unsentBytes: ocpp.unsentKb * KILOBYTE,
    pingMs: ocpp.pingSeconds * 1_000,
    heartbeatMs: ocpp.heartbeatSeconds * 1_000,
    frameBytes: ocpp.frameKb * KILOBYTE,
    reportBytes: Math.max(ocpp.frameKb, ocpp.reportKb) * KILOBYTE,
    strangersPerMinute: ocpp.strangersPerMinute,
    rpc: {
      ...RPC_LIMITS,
      messagesPerSecond: ocpp.messagesPerSecond,
      messagesAtOnce: ocpp.messagesAtOnce,
    },
  };
}

/** What the file says of a station; those that it does not name are read tolerantly. */
const policyOf =
  (piles: EdgeConfig['piles']) =>
  (identity: string): StationPolicy => {
    const { mode = 'tolerant', version: cap, assume16 } = piles.get(identity)?.ocpp ?? {};
    return {
      mode,
      ...(cap === undefined ? {} : { cap }),
      ...(assume16 === true ? { assume: '1.6' } : {}),
    };
  };

/** Opens the OCPP fronts of a site, which share what is remembered of its stations. */
export async function ocppFronts(
  config: EdgeConfig,
): Promise<(place: FrontPlace) => Promise<Front>> {
  const drivers = await ocppDrivers((pileNo) =>
    ownSettingsOf(config.piles.get(pileNo)?.ocpp, OCPP16_SETTINGS.wiring),
  );
  const arrivals = config.fronts.map(({ ocpp }) => ocpp.arrivalsPerMinute);
  const arrivalsPerMinute = Math.max(...arrivals);
  const stations = new Stations({ ...STATIONS_LIMITS, arrivalsPerMinute });
  return async ({ room, registry, front, n }) => {
    const tls = await room.doors.tlsOf(n);
    return openOcppFront({
      ...room,
      drivers,
      stations,
      registry,
      door: room.doors.doorOf(n),
      policyOf: policyOf(config.piles),
      twins: front.ocpp.twins,
      host: front.host,
      port: front.port,
      limits: { ...limitsOf(front), ...room.doors.limits },
      ...(tls === undefined ? {} : { tls }),
      onRenewed: (renew) =>
        room.doors.certificates.onRenewed(async () => {
          const renewed = await room.doors.tlsOf(n);
          if (renewed !== undefined) renew(renewed);
        }),
    });
  };
}
