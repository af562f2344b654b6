import type { World } from '../world/world.ts';

const EVERY_MS = 10_000;

async function lineOf(world: World): Promise<string> {
  const parts = await Promise.all(
    world.sites.map(async ({ siteId, line, fleet, api }) => {
      const sync = await api.sync().catch(() => []);
      const waiting = sync.flatMap((s) => s.streams).reduce((sum, s) => sum + s.pending, 0);
      const ended = fleet.books.entries().length;
      const link = line.isUp() ? 'line up' : 'LINE CUT';
      return `${siteId}: ${link}, ${fleet.charging()} charging, ${ended} charges done, ${waiting} events wait`;
    }),
  );
  return parts.join(' | ');
}

/** Says every ten seconds how it goes. */
export function showStatus(world: World): { readonly stop: () => void } {
  const timer = setInterval(() => {
    void lineOf(world).then((line) => process.stdout.write(`${line}\n`));
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
