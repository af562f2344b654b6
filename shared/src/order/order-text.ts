import { BILL_EXCEPTIONS, type Bill, type BillRow, type PileRow } from '../money/bill.ts';
import type { MeterReading } from '../money/readings.ts';
import { type Rate, SLOTS_PER_DAY, type Tariff } from '../money/tariff.ts';
import { type TariffText, tariffText } from '../money/tariff-check.ts';
import type { PileCharge } from '../pile/pile-charge.ts';
import { decimalOf, energyStep, fen, moneyStep, priceStep } from '../units.ts';
import { ORDER_STATES, type Order, type Payer } from './order.ts';
import type { ChargeRecord } from './record.ts';
import {
  bool,
  exact,
  list,
  nullable,
  oneOf,
  optional,
  type Read,
  readWith,
  shape,
  str,
  strLike,
  type TextCodec,
  type TextOf,
  whole,
} from './text-codec.ts';

/*
 * Orders as plain JSON and back, exactly: counts as decimal strings (units.ts), times as epoch
 * milliseconds. What the ledger keeps, what the money lane carries and what the hub stores is this
 * text. Fields are only ever added, and then as optional ones ([SYNC-11]).
 */

export type RecordText = TextOf<ChargeRecord>;
export type BillText = TextOf<Bill>;
export type OrderText = TextOf<Omit<Order, 'tariff'>> & { readonly tariff: TariffText | null };

const energy = exact(4, energyStep);
const price = exact(5, priceStep);
const shown = exact(4, moneyStep);
const sum = exact(2, fen);
const timeMs = whole();

const pileRow = shape<PileRow>({
  kind: whole(),
  price,
  energy,
  lossEnergy: energy,
  amount: shown,
});

const reading = shape<MeterReading>({ atMs: timeMs, energy });

const chargeRecord = shape<ChargeRecord>({
  tradeNo: str,
  pileNo: str,
  connectorNo: whole(),
  startedAtMs: nullable(timeMs),
  endedAtMs: nullable(timeMs),
  receivedAtMs: timeMs,
  rows: list(pileRow),
  meterStart: energy,
  meterEnd: energy,
  totalEnergy: energy,
  totalLossEnergy: energy,
  totalAmount: shown,
  vin: nullable(str),
  startMethod: oneOf(['remote', 'card', 'vin', 'offline-card', 'unknown']),
  cardNo: nullable(str),
  stopCode: whole(),
  stopClass: oneOf(['normal', 'start-failed', 'aborted', 'unknown']),
  readings: optional(list(reading)),
  unread: optional(bool),
});

const billRow = shape<BillRow>({
  kind: whole(),
  energy,
  electricityPrice: price,
  servicePrice: price,
  electricity: sum,
  service: sum,
  fromMs: optional(timeMs),
  toMs: optional(timeMs),
  interpolated: optional(bool),
  adjustment: optional(bool),
});

const bill = shape<Bill>({
  rows: list(billRow),
  energy,
  electricity: sum,
  service: sum,
  total: sum,
});

/** 1/10,000 as a decimal; left out it is none. */
const lossRatio: TextCodec<number> = {
  text: (ratio) => ratio,
  of(json, path, report) {
    const ratio =
      typeof json === 'string' ? decimalOf(json, 4) : json === undefined ? 0n : undefined;
    if (ratio === undefined || ratio < 0n) report(path, 'a decimal string of at most 4 decimals');
    return Number(ratio ?? 0n);
  },
};

const slots: TextCodec<readonly number[]> = {
  text: (kinds) => kinds.join(''),
  of(json, path, report) {
    if (typeof json === 'string' && json.length === SLOTS_PER_DAY && /^\d+$/.test(json)) {
      return [...json].map(Number);
    }
    report(path, `${SLOTS_PER_DAY} digits are wanted`);
    return [];
  },
};

const tariffFields = shape<Tariff>({
  tariffId: str,
  version: whole(),
  modelNo: strLike(/^[0-9a-f]{4}$/i, 'four hex digits'),
  rates: list(shape<Rate>({ electricity: price, service: price })),
  slots,
  lossRatio,
});

/** A tariff is immutable and shared by all orders that started with it: its text is made once. */
const tariffTexts = new WeakMap<Tariff, TariffText>();

function tariffTextOnce(value: Tariff): TariffText {
  const text = tariffTexts.get(value) ?? tariffText(value);
  tariffTexts.set(value, text);
  return text;
}

/**
 * The snapshot of a tariff inside an order. `checkTariff` judges what an operator wrote; this only
 * reads back what was in force, so it sets no bounds of its own and passes over newer fields.
 */
const tariff: TextCodec<Tariff> = {
  text: tariffTextOnce,
  of(json, path, report) {
    const read = tariffFields.of(json, path, report);
    const orphan = read.slots.find((kind) => kind >= read.rates.length);
    if (orphan !== undefined)
      report(path === '' ? 'slots' : `${path}.slots`, `kind ${orphan} has no rate`);
    return read;
  },
};

const payer = shape<Payer>({
  account: nullable(str),
  cardNo: nullable(str),
  vin: nullable(str),
});

const charge = shape<PileCharge>({
  key: str,
  no: whole(),
  meterStart: nullable(energy),
});

const order = shape<Order>({
  orderNo: str,
  siteId: str,
  vendor: str,
  pileNo: str,
  connectorNo: whole(),
  state: oneOf(ORDER_STATES),
  startMethod: oneOf(['remote', 'card', 'vin', 'offline-card', 'unknown']),
  payer,
  balance: nullable(sum),
  tariff: nullable(tariff),
  openedAtMs: timeMs,
  chargingAtMs: nullable(timeMs),
  endedAtMs: nullable(timeMs),
  settledAtMs: nullable(timeMs),
  record: nullable(chargeRecord),
  bill: nullable(bill),
  pileTotal: nullable(sum),
  difference: nullable(sum),
  exceptions: list(oneOf(BILL_EXCEPTIONS)),
  failReason: nullable(str),
  charge: optional(charge),
  eventNo: whole(),
});

/** An order as plain JSON: `orderOf` reads back exactly the same order. */
export const orderText = (value: Order): OrderText => order.text(value) as OrderText;

/** A commit saves an order and tells of it in an event: the same immutable order, twice in a row. */
let newest: { readonly order: Order; readonly text: string } | undefined;

/** The final JSON text of an order. */
export function orderJson(value: Order): string {
  if (newest?.order !== value) newest = { order: value, text: JSON.stringify(orderText(value)) };
  return newest.text;
}

/** Reads an order from plain JSON, or says everything that is wrong with it. Never throws. */
export const orderOf = (json: unknown): Read<Order> => readWith(order, json);

/** 交易记录 as plain JSON. */
export const recordText = (value: ChargeRecord): RecordText =>
  chargeRecord.text(value) as RecordText;
/** Reads a record from plain JSON. Never throws. */
export const recordOf = (json: unknown): Read<ChargeRecord> => readWith(chargeRecord, json);

/** A bill as plain JSON. */
export const billText = (value: Bill): BillText => bill.text(value) as BillText;
/** Reads a bill from plain JSON. Never throws. */
export const billOf = (json: unknown): Read<Bill> => readWith(bill, json);

/** Reads the tariff inside an order, without the bounds that an operator's own text must keep. */
export const tariffOf = (json: unknown): Read<Tariff> => readWith(tariff, json);
