import type { OwnSettings, Wiring } from '../piles/ocpp/own-settings.ts';
import type { PileOcpp } from './ocpp-schema.ts';

/** A station's own settings in the terms of its driver; `usual`: what the file leaves out of the wiring. */
export function ownSettingsOf(ocpp: PileOcpp | undefined, usual: Wiring): OwnSettings {
  if (ocpp === undefined) return {};
  const { heartbeatSeconds, zone, tend, configuration, volts, phases, safeAmperes } = ocpp;
  return {
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds }),
    ...(zone === undefined ? {} : { zoneMinutes: minutesOf(zone) }),
    wiring: {
      volts: volts ?? usual.volts,
      phases: phases ?? usual.phases,
      safeA: safeAmperes ?? usual.safeA,
    },
    isTended: tend,
    ...(configuration === undefined ? {} : { configuration }),
  };
}

/** `+08:00` in minutes. */
function minutesOf(zone: string): number {
  const [hours = '0', minutes = '0'] = zone.slice(1).split(':');
  const ahead = Number(hours) * 60 + Number(minutes);
  return zone.startsWith('-') ? -ahead : ahead;
}
