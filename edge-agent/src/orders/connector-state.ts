import type { OrderState } from '@holdfast/shared/order/order';
import type { ConnectorState, Measurement } from '@holdfast/shared/pile/measurement';

/** What is known of a connector at this moment. */
export interface ConnectorFacts {
  readonly online: boolean;
  /** The pile's own word between reports (heartbeat). */
  readonly faulted: boolean;
  readonly measurement: Measurement | undefined;
  readonly orderState: OrderState | undefined;
}

/** State of a connector as a person would say it. */
export function connectorStateOf(facts: ConnectorFacts): ConnectorState {
  const { online, faulted, measurement, orderState } = facts;
  if (!online) return 'offline';
  if (orderState === 'charging') return 'charging';
  if (orderState === 'stopping') return 'finishing';
  if (measurement?.status === 'charging') return 'charging';
  if (faulted || measurement?.status === 'faulted') return 'faulted';
  if (orderState === 'starting') return 'starting';
  if (measurement === undefined || measurement.status === 'unknown') return 'unknown';
  if (measurement.status === 'offline') return 'offline';
  if (measurement.plugged !== true) return 'idle';
  return orderState === 'awaiting-record' ? 'finishing' : 'plugged';
}
