import type { DriverView } from '../driver.ts';
import { integerAt, textAt } from '../ocpp/fields.ts';
import { andThen, answer, type Call, emit, forEach, observed, stay, step } from '../ocpp/steps.ts';
import { toldTime } from '../ocpp/told-time.ts';
import { withConnectors } from './boot.ts';
import { show } from './measure.ts';
import { chargeAt, connectorNosOf, connectorOf, type Ocpp16State, withConnector } from './state.ts';
import { type OcppStep, remember } from './step.ts';

const CONNECTORS_MAX = 64;

/** Error codes of the standard in the site's words (1.6 §7.6); others keep their own. */
const FAULTS: Readonly<Record<string, string>> = {
  ConnectorLockFailure: 'lock-failure',
  EVCommunicationError: 'ev-communication',
  GroundFailure: 'ground-fault',
  HighTemperature: 'high-temperature',
  InternalError: 'internal-error',
  LocalListConflict: 'local-list-conflict',
  OtherError: 'other',
  OverCurrentFailure: 'over-current',
  OverVoltage: 'over-voltage',
  PowerMeterFailure: 'meter-failure',
  PowerSwitchFailure: 'contactor-failure',
  ReaderFailure: 'card-reader-failure',
  ResetFailure: 'reset-failure',
  UnderVoltage: 'under-voltage',
  WeakSignal: 'weak-signal',
};

function faultsOf(message: Call): readonly string[] {
  const code = textAt(message.payload, 'errorCode');
  if (code === '' || code === 'NoError') return [];
  const vendor = textAt(message.payload, 'vendorErrorCode');
  const fault = FAULTS[code] ?? code;
  return vendor === '' ? [fault] : [fault, `vendor:${vendor.slice(0, 50)}`];
}

/** The connector is heard of again: nothing is gone. */
const alive = (connectorNo: number) => ({ do: 'disarm', timer: `gone:${connectorNo}` }) as const;

function health(state: Ocpp16State, connectorNo: number): OcppStep {
  const faulted = isFaulted(state, connectorNo);
  if (connectorOf(state, connectorNo).faulted === faulted) return stay(state);
  return step(
    withConnector(state, connectorNo, { faulted }),
    emit({ type: 'ConnectorHealth', connectorNo, faulted }),
  );
}

/** The station itself: what it is faulted by, all of its connectors are. */
const STATION = 0;

const isFaulted = (state: Ocpp16State, connectorNo: number): boolean =>
  connectorOf(state, connectorNo).status === 'Faulted' ||
  connectorOf(state, STATION).status === 'Faulted';

/** Connector 0 tells of the station itself. */
function stationStatus(state: Ocpp16State, now: Seen): OcppStep {
  const { status: said, atMs, faults } = now;
  if (atMs < connectorOf(state, STATION).statusAtMs) return stay(state);
  const told = withConnector(state, STATION, { status: said, statusAtMs: atMs, faults });
  const shown = step(told, observed('stationStatus', { status: said, faults }));
  if (now.late) return shown;
  const available = andThen(shown, (s) => availabilitySeen(s, STATION, said));
  return andThen(available, (s) => forEach(s, connectorNosOf(s), (t, no) => health(t, no)));
}

/** A change of availability that waited has come to pass ([OCPP-D10]). */
function availabilitySeen(state: Ocpp16State, connectorNo: number, status: string): OcppStep {
  const wanted = state.memory.availability[connectorNo];
  const done = wanted === 'Inoperative' ? status === 'Unavailable' : status !== 'Unavailable';
  if (wanted === undefined || !done) return stay(state);
  const { [connectorNo]: _over, ...availability } = state.memory.availability;
  return remember(state, 'availability', { availability });
}

interface Seen {
  readonly connectorNo: number;
  readonly status: string;
  readonly atMs: number;
  readonly late: boolean;
  readonly faults: readonly string[];
}

/** [OCPP-C11] Idle, though a charge is open: its stop may still come, or never. */
function goneWatch(state: Ocpp16State, { connectorNo, status }: Seen, view: DriverView): OcppStep {
  if (chargeAt(state, connectorNo, view) === undefined) return stay(state);
  if (status !== 'Available') return step(state, alive(connectorNo));
  return step(state, { do: 'arm', timer: `gone:${connectorNo}`, ms: state.settings.goneMs });
}

/**
 * [OCPP-C5] The newest state by the station's own time counts, whatever came first. One of the past
 * is shown when the replay is over, and sets nothing off.
 */
function seen(state: Ocpp16State, now: Seen, view: DriverView): OcppStep {
  const { connectorNo, status, atMs, late, faults } = now;
  if (atMs < connectorOf(state, connectorNo).statusAtMs) return stay(state);
  const told = withConnector(state, connectorNo, { status, statusAtMs: atMs, faults });
  if (late) {
    const { quietMs } = state.settings;
    return step(told, { do: 'arm', timer: `show:${connectorNo}`, ms: quietMs });
  }
  const healthy = health(told, connectorNo);
  const watched = andThen(healthy, (s) => goneWatch(s, now, view));
  const available = andThen(watched, (s) => availabilitySeen(s, connectorNo, status));
  return andThen(available, (s) => show(s, connectorNo, view));
}

/** A state of the past that nothing newer has overtaken. */
export const reveal = (state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep =>
  andThen(health(state, connectorNo), (s) => show(s, connectorNo, view));

/** StatusNotification. */
export function status(state: Ocpp16State, message: Call, view: DriverView): OcppStep {
  const { payload, action } = message;
  const done = answer(message.call, {});
  const connectorNo = integerAt(payload, 'connectorId') ?? 0;
  if (connectorNo < 0 || connectorNo > CONNECTORS_MAX) return step(state, done);
  const told = toldTime(state, payload['timestamp'], { action, path: '/timestamp' }, view);
  const now: Seen = {
    connectorNo,
    status: textAt(payload, 'status'),
    atMs: told.time.ms ?? view.nowMs,
    late: told.time.late,
    faults: faultsOf(message),
  };
  const heard = step(told.state, done, ...told.effects);
  if (connectorNo === STATION) return andThen(heard, (s) => stationStatus(s, now));
  const counted = andThen(heard, (s) => withConnectors(s, connectorNo));
  return andThen(counted, (s) => seen(s, now, view));
}

/** [OCPP-C11] Still idle after the time of grace: the site hears it again, which ends the charge. */
export function goneOver(state: Ocpp16State, connectorNo: number, view: DriverView): OcppStep {
  const charge = chargeAt(state, connectorNo, view);
  if (charge === undefined) return stay(state);
  const { status: now, statusAtMs } = connectorOf(state, connectorNo);
  const isNamedSince = (charge.namedAtMs ?? 0) > statusAtMs;
  if (isNamedSince || (now !== '' && now !== 'Available')) return stay(state);
  const change = { status: 'Available', statusAtMs: view.nowMs };
  const idle = withConnector(state, connectorNo, change);
  return andThen(show(idle, connectorNo, view), (s) => show(s, connectorNo, view));
}
