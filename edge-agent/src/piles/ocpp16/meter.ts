import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { DriverView } from '../driver.ts';
import { type Fields, integerAt, listAt } from '../ocpp/fields.ts';
import { withReset } from '../ocpp/meter-notes.ts';
import { chargeEnergyOf, nextNo, placed, withReading } from '../ocpp/meter-register.ts';
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
import { gridSeen, linesSeen } from './lines.ts';
import { showSoon } from './measure.ts';
import {
  chargesOf,
  connectorOf,
  type Ocpp16State,
  type Running,
  withCharge,
  withConnector,
} from './state.ts';
import { type OcppStep, remember } from './step.ts';

/** Meter values that one message may bring. */
const VALUES_MAX = 1_000;

/** One meter value: an instant, and what was read then. */
export interface ToldValue {
  readonly time: ReadingTime;
  readonly samples: Samples;
}

export interface ToldValues {
  readonly state: Ocpp16State;
  readonly values: readonly ToldValue[];
  readonly effects: readonly OcppEffect[];
}

/** Reads the meter values of a message; a value without a time of its own is of now. */
export function valuesIn(
  state: Ocpp16State,
  message: Call,
  name: 'meterValue' | 'transactionData',
  view: DriverView,
): ToldValues {
  const { action, payload } = message;
  const values: ToldValue[] = [];
  let so: OcppStep = stay(state);
  const rules = { energyUnit: state.quirks.energyUnit, numbers: 'string' } as const;
  for (const [n, fields] of listAt(payload, name).slice(0, VALUES_MAX).entries()) {
    const path = `/${name}/${n}`;
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

/** A charge whose register has been read at these instants, which one message told. */
export function readAt(charge: Running, values: readonly ToldValue[]): Running {
  const no = nextNo(charge.register);
  const register = values.reduce((so, { time, samples }) => {
    const energy = readoutOf(samples.samples).register;
    return energy === null ? so : withReading(so, { atMs: time.ownMs, no, energy });
  }, charge.register);
  return { ...charge, register };
}

/** Clocks of one station waver by so much between its messages. */
const SLACK_MS = 5_000;

/**
 * [OCPP-E9] The charge that values belong to: by their number, or, where that is missing or nobody's,
 * by connector and time.
 */
function chargeOf(
  state: Ocpp16State,
  payload: Fields,
  atMs: number,
  view: DriverView,
): Running | undefined {
  const charges = chargesOf(state, view);
  const no = integerAt(payload, 'transactionId');
  const named = no === undefined ? undefined : charges.find((charge) => charge.no === no);
  if (named !== undefined) {
    return { ...named, namedAtMs: Math.max(named.namedAtMs ?? atMs, atMs) };
  }
  const connectorNo = integerAt(payload, 'connectorId') ?? 0;
  const at = charges.findLast(
    (charge) =>
      charge.connectorNo === connectorNo &&
      charge.stop === null &&
      (charge.startedAtMs ?? 0) - SLACK_MS <= atMs,
  );
  return at;
}

/** Old values are for the bill, and for no page ([OCPP-C6]). */
function oldReadings(
  charge: Running,
  values: readonly ToldValue[],
  by: ClockMoment,
): readonly OcppEffect[] {
  const times = new Set(values.map(({ time }) => time.ownMs));
  const own = chargeEnergyOf(charge.register).readings.filter(({ atMs }) => times.has(atMs));
  const readings = placed(own, placedBy(by));
  if (readings.length === 0) return [];
  return [emit({ type: 'ChargeReadings', tradeNo: charge.orderNo, readings })];
}

/** A current that is direct shows itself by the car's state of charge. */
function dcSeen(state: Ocpp16State, soc: number | null): OcppStep {
  const { boot } = state.memory;
  if (soc === null || boot === null || boot.dc || state.quirks.dc === false) return stay(state);
  return remember(state, 'boot', { boot: { ...boot, dc: true } });
}

function live(
  state: Ocpp16State,
  connectorNo: number,
  values: readonly ToldValue[],
  view: DriverView,
): OcppStep {
  const [first] = values;
  const samples =
    first !== undefined && values.length === 1
      ? first.samples.samples
      : withoutDoubles(values.flatMap((value) => value.samples.samples));
  const atMs = values.at(-1)?.time.ms ?? view.nowMs;
  const now = readoutOf(samples);
  const readout = readoutOver(connectorOf(state, connectorNo).readout, now);
  const read = dcSeen(withConnector(state, connectorNo, { readout }), now.soc);
  const lined = andThen(read, (s) => linesSeen(s, connectorNo, samples, atMs));
  return andThen(lined, (s) => showSoon(s, connectorNo, view));
}

/** [OCPP-C14] What a reset took from the register is kept. */
function noteReset(state: Ocpp16State, { no, register }: Running): OcppStep {
  const meters = withReset(state.memory.meters, String(no), register);
  return meters === undefined ? stay(state) : remember(state, 'meters', { meters });
}

/** [OCPP-E12] What a meter has signed is kept as the very bytes that came. */
function signedIn(
  { payload, action }: Call,
  values: readonly ToldValue[],
  raw: Uint8Array,
): readonly OcppEffect[] {
  if (values.every(({ samples }) => samples.signed.length === 0)) return [];
  const no = integerAt(payload, 'transactionId') ?? -1;
  return [
    emit({
      type: 'MeterSigned',
      connectorNo: integerAt(payload, 'connectorId') ?? null,
      ...(no > 0 ? { charge: { by: 'no', no } } : {}),
      rawHex: hexOf(raw),
      frameType: action,
    }),
  ];
}

/** MeterValues: answered at once. */
export function meterValues(
  state: Ocpp16State,
  message: Call,
  view: DriverView,
  raw: Uint8Array,
): OcppStep {
  const { payload } = message;
  const connectorNo = integerAt(payload, 'connectorId') ?? 0;
  const told = valuesIn(state, message, 'meterValue', view);
  const done = step(told.state, answer(message.call, {}), ...told.effects);
  const kept = andThen(done, (s) => step(s, ...signedIn(message, told.values, raw)));
  if (connectorNo <= 0) {
    // [OCPP-E9] The main meter counts no charge.
    const seen = andThen(kept, (s) => step(s, observed('mainMeter', payload)));
    return told.values.reduce(
      (so, { time, samples }) => andThen(so, (s) => gridSeen(s, samples.samples, time.ms)),
      seen,
    );
  }
  const byCharge = Map.groupBy(
    told.values,
    ({ time }) => chargeOf(told.state, payload, time.ms, view)?.no,
  );
  const read = forEachGroup(kept, byCharge, payload, view);
  const fresh = told.values.filter(({ time }) => !time.late);
  return fresh.length === 0 ? read : andThen(read, (s) => live(s, connectorNo, fresh, view));
}

function forEachGroup(
  first: OcppStep,
  groups: ReadonlyMap<number | undefined, readonly ToldValue[]>,
  payload: Fields,
  view: DriverView,
): OcppStep {
  return andThen(first, (state) =>
    forEach(state, [...groups.values()], (s, values) => {
      const charge = chargeOf(s, payload, values.at(-1)?.time.ms ?? view.nowMs, view);
      if (charge === undefined) return stay(s);
      const read = readAt(charge, values);
      const old = values.filter(({ time }) => time.late);
      return andThen(noteReset(withCharge(s, read), read), (t) =>
        step(t, ...oldReadings(read, old, { clock: t.clock, nowMs: view.nowMs })),
      );
    }),
  );
}
