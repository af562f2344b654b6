import { expect, expectTypeOf, test } from 'vitest';
import { CENTRAL_ACTIONS, STATION_ACTIONS } from './actions.ts';
import type { ActionOf, RequestOf, ResponseOf } from './messages.ts';
import { OCPP_VERSIONS } from './version.ts';

test('payload types are found by version and action', () => {
  expectTypeOf<RequestOf<'1.6', 'BootNotification'>>().toHaveProperty('chargePointVendor');
  expectTypeOf<RequestOf<'2.0.1', 'BootNotification'>['reason']>().toBeString();
  expectTypeOf<RequestOf<'2.1', 'AFRRSignal'>['signal']>().toBeNumber();
  expectTypeOf<ResponseOf<'1.6', 'StartTransaction'>['transactionId']>().toBeNumber();
  expectTypeOf<ResponseOf<'2.1', 'TransactionEvent'>>().toHaveProperty('idTokenInfo');
  expectTypeOf<ActionOf<'1.6'>>().extract<'Nonsense'>().toBeNever();
});

test('an action goes one way, but for DataTransfer', () => {
  for (const version of OCPP_VERSIONS) {
    const central: readonly string[] = CENTRAL_ACTIONS[version];
    expect(STATION_ACTIONS[version].filter((name) => central.includes(name))).toEqual([
      'DataTransfer',
    ]);
  }
});
