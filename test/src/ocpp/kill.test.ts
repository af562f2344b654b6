import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOf } from '../world/api.ts';
import { freePort } from '../world/free-port.ts';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import type { EdgeReady } from '../world/world.ts';
import { PlainStation } from './testing/plain-station.ts';

/*
 * The agent dies (SIGKILL) between an answer and whatever it would have done next. A station throws
 * away what was answered and sends the rest again; nothing may be lost, and nothing doubled.
 */

const STATIONS = 25;
const ROUNDS = 4;
/** After so many answers the agent is killed: other ones in each round. */
const KILLED_AFTER = [1, 7, 13, 24, 4, 10, 16, 22];

/** Every other station speaks 2.0.1. */
const is2 = (n: number): boolean => n % 2 === 1;
const nameOf = (n: number): string => `KILL-${n + 1}`;
const cardOf = (n: number): string => `04A1B2${(n + 16).toString(16).toUpperCase()}`;

let folder: string;
let program: Program<EdgeReady>;
let url: string;
let stations: readonly PlainStation[] = [];
let kills = 0;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-kill-'));
  const port = await freePort();
  const numbers = Array.from({ length: STATIONS }, (_, n) => n);
  const config = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [{ protocol: 'ocpp', host: '127.0.0.1', port }],
    api: { host: '127.0.0.1', port: 0 },
    piles: numbers.map((n) => ({
      pileNo: nameOf(n),
      securityProfile: 0,
      allow: ['127.0.0.1'],
      ocpp: { tend: false },
    })),
    cards: numbers.map((n) => ({ cardNo: cardOf(n), account: nameOf(n), balanceYuan: '900.00' })),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  const file = path.join(folder, 'site.json');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  url = `ws://127.0.0.1:${port}/ocpp`;
  program = await startProgram<EdgeReady>({
    name: 'the edge agent',
    program: programOf('edge-agent'),
    args: ['--config', file],
    logFile: path.join(folder, 'agent.log'),
  });
  await connectAll();
}, 90_000);
afterAll(async () => {
  await program?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function connectAll(): Promise<void> {
  stations = await Promise.all(
    Array.from({ length: STATIONS }, (_, n) =>
      PlainStation.connect(url, nameOf(n), { protocols: [is2(n) ? 'ocpp2.0.1' : 'ocpp1.6'] }),
    ),
  );
}

/**
 * Every station says its message until it is answered; in between the agent is killed and started
 * again. Returns the answers.
 */
async function saidByAll(
  message: (n: number) => readonly [action: string, payload: Readonly<Record<string, unknown>>],
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const answers = new Map<number, Readonly<Record<string, unknown>>>();
  const killAfter = KILLED_AFTER[kills % KILLED_AFTER.length] ?? 1;
  let killed: Promise<void> | undefined;
  const say = async (n: number): Promise<void> => {
    if (answers.has(n)) return;
    const answer = await stations[n]?.call(...message(n)).catch(() => undefined);
    if (answer === undefined) return;
    answers.set(n, answer);
    if (answers.size === killAfter) killed ??= program.kill();
  };
  await Promise.all(stations.map((_, n) => say(n)));
  await killed;
  kills += 1;
  await program.start();
  await connectAll();
  await Promise.all(stations.map((_, n) => say(n)));
  expect(answers.size).toBe(STATIONS);
  return stations.map((_, n) => answers.get(n) ?? {});
}

/** What a station of 2.0.1 tells of the charge of a round. */
const event = (
  n: number,
  round: number,
  eventType: 'Started' | 'Ended',
  wh: number,
  timestamp: string,
) =>
  [
    'TransactionEvent',
    {
      eventType,
      timestamp,
      seqNo: eventType === 'Started' ? 0 : 1,
      triggerReason: eventType === 'Started' ? 'Authorized' : 'EVDeparted',
      transactionInfo: { transactionId: `tx-${n}-${round}` },
      meterValue: [{ timestamp, sampledValue: [{ value: wh }] }],
      ...(eventType === 'Started'
        ? { idToken: { idToken: cardOf(n), type: 'ISO14443' }, evse: { id: 1, connectorId: 1 } }
        : {}),
    },
  ] as const;

test('[OCPP-C0] [OCPP-C3] [OCPP-C4] killed between answer and next step a hundred charges are a hundred orders', async () => {
  const energies = new Map<string, number>();
  const numbers = new Set<unknown>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = new Date().toISOString();
    const meterStart = round * 10_000;
    const begun = await saidByAll((n) =>
      is2(n)
        ? event(n, round, 'Started', meterStart, startedAt)
        : [
            'StartTransaction',
            { connectorId: 1, idTag: cardOf(n), meterStart, timestamp: startedAt },
          ],
    );
    for (const [n, { transactionId, idTagInfo, idTokenInfo }] of begun.entries()) {
      expect(is2(n) ? idTokenInfo : idTagInfo).toMatchObject({ status: 'Accepted' });
      if (is2(n)) continue;
      expect(numbers).not.toContain(transactionId);
      numbers.add(transactionId);
    }
    const endedAt = new Date().toISOString();
    await saidByAll((n) => {
      const meterStop = meterStart + 1_000 + n;
      const transactionId = begun[n]?.['transactionId'];
      return is2(n)
        ? event(n, round, 'Ended', meterStop, endedAt)
        : ['StopTransaction', { transactionId, meterStop, timestamp: endedAt }];
    });
    for (const n of stations.keys()) energies.set(`${nameOf(n)} ${round}`, 1_000 + n);
  }
  const orders = await apiOf(program.ready().api).allOrders();
  expect(orders).toHaveLength(STATIONS * ROUNDS);
  expect(new Set(orders.map(({ state }) => state))).toEqual(new Set(['settled']));
  const billed = orders.map(({ pileNo, energyKwh }) => `${pileNo} ${energyKwh}`).sort();
  const truth = [...energies]
    .map(([name, wh]) => `${name.split(' ')[0]} ${(wh / 1_000).toFixed(4)}`)
    .sort();
  expect(billed).toEqual(truth);
}, 120_000);
