import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { Command } from '@holdfast/shared/sync/commands';
import { describe, expect, test } from 'vitest';
import type { StoredCard } from '../../ports/cards.ts';
import type { StoredCertificate, StoredCredential } from '../../ports/credentials.ts';
import type { KnownPile } from '../../ports/ledger.ts';
import { outboxContract } from './outbox-contract.ts';
import type { TendedLedger } from './tended-ledger.ts';
import { type Bench, ledgerBenchOf, type MakeLedger } from './testing/contract-bench.ts';
import {
  chainOf,
  connector,
  eventsOnly,
  measured,
  money,
  NOON_MS,
  numbersOf,
  settledOrder,
  stream,
  uploadOf,
} from './testing/fixtures.ts';

function storageContract(of: Bench): void {
  describe('what was saved is found', () => {
    test('an order, as it was saved last', async () => {
      const order = settledOrder(1, { state: 'charging', eventNo: 2, exceptions: ['orphan'] });
      await of.ledger.commit({ changes: [{ save: 'order', order }], events: [] });
      expect(await of.ledger.order(order.orderNo)).toEqual(order);
      expect(await of.ledger.openOrders()).toEqual([order]);
      const settled = settledOrder(1);
      await of.ledger.commit({ changes: [{ save: 'order', order: settled }], events: [] });
      expect(await of.ledger.order(order.orderNo)).toEqual(settled);
      expect(await of.ledger.openOrders()).toEqual([]);
      expect(await of.ledger.order('nobody')).toBeUndefined();
    });

    test('orders by page, newest first, by state, pile and exceptions', async () => {
      const orders = Array.from({ length: 9 }, (_, n) =>
        settledOrder(n, {
          // Two a millisecond: the number decides then.
          openedAtMs: NOON_MS + Math.floor(n / 2),
          state: n % 3 === 0 ? 'failed' : 'settled',
          pileNo: n % 2 === 0 ? 'even' : 'odd',
          exceptions: n > 6 ? ['meter-fell'] : [],
        }),
      );
      const changes = orders.map((order) => ({ save: 'order', order }) as const);
      await of.ledger.commit({ changes, events: [] });
      const numbers = async (filter: Parameters<TendedLedger['orders']>[0]) =>
        (await of.ledger.orders(filter)).map(({ orderNo }) => Number(orderNo.slice(-6)));
      const page = await of.ledger.orders({ limit: 4 });
      expect(page.map(({ orderNo }) => Number(orderNo.slice(-6)))).toEqual([8, 7, 6, 5]);
      const after = page[3]?.orderNo ?? '';
      expect(await numbers({ limit: 4, after })).toEqual([4, 3, 2, 1]);
      expect(await numbers({ limit: 9, state: 'failed' })).toEqual([6, 3, 0]);
      expect(await numbers({ limit: 9, pileNo: 'odd', after })).toEqual([3, 1]);
      expect(await numbers({ limit: 9, exceptionsOnly: true })).toEqual([8, 7]);
      expect(await numbers({ limit: 9, after: 'nobody' })).toEqual([]);
    });

    test('raw records of a trade number in the order in which they came', async () => {
      const record = { tradeNo: 't', pileNo: 'p', frameType: '0x3B', receivedAtMs: 1 };
      for (const rawHex of ['68aa', '68bb']) {
        const change = { save: 'record', record: { ...record, rawHex } } as const;
        await of.ledger.commit({ changes: [change], events: [] });
      }
      expect((await of.ledger.records('t')).map(({ rawHex }) => rawHex)).toEqual(['68aa', '68bb']);
      expect(await of.ledger.records('u')).toEqual([]);
    });

    test('[SYNC-7] a command with its state and answer', async () => {
      const command: Command = {
        id: '01J00000000000000000000000',
        vendor: 'ykc',
        pileNo: 'p',
        connectorNo: 1,
        op: 'start',
        deadlineMs: NOON_MS,
        start: { account: 'A1', balance: '50.00' },
      };
      const save = async (state: 'executing' | 'answered', outcome: 'done' | null) => {
        const answer = outcome === null ? null : { id: command.id, outcome, atMs: 5 };
        const logged = { command, state, answer };
        await of.ledger.commit({ changes: [{ save: 'command', logged }], events: [] });
        return logged;
      };
      const running = await save('executing', null);
      expect(await of.ledger.command(command.id)).toEqual(running);
      expect(await of.ledger.unfinishedCommands()).toEqual([running]);
      const answered = await save('answered', 'done');
      expect(await of.ledger.command(command.id)).toEqual(answered);
      expect(await of.ledger.unfinishedCommands()).toEqual([]);
      expect(await of.ledger.command('other')).toBeUndefined();
    });

    test('the order of a charge by what its pile calls it', async () => {
      const charge = { key: 'tx-1', no: 1_001, meterStart: null };
      const order = settledOrder(1, { pileNo: 'P1', charge });
      await of.ledger.commit({ changes: [{ save: 'order', order }], events: [] });
      const named = (pileNo: string, ref: ChargeRef) => of.ledger.orderOfCharge(pileNo, ref);
      expect(await named('P1', { by: 'key', key: 'tx-1' })).toEqual(order);
      expect(await named('P1', { by: 'no', no: 1_001 })).toEqual(order);
      expect(await named('P2', { by: 'key', key: 'tx-1' })).toBeUndefined();
      expect(await named('P2', { by: 'no', no: 1_001 })).toBeUndefined();
      expect(await named('P1', { by: 'no', no: 1_002 })).toBeUndefined();
    });

    test('notes of piles and cards, until they are taken away', async () => {
      const note = { pileNo: 'P1', key: 'boot', value: { model: 'x' } };
      const card: StoredCard = {
        token: 'AbCd',
        account: 'a',
        balanceFen: '100',
        asOf: '',
        state: 'accepted',
        expiresAtMs: null,
        group: null,
        concurrent: false,
        changedAtMs: 1,
      };
      await of.ledger.commit({
        changes: [
          { save: 'pile-note', note: { ...note, value: 1 } },
          { save: 'pile-note', note },
          { save: 'card', card },
        ],
        events: [],
      });
      expect(await of.ledger.notes()).toEqual([note]);
      expect(await of.ledger.cards()).toEqual([card]);
      await of.ledger.commit({
        changes: [
          { save: 'pile-note', note: { ...note, value: null } },
          { save: 'card-gone', token: 'ABCD' },
        ],
        events: [],
      });
      expect([await of.ledger.notes(), await of.ledger.cards()]).toEqual([[], []]);
    });

    test('groups of cards and reservations, until they are taken away', async () => {
      const group = { group: 'family', state: 'blocked', changedAtMs: 1 } as const;
      const reservation = {
        id: 7,
        pileNo: 'P1',
        connectorNo: null,
        token: 'AbCd',
        account: null,
        expiresAtMs: 2,
        madeAtMs: 1,
      };
      const later = { ...reservation, id: 10 };
      const read = async () => [await of.ledger.cardGroups(), await of.ledger.reservations()];
      await of.ledger.commit({
        changes: [
          { save: 'card-group', group: { ...group, state: 'accepted' } },
          { save: 'card-group', group },
          { save: 'reservation', reservation: later },
          { save: 'reservation', reservation },
        ],
        events: [],
      });
      expect(await read()).toEqual([[group], [reservation, later]]);
      await of.ledger.commit({
        changes: [
          { save: 'card-group-gone', group: 'family' },
          { save: 'reservation-gone', id: 7 },
        ],
        events: [],
      });
      expect(await read()).toEqual([[], [later]]);
    });

    test('piles, counters and the clock', async () => {
      const pile: KnownPile = {
        pileNo: 'p1',
        vendor: 'ykc',
        adopted: false,
        connectorCount: 2,
        dc: true,
        firmware: 'f',
        protocolVersion: '1.6',
        firstSeenMs: 1,
        lastSeenMs: 2,
      };
      expect(await of.ledger.counter('orders')).toBe(0);
      expect(await of.ledger.lastClock()).toBeUndefined();
      await of.ledger.commit({
        changes: [
          { save: 'pile', pile: { ...pile, pileNo: 'p2' } },
          { save: 'pile', pile },
          { save: 'pile', pile: { ...pile, adopted: true } },
          { save: 'counter', name: 'orders', value: 7 },
          { save: 'counter', name: 'orders', value: 8 },
        ],
        events: [],
      });
      const reading = { wallMs: NOON_MS, monoMs: 5, bootNo: 1, quality: 2 } as const;
      await of.ledger.saveClock(reading);
      expect(await of.ledger.piles()).toEqual([
        { ...pile, adopted: true },
        { ...pile, pileNo: 'p2' },
      ]);
      expect(await of.ledger.counter('orders')).toBe(8);
      expect(await of.ledger.lastClock()).toEqual(reading);
    });
  });
}

function doorContract(of: Bench): void {
  describe('what the doors keep', () => {
    const credential: StoredCredential = {
      pileNo: 'p2',
      passwordHash: 'hash',
      next: null,
      sealedPsk: null,
      seeds: { password: null, psk: null },
      reachedProfile: 1,
      changedAtMs: NOON_MS,
    };
    const certificate: StoredCertificate = {
      serialNumber: '1f',
      pileNo: 'p2',
      pem: 'PEM',
      notAfterMs: NOON_MS,
      issuedAtMs: 1,
      revokedAtMs: null,
    };

    test('credentials and certificates, as they were saved last', async () => {
      expect([await of.ledger.credentials(), await of.ledger.certificates()]).toEqual([[], []]);
      const changed = { ...credential, next: { passwordHash: 'other', untilMs: NOON_MS } };
      const revoked = { ...certificate, revokedAtMs: NOON_MS };
      await of.ledger.commit({
        changes: [
          { save: 'credential', credential },
          { save: 'credential', credential: { ...credential, pileNo: 'p1' } },
          { save: 'certificate', certificate },
        ],
        events: [],
      });
      await of.ledger.commit({
        changes: [
          { save: 'credential', credential: changed },
          { save: 'certificate', certificate: revoked },
        ],
        events: [],
      });
      const both = [{ ...credential, pileNo: 'p1' }, changed];
      expect(await of.ledger.credentials()).toEqual(both);
      expect(await of.ledger.certificates()).toEqual([revoked]);
    });

    test('security events by page, newest first, and by pile', async () => {
      const happened = (n: number) =>
        ({
          save: 'security-event',
          event: {
            code: 'flood',
            pileNo: n % 2 === 0 ? 'even' : null,
            address: '10.0.0.1',
            detail: `no ${n}`,
            atMs: NOON_MS + n,
            count: n,
          },
        }) as const;
      await of.ledger.commit({ changes: [1, 2, 3, 4, 5].map(happened), events: [] });
      const page = await of.ledger.securityEvents({ limit: 2 });
      expect(page.map(({ count }) => count)).toEqual([5, 4]);
      expect(page[0]).toEqual({ ...happened(5).event, id: page[0]?.id });
      const before = page[1]?.id ?? 0;
      const rest = await of.ledger.securityEvents({ limit: 9, before });
      expect(rest.map(({ count }) => count)).toEqual([3, 2, 1]);
      const even = await of.ledger.securityEvents({ limit: 9, pileNo: 'even', before });
      expect(even.map(({ count }) => count)).toEqual([2]);
    });
  });
}

function identityContract(of: Bench): void {
  const { slice } = of;
  describe('[SYNC-10] who this store is', () => {
    test('an epoch is kept', async () => {
      expect(of.ledger.identity()).toMatchObject({ siteId: 'S1', epoch: 0, bootNo: 1 });
      await of.ledger.setEpoch(4);
      expect(of.ledger.identity()).toMatchObject({ siteId: 'S1', epoch: 4, bootNo: 1 });
    });

    test('a new store sends the newest event of every order and all that waited', async () => {
      const before = of.ledger.identity();
      await of.ledger.setEpoch(4);
      const opened = settledOrder(1, { state: 'starting', eventNo: 1, settledAtMs: null });
      const changes = [{ save: 'order', order: opened }] as const;
      await of.ledger.commit({ changes, events: [money(opened, 'OrderOpened')] });
      for (const n of [1, 2, 3]) await of.ledger.commit(uploadOf(n));
      await of.ledger.commit(eventsOnly(connector(1, NOON_MS), connector(1, NOON_MS + 1)));
      await of.ledger.commitBulk([measured(1, NOON_MS)]);
      const all = await slice('money');
      await of.ledger.acknowledge(stream('money'), 3);

      const minted = await of.ledger.remint();
      expect(minted).toMatchObject({ siteId: 'S1', epoch: 0, bootNo: before.bootNo });
      expect(minted.storeId).not.toBe(before.storeId);
      expect(of.ledger.identity()).toEqual(minted);
      const again = await slice('money');
      expect(again.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(again.rows.map(({ body }) => body)).toEqual(all.rows.slice(1).map(({ body }) => body));
      expect(again.check).toEqual({
        day: '2025-07-15',
        count: 3,
        hash: chainOf('money', again.rows),
      });
      expect(numbersOf(await slice('state'))).toEqual([1]);
      expect(numbersOf(await slice('telemetry'))).toEqual([1]);
      const states = (await of.ledger.streams()).map(
        (s) => `${s.stream.lane} ${s.next} ${s.acked}`,
      );
      expect(states.sort()).toEqual(['money 4 0', 'state 2 0', 'telemetry 2 0']);
      await of.ledger.commit(uploadOf(4));
      expect(numbersOf(await slice('money', 3))).toEqual([4]);
    });
  });
}

/** The contract of the ledger: every implementation of the port passes it. */
export function ledgerContract(name: string, make: MakeLedger): void {
  describe(`${name} keeps the contract of the ledger`, () => {
    const of = ledgerBenchOf(make);
    storageContract(of);
    doorContract(of);
    outboxContract(of);
    identityContract(of);

    test('nothing is taken after the ledger was closed', async () => {
      await of.ledger.close();
      await expect(of.ledger.commit(uploadOf(1))).rejects.toMatchObject({ code: 'ledger-failed' });
    });
  });
}
