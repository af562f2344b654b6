import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { ChargeRecord, StartMethod } from '@holdfast/shared/order/record';
import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { energyOfWh } from '../ocpp/decimal.ts';
import { integerAt, textAt } from '../ocpp/fields.ts';
import {
  type ChargeEnergy,
  chargeEnergyOf,
  fromStart,
  NO_READINGS,
  placed,
  withLast,
} from '../ocpp/meter-register.ts';
import { isRemoteToken } from '../ocpp/remote-token.ts';
import { type ClockMoment, placedBy } from '../ocpp/station-clock.ts';
import {
  andThen,
  answer,
  type Call,
  emit,
  type OcppEffect,
  report,
  stay,
  step,
} from '../ocpp/steps.ts';
import { stopOf } from '../ocpp/stop-reasons.ts';
import { readingTime, toldTime } from '../ocpp/told-time.ts';
import { answered, asking, idTagInfoOf, tokenOf } from './cards.ts';
import { drainEnded } from './drains.ts';
import { readAt, valuesIn } from './meter.ts';
import { chargesOf, type Ocpp16State, type Running, withCharge } from './state.ts';
import { type OcppStep, remember } from './step.ts';

const NOTHING = energyStep(0n);
/** Stops without a number that are remembered. */
const STOPS_MAX = 16;
const KEY_PART_CHARS = 40;

/** What makes a stop that is sent again the same ([OCPP-C17]). */
const stopKeyOf = ({ payload }: Call): string =>
  [payload['timestamp'], payload['meterStop'], payload['transactionId'], payload['idTag']]
    .map((part) => String(part ?? '').slice(0, KEY_PART_CHARS))
    .join('|');

/**
 * [OCPP-C2] The charge that a stop ends: by its number; where that is none of ours (−1, 0, or one that
 * the station made up) the newest open charge that began before it, of the same card if it has one.
 */
export function chargeStopped(
  state: Ocpp16State,
  message: Call,
  atMs: number,
  view: DriverView,
): Running | undefined {
  const { payload } = message;
  const no = integerAt(payload, 'transactionId') ?? -1;
  const charges = chargesOf(state, view);
  const named = charges.find((charge) => charge.no === no);
  if (named !== undefined) return named;
  if (no > 0 && !state.quirks.inventsNumbers) return undefined;
  const again = charges.find(({ stop }) => stop === stopKeyOf(message));
  if (again !== undefined) return again;
  const before = state.memory.stops[`stop|${stopKeyOf(message)}`];
  if (before !== undefined) {
    return charges.find((charge) =>
      before.by === 'no' ? charge.no === before.no : charge.key === before.key,
    );
  }
  const idTag = textAt(payload, 'idTag').toUpperCase();
  // A start that is still being stored is told to the site before this stop.
  const beginning = state.waiting.flatMap(({ charge }) => charge ?? []);
  const open = [...charges, ...beginning].filter(
    (charge) => charge.stop === null && (charge.startedAtMs ?? 0) <= atMs,
  );
  const isOwn = (charge: Running): boolean => charge.idTag.toUpperCase() === idTag;
  const unnamed = open.filter(({ namedAtMs }) => namedAtMs === null);
  // One that the station knows by its number is ended under another only if the card says so.
  const candidates = [unnamed.filter(isOwn), unnamed, open.filter(isOwn)].find(
    (some) => some.length > 0,
  );
  return candidates?.toSorted((a, b) => (b.startedAtMs ?? 0) - (a.startedAtMs ?? 0))[0];
}

const methodOf = (charge: Running | undefined): StartMethod => {
  if (charge === undefined) return 'unknown';
  return isRemoteToken(charge.idTag) ? 'remote' : 'card';
};

/** [OCPP-C14] Its readings with the last one; one below zero says nothing (1.6 erratum 3.18). */
function finalOf(charge: Running | undefined, message: Call, ownMs: number): ChargeEnergy {
  const register = charge?.register ?? NO_READINGS;
  const energy = energyOfWh(message.payload['meterStop']);
  const silent = charge === undefined || energy === undefined || energy < 0n;
  return chargeEnergyOf(silent ? register : withLast(register, { atMs: ownMs, energy }));
}

function recordOf(
  state: Ocpp16State,
  charge: Running | undefined,
  message: Call,
  end: { readonly ownMs: number | null; readonly final: ChargeEnergy; readonly by: ClockMoment },
  view: DriverView,
): ChargeRecord {
  const { payload } = message;
  const { final, ownMs } = end;
  const place = placedBy(end.by);
  const { energy, readings, register } = final;
  const ownStartMs = charge?.ownStartMs ?? null;
  const startedAtMs = ownStartMs === null ? (charge?.startedAtMs ?? null) : place(ownStartMs);
  const meterStop = energyOfWh(payload['meterStop']);
  const believed = meterStop !== undefined && meterStop >= 0n ? meterStop : (register ?? NOTHING);
  const idTag = charge?.idTag ?? textAt(payload, 'idTag');
  return {
    tradeNo: charge?.orderNo ?? '',
    pileNo: state.pileNo,
    connectorNo: charge?.connectorNo ?? 1,
    startedAtMs,
    endedAtMs: ownMs === null ? null : place(ownMs),
    receivedAtMs: view.nowMs,
    rows: [],
    meterStart: charge?.meterStart ?? NOTHING,
    meterEnd: believed,
    totalEnergy: energy,
    totalLossEnergy: energy,
    totalAmount: moneyStep(0n),
    vin: null,
    startMethod: methodOf(charge),
    cardNo: idTag === '' || isRemoteToken(idTag) ? null : idTag,
    ...stopOf(textAt(payload, 'reason')),
    readings: fromStart(startedAtMs, placed(readings, place)),
  };
}

/**
 * How the site finds the order. A stop that names nothing that we know is kept under a name of its
 * own, so that it is one and the same order however often it is sent ([OCPP-C2], [OCPP-C17]).
 */
function refOf(state: Ocpp16State, charge: Running | undefined, message: Call): ChargeRef {
  if (charge !== undefined) {
    return charge.no === 0 ? { by: 'key', key: charge.key } : { by: 'no', no: charge.no };
  }
  const own = `stop|${stopKeyOf(message)}`;
  const no = integerAt(message.payload, 'transactionId') ?? -1;
  if (no > 0) return { by: 'no', no, otherwise: own };
  return state.memory.stops[own] ?? { by: 'key', key: own };
}

/** [OCPP-C2] What a stop without a number has ended is known for longer than its connection. */
function noteStop(state: Ocpp16State, message: Call, ref: ChargeRef): OcppStep {
  const no = integerAt(message.payload, 'transactionId') ?? -1;
  const own = `stop|${stopKeyOf(message)}`;
  const isNamed = ref.by === 'no' ? ref.no === no : ref.key === own;
  if (isNamed || own in state.memory.stops) return stay(state);
  const stops = Object.entries({ ...state.memory.stops, [own]: ref }).slice(-STOPS_MAX);
  return remember(state, 'stops', { stops: Object.fromEntries(stops) });
}

const flawsOf = ({ flaws }: ChargeEnergy, { action, payload }: Call) =>
  flaws
    .filter((flaw) => flaw !== 'dipped')
    .map((flaw) => ({
      rule: 'OCPP-C14',
      action,
      path: '/meterStop',
      seen: String(payload['meterStop']),
      repair: flaw,
    }));

/** StopTransaction: answered when it is on disk, whatever it says ([OCPP-C1], [OCPP-C18]). */
export function stop(
  state: Ocpp16State,
  message: Call,
  view: DriverView,
  raw: Uint8Array,
): OcppStep {
  const { payload, action } = message;
  const told = toldTime(state, payload['timestamp'], { action, path: '/timestamp' }, view);
  const atMs = told.time.ms ?? view.nowMs;
  const values = valuesIn(told.state, message, 'transactionData', view);
  const found = chargeStopped(values.state, message, atMs, view);
  const now = readingTime(told.time, values.state.clock, view);
  const by = found?.stopClock ?? { clock: values.state.clock, nowMs: view.nowMs };
  const charge = found && {
    ...readAt(found, values.values),
    stop: stopKeyOf(message),
    stopClock: by,
  };
  const final = finalOf(charge, message, now.ownMs);
  const isNumbered = charge !== undefined && charge.no > 0;
  const kept = isNumbered ? withCharge(values.state, charge) : values.state;
  const idTag = textAt(payload, 'idTag');
  const asked = asking(kept, message, { about: 'stop', idTag });
  const effects: readonly OcppEffect[] = [...told.effects, ...values.effects];
  const reported = andThen(step(asked.state, ...effects), (s) =>
    report(s, flawsOf(final, message)),
  );
  const record = recordOf(state, charge, message, { ownMs: told.time.ownMs, final, by }, view);
  const ref = refOf(state, charge, message);
  const uploaded = emit({
    type: 'RecordUploaded',
    record,
    rawHex: hexOf(raw),
    frameType: action,
    charge: ref,
    request: asked.request,
    ...(idTag === '' || isRemoteToken(idTag) ? {} : { endedBy: tokenOf(idTag) }),
  });
  const noted = andThen(reported, (s) => noteStop(s, message, ref));
  return andThen(noted, (s) => step(s, uploaded));
}

/**
 * The record is on disk: StopTransaction.conf, with what the site thinks of the card that ended the
 * charge (1.6 §4.10), and whatever waited for the end of the charge.
 */
export function recordStored(
  state: Ocpp16State,
  { request, card }: Extract<PileCommand, { do: 'recordStored' }>,
  view: DriverView,
): OcppStep {
  const { found, rest } = answered(state, request, 'stop');
  if (found === undefined) return stay(state);
  const { refusal = null, group = null, expiresAtMs = null } = card ?? {};
  const idTagInfo = idTagInfoOf(refusal, group, expiresAtMs);
  const payload = found.idTag === '' ? {} : { idTagInfo };
  return andThen(step(rest, answer(found.call, payload)), (s) => drainEnded(s, view));
}
