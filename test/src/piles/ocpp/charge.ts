import type { BookEntry } from '../books.ts';
import type { Dialect, EndReason } from './dialect.ts';
import { dueOf, energyOf } from './due.ts';
import { bookNoOf } from './outbox.ts';
import { type Reading, readUntil, shownOf } from './register.ts';
import type { Charge, Gun, PileState, Starter } from './state.ts';

/** How the books name what ended a charge. */
const STOP_CODES: Readonly<Record<EndReason, number>> = {
  Local: 1,
  Remote: 2,
  EVDisconnected: 3,
  PowerLoss: 4,
  DeAuthorized: 5,
  UnlockCommand: 6,
  SoftReset: 7,
  HardReset: 8,
};

/** The register now, with its clock-aligned readings on the way; kept with the charge that runs. */
export function metered(
  gun: Gun,
  nowMs: number,
  why: Reading['why'],
): { readonly gun: Gun; readonly readings: readonly Reading[] } {
  const { charge } = gun;
  if (charge === null) return { gun, readings: [] };
  const { register, readings } = readUntil(gun.register, nowMs, charge.clockOffsetMs);
  const last: Reading = { atMs: nowMs, wh: shownOf(register), why };
  // A sample on the half hour is the half hour's own reading; the end is the end wherever it falls.
  const before = why === 'end' ? readings.filter(({ atMs }) => atMs < nowMs) : readings;
  const fresh = before.at(-1)?.atMs === nowMs ? before : [...before, last];
  const kept = [...charge.readings, ...fresh];
  return { gun: { ...gun, register, charge: { ...charge, readings: kept } }, readings: fresh };
}

/** A charge begins: the first reading, and current from now on. */
export function beginning(
  state: PileState,
  gun: Gun,
  starter: Starter,
  powerW: number,
  nowMs: number,
): { readonly state: PileState; readonly gun: Gun; readonly charge: Charge } {
  const no = state.charges + 1;
  const register = { ...gun.register, powerW, atMs: nowMs };
  const charge: Charge = {
    startedBy: starter.startedBy,
    card: starter.card,
    tokenType: starter.tokenType,
    remoteStartId: starter.remoteStartId,
    ref: `${state.setup.pileNo.slice(-8)}-${nowMs.toString(36)}-${no}`,
    readings: [{ atMs: nowMs, wh: shownOf(register), why: 'begin' }],
    clockOffsetMs: state.clockOffsetMs,
    events: 0,
  };
  const running: Gun = { ...gun, phase: 'charging', charge, register, waits: null, reserved: null };
  return { state: { ...state, charges: no }, gun: running, charge };
}

/** The page of the books for a charge that is over. */
export function entryOf(
  dialect: Dialect,
  state: PileState,
  gun: Gun,
  charge: Charge,
  reason: EndReason,
): BookEntry {
  const { readings } = charge;
  const startedAtMs = readings[0]?.atMs ?? 0;
  return {
    tradeNo: bookNoOf(state, charge.ref),
    pileNo: state.setup.pileNo,
    connectorNo: gun.no,
    startedBy: charge.startedBy,
    startedAtMs,
    endedAtMs: readings.at(-1)?.atMs ?? startedAtMs,
    energy: energyOf(readings),
    shown: 0n,
    due: dueOf(readings, state.setup.tariff),
    stopCode: STOP_CODES[reason],
    chargeKey: dialect.keyOf(state, gun, charge),
  };
}
