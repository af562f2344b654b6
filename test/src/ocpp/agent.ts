import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Api, apiOf } from '../world/api.ts';
import { freePort } from '../world/free-port.ts';
import { programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import type { EdgeReady } from '../world/world.ts';

/** A station that the agent knows, and what it proves itself with. */
export interface KnownStation {
  readonly identity: string;
  readonly password: string;
}

export const CARD = '04A1B2C3';

/** An edge agent in a process of its own, with an OCPP front and no hub. */
export interface Agent {
  /** `ws://…/ocpp`: the identity comes after it. */
  readonly url: string;
  readonly api: Api;
  readonly stop: () => Promise<void>;
}

export async function startAgent(stations: readonly KnownStation[]): Promise<Agent> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ocpp-agent-'));
  const port = await freePort();
  const file = path.join(folder, 'site.json');
  const config = {
    siteId: 'site-01',
    name: 'Site of strangers',
    dataFolder: path.join(folder, 'data'),
    fronts: [{ protocol: 'ocpp', host: '127.0.0.1', port }],
    api: { host: '127.0.0.1', port: 0 },
    piles: stations.map(({ identity, password }) => ({ pileNo: identity, password })),
    cards: [{ cardNo: CARD, account: 'stranger', balanceYuan: '500.00' }],
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const program = await startProgram<EdgeReady>({
    name: 'the edge agent',
    program: programOf('edge-agent'),
    args: ['--config', file],
    logFile: path.join(folder, 'agent.log'),
  });
  return {
    url: `ws://127.0.0.1:${port}/ocpp`,
    api: apiOf(program.ready().api),
    async stop() {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
