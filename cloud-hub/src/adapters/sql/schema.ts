import type { OrderEventKind, OrderState } from '@holdfast/shared/order/order';
import type { StartMethod } from '@holdfast/shared/order/record';
import type { ConnectorState, Measurement } from '@holdfast/shared/pile/measurement';
import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import type { AlarmRaised, ClockStepped, SecurityRaised } from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { GapRecord } from '@holdfast/shared/sync/messages';
import type { Generated } from 'kysely';
import type { User } from '../../ports/store.ts';

/*
 * The hub's tables, as every SQL adapter has them. Times are epoch milliseconds, money is fen, energy
 * 1e-4 kWh and prices 1e-5 yuan/kWh, all as integers. `body` columns hold JSON texts as they came.
 */

export interface SiteTable {
  site_id: string;
  name: string;
  /** JSON list of vendors. */
  vendors: string;
  secret_hash: string;
}

/** Which store speaks for (site, vendor), and under which session. */
export interface SiteSessionTable {
  site_id: string;
  vendor: string;
  store_id: string;
  epoch: number;
  session_no: number;
  conflict: number;
}

export interface StreamCursorTable {
  site_id: string;
  vendor: string;
  lane: LaneName;
  epoch: number;
  watermark: number;
  parked: number;
  gap_count: number;
}

/** What of an order is asked for in listings; the whole of it is in its newest event. */
export interface ChargeOrderTable {
  order_no: string;
  event_no: number;
  site_id: string;
  vendor: string;
  pile_no: string;
  connector_no: number;
  state: OrderState;
  start_method: StartMethod;
  account: string | null;
  card_no: string | null;
  vin: string | null;
  opened_at_ms: number;
  charging_at_ms: number | null;
  ended_at_ms: number | null;
  settled_at_ms: number | null;
  energy: number | null;
  electricity_fen: number | null;
  service_fen: number | null;
  total_fen: number | null;
  pile_total_fen: number | null;
  difference_fen: number | null;
  exception_count: number;
  /** What a settled order adds to the site's sum; `null` until it is settled. */
  settled_fen: number | null;
  received_at_ms: number;
}

/** Never updated: an order's history, and by its key the proof that an event had its effect once. */
export interface OrderEventTable {
  order_no: string;
  event_no: number;
  kind: OrderEventKind;
  kind_version: number;
  at_ms: number;
  received_at_ms: number;
  body: string;
}

/** Rows of the bill that came with one event; corrections are the rows of a later event. */
export interface OrderRowTable {
  order_no: string;
  event_no: number;
  row_no: number;
  kind: number;
  from_ms: number | null;
  to_ms: number | null;
  energy: number;
  electricity_price: number;
  service_price: number;
  electricity_fen: number;
  service_fen: number;
  interpolated: number;
  adjustment: number;
}

export interface PileTable {
  site_id: string;
  pile_no: string;
  vendor: string;
  online: number;
  adopted: number;
  connector_count: number;
  dc: number;
  firmware: string;
  protocol_version: string;
  seen_at_ms: number;
}

export interface ConnectorTable {
  site_id: string;
  pile_no: string;
  connector_no: number;
  vendor: string;
  state: ConnectorState;
  plugged: number | null;
  order_no: string | null;
  /** JSON list. */
  faults: string;
  at_ms: number;
}

export interface MeasurementTable {
  id: Generated<number>;
  site_id: string;
  pile_no: string;
  connector_no: number;
  at_ms: number;
  received_at_ms: number;
  trade_no: string | null;
  status: Measurement['status'];
  plugged: number | null;
  homed: number | null;
  voltage_mv: number;
  current_ma: number;
  soc: number | null;
  energy: number;
  loss_energy: number;
  /** 1e-4 yuan, as the pile shows it. */
  amount: number;
  charged_minutes: number;
  remain_minutes: number;
  cable_temp_c: number | null;
  battery_temp_c: number | null;
  /** JSON list. */
  faults: string;
}

export interface ParkedTable {
  id: Generated<number>;
  site_id: string;
  vendor: string;
  lane: LaneName;
  epoch: number;
  seq: number;
  kind: string;
  kind_version: number;
  event_key: string;
  event_at_ms: number;
  body: string;
  cause: string;
  at_ms: number;
  /** When a replay succeeded; the row stays as evidence. */
  replayed_at_ms: number | null;
}

export interface GapTable {
  site_id: string;
  vendor: string;
  lane: LaneName;
  epoch: number;
  from_seq: number;
  to_seq: number;
  reason: GapRecord['reason'];
  event_count: number;
  at_ms: number;
}

/** [SYNC-14]: both sides' count and chain of a day of a stream. */
export interface DayCheckTable {
  site_id: string;
  vendor: string;
  lane: LaneName;
  epoch: number;
  day: string;
  hub_count: number;
  hub_hash: string;
  edge_count: number | null;
  edge_hash: string | null;
  /** 1 equal, 0 not, `null` nothing to compare with yet. */
  equal: number | null;
}

export interface CommandTable {
  id: string;
  site_id: string;
  sent_at_ms: number;
  deadline_ms: number;
  /** JSON of the command. */
  body: string;
  outcome: CommandAnswer['outcome'] | null;
  /** JSON of the answer. */
  answer: string | null;
  /** 1: nobody answered in time, the hub presumes `unknown`; a late answer still replaces it. */
  presumed: number;
}

export interface UserTable {
  user_name: string;
  password_hash: string;
  role: User['role'];
}

/** Alarms, clock steps and what else a site wants a person to read. */
export interface SiteLogTable {
  id: Generated<number>;
  site_id: string;
  vendor: string;
  kind: (AlarmRaised | ClockStepped | SecurityRaised)['kind'];
  pile_no: string | null;
  body: string;
  at_ms: number;
  received_at_ms: number;
}

/** Raw frames that a site uploaded on demand. */
export interface CaptureTable {
  id: Generated<number>;
  site_id: string;
  vendor: string;
  pile_no: string;
  body: string;
  at_ms: number;
  received_at_ms: number;
}

export interface Schema {
  site: SiteTable;
  site_session: SiteSessionTable;
  stream_cursor: StreamCursorTable;
  charge_order: ChargeOrderTable;
  order_event: OrderEventTable;
  order_row: OrderRowTable;
  pile: PileTable;
  connector: ConnectorTable;
  measurement: MeasurementTable;
  parked: ParkedTable;
  gap: GapTable;
  day_check: DayCheckTable;
  command: CommandTable;
  hub_user: UserTable;
  site_log: SiteLogTable;
  capture: CaptureTable;
}
export type TableName = keyof Schema;
