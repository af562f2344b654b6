import type { Measurement } from '@holdfast/shared/pile/measurement';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { Kysely, Selectable } from 'kysely';
import type { SecurityEntry, SiteLogEntry, Store } from '../../ports/store.ts';
import { logEventOf } from './bodies.ts';
import type {
  ConnectorTable,
  MeasurementTable,
  PileTable,
  Schema,
  SiteLogTable,
} from './schema.ts';

type LiveReads = Pick<
  Store,
  'piles' | 'connectors' | 'siteLog' | 'securityEvents' | 'measurements'
>;

const truth = (value: number | null): boolean | null => (value === null ? null : value === 1);

const pileOf = (row: Selectable<PileTable>) =>
  ({
    kind: 'PileChanged',
    siteId: row.site_id,
    pileNo: row.pile_no,
    vendor: row.vendor,
    online: row.online === 1,
    adopted: row.adopted === 1,
    connectorCount: row.connector_count,
    dc: row.dc === 1,
    firmware: row.firmware,
    protocolVersion: row.protocol_version,
    seenAtMs: row.seen_at_ms,
  }) as const;

const connectorOf = (row: Selectable<ConnectorTable>) =>
  ({
    kind: 'ConnectorChanged',
    siteId: row.site_id,
    vendor: row.vendor,
    pileNo: row.pile_no,
    connectorNo: row.connector_no,
    state: row.state,
    plugged: truth(row.plugged),
    orderNo: row.order_no,
    faults: JSON.parse(row.faults) as string[],
    atMs: row.at_ms,
  }) as const;

const measurementOf = (row: Selectable<MeasurementTable>): Measurement => ({
  connectorNo: row.connector_no,
  tradeNo: row.trade_no,
  status: row.status,
  plugged: truth(row.plugged),
  homed: truth(row.homed),
  voltageMv: row.voltage_mv,
  currentMa: row.current_ma,
  soc: row.soc,
  energy: energyStep(BigInt(row.energy)),
  lossEnergy: energyStep(BigInt(row.loss_energy)),
  amount: moneyStep(BigInt(row.amount)),
  chargedMinutes: row.charged_minutes,
  remainMinutes: row.remain_minutes,
  cableTempC: row.cable_temp_c,
  batteryMaxTempC: row.battery_temp_c,
  faults: JSON.parse(row.faults) as string[],
});

const logEntryOf = (row: Selectable<SiteLogTable>): SiteLogEntry => ({
  id: row.id,
  siteId: row.site_id,
  vendor: row.vendor,
  event: logEventOf(row),
  atMs: row.at_ms,
  receivedAtMs: row.received_at_ms,
});

const isSecurityEntry = (entry: SiteLogEntry): entry is SecurityEntry =>
  entry.event.kind === 'SecurityRaised';

/** Piles, connectors, their past measurements, and what a site wants read. */
export function liveReads(db: Kysely<Schema>): LiveReads {
  return {
    piles: async (siteId) => {
      const all = db.selectFrom('pile').selectAll();
      const some = siteId === undefined ? all : all.where('site_id', '=', siteId);
      return (await some.execute()).map(pileOf);
    },
    connectors: async (siteId) => {
      const all = db.selectFrom('connector').selectAll();
      const some = siteId === undefined ? all : all.where('site_id', '=', siteId);
      return (await some.execute()).map(connectorOf);
    },
    siteLog: async (siteId, limit) => {
      const all = db.selectFrom('site_log').selectAll().orderBy('id', 'desc').limit(limit);
      const some = siteId === undefined ? all : all.where('site_id', '=', siteId);
      return (await some.execute()).map(logEntryOf);
    },
    securityEvents: async ({ siteId, pileNo, before, limit }) => {
      let rows = db.selectFrom('site_log').selectAll().where('kind', '=', 'SecurityRaised');
      if (siteId !== undefined) rows = rows.where('site_id', '=', siteId);
      if (pileNo !== undefined) rows = rows.where('pile_no', '=', pileNo);
      if (before !== undefined) rows = rows.where('id', '<', before);
      const entries = (await rows.orderBy('id', 'desc').limit(limit).execute()).map(logEntryOf);
      return entries.filter(isSecurityEntry);
    },
    measurements: async (query) => {
      const rows = await db
        .selectFrom('measurement')
        .selectAll()
        .where('site_id', '=', query.siteId)
        .where('pile_no', '=', query.pileNo)
        .where('connector_no', '=', query.connectorNo)
        .where('at_ms', '>=', query.fromMs)
        .where('at_ms', '<', query.toMs)
        .orderBy('at_ms')
        .limit(query.limit)
        .execute();
      return rows.map((row) => ({ measurement: measurementOf(row), atMs: row.at_ms }));
    },
  };
}
