import type { Order } from '@holdfast/shared/order/order';
import { energyStep } from '@holdfast/shared/units';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PILE, RECORD } from '../orders/testing/subjects.ts';
import {
  byCard,
  CARD,
  type FakePile,
  openWorld,
  SECOND_CARD,
  type World,
} from './testing/world.ts';

/*
 * Whatever piles, drivers, operators and power cuts do in whatever order: no order is lost, none is
 * settled twice, and a connector never has two.
 */

const connectorNo = fc.constantFrom(1, 2);
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      connectorNo,
      card: fc.constantFrom(CARD, SECOND_CARD),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('command' as const), connectorNo, start: fc.boolean() }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      accepted: fc.boolean(),
      plug: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('charge' as const),
      back: fc.nat(3),
      energy: fc.nat(500_000),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('idle' as const), connectorNo }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('upload' as const),
      back: fc.nat(4),
      stopCode: fc.constantFrom(0x40, 0x41),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('strange' as const), no: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('leave' as const, 'login' as const, 'stop' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(1_000, 30_000, 95_000, 700_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), on: fc.boolean() }) },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

interface Play {
  world: World;
  pile: FakePile;
  /** Every number that the pile was ever given. */
  readonly numbers: string[];
  readonly uploaded: Set<string>;
}

function learnNumbers({ pile, numbers }: Play): void {
  for (const command of pile.sent) {
    if (command.do !== 'allowStart' && command.do !== 'start') continue;
    if (!numbers.includes(command.tradeNo)) numbers.push(command.tradeNo);
  }
}

async function upload(play: Play, tradeNo: string, stopCode: number): Promise<void> {
  const before = play.pile.sent.length;
  const known = play.uploaded.has(tradeNo);
  // Another stop code is another content, with other energy and so another price.
  const energy = energyStep(100_000n + BigInt(stopCode));
  const rows = RECORD.rows.map((row) => ({ ...row, energy, lossEnergy: energy }));
  await play.pile.uploads({ tradeNo, stopCode, rows, totalEnergy: energy }).catch(() => undefined);
  const answered = play.pile.sent.slice(before).some((command) => command.do === 'recordStored');
  // Answered only when it is on disk; a duplicate is, also while the disk is full.
  if (!play.world.ledger.refusing) expect(answered).toBe(true);
  else if (answered) expect(known).toBe(true);
  if (answered) play.uploaded.add(tradeNo);
}

async function perform(play: Play, action: Act): Promise<void> {
  const { world, pile, numbers } = play;
  const tradeNo = 'back' in action ? numbers.at(-1 - action.back) : numbers.at(-1);
  switch (action.do) {
    case 'ask':
      return await pile.ask(byCard(action.card), action.connectorNo);
    case 'command': {
      const op = action.start ? 'start' : 'stop';
      const start = { account: 'app', balance: '30.00' };
      const id = 'any';
      const target = { id, vendor: 'ykc', pileNo: PILE, deadlineMs: 0 };
      void world.site.execute({ ...target, connectorNo: action.connectorNo, op, start }, 5_000);
      return await world.time.settle();
    }
    case 'answer': {
      if (tradeNo === undefined) return;
      const refusal = action.accepted ? null : action.plug ? 'not-plugged' : 'device-fault';
      return await pile.says({ type: 'StartAnswered', connectorNo: 1, tradeNo, refusal });
    }
    case 'charge': {
      if (tradeNo === undefined) return;
      const place = Number(tradeNo.slice(14, 16));
      const energy = energyStep(BigInt(action.energy));
      return await pile.reports({ connectorNo: place, tradeNo, status: 'charging', energy });
    }
    case 'idle':
      return await pile.reports({ connectorNo: action.connectorNo });
    case 'upload':
      if (tradeNo !== undefined) await upload(play, tradeNo, action.stopCode);
      return;
    case 'strange':
      return await upload(play, String(action.no + 1).repeat(32), 0x40);
    case 'leave':
      return await pile.leave();
    case 'login':
      return await pile.logIn();
    case 'stop':
      return await pile.says({ type: 'StopAnswered', connectorNo: 1, refusal: 'not-charging' });
    case 'wait':
      return await world.time.pass(action.ms);
    case 'restart':
      play.world = await world.restart();
      play.pile = play.world.pile;
      return await play.pile.logIn();
    case 'refuse':
      world.ledger.refusing = action.on;
  }
}

const OPEN = ['starting', 'charging', 'stopping'];
const PAID = ['settled', 'orphan'];

async function check(play: Play, paid: Map<string, Order>): Promise<void> {
  const orders = await play.world.ledger.orders({ limit: 1_000 });
  const taken = orders.filter((order) => OPEN.includes(order.state));
  const places = taken.map((order) => `${order.pileNo}/${order.connectorNo}`);
  expect(new Set(places).size, '[ORD-15] two orders on one connector').toBe(places.length);
  for (const order of orders) {
    const before = paid.get(order.orderNo);
    if (before !== undefined) {
      expect(PAID, '[ORD-13] a closed order was opened again').toContain(order.state);
      expect(order.bill, '[ORD-13] money of a closed order changed').toEqual(before.bill);
    }
    if (PAID.includes(order.state)) paid.set(order.orderNo, order);
  }
  for (const tradeNo of play.uploaded) {
    expect(paid.has(tradeNo), `[ORD-9] the record of ${tradeNo} was answered and is lost`).toBe(
      true,
    );
  }
  // The site's memory and the disk tell the same of what is open.
  const inMemory = play.world.site.memory.openOrders();
  for (const order of inMemory) {
    expect(orders.find((o) => o.orderNo === order.orderNo)?.state).toBe(order.state);
  }
}

test('[ORD-9] [ORD-13] [ORD-15] no order is lost, doubled or repriced, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (actions) => {
      const world = await openWorld();
      const play: Play = { world, pile: world.pile, numbers: [], uploaded: new Set() };
      const paid = new Map<string, Order>();
      for (const action of actions) {
        await perform(play, action);
        learnNumbers(play);
        await check(play, paid);
      }
      const money = play.world.ledger.events.filter(({ stream }) => stream.lane === 'money');
      const keys = money.map(({ event }) =>
        'order' in event ? `${event.order.orderNo}/${event.eventNo}` : '',
      );
      expect(new Set(keys).size, 'an event number was given twice').toBe(keys.length);
    }),
    {
      numRuns: 250,
      // An ended charge that speaks again while the next start is under way, after a restart.
      examples: [
        [
          [
            { do: 'ask', connectorNo: 2, card: CARD },
            { do: 'charge', back: 0, energy: 0 },
            { do: 'idle', connectorNo: 2 },
            { do: 'idle', connectorNo: 2 },
            { do: 'ask', connectorNo: 2, card: SECOND_CARD },
            { do: 'restart' },
            { do: 'charge', back: 0, energy: 0 },
            { do: 'charge', back: 1, energy: 0 },
          ],
        ],
      ],
    },
  );
});
