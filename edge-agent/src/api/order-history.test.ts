import type { OrderEvent } from '@holdfast/shared/order/order';
import { expect, test } from 'vitest';
import { eventOf } from '../orders/opening.ts';
import { orphanOf } from '../orders/records.ts';
import { factsOf, RECORD, sessionIn, T0 } from '../orders/testing/subjects.ts';
import type { Touched } from '../site/room.ts';
import { orderHistory } from './order-history.ts';

const kinds = (events: readonly OrderEvent[]) => events.map(({ eventNo, kind }) => [eventNo, kind]);

function historyOf() {
  let tell: (touched: Touched) => void = () => undefined;
  const history = orderHistory({
    onTouched: (listener) => {
      tell = listener;
    },
  });
  return { history, tell: (event: OrderEvent) => tell({ what: 'order', event }) };
}

test('what has happened since the start, in order', () => {
  const { history, tell } = historyOf();
  const opened = eventOf('OrderOpened', { ...sessionIn('starting').order, eventNo: 0 }, T0);
  const charging = eventOf('ChargingStarted', { ...opened.order, state: 'charging' }, T0 + 1);
  tell(opened);
  tell(charging);
  expect(history.of(charging.order)).toEqual([opened, charging]);
});

test('of an order from before, its first and its newest event', () => {
  const { history, tell } = historyOf();
  const settled = { ...sessionIn('settled').order, eventNo: 4, settledAtMs: T0 + 9 };
  expect(kinds(history.of(settled))).toEqual([
    [1, 'OrderOpened'],
    [4, 'OrderSettled'],
  ]);
  const revised = eventOf('OrderRevised', { ...settled, exceptions: ['record-revised'] }, T0 + 10);
  tell(revised);
  expect(kinds(history.of(revised.order))).toEqual([
    [1, 'OrderOpened'],
    [5, 'OrderRevised'],
  ]);
});

test('an orphan was never opened', () => {
  const { order } = orphanOf(factsOf(RECORD), T0 + 4_000_000);
  expect(kinds(historyOf().history.of(order))).toEqual([[1, 'OrphanKept']]);
});
