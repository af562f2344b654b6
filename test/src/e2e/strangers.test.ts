import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { RELATIVES } from '@holdfast/protocols/family/vectors/relatives';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { accessibilityFaults, startBrowser } from './browser.ts';

const chromium = needs('chromium');
const HEX = RELATIVES.find(({ id }) => id === 'shenghong_heartbeat')?.hex ?? '';

describe.runIf(chromium !== null)('the station page of a box that listens', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'strangers-page-'));
  let edge: RunningEdge;
  let browser: Browser;
  let pile: net.Socket;

  beforeAll(async () => {
    const fronts = [{ protocol: 'listen', port: 0 }];
    const file = { siteId: 'site-01', name: 'Site', dataFolder: 'data', fronts, api: { port: 0 } };
    edge = await startEdge(configOf(file, folder));
    pile = net.connect(edge.addresses.listen ?? 0, '127.0.0.1');
    pile.write(Buffer.from(HEX, 'hex'));
    browser = await startBrowser(chromium ?? '');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    pile?.destroy();
    await edge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['zh-CN', '充电桩', '盛弘', '校验正确'],
    ['en-US', 'Piles', '盛弘', 'is right in each'],
  ])(
    '[LISTEN-4] %s: who connected, and what it speaks',
    async (locale, tab, maker, proof) => {
      const context = await browser.newContext({ locale, viewport: { width: 1100, height: 700 } });
      const page = await context.newPage();
      await page.goto(edge.addresses.api);
      await page.getByText(tab, { exact: true }).first().click();
      const row = page.locator('tr', { hasText: '127.0.0.1' });
      await row.waitFor({ timeout: 20_000 });
      const text = await row.innerText();
      for (const words of [maker, proof, HEX.slice(0, 40)]) expect(text).toContain(words);
      expect(await accessibilityFaults(page)).toEqual([]);
      await context.close();
    },
    60_000,
  );
});
