import { memoryLedger } from '@holdfast/edge-agent/adapters/ledger/memory';
import { configOf, type EdgeConfig } from '@holdfast/edge-agent/config';
import { Capture } from '@holdfast/edge-agent/piles/capture';
import { Connection } from '@holdfast/edge-agent/piles/connection';
import type { PileProtocol } from '@holdfast/edge-agent/piles/driver';
import { gqaaProtocol } from '@holdfast/edge-agent/piles/gqaa/protocol';
import { jfyProtocol } from '@holdfast/edge-agent/piles/jfy/protocol';
import { CONNECTION_LIMITS, noFrames } from '@holdfast/edge-agent/piles/limits';
import { silentLog } from '@holdfast/edge-agent/piles/log';
import { Registry } from '@holdfast/edge-agent/piles/registry';
import { ykcProtocol } from '@holdfast/edge-agent/piles/ykc/protocol';
import { openSite } from '@holdfast/edge-agent/site/site';
import { orderResource } from '@holdfast/shared/api/present';
import type { OrderResource } from '@holdfast/shared/api/resources';
import type { Order } from '@holdfast/shared/order/order';
import { openBooks } from '../piles/books.ts';
import type { Faults } from '../piles/faults.ts';
import { FLEET_DEFAULTS, type Fleet, fleetLists, joinFleets, runFleet } from '../piles/fleet.ts';
import {
  gqaaPiles,
  jfyPiles,
  ocppPiles,
  PILE_PROTOCOLS,
  type ProtocolName,
  ykcPiles,
} from '../piles/protocols.ts';
import type { Pace } from '../piles/setup.ts';
import type { Surroundings, Wire } from '../piles/surroundings.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { ocppPlatform, type PlatformParts } from './ocpp-platform.ts';
import { type CutLine, cutLine, textSurroundings } from './text-line.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

export interface StationOptions {
  readonly seed: number;
  /** Of each protocol. */
  readonly piles: number;
  /** Left out: 云快充. */
  readonly protocols?: readonly ProtocolName[];
  readonly faults: Faults;
  readonly pace: Pace;
  readonly startMs: number;
}

/** A whole station in one process and in virtual time: real driver, shell, site and billing, virtual piles. */
export interface Station {
  readonly time: VirtualTime;
  readonly fleet: Fleet;
  /** Between the OCPP piles and the edge. */
  readonly ocppLine: Pick<CutLine, 'cut' | 'restore'>;
  readonly orders: () => Promise<readonly Order[]>;
  readonly resources: () => Promise<readonly OrderResource[]>;
  readonly close: () => Promise<void>;
}

/** Way of a byte through the site's own network. */
const HOP_MS = 2;
const ALL = 1_000_000;
/** As the front of such piles has it. */
const JFY_SILENCE_MS = 180_000;

function configFor(options: StationOptions, protocols: readonly ProtocolName[]): EdgeConfig {
  const lists = protocols.map((name) =>
    fleetLists({ ...FLEET_DEFAULTS, count: options.piles, first: PILE_PROTOCOLS[name].first }),
  );
  return configOf(
    {
      siteId: 'site-01',
      name: 'Simulated site',
      dataFolder: '.',
      fronts: [{ protocol: 'ykc' }],
      piles: lists.flatMap(({ piles }) => piles.map((pileNo) => ({ pileNo }))),
      cards: lists.flatMap(({ cards }) => cards.map((c) => ({ ...c, balanceYuan: '99999.00' }))),
      vins: lists.flatMap(({ vins }) => vins.map((vin) => ({ ...vin, balanceYuan: '99999.00' }))),
      tariffs: [SHOW_TARIFF],
      tariff: SHOW_TARIFF.tariffId,
    },
    '/',
  );
}

type Accept = (wire: { write: (bytes: Uint8Array) => void; end: () => void }) => {
  readonly data: (chunk: Uint8Array) => void;
  readonly lost: () => void;
};

/** A line without a network: what one side writes the other reads a moment later, in order. */
function lineOver(time: VirtualTime, accept: Accept): Surroundings['open'] {
  return (events) => {
    let open = true;
    const soon = (task: () => void): void => void time.timers.after(HOP_MS, task);
    const platform = accept({
      write: (bytes) =>
        soon(() => {
          if (open) events.received(bytes);
        }),
      end: () => soon(() => close()),
    });
    const close = (): void => {
      if (!open) return;
      open = false;
      platform.lost();
      events.disconnected();
    };
    soon(() => events.connected());
    const wire: Wire = {
      write: (bytes) =>
        soon(() => {
          if (open) platform.data(bytes);
        }),
      end: () => soon(close),
      destroy: () => soon(close),
    };
    return wire;
  };
}

/** The edge's end of a protocol over TCP as it is, but for the sockets. */
function tcpPlatform<State, Up, Down>(
  protocol: PileProtocol<State, Up, Down>,
  { clock, timers }: VirtualTime,
  parts: PlatformParts,
  silenceMs = CONNECTION_LIMITS.silenceMs,
): Accept {
  const room = {
    ...parts,
    protocol,
    driver: protocol.driver,
    clock,
    timers,
    limits: { ...CONNECTION_LIMITS, silenceMs },
    counts: noFrames(),
    log: silentLog,
    mayLogIn: () => true,
  };
  return (wire) =>
    new Connection(room, { address: 'virtual', pause: () => {}, resume: () => {}, ...wire });
}

export async function openStation(options: StationOptions): Promise<Station> {
  const protocols = options.protocols ?? ['ykc'];
  const time = virtualTime(options.startMs);
  const { clock, timers } = time;
  const ledger = memoryLedger('site-01', clock.nowMs);
  const capture = new Capture();
  const site = await openSite({
    config: configFor(options, protocols),
    ledger,
    clock,
    timers,
    capture,
  });
  const registry = new Registry(site);
  const parts = { site, registry, capture };
  const ocppLine = cutLine(ocppPlatform(time, parts));
  const lines = {
    ykc: ykcPiles({
      time: time.pile,
      open: lineOver(time, tcpPlatform(ykcProtocol(), time, parts)),
    }),
    jfy: jfyPiles({
      time: time.pile,
      open: lineOver(time, tcpPlatform(jfyProtocol(), time, parts, JFY_SILENCE_MS)),
    }),
    gqaa: gqaaPiles({
      time: time.pile,
      open: lineOver(time, tcpPlatform(gqaaProtocol(), time, parts)),
    }),
    ocpp: textSurroundings(time, ocppLine.accept),
  };
  const books = openBooks();
  const fleets = protocols.map((name) => {
    const { first, front, dialect } = PILE_PROTOCOLS[name];
    return runFleet({
      ...FLEET_DEFAULTS,
      count: options.piles,
      first,
      seed: options.seed,
      faults: options.faults,
      pace: options.pace,
      remoteOneIn: 0,
      time: time.pile,
      books,
      runPile: front === 'ocpp' ? ocppPiles(dialect, lines.ocpp) : lines[front],
    });
  });
  const fleet = joinFleets(books, fleets);
  const orders = () => ledger.orders({ limit: ALL });
  return {
    time,
    fleet,
    ocppLine,
    orders,
    resources: async () => (await orders()).map(orderResource),
    async close() {
      fleet.stop();
      await site.close();
      await ledger.close();
    },
  };
}
