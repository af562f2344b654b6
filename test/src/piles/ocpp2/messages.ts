import type { EndReason } from '../ocpp/dialect.ts';
import { isoOf, type Payload } from '../ocpp/payload.ts';
import type { Reading } from '../ocpp/register.ts';
import type { Call, Charge, Gun, PileState, Status } from '../ocpp/state.ts';

const STATUS: Readonly<Record<Status, string>> = {
  available: 'Available',
  preparing: 'Occupied',
  charging: 'Occupied',
  suspended: 'Occupied',
  finishing: 'Occupied',
  reserved: 'Reserved',
  unavailable: 'Unavailable',
};
const CONTEXT: Readonly<Record<Reading['why'], string>> = {
  begin: 'Transaction.Begin',
  clock: 'Sample.Clock',
  sample: 'Sample.Periodic',
  end: 'Transaction.End',
};
const STOPPED: Readonly<Record<EndReason, string>> = {
  Local: 'Local',
  Remote: 'Remote',
  EVDisconnected: 'EVDisconnected',
  PowerLoss: 'PowerLoss',
  DeAuthorized: 'DeAuthorized',
  UnlockCommand: 'Remote',
  SoftReset: 'Reboot',
  HardReset: 'ImmediateReset',
};
const ENDED_BY: Readonly<Record<EndReason, string>> = {
  Local: 'StopAuthorized',
  Remote: 'RemoteStop',
  EVDisconnected: 'EVCommunicationLost',
  PowerLoss: 'AbnormalCondition',
  DeAuthorized: 'Deauthorized',
  UnlockCommand: 'UnlockCommand',
  SoftReset: 'ResetCommand',
  HardReset: 'ResetCommand',
};

export const boot = ({ setup }: PileState, reason: 'PowerUp' | 'Triggered'): Call => ({
  action: 'BootNotification',
  payload: {
    reason,
    chargingStation: {
      model: 'Virtual-2',
      vendorName: 'Holdfast',
      serialNumber: setup.pileNo,
      firmwareVersion: 'V2.1.0',
    },
  },
});

export const status = (gun: Gun, now: Status, atMs: number): Call => ({
  action: 'StatusNotification',
  payload: {
    timestamp: isoOf(atMs),
    connectorStatus: STATUS[now],
    evseId: gun.no,
    connectorId: 1,
  },
});

const atPile = (charge: Charge, atMs: number): string => isoOf(atMs + charge.clockOffsetMs);

function meterValue(gun: Gun, charge: Charge, { atMs, wh, why }: Reading): Payload {
  const context = CONTEXT[why];
  const unitOfMeasure = { unit: 'W' };
  const register = {
    value: Number(wh),
    context,
    measurand: 'Energy.Active.Import.Register',
    unitOfMeasure: { unit: 'Wh' },
  };
  const power = { value: gun.register.powerW, context, measurand: 'Power.Active.Import' };
  return {
    timestamp: atPile(charge, atMs),
    sampledValue: why === 'sample' ? [register, { ...power, unitOfMeasure }] : [register],
  };
}

interface Event {
  readonly eventType: 'Started' | 'Updated' | 'Ended';
  readonly triggerReason: string;
  readonly info: Payload;
  readonly readings: readonly Reading[];
}

/** One message says all that happens to a charge (2.0.1 E). */
function transactionEvent(state: PileState, gun: Gun, charge: Charge, event: Event): Call {
  const { readings } = event;
  const atMs = readings.at(-1)?.atMs ?? gun.register.atMs;
  return {
    action: 'TransactionEvent',
    payload: {
      eventType: event.eventType,
      timestamp: atPile(charge, atMs),
      triggerReason: event.triggerReason,
      seqNo: charge.events,
      offline: !state.connected,
      transactionInfo: { transactionId: charge.ref, ...event.info },
      evse: { id: gun.no, connectorId: 1 },
      meterValue: readings.map((reading) => meterValue(gun, charge, reading)),
      ...(event.eventType === 'Updated'
        ? {}
        : { idToken: { idToken: charge.card, type: charge.tokenType } }),
    },
  };
}

export const begun = (state: PileState, gun: Gun, charge: Charge): Call =>
  transactionEvent(state, gun, charge, {
    eventType: 'Started',
    triggerReason: charge.startedBy === 'remote' ? 'RemoteStart' : 'Authorized',
    info: {
      chargingState: 'Charging',
      ...(charge.remoteStartId === null ? {} : { remoteStartId: charge.remoteStartId }),
    },
    readings: charge.readings,
  });

export const sampled = (
  state: PileState,
  gun: Gun,
  charge: Charge,
  readings: readonly Reading[],
): Call =>
  transactionEvent(state, gun, charge, {
    eventType: 'Updated',
    triggerReason: readings.some(({ why }) => why === 'clock')
      ? 'MeterValueClock'
      : 'MeterValuePeriodic',
    info: { chargingState: gun.register.powerW === 0 ? 'SuspendedEVSE' : 'Charging' },
    readings,
  });

export const ended = (state: PileState, gun: Gun, charge: Charge, reason: EndReason): Call =>
  transactionEvent(state, gun, charge, {
    eventType: 'Ended',
    triggerReason: ENDED_BY[reason],
    info: { chargingState: 'EVConnected', stoppedReason: STOPPED[reason] },
    readings: charge.readings.filter(({ why }) => why !== 'sample'),
  });
