import type { ConnectorResource } from '@holdfast/shared/api/resources';
import type { Random } from '../piles/random.ts';
import type { Api } from './api.ts';

/** Somebody at the hub who starts and stops charges from afar, as the app of a driver would. */
export interface Operator {
  readonly commands: () => number;
  readonly stop: () => void;
}

const ROUND_MS = 2_000;

async function act(api: Api, random: Random, connector: ConnectorResource): Promise<boolean> {
  const { siteId, pileNo, connectorNo, state } = connector;
  const target = { siteId, pileNo, connectorNo };
  if (state === 'plugged' || (state === 'idle' && random.once(90))) {
    const account = `app-${random.between(1, 9_999)}`;
    await api.command({ ...target, op: 'start', account, balanceYuan: '80.00' });
    return true;
  }
  if (state === 'charging' && random.once(15)) {
    await api.command({ ...target, op: 'stop' });
    return true;
  }
  return false;
}

/** Looks every two seconds; a hub that is down is asked again later. */
export function runOperator(api: Api, random: Random): Operator {
  let sent = 0;
  let stopped = false;
  const round = async (): Promise<void> => {
    if (stopped) return;
    const connectors = await api.connectors().catch(() => []);
    for (const connector of connectors) {
      if (stopped) return;
      if (await act(api, random, connector).catch(() => false)) sent += 1;
    }
    setTimeout(() => void round(), ROUND_MS);
  };
  void round();
  return {
    commands: () => sent,
    stop() {
      stopped = true;
    },
  };
}
