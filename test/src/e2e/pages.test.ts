import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { NO_FAULTS } from '../piles/faults.ts';
import { SHOW_PACE } from '../piles/setup.ts';
import { FREE_PORTS } from '../world/configs.ts';
import { startWorld, type World } from '../world/world.ts';
import { accessibilityFaults, foreignRequests, startBrowser } from './browser.ts';

const chromium = needs('chromium');
const PATIENCE = { timeout: 60_000 };

/** Longer than a car that has finished stays at its gun. */
const GONE_BY_NOW_MS = 4_000;

/** The row of a car that waits for its start: plugged in, and not one that is about to leave. */
async function waitingCar(page: Page): Promise<Locator> {
  const since = new Map<number, number>();
  const until = Date.now() + PATIENCE.timeout;
  while (Date.now() < until) {
    const states = await page.locator('.live-grid-row .status-tag').allTextContents();
    for (const [at, state] of states.entries()) {
      if (!state.includes('已插枪')) since.delete(at);
      else if (!since.has(at)) since.set(at, Date.now());
      const from = since.get(at);
      if (from !== undefined && Date.now() - from > GONE_BY_NOW_MS) {
        return page.locator(`.live-grid-row[data-row="${at}"]`);
      }
    }
    await setTimeout(200);
  }
  throw new Error('no car waits for its start');
}

describe.runIf(chromium !== null)('the pages, in a real browser', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pages-'));
  let world: World;
  let browser: Browser;

  const open = async (url: string, language: 'zh' | 'en'): Promise<Page> => {
    const context = await browser.newContext({
      locale: language === 'zh' ? 'zh-CN' : 'en-US',
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  const login = async (page: Page): Promise<void> => {
    const { firstLogin } = world.hub.ready();
    await page.locator('#password').fill(firstLogin?.password ?? '');
    await page.locator('button[type=submit]').click();
  };

  beforeAll(async () => {
    world = await startWorld({
      folder,
      sites: 1,
      piles: { ykc: 2, 'ocpp1.6': 1 },
      seed: 5,
      faults: NO_FAULTS,
      // Every driver waits for somebody to start the charge, as long as it takes.
      cars: { remoteOneIn: 1, pace: { ...SHOW_PACE, patienceMs: 600_000 } },
      keep: false,
      ports: FREE_PORTS,
    });
    browser = await startBrowser(chromium ?? '');
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the dashboard shows the site, its guns, its orders with their rows, and the sync', async () => {
    const origin = world.hub.ready().http;
    const page = await open(origin, 'en');
    const foreign = foreignRequests(page, origin);
    await page.getByText('Log in').first().waitFor(PATIENCE);
    expect(await accessibilityFaults(page)).toEqual([]);
    await login(page);

    await page.getByText('site-01').first().waitFor(PATIENCE);
    await page.locator('.status-tag', { hasText: 'online' }).first().waitFor(PATIENCE);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByText('Connectors', { exact: true }).click();
    await page.locator('.status-tag', { hasText: 'charging' }).first().waitFor(PATIENCE);
    // The last gun comes with the first word of its station.
    await page.locator('.live-grid-row').nth(5).waitFor(PATIENCE);
    expect(await page.locator('.live-grid-row').count()).toBe(6);
    expect(await accessibilityFaults(page)).toEqual([]);

    await page.getByText('Orders', { exact: true }).click();
    await page.locator('.status-tag', { hasText: 'settled' }).first().waitFor(PATIENCE);
    const settled = page.locator('tr', {
      has: page.locator('.status-tag', { hasText: 'settled' }),
    });
    await settled.first().locator('button').first().click();
    const total = page.getByTestId('order-total');
    await total.waitFor(PATIENCE);
    expect(await total.textContent()).toMatch(/^\d+\.\d\d$/);
    await page.getByText('OrderSettled').first().waitFor(PATIENCE);
    await page.keyboard.press('Escape');

    await page.getByText('Sync', { exact: true }).click();
    await page.locator('.status-tag', { hasText: 'equal' }).first().waitFor(PATIENCE);
    expect(await page.getByText('NOT equal').count()).toBe(0);
    expect(foreign).toEqual([]);
  }, 180_000);

  test('an engineer asks a station anything that its protocol has, here and from the hub', async () => {
    const [site] = world.sites;
    const api = site?.edge.ready().api ?? '';
    for (const url of [api, world.hub.ready().http]) {
      const page = await open(url, 'en');
      if (url !== api) await login(page);
      await page.getByText('Engineer', { exact: true }).click();
      await page.getByRole('combobox', { name: 'Pile' }).click();
      await page.locator('.ant-select-item-option').last().click();
      const operation = page.getByRole('combobox', { name: 'Operation' });
      await operation.waitFor(PATIENCE);
      await operation.selectOption('GetConfiguration');
      await page.getByRole('button', { name: 'Ask the pile' }).click();
      const answer = page.getByTestId('operation-answer');
      await answer.waitFor(PATIENCE);
      expect(await answer.textContent()).toContain('HeartbeatInterval');
      await page.getByRole('spinbutton', { name: 'At most kW' }).fill('60');
      await page.getByRole('button', { name: 'Limit', exact: true }).click();
      // What holds at the site is shown at the site.
      const limit = page.locator('tr', { hasText: 'whole pile' });
      if (url === api) await limit.getByText('60', { exact: true }).waitFor(PATIENCE);
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  }, 180_000);

  test('what happened at the doors is shown at the station and at the hub, with what to do', async () => {
    const [site] = world.sites;
    const api = site?.edge.ready().api ?? '';
    const stranger = new WebSocket(`ws://127.0.0.1:${site?.fronts.ocpp}/ocpp/STRANGER`, 'ocpp1.6');
    stranger.onerror = () => undefined;
    for (const url of [api, world.hub.ready().http]) {
      const page = await open(url, 'en');
      if (url !== api) await login(page);
      await page.getByText('Security', { exact: true }).click();
      const row = page.locator('tr', { hasText: 'STRANGER' }).first();
      await row.waitFor(PATIENCE);
      expect(await row.textContent()).toContain('adopt it on the page Piles');
      expect(await accessibilityFaults(page)).toEqual([]);
    }
  }, 120_000);

  test('a card is entered at the hub, shown at the station, and blocked there with its group', async () => {
    const [site] = world.sites;
    const atHub = await open(world.hub.ready().http, 'en');
    await login(atHub);
    await atHub.getByText('Cards', { exact: true }).click();
    await atHub.getByRole('button', { name: 'Enter a card' }).click();
    await atHub.locator('#token').fill('CARD-77');
    await atHub.locator('#account').fill('fleet');
    await atHub.locator('#group').fill('taxis');
    expect(await accessibilityFaults(atHub)).toEqual([]);
    await atHub.getByRole('button', { name: 'Save' }).click();
    await atHub.locator('tr', { hasText: 'CARD-77' }).waitFor(PATIENCE);

    const here = await open(site?.edge.ready().api ?? '', 'en');
    await here.getByText('Cards', { exact: true }).click();
    const card = here.locator('tr', { hasText: 'CARD-77' });
    await card.locator('.status-tag', { hasText: 'may charge' }).waitFor(PATIENCE);
    await here.locator('tr[data-row-key=taxis]').getByRole('button', { name: 'Block' }).click();
    await here.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
    await card.getByText('with its group').waitFor(PATIENCE);
    expect(await accessibilityFaults(here)).toEqual([]);
  }, 120_000);

  test('a charge is started and stopped by hand at the station, in Chinese, with the hub away', async () => {
    world.operator.stop();
    const [site] = world.sites;
    site?.line.cut();
    const page = await open(site?.edge.ready().api ?? '', 'zh');
    await page.locator('.live-grid-row').first().waitFor(PATIENCE);
    await page.locator('.frame-header .status-tag', { hasText: '离线' }).waitFor(PATIENCE);

    const row = await waitingCar(page);
    await row.locator('button', { hasText: /启\s*动/ }).click();
    await page.locator('#account').fill('walk-in');
    await page.locator('.ant-modal-footer .ant-btn-primary').click();
    await page.getByText('桩已执行').first().waitFor(PATIENCE);

    await row.locator('.status-tag', { hasText: '充电中' }).waitFor(PATIENCE);
    await row.locator('button', { hasText: /停\s*止/ }).click();
    await page.locator('.ant-popconfirm-buttons .ant-btn-primary').click();
    await page
      .getByText(/桩已执行|被拒绝/)
      .first()
      .waitFor(PATIENCE);
    site?.line.restore();
  }, 180_000);

  test('what was billed is the same at piles, edge and hub', async () => {
    const results = await world.finish(90_000);
    expect(results.flatMap(({ faults }) => faults)).toEqual([]);
    expect(results[0]?.piles.orders).toBeGreaterThan(0);
  }, 120_000);
});
