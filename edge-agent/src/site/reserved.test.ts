import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reservation } from '../ports/reservations.ts';
import { type Claim, isKept, type Place, usedBy } from './reserved.ts';

const NOW = 1_000_000;
const reservation = (change: Partial<Reservation>): Reservation => ({
  id: 1,
  pileNo: 'P1',
  connectorNo: 1,
  token: 'mine',
  account: null,
  expiresAtMs: NOW + 1,
  madeAtMs: 0,
  ...change,
});
const claim = (token: string, connectorNo = 1, change: Partial<Claim> = {}): Claim => ({
  pileNo: 'P1',
  connectorNo,
  account: null,
  holds: (other) => other === token,
  ...change,
});
const FREE: readonly Place[] = [
  { pileNo: 'P1', connectorNo: 1 },
  { pileNo: 'P1', connectorNo: 2 },
  { pileNo: 'P2', connectorNo: 1 },
];

describe('[SITE-7] a reservation', () => {
  test('of a connector keeps it for its card or account, and leaves the others', () => {
    const all = [reservation({ account: 'acme' })];
    expect(isKept(all, claim('other'), FREE, NOW)).toBe(true);
    expect(isKept(all, claim('other', 2), FREE, NOW)).toBe(false);
    expect(isKept(all, claim('mine'), FREE, NOW)).toBe(false);
    expect(isKept(all, claim('other', 1, { account: 'acme' }), FREE, NOW)).toBe(false);
  });

  test('ends with its time', () => {
    expect(isKept([reservation({})], claim('other'), FREE, NOW + 1)).toBe(false);
    expect(usedBy([reservation({})], claim('mine'), NOW + 1)).toBeUndefined();
  });

  test('of some connector of a pile keeps the last free one', () => {
    const all = [reservation({ connectorNo: null })];
    expect(isKept(all, claim('other'), FREE, NOW)).toBe(false);
    expect(isKept(all, claim('other'), FREE.slice(0, 1), NOW)).toBe(true);
    expect(isKept(all, claim('mine'), FREE.slice(0, 1), NOW)).toBe(false);
  });

  test('of some connector of the site counts beside those of piles and connectors', () => {
    const site = reservation({ id: 3, pileNo: null, connectorNo: null });
    const others = [
      reservation({ id: 1, connectorNo: 2, token: 'a' }),
      reservation({ id: 2, pileNo: 'P2', connectorNo: null, token: 'b' }),
    ];
    expect(isKept([site], claim('other'), FREE, NOW)).toBe(false);
    expect(isKept([site, ...others], claim('other'), FREE, NOW)).toBe(true);
    expect(isKept([site, ...others], claim('mine'), FREE, NOW)).toBe(false);
  });

  test('of another is no less kept because one has a wider one of one’s own', () => {
    const all = [
      reservation({ token: 'a' }),
      reservation({ id: 2, pileNo: null, connectorNo: null }),
    ];
    expect(isKept(all, claim('mine'), FREE, NOW)).toBe(true);
    expect(isKept(all, claim('mine', 2), FREE, NOW)).toBe(false);
  });

  test('that is narrowest is used up first', () => {
    const all = [
      reservation({ id: 1, pileNo: null, connectorNo: null }),
      reservation({ id: 2, connectorNo: null }),
      reservation({ id: 3 }),
    ];
    const ids = (list: readonly Reservation[]) => usedBy(list, claim('mine'), NOW)?.id;
    expect([ids(all), ids(all.slice(0, 2)), ids(all.slice(0, 1))]).toEqual([3, 2, 1]);
  });

  test('whatever strangers take, everybody who reserved finds a connector', () => {
    const places = Array.from({ length: 6 }, (_, n) => ({
      pileNo: `P${Math.floor(n / 2) + 1}`,
      connectorNo: (n % 2) + 1,
    }));
    const wanted = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 });
    const order = fc.shuffledSubarray(places, { minLength: places.length });
    fc.assert(
      fc.property(wanted, order, (kinds, tries) => {
        // 0: the site; 1 to 3: a pile; above: a connector. No more than there is room for.
        const all: Reservation[] = [];
        for (const [id, kind] of kinds.entries()) {
          const place = kind > 3 ? places[kind - 3] : undefined;
          const pileNo = kind === 0 ? null : (place?.pileNo ?? `P${kind}`);
          const connectorNo = place?.connectorNo ?? null;
          all.push(reservation({ id, pileNo, connectorNo, token: `t${id}` }));
          if (!hasRoom(all, places)) all.pop();
        }
        let free: readonly Place[] = places;
        for (const place of tries) {
          const stranger = claim('stranger', place.connectorNo, { pileNo: place.pileNo });
          if (!isKept(all, stranger, free, NOW)) free = free.filter((one) => one !== place);
        }
        expect(hasRoom(all, free)).toBe(true);
      }),
    );
  });
});

/** Whether each reservation can have a connector of its own: the narrow ones choose first. */
function hasRoom(all: readonly Reservation[], places: readonly Place[]): boolean {
  const left = new Set(places);
  const width = ({ pileNo, connectorNo }: Reservation) =>
    connectorNo !== null ? 0 : pileNo !== null ? 1 : 2;
  return [...all]
    .sort((a, b) => width(a) - width(b))
    .every((one) => {
      const place = [...left].find(
        ({ pileNo, connectorNo }) =>
          (one.pileNo === null || one.pileNo === pileNo) &&
          (one.connectorNo === null || one.connectorNo === connectorNo),
      );
      return place !== undefined && left.delete(place);
    });
}
