import { FaultError } from '@holdfast/shared/errors/fault';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity, PileEvent } from '@holdfast/shared/pile/pile-event';
import type { SiteEvent } from '@holdfast/shared/sync/events';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import { memoryLedger } from '../../adapters/ledger/memory.ts';
import { configOf, type EdgeConfig } from '../../config.ts';
import { PILE, RECORD, T0 } from '../../orders/testing/subjects.ts';
import type { Ledger, LedgerHealth, OutgoingEvent } from '../../ports/ledger.ts';
import type { PileLink } from '../../ports/site.ts';
import { openSite, type RunningSite } from '../site.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

/* A site on a ledger in memory, in virtual time, with piles that say what the test wants. */

const rates = [
  { electricity: '1.48750', service: '0.40000' },
  { electricity: '1.19000', service: '0.40000' },
  { electricity: '0.70000', service: '0.40000' },
  { electricity: '0.26600', service: '0.40000' },
];
const FLAT = '2'.repeat(48);

export const CARD = '00000000D14B0A54';
export const SECOND_CARD = '0000000011223344';
export const VIN = 'LSVAA49J132047371';

export const CONFIG_JSON = {
  siteId: 's1',
  name: 'Site',
  dataFolder: 'data',
  piles: [{ pileNo: PILE, ratedKw: 120 }, { pileNo: '32010200000002' }],
  tariffs: [{ tariffId: 'day', version: 1, modelNo: '0100', rates, slots: FLAT }],
  tariff: 'day',
  cards: [
    { cardNo: CARD, account: 'fleet-7', balanceYuan: '50.00' },
    { cardNo: SECOND_CARD, account: 'fleet-8', balanceYuan: '50.00' },
    { cardNo: '00000000AA', account: 'poor', balanceYuan: '0.50' },
    { cardNo: '00000000BB', account: 'cold', balanceYuan: '50.00', state: 'frozen' },
    {
      cardNo: '00000000CC',
      account: 'shy',
      balanceYuan: '50.00',
      passwordMd5: 'd8578edf8458ce06fbc5bb76a58c5ca4',
    },
  ],
  vins: [{ vin: VIN, account: 'car-1', balanceYuan: '50.00' }],
};

export const configFor = (change: object = {}): EdgeConfig =>
  configOf({ ...CONFIG_JSON, ...change }, '/tmp');

/** Everything in the order in which it happened. */
export type Journal = (
  | { readonly commit: readonly SiteEvent['kind'][] }
  | { readonly bulk: readonly SiteEvent['kind'][] }
  | { readonly sent: PileCommand }
)[];

/** A ledger that can be told to refuse, and that writes down what it took. */
export interface TestLedger extends Ledger {
  refusing: boolean;
  condition: LedgerHealth;
  readonly events: OutgoingEvent[];
}

export function testLedger(journal: Journal, time: VirtualTime): TestLedger {
  const inner = memoryLedger('s1', () => time.clock.nowMs());
  const events: OutgoingEvent[] = [];
  const ledger: TestLedger = {
    ...inner,
    refusing: false,
    condition: 'ok',
    events,
    health: () => ledger.condition,
    async commit(commit) {
      if (ledger.refusing) throw new FaultError('ledger-full', 'no space');
      await inner.commit(commit);
      journal.push({ commit: commit.events.map(({ event }) => event.kind) });
      events.push(...commit.events);
    },
    async commitBulk(bulk) {
      if (ledger.refusing) throw new FaultError('ledger-full', 'no space');
      await inner.commitBulk(bulk);
      journal.push({ bulk: bulk.map(({ event }) => event.kind) });
      events.push(...bulk);
    },
  };
  return ledger;
}

export interface FakePile {
  readonly link: PileLink;
  readonly sent: readonly PileCommand[];
  /** The last command of a kind. */
  readonly last: <D extends PileCommand['do']>(kind: D) => Extract<PileCommand, { do: D }>;
  readonly says: (event: PileEvent) => Promise<void>;
  readonly logIn: (connectorCount?: number) => Promise<void>;
  readonly leave: () => Promise<void>;
  readonly ask: (identity: Identity, connectorNo?: number, group?: string) => Promise<void>;
  readonly reports: (measurement: Partial<Measurement>) => Promise<void>;
  readonly uploads: (record: Partial<ChargeRecord>) => Promise<void>;
}

export const IDLE: Measurement = {
  connectorNo: 1,
  tradeNo: null,
  status: 'idle',
  plugged: true,
  homed: false,
  voltageMv: 0,
  currentMa: 0,
  soc: null,
  energy: energyStep(0n),
  lossEnergy: energyStep(0n),
  amount: moneyStep(0n),
  chargedMinutes: 0,
  remainMinutes: 0,
  cableTempC: null,
  batteryMaxTempC: null,
  faults: [],
};

export const byCard = (cardNo: string, passwordMd5: string | null = null): Identity => ({
  by: 'card',
  cardNo,
  passwordMd5,
});

export function fakePile(site: RunningSite, journal: Journal, pileNo: string): FakePile {
  const sent: PileCommand[] = [];
  let asked = 0;
  const link: PileLink = {
    pileNo,
    vendor: 'ykc',
    capabilities: ['remote-start', 'remote-stop', 'tariff-push', 'reboot'],
    send(command) {
      sent.push(command);
      journal.push({ sent: command });
    },
    close: () => undefined,
  };
  const says = (event: PileEvent): Promise<void> => site.onPileEvent(link, event);
  return {
    link,
    sent,
    last<D extends PileCommand['do']>(kind: D) {
      const found = sent.findLast((command) => command.do === kind);
      if (found === undefined) throw new RangeError(`nothing sent of kind ${kind}`);
      return found as Extract<PileCommand, { do: D }>;
    },
    says,
    logIn: (connectorCount = 2) =>
      says({
        type: 'PileLoggedIn',
        protocolVersion: '1.6',
        firmware: 'V1.0',
        connectorCount,
        dc: true,
      }),
    leave: () => says({ type: 'PileLost', why: 'closed' }),
    ask(identity, connectorNo = 1, group) {
      asked += 1;
      const request = `r${asked}`;
      const asks = { type: 'StartAsked', connectorNo, request, identity } as const;
      return says(group === undefined ? asks : { ...asks, group });
    },
    reports: (change) => says({ type: 'Measured', measurement: { ...IDLE, ...change } }),
    uploads: (change) =>
      says({
        type: 'RecordUploaded',
        record: { ...RECORD, pileNo, ...change },
        rawHex: '68a2',
        frameType: '0x3B',
      }),
  };
}

export interface World {
  readonly time: VirtualTime;
  readonly journal: Journal;
  readonly ledger: TestLedger;
  readonly site: RunningSite;
  readonly pile: FakePile;
  readonly pileNamed: (pileNo: string) => FakePile;
  /** The same ledger under a new process. */
  readonly restart: (config?: EdgeConfig) => Promise<World>;
}

async function worldOn(
  time: VirtualTime,
  journal: Journal,
  ledger: TestLedger,
  config: EdgeConfig,
): Promise<World> {
  const site = await openSite({
    config,
    ledger,
    clock: time.clock,
    timers: time.timers,
    capture: { frames: () => [{ atMs: T0, up: true, hex: '6804' }] },
  });
  const pileNamed = (pileNo: string): FakePile => fakePile(site, journal, pileNo);
  return {
    time,
    journal,
    ledger,
    site,
    pile: pileNamed(PILE),
    pileNamed,
    async restart(next = config) {
      await site.close();
      return await worldOn(time, journal, ledger, next);
    },
  };
}

/** A site whose pile has just logged in. */
export async function openWorld(config: EdgeConfig = configFor()): Promise<World> {
  const time = virtualTime(T0);
  const journal: Journal = [];
  const world = await worldOn(time, journal, testLedger(journal, time), config);
  await world.pile.logIn();
  return world;
}
