import { setTimeout as passed } from 'node:timers/promises';
import { memoryLedger } from '@holdfast/edge-agent/adapters/ledger/memory';
import { describe, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { busySite, drained, startEdgeSync } from './edge-box.ts';
import { aedesStand, mosquittoStand, type Stand } from './stands.ts';

const mosquitto = needs('mosquitto');
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const ROUNDS = 6;

/** Orders go on while the line is cut and the broker killed; at the end both sides have the same. */
async function nightOf(stand: Stand): Promise<void> {
  const ledger = memoryLedger('site-1', Date.now);
  const sync = startEdgeSync(ledger, stand.url);
  const finish = busySite(ledger);
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      await passed(150 + 70 * round);
      if (round % 2 === 0) {
        stand.cut();
        continue;
      }
      await stand.kill();
      await passed(100);
      await stand.start();
    }
    const orders = await finish();
    await drained(ledger);
    const money = stand.hub.applied.filter(({ lane }) => lane === 'money');
    expect(money.map(({ seq }) => seq)).toEqual(upTo(orders));
    expect(stand.hub.orderEvents.size).toBe(orders);
    expect(stand.hub.parked).toEqual([]);
    expect(stand.hub.nonsense).toEqual([]);
    expect(stand.hub.unequal).toEqual([]);
    expect(stand.hub.session('ykc')).toMatchObject({ epoch: 1, conflict: false });
    expect(stand.hub.hellos.length).toBeGreaterThan(1);
    const check = sync.status().lines[0]?.streams.find(({ lane }) => lane === 'money')?.check;
    expect(check).toMatchObject({ equal: true });
  } finally {
    await finish();
    await sync.stop();
    await stand.close();
  }
}

describe('edge and hub over real brokers', () => {
  test('[SYNC-2c] aedes cut and stopped at any time: nothing lost, nothing twice', async () => {
    await nightOf(await aedesStand());
  });

  test.runIf(mosquitto !== null)(
    '[SYNC-2c] mosquitto cut and killed at any time: nothing lost, nothing twice',
    async () => {
      await nightOf(await mosquittoStand(mosquitto ?? ''));
    },
  );
});
