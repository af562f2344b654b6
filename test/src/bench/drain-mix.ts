import { money, settledOrder, stream } from '@holdfast/edge-agent/adapters/ledger/testing/fixtures';
import type { Ledger, OutgoingEvent } from '@holdfast/edge-agent/ports/ledger';
import type { Order, OrderEventKind } from '@holdfast/shared/order/order';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import { energyStep, moneyStep } from '@holdfast/shared/units';

/*
 * What a site of fifty piles has in its outbox after an outage: of each charge five events of its
 * order, the state of its connector as it changed, and a report every 40 seconds for half an hour.
 */

const REPORTS_A_CHARGE = 45;
const EVENTS_A_COMMIT = 250;
const PILES = 50;

/** The order as it stood at each of its events; the last one is whole. */
function lifeOf(n: number): readonly OutgoingEvent[] {
  const whole = settledOrder(n);
  const charging: Partial<Order> = {
    settledAtMs: null,
    endedAtMs: null,
    record: null,
    bill: null,
    pileTotal: null,
    difference: null,
  };
  const steps: readonly (readonly [OrderEventKind, Partial<Order>])[] = [
    ['OrderOpened', { ...charging, state: 'starting', chargingAtMs: null }],
    ['ChargingStarted', { ...charging, state: 'charging' }],
    ['StopRequested', { ...charging, state: 'stopping' }],
    ['ChargingEnded', { ...charging, state: 'awaiting-record', endedAtMs: whole.endedAtMs }],
    ['OrderSettled', {}],
  ];
  return steps.map(([kind, state], i) => {
    const { event, ...outgoing } = money({ ...whole, ...state, eventNo: i + 1 }, kind);
    return { ...outgoing, event };
  });
}

function reportsOf(n: number): readonly OutgoingEvent[] {
  const order = settledOrder(n);
  return Array.from({ length: REPORTS_A_CHARGE }, (_, i) => {
    const counted = BigInt(i) * 9_000n;
    const measurement: Measurement = {
      connectorNo: order.connectorNo,
      tradeNo: order.orderNo,
      status: 'charging',
      plugged: true,
      homed: false,
      voltageMv: 380_000 + ((n * 31 + i * 7) % 400) * 100,
      currentMa: 120_000 - i * 900,
      soc: 20 + i,
      energy: energyStep(counted),
      lossEnergy: energyStep(counted),
      amount: moneyStep((counted * 122n) / 100n),
      chargedMinutes: Math.floor((i * 40) / 60),
      remainMinutes: 30 - Math.floor((i * 40) / 60),
      cableTempC: 30 + (i % 12),
      batteryMaxTempC: 28 + (i % 9),
      faults: [],
    };
    return {
      stream: stream('backlog'),
      event: { kind: 'Measured', pileNo: order.pileNo, measurement },
      atMs: order.openedAtMs + i * 40_000,
    };
  });
}

function stateOf(n: number): OutgoingEvent {
  const { pileNo, connectorNo, settledAtMs } = settledOrder(n);
  return {
    stream: stream('state'),
    event: {
      kind: 'ConnectorChanged',
      pileNo,
      connectorNo,
      state: 'idle',
      plugged: false,
      orderNo: null,
      faults: [],
    },
    atMs: settledAtMs ?? 0,
  };
}

export type Mix = 'an outage' | 'money alone';

/** Fills the ledger with about so many events; states replace each other, as they do at a site. */
export async function fillOutbox(ledger: Ledger, mix: Mix, events: number): Promise<void> {
  const perCharge = mix === 'an outage' ? 5 + REPORTS_A_CHARGE : 5;
  const charges = Math.ceil(events / perCharge);
  let core: OutgoingEvent[] = [];
  let bulk: OutgoingEvent[] = [];
  const flush = async (least: number): Promise<void> => {
    if (core.length > least) await ledger.commit({ changes: [], events: core.splice(0) });
    if (bulk.length > least) await ledger.commitBulk(bulk.splice(0));
  };
  for (let n = 0; n < charges; n += 1) {
    core = core.concat(lifeOf(n));
    if (mix === 'an outage') {
      if (n % PILES === 0) core.push(stateOf(n));
      bulk = bulk.concat(reportsOf(n));
    }
    await flush(EVENTS_A_COMMIT);
  }
  await flush(0);
}
