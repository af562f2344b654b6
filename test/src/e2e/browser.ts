import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Chromium as Debian ships it, without anything that calls home. */
export const startBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Runs in the page; text, because the page's own names are not ours. */
const RUN_AXE = `axe
  .run(document, { runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] } })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 160)))`;

/** A colour on its way to another is nobody's colour; what turns for ever is not waited for. */
const STILL = `Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
  .map((one) => one.finished)).then(() => undefined)`;

/** What axe finds against WCAG 2.2 A and AA, a line each, when the page has come to rest. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(STILL);
  await page.evaluate(AXE);
  return await page.evaluate<readonly string[]>(RUN_AXE);
}

/** Requests that left the page's own origin: there must be none, the line may be cut. */
export function foreignRequests(page: Page, origin: string): readonly string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    const own = url.startsWith(origin) || url.startsWith(origin.replace('http', 'ws'));
    if (!own && !url.startsWith('data:') && !url.startsWith('blob:')) seen.push(url);
  });
  return seen;
}
