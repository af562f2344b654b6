import type { Order, OrderState } from '@holdfast/shared/order/order';
import {
  beginFailed,
  beginStarted,
  nameCharge,
  nameSettled,
  openBegun,
  stopUnwanted,
} from './begun.ts';
import { deadlineOf } from './deadlines.ts';
import { estimateOf } from './estimate.ts';
import { newSession, sessionOf } from './opening.ts';
import { decideRecord, lasting, orphanOf } from './records.ts';
import { withLateReadings, withSample } from './samples.ts';
import type { Moment, OrderInput, OrderNews, OrderRules, Session, Step } from './session.ts';
import { end, fail, move, stay, stop, stopAgain } from './transitions.ts';

/** Two idle reports in a row end a charge; one may be a slip (ykc.md §6). */
const IDLE_REPORTS = 2;

type Input<K extends OrderInput['on']> = Extract<OrderInput, { on: K }>;
type Outcome = Step | 'ignored';
/** What one state does with each input; an input without a handler is ignored there. */
type Handlers = {
  readonly [K in OrderInput['on']]?: (
    session: Session,
    input: Input<K>,
    at: Moment,
    rules: OrderRules,
  ) => Outcome;
};

const open = (input: Input<'start-allowed' | 'start-commanded'>, at: Moment): Step =>
  move(newSession(input.opening, at), 'OrderOpened', {}, at);

/** [ORD-1]: the pile gets its answer after the order is on disk. */
function allow(session: Session, input: Input<'start-allowed'>): Step {
  const { orderNo, connectorNo, payer } = session.order;
  const { request, opening } = input;
  return stay(session, {
    do: 'send',
    command: {
      do: 'allowStart',
      connectorNo,
      request,
      tradeNo: orderNo,
      cardNo: payer.cardNo,
      balance: opening.balance,
    },
  });
}

function command(session: Session, { opening }: Input<'start-commanded'>): Step {
  const { orderNo, connectorNo, payer } = session.order;
  return stay(session, {
    do: 'send',
    command: {
      do: 'start',
      connectorNo,
      tradeNo: orderNo,
      cardNo: payer.cardNo,
      balance: opening.balance,
    },
  });
}

const both = (first: Step, second: (session: Session) => Step): Step => {
  const next = second(first.session);
  return { session: next.session, effects: [...first.effects, ...next.effects] };
};

/** Without an order only a start or an unknown record means something. */
const WITHOUT: { readonly [K in OrderInput['on']]?: (input: Input<K>, at: Moment) => Step } = {
  'start-allowed': (input, at) => both(open(input, at), (session) => allow(session, input)),
  'start-commanded': (input, at) => both(open(input, at), (session) => command(session, input)),
  'charge-began': ({ begin }, at) => openBegun(begin, at),
  record: ({ facts }, at) => {
    const event = orphanOf(facts, at.wallMs);
    return stay(sessionOf(event.order, at), { do: 'save', event }, { do: 'keep-record' });
  },
};

/** A record that comes before any report says whether the start became a charge. */
function newsOf({ order: before }: Session, { record }: Order): OrderNews {
  if (before.state !== 'starting') return { news: 'stopped' };
  return record?.stopClass === 'start-failed'
    ? { news: 'not-started', refusal: 'device-fault' }
    : { news: 'started' };
}

/** [ORD-9] to [ORD-13]: a record means the same in every state. */
function onRecord(session: Session, { facts }: Input<'record'>, at: Moment): Step {
  const decision = decideRecord(session.order, facts, session.samples, at.wallMs);
  if (decision.is === 'duplicate') return stay(session);
  if (decision.is === 'revised-again') return stay(session, { do: 'keep-record' });
  const after: Session = { ...session, order: decision.event.order, samples: [] };
  const saved = [{ do: 'save', event: decision.event }, { do: 'keep-record' }] as const;
  if (decision.is === 'revised') {
    return stay(after, ...saved, { do: 'raise', alarm: 'record-revised' });
  }
  return stay(after, ...saved, { do: 'tell', news: newsOf(session, decision.event.order) });
}

/** [ORD-7]: a loss changes nothing but the deadlines. */
const onLost = (session: Session, _input: unknown, at: Moment): Step =>
  stay({ ...session, onlineMono: null, lostMono: session.lostMono ?? at.monoMs });

/** [ORD-7]: a login keeps the order; the pile is asked how it stands. */
const onLogin = (session: Session, _input: unknown, at: Moment): Step =>
  stay(
    { ...session, onlineMono: at.monoMs, lostMono: null },
    { do: 'send', command: { do: 'readNow', connectorNo: session.order.connectorNo } },
  );

const sampled = (
  session: Session,
  { energy }: Input<'reported-charging'>,
  at: Moment,
  rules: OrderRules,
): Session => ({
  ...session,
  idleReports: 0,
  idleSinceMs: null,
  reportMono: at.monoMs,
  samples: withSample(session.samples, { atMs: at.wallMs, energy }, rules),
});

/** [ORD-5]: the second idle report ends the charge, at the time of the first. */
function onIdle(session: Session, { certain }: Input<'reported-idle'>, at: Moment): Step {
  const idleSinceMs = session.idleSinceMs ?? at.wallMs;
  const idleReports = session.idleReports + 1;
  const seen = { ...session, idleReports, idleSinceMs };
  return certain || idleReports >= IDLE_REPORTS ? end(seen, at, idleSinceMs) : stay(seen);
}

/** The pile has been silent for so long that its last word was the end. */
const endAtLastWord = (session: Session, at: Moment): Step =>
  end(session, at, session.samples.at(-1)?.atMs ?? at.wallMs);

const whenDue =
  (act: (session: Session, at: Moment) => Step) =>
  (session: Session, _input: unknown, at: Moment, rules: OrderRules): Outcome => {
    const due = deadlineOf(session, rules);
    return due === undefined || at.monoMs < due.atMono ? 'ignored' : act(session, at);
  };

const named = (session: Session, { begin }: Input<'charge-began'>, at: Moment): Outcome =>
  session.order.charge === undefined ? nameCharge(session, begin, at) : 'ignored';

/** Readings of a charge that has no record yet. */
const readLate = (
  session: Session,
  { readings }: Input<'read-late'>,
  _at: Moment,
  rules: OrderRules,
): Outcome => stay({ ...session, samples: withLateReadings(session.samples, readings, rules) });

const always = { record: onRecord, 'pile-lost': onLost, 'pile-logged-in': onLogin } as const;

const STARTING: Handlers = {
  ...always,
  // The pile asks again: our answer was lost on the way. It gets the same number.
  'start-allowed': allow,
  'charge-began': (session, { begin }, at) => beginStarted(session, begin, at),
  'start-accepted': (session) =>
    stay(
      { ...session, accepted: true, waitsForPlug: false },
      { do: 'tell', news: { news: 'started' } },
    ),
  'start-refused': (session, { refusal }, at) =>
    refusal === 'not-plugged' && !session.accepted
      ? stay({ ...session, waitsForPlug: true })
      : fail(session, refusal, at),
  'reported-charging': (session, input, at, rules) =>
    move(
      { ...sampled(session, input, at, rules), accepted: true, waitsForPlug: false },
      'ChargingStarted',
      { state: 'charging', chargingAtMs: at.wallMs },
      at,
      { do: 'tell', news: { news: 'started' } },
    ),
  'stop-commanded': stopIn,
  time: whenDue((session, at) => {
    if (session.waitsForPlug) return fail(session, 'not-plugged', at);
    // [ORD-3]: a pile that took the start and said nothing may yet begin.
    return both(fail(session, 'no-confirmation', at), (failed) => stopAgain(failed, at, 0));
  }),
};

function stopIn(session: Session, _input: unknown, at: Moment): Step {
  return stop(session, at);
}

const CHARGING: Handlers = {
  ...always,
  'charge-began': named,
  'read-late': readLate,
  'reported-charging': (session, input, at, rules) => {
    const seen = sampled(session, input, at, rules);
    return input.overspent ? stop(seen, at) : stopUnwanted(seen, at, rules);
  },
  'reported-idle': onIdle,
  'stop-commanded': stopIn,
  time: whenDue(endAtLastWord),
};

const STOPPING: Handlers = {
  ...always,
  'charge-began': named,
  'read-late': readLate,
  'start-accepted': (session) => stay({ ...session, accepted: true }),
  'start-refused': (session, { refusal }, at) =>
    session.order.chargingAtMs === null ? fail(session, refusal, at) : 'ignored',
  'reported-charging': (session, input, at, rules) => {
    const { order } = session;
    const seen = sampled(session, input, at, rules);
    const begun = { ...order, chargingAtMs: order.chargingAtMs ?? at.wallMs };
    return stopAgain({ ...seen, order: begun }, at, rules.stopAgainMs, {
      do: 'raise',
      alarm: 'stop-ignored',
    });
  },
  'reported-idle': (session, input, at) =>
    session.order.chargingAtMs === null ? 'ignored' : onIdle(session, input, at),
  'stop-commanded': (session, _input, at, rules) => stopAgain(session, at, rules.stopAgainMs),
  'stop-answered': (session, { refusal }, at) => {
    if (refusal === 'not-charging') {
      return session.order.chargingAtMs === null
        ? fail(session, 'not-charging', at, { do: 'tell', news: { news: 'stopped' } })
        : end(session, at);
    }
    const news =
      refusal === null
        ? ({ news: 'stopped' } as const)
        : ({ news: 'not-stopped', refusal } as const);
    return stay(session, { do: 'tell', news });
  },
  time: whenDue((session, at) =>
    session.order.chargingAtMs === null
      ? fail(session, 'no-confirmation', at, { do: 'tell', news: { news: 'stopped' } })
      : endAtLastWord(session, at),
  ),
};

const AWAITING: Handlers = {
  ...always,
  'charge-began': named,
  'read-late': readLate,
  // The pile charges on: what looked like the end was none.
  'reported-charging': (session, input, at, rules) =>
    move(
      { ...sampled(session, input, at, rules), endedMono: null },
      'ChargingStarted',
      { state: 'charging', endedAtMs: null, bill: null, exceptions: lasting(session.order) },
      at,
    ),
  // [ORD-8]: an estimate is no money; the record that comes after all settles the order.
  time: whenDue((session, at) =>
    move(
      session,
      'OrderRevised',
      { bill: estimateOf(session), exceptions: [...lasting(session.order), 'record-missing'] },
      at,
      { do: 'raise', alarm: 'record-missing' },
    ),
  ),
};

/** [ORD-4]: a failed order that charges all the same is stopped, and its record settles it. */
const FAILED: Handlers = {
  record: onRecord,
  'charge-began': (session, { begin }, at, rules) =>
    session.order.charge === undefined ? beginFailed(session, begin, at, rules) : 'ignored',
  'reported-charging': (session, _input, at, rules) =>
    stopAgain(session, at, rules.stopAgainMs, { do: 'raise', alarm: 'charges-without-order' }),
};

/** [ORD-13]: nothing but another record is looked at. */
const CLOSED: Handlers = { record: onRecord };

/** A begin that comes after its record is answered all the same ([ORD-18]). */
const SETTLED: Handlers = {
  ...CLOSED,
  'charge-began': (session, { begin }, at) =>
    session.order.charge === undefined ? nameSettled(session, begin, at) : 'ignored',
};

const TABLE: Readonly<Record<OrderState, Handlers>> = {
  starting: STARTING,
  charging: CHARGING,
  stopping: STOPPING,
  'awaiting-record': AWAITING,
  settled: SETTLED,
  failed: FAILED,
  orphan: CLOSED,
};

/**
 * One step of an order: what it is now, and what is to be done. `null`: there is no order yet.
 * Pure; effects in their order, `save` and `keep-record` in one commit before the others ([ORD-1]).
 */
export function next<K extends OrderInput['on']>(
  session: Session | null,
  input: Input<K> & { readonly on: K },
  at: Moment,
  rules: OrderRules,
): Outcome {
  if (session === null) return WITHOUT[input.on]?.(input, at) ?? 'ignored';
  return TABLE[session.order.state][input.on]?.(session, input, at, rules) ?? 'ignored';
}
