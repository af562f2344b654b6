import { FaultError } from '@holdfast/shared/errors/fault';
import type { OrderEvent } from '@holdfast/shared/order/order';
import { deadlineOf } from '../orders/deadlines.ts';
import { next } from '../orders/machine.ts';
import type {
  OrderAlarm,
  OrderEffect,
  OrderInput,
  OrderRules,
  Session,
} from '../orders/session.ts';
import type { Change, Commit, KeptRecord } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import { raiseAlarm, tellConnector } from './reports.ts';
import { connectorOf, momentOf, type PileMemory, type SiteRoom } from './room.ts';
import { isClosed } from './shelf.ts';
import type { Charge } from './spending.ts';

/** What a step brings along besides its input. */
export interface StepMeans {
  /** Where answers go; left out: wherever the pile is connected now. */
  readonly link?: PileLink;
  /** The raw record of an upload, kept in the same commit ([ORD-12]). */
  readonly record?: KeptRecord;
  /** More to commit with the order, e.g. the count of its number. */
  readonly changes?: readonly Change[];
}

const ALARM_TEXTS: Readonly<Record<OrderAlarm, string>> = {
  'charges-without-order': 'The pile charges although its start has failed; it is told to stop.',
  'stop-ignored': 'The pile goes on charging after a stop; it is told again.',
  'record-missing': 'The record of a charge has not come; the order carries an estimate.',
  'record-revised': 'The pile sent another content for a settled order; its money stays.',
};

/** A bill uses up a balance of the lists; the event says which. */
const BILLED: readonly OrderEvent['kind'][] = ['OrderSettled', 'OrphanKept'];

const isSave = (effect: OrderEffect): effect is Extract<OrderEffect, { do: 'save' }> =>
  effect.do === 'save';

function commitOf(events: readonly OrderEvent[], changes: readonly Change[]): Commit {
  const order = events.at(-1)?.order;
  return {
    changes: [...(order === undefined ? [] : [{ save: 'order', order } as const]), ...changes],
    events: events.map((event) => ({
      stream: { vendor: event.order.vendor, lane: 'money' },
      event,
      atMs: event.atMs,
    })),
  };
}

/** One commit of everything that the step saves ([ORD-1], [ORD-12]). Throws `FaultError`. */
async function save(
  room: SiteRoom,
  effects: readonly OrderEffect[],
  means: StepMeans,
): Promise<void> {
  const events = effects.filter(isSave).map((effect) => effect.event);
  const keepsRecord = effects.some((effect) => effect.do === 'keep-record');
  if (events.length === 0 && !keepsRecord) return;
  const changes: Change[] = [...(means.changes ?? [])];
  if (keepsRecord && means.record !== undefined) {
    changes.push({ save: 'record', record: means.record });
  }
  let charge: Charge | undefined;
  const billed = events.find((event) => BILLED.includes(event.kind));
  if (billed !== undefined) charge = await room.spending.charge(billed.order);
  if (charge !== undefined) changes.push(charge.change);
  try {
    await room.ledger.commit(commitOf(events, changes));
  } catch (error) {
    charge?.undo();
    room.counts.ledgerRefusals += 1;
    throw error instanceof FaultError
      ? error
      : new FaultError('ledger-failed', String(error), error);
  }
}

/** `OrderOpened` → `order-opened`, as every event in the log is named. */
const eventNameOf = (kind: string): string =>
  kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

function perform(room: SiteRoom, pile: PileMemory, effect: OrderEffect, step: Performing): void {
  const { order } = step.session;
  switch (effect.do) {
    case 'save':
      room.log.info(
        {
          pile: order.pileNo,
          connector: order.connectorNo,
          order: order.orderNo,
          state: order.state,
          reason: order.failReason ?? undefined,
          exceptions: order.exceptions.length === 0 ? undefined : order.exceptions,
        },
        eventNameOf(effect.event.kind),
      );
      room.touch({ what: 'order', event: effect.event });
      return;
    case 'keep-record':
      return;
    case 'send':
      (step.link ?? pile.link)?.send(effect.command);
      return;
    case 'tell':
      room.waits.tell(`order ${order.orderNo}`, effect.news);
      return;
    case 'raise':
      raiseAlarm(room, order.vendor, {
        code: effect.alarm,
        pileNo: order.pileNo,
        text: `${ALARM_TEXTS[effect.alarm]} (${order.orderNo})`,
      });
  }
}

interface Performing {
  readonly session: Session;
  readonly link: PileLink | undefined;
}

/** The rules of orders at a pile: some take longer than others from a start to a charge. */
function rulesAt({ config }: SiteRoom, { startConfirmMs }: PileMemory): OrderRules {
  const { rules } = config;
  if (startConfirmMs === undefined || startConfirmMs <= rules.confirmMs) return rules;
  return { ...rules, confirmMs: startConfirmMs };
}

/** Arms the next deadline of a session in place of the last. */
export function armDeadline(room: SiteRoom, pile: PileMemory, session: Session): void {
  const { orderNo } = session.order;
  room.deadlines.get(orderNo)?.();
  room.deadlines.delete(orderNo);
  const due = deadlineOf(session, rulesAt(room, pile));
  if (due === undefined) return;
  const ms = Math.max(0, due.atMono - room.clock.monoMs());
  const cancel = room.timers.after(ms, () => {
    room.deadlines.delete(orderNo);
    void pile.serial.run(() => onDeadline(room, pile, orderNo));
  });
  room.deadlines.set(orderNo, cancel);
}

/** How soon a deadline is tried again that the ledger did not take. */
const DEADLINE_AGAIN_MS = 5_000;

async function onDeadline(room: SiteRoom, pile: PileMemory, orderNo: string): Promise<void> {
  const session = room.shelf.get(orderNo);
  if (session === undefined) return;
  try {
    const moved = await runStep(room, pile, session, { on: 'time' });
    if (moved === 'ignored') armDeadline(room, pile, session);
  } catch (error) {
    room.log.error({ pile: pile.known.pileNo, order: orderNo, err: error }, 'deadline-refused');
    const again = room.timers.after(DEADLINE_AGAIN_MS, () => armDeadline(room, pile, session));
    room.deadlines.set(orderNo, again);
  }
}

/**
 * Takes one step of an order: commits what it saves, and only then changes memory, sends and tells.
 * Runs within the pile's serial. Throws `FaultError` when the ledger refuses; then nothing has happened.
 */
export async function runStep(
  room: SiteRoom,
  pile: PileMemory,
  session: Session | null,
  input: OrderInput,
  means: StepMeans = {},
): Promise<Session | 'ignored'> {
  const step = next(session, input, momentOf(room), rulesAt(room, pile));
  if (step === 'ignored') return 'ignored';
  await save(room, step.effects, means);
  const { connectorNo } = step.session.order;
  room.shelf.put(step.session);
  if (isClosed(step.session)) room.groups.delete(step.session.order.orderNo);
  armDeadline(room, pile, step.session);
  for (const effect of step.effects) {
    perform(room, pile, effect, { session: step.session, link: means.link });
  }
  if (step.effects.some(isSave)) {
    tellConnector(room, pile, connectorOf(pile, connectorNo));
  }
  return step.session;
}

/**
 * A step that nobody waits for and that the pile will give cause for again. When the ledger refuses
 * it, nothing has changed.
 */
export async function tryStep(
  room: SiteRoom,
  pile: PileMemory,
  session: Session,
  input: OrderInput,
): Promise<void> {
  try {
    await runStep(room, pile, session, input);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const fields = { pile: pile.known.pileNo, order: session.order.orderNo, err: error };
    room.log.error({ ...fields, input: input.on }, 'step-refused');
  }
}
