import type { OrderRules, Session } from './session.ts';

/** What a deadline of a session means; the machine acts on it when the time has come. */
export type Deadline = 'plug' | 'confirm' | 'lost' | 'record';

export interface Due {
  readonly deadline: Deadline;
  /** On the monotonic clock. */
  readonly atMono: number;
}

/** A pile that is away for hours will not go on with a charge. */
function lostDue({ lostMono }: Session, rules: OrderRules): Due | undefined {
  if (lostMono === null) return undefined;
  return { deadline: 'lost', atMono: lostMono + rules.lostWaitMs };
}

/** An ended charge waits for its record: a while from its end, or from the return of its pile. */
function recordDue(session: Session, rules: OrderRules): Due | undefined {
  // An estimate has been made: what comes now is the record, or nothing.
  if (session.order.exceptions.includes('record-missing')) return undefined;
  const endedMono = session.endedMono ?? session.openedMono;
  if (session.onlineMono === null) {
    return { deadline: 'record', atMono: endedMono + rules.lostWaitMs };
  }
  return {
    deadline: 'record',
    atMono: Math.max(endedMono, session.onlineMono) + rules.recordWaitMs,
  };
}

/** A pile that was told to stop and says nothing more of the charge has ended it. */
function silentDue(session: Session, rules: OrderRules): Due | undefined {
  if (session.onlineMono === null) return lostDue(session, rules);
  const lastWord = Math.max(
    session.reportMono ?? session.openedMono,
    session.stopSentMono ?? session.openedMono,
    session.onlineMono,
  );
  return { deadline: 'lost', atMono: lastWord + rules.recordWaitMs };
}

/** The next deadline of a session; `undefined`: it waits for its pile alone. */
export function deadlineOf(session: Session, rules: OrderRules): Due | undefined {
  const { order, openedMono } = session;
  switch (order.state) {
    case 'starting':
      return session.waitsForPlug
        ? { deadline: 'plug', atMono: openedMono + rules.plugMs }
        : { deadline: 'confirm', atMono: openedMono + rules.confirmMs };
    case 'charging':
      return lostDue(session, rules);
    case 'stopping':
      // A charge that was never confirmed is not waited for longer than one that was not stopped.
      return order.chargingAtMs === null
        ? { deadline: 'confirm', atMono: openedMono + rules.confirmMs }
        : silentDue(session, rules);
    case 'awaiting-record':
      return recordDue(session, rules);
    case 'settled':
    case 'failed':
    case 'orphan':
      return undefined;
  }
}
