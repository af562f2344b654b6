import { expect, test } from 'vitest';
import { Gate } from './gate.ts';
import { FRONT_LIMITS } from './limits.ts';

const gateOf = (limits: Partial<typeof FRONT_LIMITS>) => new Gate({ ...FRONT_LIMITS, ...limits });

test('[FRONT-1] so many sockets in all, and so many of one address', () => {
  const gate = gateOf({ sockets: 3, socketsPerAddress: 2 });
  expect([gate.enter('a'), gate.enter('a'), gate.enter('a')]).toEqual(['in', 'in', 'address-full']);
  expect([gate.enter('b'), gate.enter('c')]).toEqual(['in', 'full']);
  gate.leave('a');
  expect([gate.open, gate.enter('a'), gate.open]).toEqual([2, 'in', 3]);
  gate.leave('nobody');
  expect(gate.open).toBe(3);
});

test('[FRONT-2] so many logins of an address a minute', () => {
  const gate = gateOf({ loginsPerMinute: 2 });
  gate.enter('a');
  gate.enter('b');
  const logins = [0, 1_000, 59_999, 60_000, 60_001, 60_002].map((ms) => gate.login('a', ms));
  expect(logins).toEqual([true, true, false, true, true, false]);
  expect(gate.login('b', 59_999)).toBe(true);
  expect(gate.login('nobody', 0)).toBe(false);
});

test('[FRONT-2] leaving and coming back does not renew the minute', () => {
  const gate = gateOf({ loginsPerMinute: 1 });
  gate.enter('a');
  expect(gate.login('a', 0)).toBe(true);
  gate.leave('a');
  gate.tidy(30_000);
  gate.enter('a');
  expect(gate.login('a', 30_000)).toBe(false);
  gate.leave('a');
  gate.tidy(60_000);
  gate.enter('a');
  expect(gate.login('a', 60_000)).toBe(true);
});
