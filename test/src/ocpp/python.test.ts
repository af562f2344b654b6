import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { needs } from '../harness/needs.ts';
import { type Agent, CARD, startAgent } from './agent.ts';

const python = needs('python3-websockets');
const SCRIPT = fileURLToPath(new URL('./charge-point.py', import.meta.url));
const run = promisify(execFile);
const VERSIONS = ['1.6', '2.0.1'];
const PASSWORD = 'a-password-of-python';

describe.runIf(python !== null)('a charge point in Python', () => {
  let agent: Agent;

  beforeAll(async () => {
    agent = await startAgent(
      VERSIONS.map((version) => ({ identity: `PY-${version}`, password: PASSWORD })),
    );
  }, 90_000);

  afterAll(() => agent?.stop());

  test.each(VERSIONS)(
    'OCPP %s: boot, card, charge and end become one settled order',
    async (version) => {
      const identity = `PY-${version}`;
      const args = [SCRIPT, agent.url, identity, PASSWORD, version, CARD];
      const { stdout } = await run(python ?? '', args, { timeout: 60_000 });
      const said = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
      expect(said['boot']).toMatchObject({ status: 'Accepted' });
      const info = version === '1.6' ? 'idTagInfo' : 'idTokenInfo';
      expect(said['card']).toMatchObject({ [info]: { status: 'Accepted' } });
      expect(said['begin']).toMatchObject({ [info]: { status: 'Accepted' } });
      await vi.waitFor(
        async () => {
          const orders = await agent.api.allOrders();
          const mine = orders.filter(({ pileNo }) => pileNo === identity);
          expect(mine).toMatchObject([
            { state: 'settled', energyKwh: '2.5000', account: 'stranger', vendor: 'ocpp' },
          ]);
        },
        { timeout: 20_000, interval: 200 },
      );
    },
    90_000,
  );
});
