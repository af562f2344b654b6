import type { Measurement } from '@holdfast/shared/pile/measurement';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { chargeEnergyOf } from '../ocpp/meter-register.ts';
import { electricalOf } from '../ocpp/readout.ts';
import { emit, step } from '../ocpp/steps.ts';
import type { Charge } from './charge.ts';
import { type Connector, chargeAt, connectorOf, type Ocpp2State, withConnector } from './state.ts';
import type { Ocpp2Step } from './step.ts';

const MINUTE_MS = 60_000;
const NOTHING = energyStep(0n);

type Said = Pick<Measurement, 'status' | 'plugged'>;

/** States of the standard in neutral words (2.0.1 ConnectorStatusEnumType). */
const STATUSES: Readonly<Record<string, Said>> = {
  Available: { status: 'idle', plugged: false },
  Occupied: { status: 'idle', plugged: true },
  Reserved: { status: 'idle', plugged: false },
  Unavailable: { status: 'offline', plugged: null },
  Faulted: { status: 'faulted', plugged: null },
};
const UNKNOWN: Said = { status: 'unknown', plugged: null };
const CHARGING: Said = { status: 'charging', plugged: true };

/**
 * An occupied connector charges while a transaction with an order runs at it. A connector that is said
 * to be free is so only by newer news than those of the charge.
 */
function saidOf({ status, statusAtMs }: Connector, charge: Charge | undefined): Said {
  const said = STATUSES[status] ?? UNKNOWN;
  if (charge === undefined) return said;
  const newestMs = Math.max(charge.heardAtMs, charge.startedAtMs ?? 0);
  const isOver = said.status === 'idle' && said.plugged === false && statusAtMs > newestMs;
  return isOver || (said.plugged === null && said !== UNKNOWN) ? said : CHARGING;
}

/** What a connector's state and readings are in neutral words. */
export function measurementOf(
  state: Ocpp2State,
  connectorNo: number,
  view: DriverView,
): Measurement {
  const connector = connectorOf(state, connectorNo);
  const { readout, faults } = connector;
  const charge = chargeAt(state, connectorNo, view);
  const now = saidOf(connector, charge);
  const running = now.status === 'idle' ? undefined : charge;
  // [OCPP-E5] Without a charge there is no power, whatever was last measured.
  const electrical = running === undefined ? { voltageMv: 0, currentMa: 0 } : electricalOf(readout);
  const energy = running === undefined ? NOTHING : chargeEnergyOf(running.register).energy;
  const sinceMs = running?.startedAtMs ?? view.nowMs;
  return {
    connectorNo,
    tradeNo: running?.stored?.orderNo ?? null,
    status: now.status,
    plugged: now.plugged,
    homed: null,
    ...electrical,
    soc: running === undefined ? null : readout.soc,
    energy,
    lossEnergy: energy,
    amount: moneyStep(0n),
    chargedMinutes: Math.max(0, Math.floor((view.nowMs - sinceMs) / MINUTE_MS)),
    remainMinutes: 0,
    cableTempC: readout.temperatureC,
    batteryMaxTempC: null,
    faults,
  };
}

/** Tells the site how a connector stands. */
export const show = (state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step =>
  step(
    withConnector(state, connectorNo, { shownAtMs: view.nowMs }),
    { do: 'disarm', timer: `show:${connectorNo}` },
    emit({ type: 'Measured', measurement: measurementOf(state, connectorNo, view) }),
  );

/** [OCPP-E14] The same, but not more often than is any use. */
export function showSoon(state: Ocpp2State, connectorNo: number, view: DriverView): Ocpp2Step {
  const dueMs = connectorOf(state, connectorNo).shownAtMs + state.settings.measureMs - view.nowMs;
  if (dueMs <= 0 || dueMs > state.settings.measureMs) return show(state, connectorNo, view);
  return step(state, { do: 'arm', timer: `show:${connectorNo}`, ms: dueMs });
}
