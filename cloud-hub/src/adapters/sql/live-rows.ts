import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { ConnectorChanged, PileChanged } from '@holdfast/shared/sync/events';
import type { Insertable } from 'kysely';
import { columnOf } from './order-rows.ts';
import type { ConnectorTable, MeasurementTable, PileTable } from './schema.ts';

const bit = (value: boolean): number => (value ? 1 : 0);
const bitOrNull = (value: boolean | null): number | null => (value === null ? null : bit(value));

export const pileRow = (
  siteId: string,
  pile: PileChanged,
  atMs: number,
): Insertable<PileTable> => ({
  site_id: siteId,
  pile_no: pile.pileNo,
  vendor: pile.vendor,
  online: bit(pile.online),
  adopted: bit(pile.adopted),
  connector_count: pile.connectorCount,
  dc: bit(pile.dc),
  firmware: pile.firmware,
  protocol_version: pile.protocolVersion,
  seen_at_ms: atMs,
});

export const connectorRow = (
  site: { readonly siteId: string; readonly vendor: string },
  connector: ConnectorChanged,
  atMs: number,
): Insertable<ConnectorTable> => ({
  site_id: site.siteId,
  pile_no: connector.pileNo,
  connector_no: connector.connectorNo,
  vendor: site.vendor,
  state: connector.state,
  plugged: bitOrNull(connector.plugged),
  order_no: connector.orderNo,
  faults: JSON.stringify(connector.faults),
  at_ms: atMs,
});

export const measurementRow = (
  siteId: string,
  pileNo: string,
  measured: Measurement,
  time: { readonly atMs: number; readonly receivedAtMs: number },
): Insertable<MeasurementTable> => ({
  site_id: siteId,
  pile_no: pileNo,
  connector_no: measured.connectorNo,
  at_ms: time.atMs,
  received_at_ms: time.receivedAtMs,
  trade_no: measured.tradeNo,
  status: measured.status,
  plugged: bitOrNull(measured.plugged),
  homed: bitOrNull(measured.homed),
  voltage_mv: measured.voltageMv,
  current_ma: measured.currentMa,
  soc: measured.soc,
  energy: columnOf(measured.energy),
  loss_energy: columnOf(measured.lossEnergy),
  amount: columnOf(measured.amount),
  charged_minutes: measured.chargedMinutes,
  remain_minutes: measured.remainMinutes,
  cable_temp_c: measured.cableTempC,
  battery_temp_c: measured.batteryMaxTempC,
  faults: measured.faults.length === 0 ? '[]' : JSON.stringify(measured.faults),
});
