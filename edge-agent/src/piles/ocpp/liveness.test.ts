import { expect, test } from 'vitest';
import { type Habits, LIVENESS_LIMITS, Liveness } from './liveness.ts';

/** Looks as often as it is told to, until the end or `untilMs`; when it pinged, and when it ended. */
function watched(habits: Habits, untilMs: number, heardAt: readonly number[] = []) {
  const liveness = new Liveness(LIVENESS_LIMITS, habits, 0);
  const pings: number[] = [];
  let now = 0;
  while (now <= untilMs) {
    const look = liveness.look(now);
    if (look.do === 'end') return { pings, endedAt: now };
    if (look.do === 'ping') pings.push(now);
    const next = now + look.ms;
    for (const at of heardAt) if (at > now && at <= next) liveness.heard(at);
    now = next;
  }
  return { pings, endedAt: null };
}

test('[OCPP-A6] two pings without an answer end a connection within a minute', () => {
  const { pings, endedAt } = watched({ answersPings: true, heartbeatMs: null }, 600_000);
  expect(pings).toEqual([20_000, 40_000]);
  expect(endedAt).toBe(51_000);
});

test('[OCPP-A6] any frame counts as life, and puts the ping off', () => {
  const heardAt = Array.from({ length: 60 }, (_, n) => n * 10_000);
  const habits = { answersPings: true, heartbeatMs: null };
  expect(watched(habits, 590_000, heardAt)).toEqual({ pings: [], endedAt: null });
});

test('[OCPP-A6] who never answered a ping has two and a half heartbeats', () => {
  const { endedAt } = watched({ answersPings: false, heartbeatMs: 60_000 }, 600_000);
  expect(endedAt).toBe(151_000);
});

test('[OCPP-A6] … of the assumed interval where none was told, and never less than the pings', () => {
  expect(watched({ answersPings: false, heartbeatMs: null }, 9e5).endedAt).toBe(751_000);
  expect(watched({ answersPings: false, heartbeatMs: 5_000 }, 9e5).endedAt).toBe(51_000);
});

test('[OCPP-A6] what lay unread while we stood still is heard at the second look', () => {
  const liveness = new Liveness(LIVENESS_LIMITS, { answersPings: true, heartbeatMs: null }, 0);
  expect(liveness.look(500_000)).toEqual({ do: 'wait', ms: 1_000 });
  liveness.heard(500_500);
  expect(liveness.look(501_000).do).toBe('wait');
});

test('[OCPP-A6] a pong is remembered for good', () => {
  const habits: Habits = { answersPings: false, heartbeatMs: 3_600_000 };
  new Liveness(LIVENESS_LIMITS, habits, 0).ponged(1);
  expect(habits.answersPings).toBe(true);
  expect(watched(habits, 9e6).endedAt).toBe(51_000);
});
