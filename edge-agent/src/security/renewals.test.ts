import type { Command } from '@holdfast/shared/sync/commands';
import { beforeEach, expect, test } from 'vitest';
import { askRenewal } from './renewals.ts';

const handled: Command[] = [];
beforeEach(() => void handled.splice(0));

const ask = (protocol: string | undefined): Promise<void> =>
  askRenewal(
    {
      hubNowMs: () => 1_000,
      vendorOf: () => 'ocpp',
      operationsOf: () => (protocol === undefined ? undefined : { protocol, operations: [] }),
      handle: async (command) => {
        handled.push(command);
        return { id: command.id, outcome: 'done', atMs: 0 };
      },
    },
    'CP-1',
  );

test.each([
  ['ocpp1.6', 'ExtendedTriggerMessage', 'SignChargePointCertificate'],
  ['ocpp2.0.1', 'TriggerMessage', 'SignChargingStationCertificate'],
  ['ocpp2.1', 'TriggerMessage', 'SignChargingStationCertificate'],
])('[DOOR-11] a pile of %s is told by %s', async (protocol, operation, requestedMessage) => {
  await ask(protocol);
  expect(handled).toMatchObject([
    { op: 'operate', pileNo: 'CP-1', operate: { operation, parameters: { requestedMessage } } },
  ]);
});

test('[DOOR-11] one that is not there, or has no certificates, is told nothing', async () => {
  await ask(undefined);
  await ask('ykc');
  expect(handled).toEqual([]);
});
