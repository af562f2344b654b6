import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { UnknownMessage } from '@holdfast/protocols/kernel/frame';
import type { YkcBody } from '@holdfast/protocols/ykc/codec';
import { stopReasonOf } from '@holdfast/protocols/ykc/reasons';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { PileRow } from '@holdfast/shared/money/bill';
import type { ChargeRecord, StartMethod } from '@holdfast/shared/order/record';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { cardNoOf, nameOf } from './map.ts';
import { UPLOADS_MAX, type YkcState } from './state.ts';
import { connectorOf, emit, observed, reply, stay, step, type YkcStep } from './step.ts';

/** Fields that every readable order has. */
export type OrderBody = Pick<YkcBody<'order'>, keyof YkcBody<'orderV17'> & keyof YkcBody<'order'>>;

const ORDER_TYPES: readonly number[] = [0x39, 0x3b, 0x3d, 0x3f];
const frameTypeOf = (code: number): string =>
  `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
const codeOf = (raw: Uint8Array): number => raw[5] ?? 0;

function rowsOf(body: OrderBody): readonly PileRow[] {
  return [
    {
      kind: 0,
      price: body.sharpPrice,
      energy: body.sharpEnergy,
      lossEnergy: body.sharpLossEnergy,
      amount: body.sharpAmount,
    },
    {
      kind: 1,
      price: body.peakPrice,
      energy: body.peakEnergy,
      lossEnergy: body.peakLossEnergy,
      amount: body.peakAmount,
    },
    {
      kind: 2,
      price: body.flatPrice,
      energy: body.flatEnergy,
      lossEnergy: body.flatLossEnergy,
      amount: body.flatAmount,
    },
    {
      kind: 3,
      price: body.valleyPrice,
      energy: body.valleyEnergy,
      lossEnergy: body.valleyLossEnergy,
      amount: body.valleyAmount,
    },
  ];
}

const METHODS: Readonly<Record<string, StartMethod>> = {
  remote: 'remote',
  card: 'card',
  'offline-card': 'offline-card',
  vin: 'vin',
};

/** [YKC-ORDER-5]: the pile's own figures, nothing corrected. */
export function recordOf(state: YkcState, body: OrderBody, nowMs: number): ChargeRecord {
  const stop = stopReasonOf(body.stopReason, state.dialect.stopReasons);
  return {
    tradeNo: body.tradeNo,
    pileNo: body.pileNo,
    connectorNo: connectorOf(body.gunNo),
    startedAtMs: body.startTime.ms,
    endedAtMs: body.endTime.ms,
    receivedAtMs: nowMs,
    rows: rowsOf(body),
    meterStart: body.meterStart,
    meterEnd: body.meterEnd,
    totalEnergy: body.totalEnergy,
    totalLossEnergy: body.totalLossEnergy,
    totalAmount: body.totalAmount,
    vin: vinOf(body.vin),
    startMethod: METHODS[nameOf(body.startMethod) ?? ''] ?? 'unknown',
    cardNo: cardNoOf(body.physicalCardNo),
    stopCode: stop.code,
    stopClass: stop.class,
  };
}

/** [YKC-ORDER-6]: an order whose figures nobody can read is kept all the same, with its number. */
function unreadRecord(
  at: { readonly tradeNo: string; readonly pileNo: string; readonly gunNo: string },
  nowMs: number,
): ChargeRecord {
  const nothing = energyStep(0n);
  return {
    tradeNo: at.tradeNo,
    pileNo: at.pileNo,
    connectorNo: connectorOf(at.gunNo),
    startedAtMs: null,
    endedAtMs: null,
    receivedAtMs: nowMs,
    rows: [],
    meterStart: nothing,
    meterEnd: nothing,
    totalEnergy: nothing,
    totalLossEnergy: nothing,
    totalAmount: moneyStep(0n),
    vin: null,
    startMethod: 'unknown',
    cardNo: null,
    stopCode: 0,
    stopClass: 'unknown',
    unread: true,
  };
}

/**
 * [YKC-ORDER-1], [YKC-ORDER-2]: the upload goes to the site with its raw frame; nothing is answered
 * yet. Each upload waits for itself, a duplicate too, for its content may differ.
 */
function upload(state: YkcState, seq: string, record: ChargeRecord, raw: Uint8Array): YkcStep {
  if (state.uploads.length >= UPLOADS_MAX) return stay(state);
  const uploads = [...state.uploads, { tradeNo: record.tradeNo, seq }];
  return step(
    { ...state, uploads },
    emit({
      type: 'RecordUploaded',
      record,
      rawHex: hexOf(raw),
      frameType: frameTypeOf(codeOf(raw)),
    }),
  );
}

/** 0x3B and 0x3D. */
export const order = (
  state: YkcState,
  { seq, body }: { readonly seq: string; readonly body: OrderBody },
  view: DriverView,
  raw: Uint8Array,
): YkcStep => upload(state, seq, recordOf(state, body, view.nowMs), raw);

/** 0x39, 0x3F, and orders cut short. */
export const unreadOrder = (
  state: YkcState,
  seq: string,
  at: { readonly tradeNo: string; readonly pileNo: string; readonly gunNo: string },
  view: DriverView,
  raw: Uint8Array,
): YkcStep => upload(state, seq, unreadRecord(at, view.nowMs), raw);

/** Trade number, pile and gun at the head of an order that is too short for its table. */
export function headOf({ why, code, body }: UnknownMessage) {
  if (why !== 'short-body' || !ORDER_TYPES.includes(code) || body.raw.length < 48) return undefined;
  const { raw } = body;
  return { tradeNo: raw.slice(0, 32), pileNo: raw.slice(32, 46), gunNo: raw.slice(46, 48) };
}

/** [YKC-UNKNOWN-1]: never answered, never a reason to disconnect; shown to whoever looks. */
export const unknown = (
  state: YkcState,
  message: UnknownMessage,
  view: DriverView,
  raw: Uint8Array,
): YkcStep => {
  const head = headOf(message);
  if (head !== undefined) return unreadOrder(state, message.seq, head, view, raw);
  const { why, code } = message;
  return step(state, observed('unknown', { why, type: frameTypeOf(code), raw: message.body.raw }));
};

/** The oldest upload of a number, and the others. */
function taken(state: YkcState, tradeNo: string) {
  const at = state.uploads.findIndex((waiting) => waiting.tradeNo === tradeNo);
  const uploads = state.uploads.filter((_, i) => i !== at);
  return { found: state.uploads[at], rest: { ...state, uploads } };
}

/** [YKC-ORDER-3]: 0x40, only now, with the sequence bytes of that upload, never 01. */
export function recordStored(state: YkcState, tradeNo: string): YkcStep {
  const { found, rest } = taken(state, tradeNo.toUpperCase());
  if (found === undefined) return stay(state);
  return step(rest, reply(found.seq, 'orderAck', { tradeNo: found.tradeNo, result: 'stored' }));
}

/** [YKC-ORDER-4]: not on disk, so not answered: the pile sends it again. */
export const recordRefused = (state: YkcState, tradeNo: string): YkcStep =>
  stay(taken(state, tradeNo).rest);
