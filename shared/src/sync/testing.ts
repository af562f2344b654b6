import fc from 'fast-check';
import { ORDER_EVENT_KINDS } from '../order/order.ts';
import { anyOrder } from '../order/testing.ts';
import { CONNECTOR_STATES, type Measurement } from '../pile/measurement.ts';
import { energyStep, moneyStep } from '../units.ts';
import type { SiteEvent } from './events.ts';
import type { Batch, Hello } from './messages.ts';

const anyTimeMs = fc.nat(2 ** 31).map((s) => s * 1000);
const anyName = fc.string({ maxLength: 20 });
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });
const anyStep = fc.bigInt(0n, 2n ** 40n);
const anyLevel = fc.integer({ min: -1_000_000, max: 1_000_000 });

const measurementFields = {
  connectorNo: fc.nat(99),
  tradeNo: orNull(anyName),
  status: fc.constantFrom(...(['offline', 'faulted', 'idle', 'charging', 'unknown'] as const)),
  plugged: orNull(fc.boolean()),
  homed: orNull(fc.boolean()),
  voltageMv: anyLevel,
  currentMa: anyLevel,
  soc: orNull(fc.nat(100)),
  energy: anyStep.map(energyStep),
  lossEnergy: anyStep.map(energyStep),
  amount: anyStep.map(moneyStep),
  chargedMinutes: fc.nat(10_000),
  remainMinutes: fc.nat(10_000),
  cableTempC: orNull(fc.integer({ min: -50, max: 205 })),
  batteryMaxTempC: orNull(fc.integer({ min: -50, max: 205 })),
  faults: fc.array(anyName, { maxLength: 3 }),
};

export const anyMeasurement: fc.Arbitrary<Measurement> = fc.oneof(
  fc.record(measurementFields),
  fc.record({ ...measurementFields, powerW: anyLevel }),
);

const ofKind = <K extends SiteEvent['kind']>(kind: K): fc.Arbitrary<K> => fc.constant(kind);

/** Any event that an edge may tell the hub. */
export const anyEvent: fc.Arbitrary<SiteEvent> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(...ORDER_EVENT_KINDS),
    eventNo: fc.integer({ min: 1, max: 1000 }),
    atMs: anyTimeMs,
    order: anyOrder,
  }),
  fc.record({
    kind: ofKind('PileChanged'),
    pileNo: anyName,
    vendor: anyName,
    online: fc.boolean(),
    adopted: fc.boolean(),
    connectorCount: fc.nat(99),
    dc: fc.boolean(),
    firmware: anyName,
    protocolVersion: anyName,
  }),
  fc.record({
    kind: ofKind('ConnectorChanged'),
    pileNo: anyName,
    connectorNo: fc.nat(99),
    state: fc.constantFrom(...CONNECTOR_STATES),
    plugged: orNull(fc.boolean()),
    orderNo: orNull(anyName),
    faults: fc.array(anyName, { maxLength: 3 }),
  }),
  fc.record({ kind: ofKind('Measured'), pileNo: anyName, measurement: anyMeasurement }),
  fc.record({
    kind: ofKind('CommandAnswered'),
    answer: fc.record(
      {
        id: anyName,
        outcome: fc.constantFrom(...(['done', 'refused', 'expired', 'stale', 'unknown'] as const)),
        reason: anyName,
        orderNo: anyName,
        atMs: anyTimeMs,
      },
      { requiredKeys: ['id', 'outcome', 'atMs'] },
    ),
  }),
  fc.record({
    kind: ofKind('AlarmRaised'),
    code: anyName,
    pileNo: orNull(anyName),
    text: anyName,
  }),
  fc.record({
    kind: ofKind('SecurityRaised'),
    code: anyName,
    pileNo: orNull(anyName),
    address: orNull(anyName),
    detail: anyName,
    count: fc.integer({ min: 1, max: 1000 }),
  }),
  fc.record({ kind: ofKind('ClockStepped'), fromMs: anyTimeMs, toMs: anyTimeMs }),
  fc.record({
    kind: ofKind('FramesCaptured'),
    pileNo: anyName,
    frames: fc.array(fc.record({ atMs: anyTimeMs, up: fc.boolean(), hex: anyName }), {
      maxLength: 4,
    }),
  }),
);

/** Everything of a batch but its events, for the money lane of a first session. */
export const batchHead = (prev: number, last: number): Omit<Batch, 'ev'> => ({
  v: 3,
  vendor: 'ykc',
  lane: 'money',
  epoch: 1,
  sessionNo: 1,
  prev,
  last,
  clock: { wallMs: 1_752_543_600_000, monoMs: 1_000, bootNo: 1, quality: 2 },
});

/** A batch of plain events with these numbers. */
export const batchOfSeqs = (prev: number, seqs: readonly number[], last = seqs.at(-1)): Batch => ({
  ...batchHead(prev, last ?? prev),
  ev: seqs.map((seq) => [seq, 1_752_543_600_000 + seq, 'OrderOpened', 1, `order-${seq}`, { seq }]),
});

/** A HELLO of a store that has sent everything below `next` of its money lane. */
export const helloOf = (given: Partial<Hello> & { readonly next?: number } = {}): Hello => {
  const { next = 1, ...fields } = given;
  return {
    type: 'hello',
    siteId: 'site-1',
    vendor: 'ykc',
    storeId: 'store-a',
    link: 'link-1',
    epoch: 0,
    proto: [1, 3],
    software: '0.1.0',
    clock: { wallMs: 1_752_543_600_000, monoMs: 1_000, bootNo: 1, quality: 2 },
    streams: [{ lane: 'money', next, acked: 0, pending: next - 1, oldestMs: null }],
    ...fields,
  };
};
