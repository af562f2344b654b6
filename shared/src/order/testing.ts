import fc from 'fast-check';
import { BILL_EXCEPTIONS, type Bill, type BillRow, type PileRow } from '../money/bill.ts';
import { anyTariff } from '../money/testing.ts';
import { energyStep, fen, moneyStep, priceStep } from '../units.ts';
import { ORDER_STATES, type Order } from './order.ts';
import type { ChargeRecord } from './record.ts';

const anyCount = fc.bigInt(0n, 2n ** 40n);
const anyEnergy = anyCount.map(energyStep);
const anyPrice = fc.bigInt(0n, 2n ** 32n).map(priceStep);
const anyShown = anyCount.map(moneyStep);
/** Adjustments and differences may be negative. */
const anySum = fc.bigInt(-(2n ** 40n), 2n ** 40n).map(fen);
const anyTimeMs = fc.nat(2 ** 31).map((s) => s * 1000);
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const anyMethod = fc.constantFrom(
  ...(['remote', 'card', 'vin', 'offline-card', 'unknown'] as const),
);

const anyPileRow: fc.Arbitrary<PileRow> = fc.record({
  kind: fc.nat(9),
  price: anyPrice,
  energy: anyEnergy,
  lossEnergy: anyEnergy,
  amount: anyShown,
});

/** Any record that a pile may claim; nothing in it needs to add up. */
export const anyRecord: fc.Arbitrary<ChargeRecord> = fc.record({
  tradeNo: fc.string({ minLength: 1, maxLength: 32 }),
  pileNo: fc.string({ maxLength: 14 }),
  connectorNo: fc.nat(99),
  startedAtMs: orNull(anyTimeMs),
  endedAtMs: orNull(anyTimeMs),
  receivedAtMs: anyTimeMs,
  rows: fc.array(anyPileRow, { maxLength: 5 }),
  meterStart: anyEnergy,
  meterEnd: anyEnergy,
  totalEnergy: anyEnergy,
  totalLossEnergy: anyEnergy,
  totalAmount: anyShown,
  vin: orNull(fc.string({ maxLength: 17 })),
  startMethod: anyMethod,
  cardNo: orNull(fc.string({ maxLength: 16 })),
  stopCode: fc.nat(255),
  stopClass: fc.constantFrom(...(['normal', 'start-failed', 'aborted', 'unknown'] as const)),
});

const anyBillRow: fc.Arbitrary<BillRow> = fc.record(
  {
    kind: fc.nat(9),
    energy: anyEnergy,
    electricityPrice: anyPrice,
    servicePrice: anyPrice,
    electricity: anySum,
    service: anySum,
    fromMs: anyTimeMs,
    toMs: anyTimeMs,
    interpolated: fc.boolean(),
    adjustment: fc.boolean(),
  },
  {
    requiredKeys: ['kind', 'energy', 'electricityPrice', 'servicePrice', 'electricity', 'service'],
  },
);

/** Any bill; its totals need not be the sums of its rows. */
export const anyBill: fc.Arbitrary<Bill> = fc.record({
  rows: fc.array(anyBillRow, { maxLength: 6 }),
  energy: anyEnergy,
  electricity: anySum,
  service: anySum,
  total: anySum,
});

/** Any order that the type allows. */
export const anyOrder: fc.Arbitrary<Order> = fc.record({
  orderNo: fc.string({ minLength: 1, maxLength: 32 }),
  siteId: fc.string({ maxLength: 20 }),
  vendor: fc.string({ maxLength: 8 }),
  pileNo: fc.string({ maxLength: 14 }),
  connectorNo: fc.nat(99),
  state: fc.constantFrom(...ORDER_STATES),
  startMethod: anyMethod,
  payer: fc.record({
    account: orNull(fc.string({ maxLength: 20 })),
    cardNo: orNull(fc.string({ maxLength: 16 })),
    vin: orNull(fc.string({ maxLength: 17 })),
  }),
  balance: orNull(anySum),
  tariff: orNull(anyTariff),
  openedAtMs: anyTimeMs,
  chargingAtMs: orNull(anyTimeMs),
  endedAtMs: orNull(anyTimeMs),
  settledAtMs: orNull(anyTimeMs),
  record: orNull(anyRecord),
  bill: orNull(anyBill),
  pileTotal: orNull(anySum),
  difference: orNull(anySum),
  exceptions: fc.array(fc.constantFrom(...BILL_EXCEPTIONS), { maxLength: 3 }),
  failReason: orNull(fc.string({ maxLength: 20 })),
  eventNo: fc.nat(1000),
});
