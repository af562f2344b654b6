import { stopReasonOf } from '@holdfast/protocols/jfy/reasons';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { MeterReading } from '@holdfast/shared/money/readings';
import type { ChargeRecord, StartMethod } from '@holdfast/shared/order/record';
import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { nameOf } from '../ykc/map.ts';
import { connectorOf, type JfyState, UPLOADS_MAX } from './state.ts';
import { emit, type Heard, type JfyEffect, type JfyStep, reply, stay, step } from './step.ts';
import { isOurs, tradeNoAt, userOf } from './trade.ts';

type Body = Heard<'record'>['body'];

const SLOT_MS = 30 * 60_000;
/** Times are whole seconds: what ended in the first second of a half hour has energy in it. */
const WITHIN_SECOND_MS = 999;
const DAY_MS = 48 * SLOT_MS;
/** Piles keep Chinese local time, which has had no summer time since 1991. */
const ZONE_MS = 8 * 3_600_000;
const NO_NUMBER = '0'.repeat(32);
const STEPS_PER_FEN = 100n;

/** Orders of records that did not name one, by the record's own name. */
const NOTE = 'records';
const NOTED_MAX = 32;

/** [JFY-ORDER-4] What a pile's record is told by when it is sent again. */
const keyOf = (connectorNo: number, { recordIndex, startTime }: Body): string =>
  `${connectorNo}/${recordIndex}/${startTime.wire}`;

const slotAt = (ms: number): number => Math.floor(((ms + ZONE_MS) % DAY_MS) / SLOT_MS);

/**
 * [JFY-ORDER-5] The meter at each half hour of the charge, from the record's own table. A charge that
 * is longer than the table, or a table that does not sum to the energy, says nothing of time.
 */
export function readingsOf({
  startTime,
  endTime,
  slots,
  energy,
}: Body): readonly MeterReading[] | undefined {
  const [fromMs, toMs] = [startTime.ms, endTime.ms];
  if (fromMs === null || toMs === null || toMs < fromMs) return undefined;
  const firstMs = fromMs - ((fromMs + ZONE_MS) % SLOT_MS);
  if (toMs - firstMs >= DAY_MS) return undefined;
  const readings: MeterReading[] = [];
  let sum = 0n;
  for (let slotMs = firstMs; slotMs <= toMs; slotMs += SLOT_MS) {
    sum += slots[slotAt(slotMs)]?.energy ?? 0n;
    const atMs = Math.min(toMs + WITHIN_SECOND_MS, slotMs + SLOT_MS);
    readings.push({ atMs, energy: energyStep(sum) });
  }
  return sum === energy ? readings : undefined;
}

const METHODS: Readonly<Record<string, StartMethod>> = {
  remote: 'remote',
  'remote-vin': 'remote',
  vin: 'vin',
  card: 'card',
  account: 'card',
  code: 'card',
};

/** How it began; a card that we know nothing of was accepted by the pile alone. */
function methodOf({ startWay }: Body, known: boolean): StartMethod {
  const method = METHODS[nameOf(startWay) ?? ''] ?? 'unknown';
  return method === 'card' && !known ? 'offline-card' : method;
}

/** [JFY-ORDER-3]: the pile's own figures, nothing corrected. It knows no prices. */
function recordOf(
  state: JfyState,
  connectorNo: number,
  body: Body,
  tradeNo: string | null,
  nowMs: number,
): ChargeRecord {
  const stop = stopReasonOf(body.stopReason);
  const user = userOf(body.user);
  const readings = readingsOf(body);
  return {
    tradeNo: tradeNo ?? NO_NUMBER,
    pileNo: state.pileNo,
    connectorNo,
    startedAtMs: body.startTime.ms,
    endedAtMs: body.endTime.ms,
    receivedAtMs: nowMs,
    rows: [],
    meterStart: body.meterBefore,
    meterEnd: body.meterAfter,
    totalEnergy: body.energy,
    totalLossEnergy: body.energy,
    totalAmount: moneyStep(body.amount * STEPS_PER_FEN),
    vin: vinOf(body.vin),
    startMethod: methodOf(body, tradeNo !== null),
    cardNo: isOurs(user, connectorNo) || user === '' ? null : user,
    stopCode: stop.code,
    stopClass: stop.class,
    ...(readings === undefined ? {} : { readings }),
  };
}

type Noted = readonly (readonly [key: string, orderNo: string])[];

const isNoted = (value: unknown): value is Noted =>
  Array.isArray(value) && value.every((one) => Array.isArray(one) && one.length === 2);

const notedOf = (state: JfyState, { site }: DriverView): Noted => {
  const value = site.notes(state.pileNo).get(NOTE);
  return isNoted(value) ? value : [];
};

interface Place {
  readonly tradeNo: string | null;
  readonly effects: readonly JfyEffect[];
}

/**
 * [JFY-ORDER-6] The order of a record. One found by its card is noted first, so that the record, sent
 * again after the order is closed, finds it too.
 */
function placeOf(state: JfyState, connectorNo: number, body: Body, view: DriverView): Place {
  const ours = [userOf(body.user), userOf(body.serial)].find((one) => isOurs(one, connectorNo));
  if (ours !== undefined) return { tradeNo: ours, effects: [] };
  const key = keyOf(connectorNo, body);
  const noted = notedOf(state, view);
  const before = noted.find(([name]) => name === key)?.[1];
  if (before !== undefined) return { tradeNo: before, effects: [] };
  const tradeNo = tradeNoAt(state, connectorNo, body.user, view);
  if (tradeNo === null) return { tradeNo, effects: [] };
  const value = [...noted, [key, tradeNo]].slice(-NOTED_MAX);
  return { tradeNo, effects: [emit({ type: 'Noted', key: NOTE, value })] };
}

/** [JFY-ORDER-1] The upload goes to the site with its raw frame; nothing is answered yet. */
function upload(
  state: JfyState,
  { seq, body }: Heard<'record'>,
  coarse: boolean,
  view: DriverView,
  raw: Uint8Array,
): JfyStep {
  const connectorNo = connectorOf(body.gunNo);
  if (connectorNo === undefined || state.uploads.length >= UPLOADS_MAX) return stay(state);
  const { gunNo, user, recordIndex } = body;
  const { tradeNo, effects } = placeOf(state, connectorNo, body, view);
  const request = `${state.asked}`;
  const made = { request, seq, gunNo, user, recordIndex, coarse };
  const charge: ChargeRef = { by: 'key', key: keyOf(connectorNo, body) };
  return step(
    { ...state, asked: state.asked + 1, uploads: [...state.uploads, made] },
    ...effects,
    emit({
      type: 'RecordUploaded',
      record: recordOf(state, connectorNo, body, tradeNo, view.nowMs),
      rawHex: hexOf(raw),
      frameType: coarse ? '202' : '222',
      request,
      ...(tradeNo === null ? { charge } : {}),
    }),
  );
}

/** 222. */
export const record = (
  state: JfyState,
  message: Heard<'record'>,
  view: DriverView,
  raw: Uint8Array,
): JfyStep => upload(state, message, false, view, raw);

/** 202. */
export const coarseRecord = (
  state: JfyState,
  { seq, body }: Heard<'coarseRecord'>,
  view: DriverView,
  raw: Uint8Array,
): JfyStep => upload(state, { name: 'record', seq, body }, true, view, raw);

/** The upload of a request, and the others. */
function taken(state: JfyState, request: string | undefined) {
  const found = state.uploads.find((waiting) => waiting.request === request);
  return { found, rest: { ...state, uploads: state.uploads.filter((one) => one !== found) } };
}

/** [JFY-ORDER-2]: 221 or 201, only now. */
export function recordStored(state: JfyState, request: string | undefined): JfyStep {
  const { found, rest } = taken(state, request);
  if (found === undefined) return stay(state);
  const { seq, gunNo, user, recordIndex, coarse } = found;
  const name = coarse ? 'coarseRecordAck' : 'recordAck';
  return step(rest, reply(seq, name, { gunNo, user, recordIndex }));
}

/** Not on disk, so not answered: the pile sends it again. */
export const recordRefused = (state: JfyState, request: string | undefined): JfyStep =>
  stay(taken(state, request).rest);
