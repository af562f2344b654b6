import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CompositeOf,
  compositeOf,
  type HeldProfile,
  limitAt,
  type ProfilePurpose,
  withProfile,
} from './composite.ts';

const T0 = 1_763_800_000_000;
const MINUTE_MS = 60_000;
const profile = (change: Partial<HeldProfile>): HeldProfile => ({
  purpose: 'tx-default',
  connectorNo: 1,
  stackLevel: 0,
  startMs: T0,
  durationS: null,
  validFromMs: null,
  validToMs: null,
  periods: [{ startPeriod: 0, limit: 16 }],
  ...change,
});
const CHARGE: CompositeOf = { connectorNo: 1, chargeStartMs: T0 };
const limits = (limit: number) => [{ startPeriod: 0, limit }];

test('[OCPP-D5] a limit of limited time falls back to the one under it', () => {
  const held = [
    profile({ periods: limits(6) }),
    profile({ purpose: 'tx', stackLevel: 1, durationS: 300, periods: limits(32) }),
  ];
  expect(compositeOf(held, T0, T0 + 3_600_000, CHARGE)).toEqual([
    { fromMs: T0, limit: 32 },
    { fromMs: T0 + 300_000, limit: 6 },
  ]);
});

test('[OCPP-D5] a top profile without an end hides those under it for ever', () => {
  const held = [profile({}), profile({ stackLevel: 5, periods: limits(10) })];
  expect(compositeOf(held, T0, T0 + 1e9, CHARGE)).toEqual([{ fromMs: T0, limit: 10 }]);
});

test('[OCPP-D5] the same level replaces, and a later start leaves a gap', () => {
  const before = [profile({ periods: limits(16) })];
  const held = withProfile(before, profile({ validFromMs: T0 + 60_000, periods: limits(20) }));
  expect(held).toHaveLength(1);
  expect(compositeOf(held, T0, T0 + 120_000, CHARGE)).toEqual([
    { fromMs: T0, limit: null },
    { fromMs: T0 + 60_000, limit: 20 },
  ]);
});

test('[OCPP-D5] the station’s most holds whatever a charge is allowed', () => {
  const held = [
    profile({ purpose: 'station-max', connectorNo: 0, periods: limits(20) }),
    profile({ purpose: 'tx', periods: limits(32) }),
  ];
  expect(limitAt(held, T0, CHARGE)).toBe(20);
  expect(limitAt(held, T0, { connectorNo: 2, chargeStartMs: T0 })).toBe(20);
});

/** One profile per minute's question, asked without any of the calculator's own parts. */
function bruteForce(held: readonly HeldProfile[], atMs: number, of: CompositeOf): number | null {
  const best = (purpose: ProfilePurpose): number | null => {
    let level = -1;
    let limit: number | null = null;
    for (const one of held) {
      if (one.purpose !== purpose) continue;
      if (purpose === 'tx' && (of.chargeStartMs === null || one.connectorNo !== of.connectorNo))
        continue;
      if (purpose === 'station-max' && one.connectorNo !== 0) continue;
      if (purpose === 'tx-default' && ![0, of.connectorNo].includes(one.connectorNo)) continue;
      const start = one.startMs ?? of.chargeStartMs;
      if (start === null || atMs < start) continue;
      if (one.durationS !== null && atMs - start >= one.durationS * 1_000) continue;
      if (one.validFromMs !== null && atMs < one.validFromMs) continue;
      if (one.validToMs !== null && atMs >= one.validToMs) continue;
      // The connector's own goes before that of all, on one level.
      const rank = one.stackLevel * 2 + (one.connectorNo === 0 ? 0 : 1);
      if (rank < level) continue;
      let now: number | null = null;
      for (const { startPeriod, limit: l } of one.periods)
        if (atMs - start >= startPeriod * 1_000) now = l;
      if (now === null) continue;
      level = rank;
      limit = now;
    }
    return limit;
  };
  const own = best('tx') ?? best('tx-default');
  const all = [own, best('station-max')].filter((limit) => limit !== null);
  return all.length === 0 ? null : Math.min(...all);
}

const minutes = (max: number) => fc.integer({ min: 0, max }).map((n) => T0 + n * MINUTE_MS);
const anyProfile: fc.Arbitrary<HeldProfile> = fc.record({
  purpose: fc.constantFrom<ProfilePurpose>('station-max', 'tx-default', 'tx'),
  connectorNo: fc.integer({ min: 0, max: 2 }),
  stackLevel: fc.integer({ min: 0, max: 3 }),
  startMs: fc.option(minutes(60)),
  durationS: fc.option(fc.integer({ min: 1, max: 60 }).map((n) => n * 60)),
  validFromMs: fc.option(minutes(60)),
  validToMs: fc.option(minutes(90)),
  periods: fc
    .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 3 })
    .map((starts) => [0, ...starts.toSorted((a, b) => a - b)])
    .chain((starts) =>
      fc.tuple(
        ...starts.map((n) => fc.record({ startPeriod: fc.constant(n * 60), limit: fc.nat(64) })),
      ),
    ),
});

test('[OCPP-D5] minute by minute it is what a plain search finds', () => {
  const held = fc
    .array(anyProfile, { maxLength: 8 })
    .map((profiles) => profiles.reduce<readonly HeldProfile[]>(withProfile, []));
  const of = fc.record({
    connectorNo: fc.constantFrom(1, 2),
    chargeStartMs: fc.option(minutes(30)),
  });
  fc.assert(
    fc.property(held, of, (profiles, connector) => {
      const composite = compositeOf(profiles, T0, T0 + 120 * MINUTE_MS, connector);
      for (let n = 0; n < 120; n += 1) {
        const atMs = T0 + n * MINUTE_MS;
        const now = composite.findLast(({ fromMs }) => fromMs <= atMs);
        expect(now?.limit).toBe(bruteForce(profiles, atMs, connector));
      }
    }),
    { numRuns: 200 },
  );
});
