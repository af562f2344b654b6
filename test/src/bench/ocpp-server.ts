import { openOcppFront } from '@holdfast/edge-agent/adapters/ws/front';
import { Capture } from '@holdfast/edge-agent/piles/capture';
import { ocppDrivers } from '@holdfast/edge-agent/piles/ocpp/drivers';
import { Stations } from '@holdfast/edge-agent/piles/ocpp/stations';
import { Registry } from '@holdfast/edge-agent/piles/registry';
import type { Doorkeeper } from '@holdfast/edge-agent/ports/doorkeeper';
import type { Site } from '@holdfast/edge-agent/ports/site';
import { RPC_LIMITS } from '@holdfast/protocols/ocpp/rpc/limits';

/* The real OCPP front and drivers, with a site that takes every event at once, as a process. */

const taken = Promise.resolve();
const site: Site = {
  pile: (pileNo) => ({ pileNo, adopted: true, dialect: undefined }),
  tariffFor: () => undefined,
  openCharges: () => [],
  notes: () => new Map(),
  onPileEvent: () => taken,
};
const door: Doorkeeper = {
  enter: () => ({ ok: true }),
  admit: () => Promise.resolve({ ok: true, profile: 1 }),
  admitPlain: () => ({ ok: true }),
  pskOf: () => null,
  pskFailed: () => undefined,
  report: () => undefined,
};
const clock = {
  nowMs: Date.now,
  monoMs: () => performance.now(),
  reading: () =>
    ({ wallMs: Date.now(), monoMs: performance.now(), bootNo: 1, quality: 2 }) as const,
};
const timers = {
  after(ms: number, task: () => void) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

const front = openOcppFront({
  drivers: await ocppDrivers(),
  stations: new Stations(),
  door,
  policyOf: () => ({ mode: 'tolerant', cap: '1.6' }),
  twins: 'newest-wins',
  site,
  registry: new Registry(site),
  capture: new Capture(),
  clock,
  timers,
  host: '127.0.0.1',
  port: 0,
  limits: {
    socketsPerAddress: 20_000,
    loginsPerMinute: 1_000_000,
    rpc: { ...RPC_LIMITS, messagesPerSecond: 10_000, messagesAtOnce: 100_000 },
  },
});

const { port } = await front.start();
process.on('disconnect', () => process.exit());
process.send?.({ port });
