import type { GqaaUnknown } from '@holdfast/protocols/gqaa/codec';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { stopReasonOf } from '@holdfast/protocols/gqaa/reasons';
import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { PileRow } from '@holdfast/shared/money/bill';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { cardNoOf, nameOf } from '../ykc/map.ts';
import { type GqaaState, type Question, UPLOADS_MAX } from './state.ts';
import { emit, type GqaaStep, type Heard, reply, stay, step } from './step.ts';

const { order: ORDER } = PROFILE_0.types;
const FRAME_TYPE = '0x51';
const TRADE_NO_DIGITS = 32;

function rowsOf(body: Heard<'order'>['body']): readonly PileRow[] {
  const row = (
    kind: PileRow['kind'],
    price: PileRow['price'],
    energy: PileRow['energy'],
    amount: PileRow['amount'],
  ): PileRow => ({ kind, price, energy, lossEnergy: energy, amount });
  return [
    row(0, body.sharpPrice, body.sharpEnergy, body.sharpAmount),
    row(1, body.peakPrice, body.peakEnergy, body.peakAmount),
    row(2, body.flatPrice, body.flatEnergy, body.flatAmount),
    row(3, body.valleyPrice, body.valleyEnergy, body.valleyAmount),
  ];
}

/** [GQAA-ORDER-5]: the pile's own figures, nothing corrected. */
function recordOf(state: GqaaState, body: Heard<'order'>['body'], nowMs: number): ChargeRecord {
  const stop = stopReasonOf(body.stopReason);
  return {
    tradeNo: body.tradeNo,
    pileNo: state.pileNo,
    connectorNo: body.gunNo,
    startedAtMs: body.startTime.ms,
    endedAtMs: body.endTime.ms,
    receivedAtMs: nowMs,
    rows: rowsOf(body),
    meterStart: body.meterStart,
    meterEnd: body.meterEnd,
    totalEnergy: body.totalEnergy,
    totalLossEnergy: body.totalEnergy,
    totalAmount: body.totalAmount,
    vin: vinOf(body.vin),
    startMethod: nameOf(body.startMethod) ?? 'unknown',
    cardNo: cardNoOf(body.cardNo),
    stopCode: stop.code,
    stopClass: stop.class,
  };
}

/** [GQAA-ORDER-6]: an order whose figures nobody can read is kept all the same, with its number. */
function unreadRecord(
  state: GqaaState,
  tradeNo: string,
  connectorNo: number,
  nowMs: number,
): ChargeRecord {
  const nothing = energyStep(0n);
  return {
    tradeNo,
    pileNo: state.pileNo,
    connectorNo,
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

/** [GQAA-ORDER-1]: the record goes to the site with its frame; nothing is answered yet. */
function upload(
  state: GqaaState,
  question: Question,
  record: ChargeRecord,
  plain: Uint8Array,
): GqaaStep {
  if (state.uploads.length >= UPLOADS_MAX) return stay(untaken(state, question));
  const uploads = [...state.uploads, { tradeNo: record.tradeNo, question }];
  return step(
    { ...state, uploads },
    emit({ type: 'RecordUploaded', record, rawHex: hexOf(plain), frameType: FRAME_TYPE }),
  );
}

/** The same frame, sent again, is a new one. */
const untaken = (state: GqaaState, { seq, code }: Question): GqaaState => ({
  ...state,
  taken: state.taken.filter((one) => one.seq !== seq || one.code !== code),
});

/** 0x51. */
export const order = (
  state: GqaaState,
  { seq, body }: Heard<'order'>,
  { nowMs }: DriverView,
  plain: Uint8Array,
): GqaaStep => {
  const question: Question = { seq, code: ORDER, gunNo: body.gunNo };
  return upload(state, question, recordOf(state, body, nowMs), plain);
};

/** An order cut off after its number; `undefined`: it is none. */
export function cutOrder(
  state: GqaaState,
  { seq, why, code, body }: GqaaUnknown,
  { nowMs }: DriverView,
  plain: Uint8Array,
): GqaaStep | undefined {
  const { raw, gunNo } = body;
  if (why !== 'short-body' || code !== ORDER || raw.length < TRADE_NO_DIGITS) return undefined;
  const record = unreadRecord(state, raw.slice(0, TRADE_NO_DIGITS), gunNo, nowMs);
  return upload(state, { seq, code, gunNo }, record, plain);
}

/** The oldest upload of a number, and the others. */
function taken(state: GqaaState, tradeNo: string) {
  const at = state.uploads.findIndex((waiting) => waiting.tradeNo === tradeNo.toUpperCase());
  const uploads = state.uploads.filter((_, i) => i !== at);
  return { found: state.uploads[at], rest: { ...state, uploads } };
}

/** [GQAA-ORDER-2]: the acknowledgement, only now, with the sequence of that upload. */
export function recordStored(state: GqaaState, tradeNo: string): GqaaStep {
  const { found, rest } = taken(state, tradeNo);
  if (found === undefined) return stay(state);
  return reply(rest, found.question, 'orderAck', 'none', { tradeNo: found.tradeNo });
}

/** [GQAA-ORDER-3]: not on disk, so not answered: the pile sends it again. */
export function recordRefused(state: GqaaState, tradeNo: string): GqaaStep {
  const { found, rest } = taken(state, tradeNo);
  return stay(found === undefined ? rest : untaken(rest, found.question));
}
