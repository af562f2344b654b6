import { expect, test } from 'vitest';
import { isRemoteToken, orderOfToken, remoteTokenOf } from './remote-token.ts';
import { stopOf } from './stop-reasons.ts';

const ORDER = '00000000000001012511221000000101';

test('[OCPP-C8] a token is made of the order number alone, and fits 1.6', () => {
  const token = remoteTokenOf(ORDER);
  expect(token).toHaveLength(20);
  expect(isRemoteToken(token)).toBe(true);
  expect(orderOfToken(` ${token.toLowerCase()} `, [{ orderNo: ORDER }])).toEqual({
    orderNo: ORDER,
  });
  expect(orderOfToken('CARD', [{ orderNo: ORDER }])).toBeUndefined();
  expect(isRemoteToken('04A1B2C3')).toBe(false);
});

test.each([
  ['', { stopCode: 0, stopClass: 'normal' }],
  ['EVDisconnected', { stopCode: 2, stopClass: 'normal' }],
  ['PowerLoss', { stopCode: 8, stopClass: 'aborted' }],
  ['Nonsense', { stopCode: -1, stopClass: 'unknown' }],
])('a stop for %s is known', (reason, stop) => {
  expect(stopOf(reason)).toEqual(stop);
});
