import type { Random } from '../piles/random.ts';
import type { ForeignBrokers } from '../world/mosquitto.ts';
import type { World } from '../world/world.ts';

/** Something that can be killed and comes back. */
interface Victim {
  readonly name: string;
  readonly kill: () => Promise<void>;
  readonly revive: () => Promise<unknown>;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function victimsOf(world: World, brokers: ForeignBrokers | undefined): [Victim, ...Victim[]] {
  const hub: Victim = { name: 'hub', kill: world.hub.kill, revive: world.hub.start };
  const edges = world.sites.map(
    ({ siteId, edge }): Victim => ({ name: siteId, kill: edge.kill, revive: edge.start }),
  );
  const others = (brokers?.all ?? []).map(
    ({ url, kill, start }): Victim => ({ name: `broker ${url}`, kill, revive: start }),
  );
  return [hub, ...edges, ...others];
}

/** SIGKILLs hub, edges and broker at random moments under load; each comes back after a while. */
export async function killAtRandom(
  world: World,
  brokers: ForeignBrokers | undefined,
  times: number,
  random: Random,
  say: (text: string) => void,
): Promise<void> {
  const victims = victimsOf(world, brokers);
  for (let n = 1; n <= times; n += 1) {
    await sleep(random.between(500, 5_000));
    const victim = random.pick(victims);
    const awayMs = random.between(0, 3_000);
    await victim.kill();
    say(`kill ${n} of ${times}: ${victim.name}, away for ${awayMs} ms`);
    await sleep(awayMs);
    await victim.revive();
  }
}
