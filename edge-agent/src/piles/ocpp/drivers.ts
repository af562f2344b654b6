import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import { stationOpener } from './connection.ts';
import type { OwnSettingsOf } from './own-settings.ts';
import type { OpenStation } from './station.ts';

/**
 * The drivers of all versions that are spoken here. Loaded when the first OCPP front is opened: schemas
 * and tables of a protocol that a site has no piles of cost it nothing.
 */
export async function ocppDrivers(
  ownOf?: OwnSettingsOf,
): Promise<Readonly<Record<OcppVersion, OpenStation>>> {
  const [{ ocpp16Driver }, { ocpp2Driver }] = await Promise.all([
    import('../ocpp16/driver.ts'),
    import('../ocpp2/driver.ts'),
  ]);
  return {
    '1.6': stationOpener(ocpp16Driver(undefined, ownOf)),
    '2.0.1': stationOpener(ocpp2Driver('2.0.1', undefined, ownOf)),
    '2.1': stationOpener(ocpp2Driver('2.1', undefined, ownOf)),
  };
}
