import type { Measurement } from '@holdfast/shared/pile/measurement';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { chargeEnergyOf } from '../ocpp/meter-register.ts';
import { electricalOf } from '../ocpp/readout.ts';
import { emit, step } from '../ocpp/steps.ts';
import {
  type Connector,
  chargeAt,
  connectorOf,
  type Ocpp16State,
  type Running,
  withConnector,
} from './state.ts';
import type { OcppStep } from './step.ts';

const MINUTE_MS = 60_000;
const NOTHING = energyStep(0n);

const CHARGING = { status: 'charging', plugged: true } as const;

/** States of the standard in neutral words (1.6 §7.7). */
const STATUSES: Readonly<Record<string, Pick<Measurement, 'status' | 'plugged'>>> = {
  Available: { status: 'idle', plugged: false },
  Preparing: { status: 'idle', plugged: true },
  Charging: CHARGING,
  SuspendedEV: CHARGING,
  SuspendedEVSE: CHARGING,
  Finishing: { status: 'idle', plugged: true },
  Reserved: { status: 'idle', plugged: false },
  Unavailable: { status: 'offline', plugged: null },
  Faulted: { status: 'faulted', plugged: null },
};

const UNKNOWN = { status: 'unknown', plugged: null } as const;

/**
 * Whether a state without a charge is the newest news: one from before the charge began, or before
 * the station last told of it by its number, is not.
 */
function isOver({ status, statusAtMs }: Connector, { startedAtMs, namedAtMs }: Running): boolean {
  if (status === 'Preparing' || statusAtMs <= (startedAtMs ?? 0)) return false;
  return namedAtMs === null || namedAtMs <= statusAtMs;
}

/** What a connector's state and readings are in neutral words. */
export function measurementOf(
  state: Ocpp16State,
  connectorNo: number,
  view: DriverView,
): Measurement {
  const connector = connectorOf(state, connectorNo);
  const { readout, faults } = connector;
  const charge = chargeAt(state, connectorNo, view);
  const said = STATUSES[connector.status] ?? UNKNOWN;
  const isCalm =
    said === UNKNOWN || (said.status === 'idle' && charge && !isOver(connector, charge));
  const now = charge !== undefined && isCalm ? CHARGING : said;
  const running = now.status === 'idle' ? undefined : charge;
  // [OCPP-E5] Without a charge there is no power, whatever was last measured.
  const electrical = charge === undefined ? { voltageMv: 0, currentMa: 0 } : electricalOf(readout);
  const energy = running === undefined ? NOTHING : chargeEnergyOf(running.register).energy;
  const sinceMs = running?.startedAtMs ?? view.nowMs;
  return {
    connectorNo,
    tradeNo: running?.orderNo ?? null,
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
export const show = (state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep =>
  step(
    withConnector(state, connectorNo, { shownAtMs: view.nowMs }),
    { do: 'disarm', timer: `show:${connectorNo}` },
    emit({ type: 'Measured', measurement: measurementOf(state, connectorNo, view) }),
  );

/** [OCPP-E14] The same, but not more often than is any use. */
export function showSoon(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  const dueMs = connectorOf(state, connectorNo).shownAtMs + state.settings.measureMs - view.nowMs;
  if (dueMs <= 0 || dueMs > state.settings.measureMs) return show(state, connectorNo, view);
  return step(state, { do: 'arm', timer: `show:${connectorNo}`, ms: dueMs });
}
