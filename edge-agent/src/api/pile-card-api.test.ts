import { FaultError } from '@holdfast/shared/errors/fault';
import { describe, expect, test } from 'vitest';
import { PILE, T0 } from '../orders/testing/subjects.ts';
import { fakePile, openWorld } from '../site/testing/world.ts';
import { cardApi } from './card-api.ts';
import { pileApi } from './pile-api.ts';
import { reservationApi } from './reservation-api.ts';

describe('cards over the API', () => {
  test('are entered, shown, changed and taken away', async () => {
    const { site, time } = await openWorld();
    const api = cardApi(site.cards, time.clock);
    const entered = await api.enter('Guest-1', {
      account: 'guest',
      balanceYuan: '12.5',
      state: 'accepted',
      expiresAt: '2025-08-01T00:00:00+08:00',
    });
    expect(entered).toMatchObject({
      token: 'Guest-1',
      balanceYuan: '12.50',
      expiresAt: '2025-08-01T00:00:00.000+08:00',
      group: null,
    });
    await api.enter('guest-1', { account: 'guest', balanceYuan: '1', state: 'blocked' });
    expect(api.cards({}).items).toMatchObject([{ state: 'blocked', balanceYuan: '1.00' }]);
    expect(api.card('GUEST-1').state).toBe('blocked');
    await api.remove('guest-1');
    expect(() => api.card('guest-1')).toThrow(FaultError);
    await expect(api.remove('guest-1')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a time that is none is refused', async () => {
    const { site, time } = await openWorld();
    const api = cardApi(site.cards, time.clock);
    const request = {
      account: 'a',
      balanceYuan: '1',
      state: 'accepted',
      expiresAt: 'soon',
    } as const;
    await expect(api.enter('t', request)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(api.cards({}).items).toEqual([]);
  });
});

describe('groups and reservations over the API', () => {
  test('a group that is blocked blocks its cards, until it is forgotten', async () => {
    const { site, time } = await openWorld();
    const api = cardApi(site.cards, time.clock);
    const card = { account: 'a', balanceYuan: '10', group: 'family' } as const;
    await api.enter('one', { ...card, state: 'accepted' });
    const frozen = () => site.cards.spenderOf({ by: 'token', token: 'ONE', tokenType: '' })?.frozen;
    await api.enterGroup('family', { state: 'blocked' });
    expect(frozen()).toBe(true);
    expect(site.cards.list().cards.find(({ token }) => token === 'one')?.state).toBe('blocked');
    expect(api.groups({}).items).toMatchObject([{ group: 'family', state: 'blocked' }]);
    await api.removeGroup('family');
    expect(frozen()).toBe(false);
    await expect(api.removeGroup('family')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('a reservation is made, shown and taken back; one that cannot be is refused', async () => {
    const { site, time } = await openWorld();
    const api = reservationApi(site, time.clock);
    const wish = { pileNo: PILE, connectorNo: 1, token: 'one' };
    const expiresAt = '2025-07-15T12:00:00+08:00';
    const made = await api.reserve({ ...wish, expiresAt });
    expect(api.reservations({}).items).toEqual([made]);
    expect(made).toMatchObject({
      ...wish,
      account: null,
      expiresAt: '2025-07-15T12:00:00.000+08:00',
    });
    const refused = (request: object, code: string) =>
      expect(api.reserve({ ...wish, expiresAt, ...request })).rejects.toMatchObject({ code });
    await refused({}, 'connector-busy');
    await refused({ connectorNo: 2, expiresAt: '2025-07-14T12:00:00+08:00' }, 'invalid-input');
    await refused({ connectorNo: 2, expiresAt: '2026-07-15T12:00:00+08:00' }, 'invalid-input');
    await refused({ connectorNo: 9 }, 'not-found');
    await refused({ pileNo: undefined }, 'invalid-input');
    await refused({ connectorNo: 2, token: undefined }, 'invalid-input');
    await api.cancel(made.id);
    expect(api.reservations({}).items).toEqual([]);
    await expect(api.cancel(made.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a pile over the API', () => {
  test('its operations come with their schemas; without any it says so', async () => {
    const { site, journal, time } = await openWorld();
    const api = pileApi(site.memory, time.clock);
    await expect(api.operations(PILE)).rejects.toMatchObject({ code: 'not-found' });
    const { link } = fakePile(site, journal, PILE);
    const operations = {
      protocol: 'ocpp1.6',
      operations: [{ name: 'Reset', schema: () => Promise.resolve({ type: 'object' }) }],
    };
    await site.onPileEvent(
      { ...link, operations },
      {
        type: 'PileLoggedIn',
        protocolVersion: '1.6',
        firmware: '',
        connectorCount: 1,
        dc: false,
      },
    );
    expect(await api.operations(PILE)).toEqual({
      protocol: 'ocpp1.6',
      items: [{ name: 'Reset', schema: { type: 'object' } }],
    });
  });

  test('its deviations are listed with their times', async () => {
    const { site, pile, time } = await openWorld();
    await pile.says({
      type: 'Deviated',
      rule: 'OCPP-B5',
      action: 'Heartbeat',
      path: '/',
      seen: '5',
      repair: 'taken as text',
    });
    const [first] = pileApi(site.memory, time.clock).deviations(PILE).items;
    expect(first).toMatchObject({ rule: 'OCPP-B5', count: 1 });
    expect(Date.parse(first?.first ?? '')).toBe(T0);
  });
});
