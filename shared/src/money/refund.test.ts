import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fen, fenText } from '../units.ts';
import { billOfKinds, sumOf } from './bill-of.ts';
import { closePrepaid, refundableOf, reversalOf } from './refund.ts';
import { anyEnergies, anyTariff, yuan } from './testing.ts';
import { e8 } from './vectors/cases.ts';

test('[E8] what is left of a prepayment goes back', () => {
  const close = closePrepaid(yuan(e8.prepaid), yuan(e8.bill));
  expect(fenText(close.refund)).toBe(e8.refund);
  expect(close).toMatchObject({ paid: yuan(e8.bill), debt: 0n });
});

test('a bill above the balance takes the balance, and the rest is debt', () => {
  expect(closePrepaid(yuan('20'), yuan('20.01'))).toEqual({
    paid: yuan('20'),
    refund: 0n,
    debt: 1n,
  });
});

test('closing a prepayment makes and loses no money', () => {
  const anyFen = fc.bigInt(0n, 10_000_000n).map(fen);
  fc.assert(
    fc.property(anyFen, anyFen, (prepaid, due) => {
      const { paid, refund, debt } = closePrepaid(prepaid, due);
      expect([paid + refund, paid + debt]).toEqual([prepaid, due]);
      expect(refund >= 0n && debt >= 0n && (refund === 0n || debt === 0n)).toBe(true);
    }),
  );
});

test('refunds together never pass what was paid', () => {
  expect(refundableOf(yuan('10'), [])).toBe(yuan('10'));
  expect(refundableOf(yuan('10'), [yuan('4'), yuan('5.99')])).toBe(1n);
  expect(refundableOf(yuan('10'), [yuan('10')])).toBe(0n);
  expect(refundableOf(yuan('10'), [yuan('11')])).toBe(0n);
});

test('a bill and its reversal sum to nothing, in every column', () => {
  fc.assert(
    fc.property(anyTariff, anyEnergies, (tariff, energies) => {
      const known = energies.filter(({ kind }) => kind < tariff.rates.length);
      const bill = billOfKinds(tariff, known) ?? sumOf([]);
      const both = sumOf([...bill.rows, ...reversalOf(bill).rows]);
      expect(both).toMatchObject({ energy: 0n, electricity: 0n, service: 0n, total: 0n });
    }),
  );
});
