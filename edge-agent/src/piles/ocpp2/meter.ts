import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { MeterReading } from '@holdfast/shared/money/readings';
import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { DriverView } from '../driver.ts';
import { integerAt, listAt } from '../ocpp/fields.ts';
import { withReset } from '../ocpp/meter-notes.ts';
import { chargeEnergyOf, placed } from '../ocpp/meter-register.ts';
import { readoutOf, readoutOver } from '../ocpp/readout.ts';
import { type Samples, samplesOf, withoutDoubles } from '../ocpp/sampled-values.ts';
import { type ClockMoment, placedBy } from '../ocpp/station-clock.ts';
import {
  andThen,
  answer,
  type Call,
  emit,
  forEach,
  type OcppEffect,
  observed,
  report,
  stay,
  step,
} from '../ocpp/steps.ts';
import { type ReadingTime, readingTime, toldTime } from '../ocpp/told-time.ts';
import { type Charge, readAt } from './charge.ts';
import { numbersOf } from './connectors.ts';
import { showSoon } from './measure.ts';
import { chargesOf, connectorOf, type Ocpp2State, withCharge, withConnector } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

/** Meter values that one message may bring. */
const VALUES_MAX = 1_000;
/** Clocks of one station waver by so much between its messages. */
const SLACK_MS = 5_000;

/** One meter value: an instant, and what was read then. */
export interface ToldValue {
  readonly time: ReadingTime;
  readonly samples: Samples;
}

interface ToldValues {
  readonly state: Ocpp2State;
  readonly values: readonly ToldValue[];
  readonly effects: readonly OcppEffect[];
}

/** Reads the meter values of a message; a value without a time of its own is of now. */
export function valuesIn(
  state: Ocpp2State,
  { action, payload }: Call,
  view: DriverView,
): ToldValues {
  const values: ToldValue[] = [];
  let so: Ocpp2Step = stay(state);
  const rules = { energyUnit: state.quirks.energyUnit, numbers: 'number' } as const;
  for (const [n, fields] of listAt(payload, 'meterValue').slice(0, VALUES_MAX).entries()) {
    const path = `/meterValue/${n}`;
    const told = toldTime(so.state, fields['timestamp'], { action, path }, view);
    const time = readingTime(told.time, told.state.clock, view);
    const samples = samplesOf(fields['sampledValue'], time.ms, `${path}/sampledValue`, rules);
    values.push({ time, samples });
    const flaws = samples.flaws.map((flaw) => ({ ...flaw, action }));
    so = andThen({ state: told.state, effects: [...so.effects, ...told.effects] }, (s) =>
      report(s, flaws),
    );
  }
  return { state: so.state, values, effects: so.effects };
}

/** [OCPP-E12] A message with signed values is kept as the very bytes that came. */
export function signedIn(
  values: readonly ToldValue[],
  { action }: Call,
  of: { readonly connectorNo: number | null; readonly charge?: ChargeRef },
  raw: Uint8Array,
): readonly OcppEffect[] {
  return values.every(({ samples }) => samples.signed.length === 0)
    ? []
    : [emit({ type: 'MeterSigned', ...of, rawHex: hexOf(raw), frameType: action })];
}

/** Old values are for the bill, and for no page ([OCPP-C6]). */
export function oldReadings(
  charge: Charge,
  values: readonly ToldValue[],
  by: ClockMoment,
): readonly OcppEffect[] {
  const times = new Set(values.filter(({ time }) => time.late).map(({ time }) => time.ownMs));
  if (charge.stored === null || times.size === 0) return [];
  const { readings } = chargeEnergyOf(charge.register);
  return readingsOf(
    charge.stored.orderNo,
    readings.filter(({ atMs }) => times.has(atMs)),
    by,
  );
}

/** Readings by the station's own clock, told in our time. */
export const readingsOf = (
  tradeNo: string,
  own: readonly MeterReading[],
  by: ClockMoment,
): readonly OcppEffect[] =>
  own.length === 0
    ? []
    : [emit({ type: 'ChargeReadings', tradeNo, readings: placed(own, placedBy(by)) })];

/** A current that is direct shows itself by the car's state of charge. */
function dcSeen(state: Ocpp2State, soc: number | null): Ocpp2State {
  const { boot } = state.memory;
  if (soc === null || boot === null || boot.dc || state.quirks.dc === false) return state;
  return { ...state, memory: { ...state.memory, boot: { ...boot, dc: true } } };
}

/** What a connector's newest values show; old ones show nothing. */
export function live(
  state: Ocpp2State,
  connectorNo: number,
  values: readonly ToldValue[],
  view: DriverView,
): Ocpp2Step {
  const fresh = values.filter(({ time }) => !time.late);
  if (fresh.length === 0) return stay(state);
  const now = readoutOf(withoutDoubles(fresh.flatMap((value) => value.samples.samples)));
  const readout = readoutOver(connectorOf(state, connectorNo).readout, now);
  const read = withConnector(dcSeen(state, now.soc), connectorNo, { readout });
  return showSoon(read, connectorNo, view);
}

/** [OCPP-E9] MeterValues names an EVSE and no transaction: the charge that runs there at that time. */
function chargeOf(
  state: Ocpp2State,
  connectorNos: readonly number[],
  atMs: number,
  view: DriverView,
): Charge | undefined {
  return chargesOf(state, view).findLast(
    ({ connectorNo, ended, startedAtMs }) =>
      connectorNo !== null &&
      connectorNos.includes(connectorNo) &&
      ended === null &&
      (startedAtMs ?? 0) - SLACK_MS <= atMs,
  );
}

/** [OCPP-C14] What a reset took from the register is kept. */
export function noteReset(state: Ocpp2State, { key, register }: Charge): Ocpp2Step {
  const meters = withReset(state.memory.meters, key, register);
  return meters === undefined ? stay(state) : remember(state, 'meters', { meters });
}

/** MeterValues: answered at once. */
export function meterValues(
  state: Ocpp2State,
  message: Call,
  view: DriverView,
  raw: Uint8Array,
): Ocpp2Step {
  const { payload } = message;
  const evseId = integerAt(payload, 'evseId') ?? 0;
  const told = valuesIn(state, message, view);
  const [first = evseId] = numbersOf(state.memory.connectors, evseId);
  const signed = signedIn(told.values, message, { connectorNo: first }, raw);
  const done = step(told.state, answer(message.call, {}), ...told.effects, ...signed);
  // The main meter counts no charge.
  if (evseId <= 0) return andThen(done, (s) => step(s, observed('mainMeter', payload)));
  const known = numbersOf(state.memory.connectors, evseId);
  const connectorNos = known.length === 0 ? [evseId] : known;
  const read = andThen(done, (state) =>
    forEach(state, told.values, (s, value) => {
      const charge = chargeOf(s, connectorNos, value.time.ms, view);
      if (charge === undefined) return stay(s);
      const counted = readAt(charge, [value]);
      return andThen(noteReset(withCharge(s, counted), counted), (t) =>
        step(t, ...oldReadings(counted, [value], { clock: s.clock, nowMs: view.nowMs })),
      );
    }),
  );
  const running = chargeOf(read.state, connectorNos, view.nowMs, view)?.connectorNo;
  const connectorNo = running ?? connectorNos[0] ?? evseId;
  return andThen(read, (s) => live(s, connectorNo, told.values, view));
}
