import type { EndReason } from '../ocpp/dialect.ts';
import { isoOf, type Payload } from '../ocpp/payload.ts';
import { type Reading, shownOf } from '../ocpp/register.ts';
import type { Call, Charge, Gun, PileState, Status } from '../ocpp/state.ts';

const STATUS: Readonly<Record<Status, string>> = {
  available: 'Available',
  preparing: 'Preparing',
  charging: 'Charging',
  suspended: 'SuspendedEVSE',
  finishing: 'Finishing',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
};
const CONTEXT: Readonly<Record<Reading['why'], string>> = {
  begin: 'Transaction.Begin',
  clock: 'Sample.Clock',
  sample: 'Sample.Periodic',
  end: 'Transaction.End',
};
const MAINS_DC_V = 600;

export const boot = ({ setup }: PileState): Call => ({
  action: 'BootNotification',
  payload: {
    chargePointVendor: 'Holdfast',
    chargePointModel: 'Virtual-16',
    chargePointSerialNumber: setup.pileNo,
    firmwareVersion: 'V1.6.4',
  },
});

export const status = (gun: Gun, now: Status, atMs: number): Call => ({
  action: 'StatusNotification',
  payload: {
    connectorId: gun.no,
    errorCode: 'NoError',
    status: STATUS[now],
    timestamp: isoOf(atMs),
  },
});

const register = ({ wh, why }: Reading): Payload => ({
  value: wh.toString(),
  context: CONTEXT[why],
  measurand: 'Energy.Active.Import.Register',
  unit: 'Wh',
});

/** What a cabinet shows besides its register. */
function live(gun: Gun, why: Reading['why']): readonly Payload[] {
  const { powerW } = gun.register;
  const context = CONTEXT[why];
  return [
    { value: String(powerW), context, measurand: 'Power.Active.Import', unit: 'W' },
    { value: String(MAINS_DC_V), context, measurand: 'Voltage', unit: 'V' },
    { value: (powerW / MAINS_DC_V).toFixed(1), context, measurand: 'Current.Import', unit: 'A' },
    { value: '55', context, measurand: 'SoC', unit: 'Percent' },
  ];
}

const atPile = (charge: Charge, atMs: number): string => isoOf(atMs + charge.clockOffsetMs);

export function begun(gun: Gun, charge: Charge): Call {
  const [first] = charge.readings;
  return {
    action: 'StartTransaction',
    payload: {
      connectorId: gun.no,
      idTag: charge.card,
      meterStart: Number(first?.wh ?? shownOf(gun.register)),
      timestamp: atPile(charge, first?.atMs ?? gun.register.atMs),
    },
  };
}

export const sampled = (gun: Gun, charge: Charge, readings: readonly Reading[]): Call => ({
  action: 'MeterValues',
  payload: {
    connectorId: gun.no,
    meterValue: readings.map((reading) => ({
      timestamp: atPile(charge, reading.atMs),
      sampledValue: [register(reading), ...live(gun, reading.why)],
    })),
  },
});

export function ended(charge: Charge, reason: EndReason): Call {
  const last = charge.readings.at(-1);
  const told = charge.readings.filter(({ why }) => why !== 'sample');
  return {
    action: 'StopTransaction',
    payload: {
      idTag: charge.card,
      meterStop: Number(last?.wh ?? 0n),
      timestamp: atPile(charge, last?.atMs ?? 0),
      reason: reason,
      transactionData: told.map((reading) => ({
        timestamp: atPile(charge, reading.atMs),
        sampledValue: [register(reading)],
      })),
    },
  };
}

/** Start and stop are tied by a number that comes with the answer; −1: it never came (errata 3.18). */
export function stamped(state: PileState, ref: string, call: Call): Call {
  const no = state.numbers.get(ref) ?? -1;
  if (call.action === 'StopTransaction') {
    return { ...call, payload: { ...call.payload, transactionId: no } };
  }
  if (call.action !== 'MeterValues' || no < 0) return call;
  return { ...call, payload: { ...call.payload, transactionId: no } };
}
