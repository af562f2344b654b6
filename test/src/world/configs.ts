import path from 'node:path';
import { FLEET_DEFAULTS, fleetLists } from '../piles/fleet.ts';
import { type PileCounts, spokenIn } from '../piles/pile-counts.ts';
import {
  FRONT_NAMES,
  type FrontName,
  PILE_PROTOCOLS,
  type ProtocolName,
} from '../piles/protocols.ts';
import { randomOf } from '../piles/random.ts';
import { passwordOf } from '../piles/setup.ts';
import { freePort } from './free-port.ts';
import { SHOW_TARIFF } from './tariffs.ts';

/** Ports by the name of the front. */
export type FrontPorts = Readonly<Partial<Record<FrontName, number>>>;

export type FrontUrls = Readonly<Partial<Record<FrontName, string>>>;

export interface Ports {
  /** 0 takes any free port. */
  readonly http: number;
  readonly mqtt: number;
  readonly api: number;
  /** One that is not named takes a free one. */
  readonly fronts: FrontPorts;
}

export const FREE_PORTS: Ports = { http: 0, mqtt: 0, api: 0, fronts: {} };

/** What the configurations of hub and edges are made from. */
export interface WorldPlan {
  readonly folder: string;
  readonly sites: number;
  readonly piles: PileCounts;
  readonly seed: number;
  readonly ports: Ports;
  /** Brokers in processes of their own, one a front; without them the hub has its own inside. */
  readonly brokerUrls?: FrontUrls;
}

/** Sites have numbers of their own for their piles. */
const PILES_PER_SITE = 1_000;

export const siteIdOf = (index: number): string => `site-${String(index + 1).padStart(2, '0')}`;
const secretOf = (siteId: string, seed: number): string =>
  `demo-${siteId}-${randomOf(seed).fork(siteId).below(1_000_000_000)}`;

/** A port of its own for each site, fixed now: a program that is killed comes back at the same one. */
const portOf = async (port: number, index: number): Promise<number> =>
  port === 0 ? await freePort() : port + 10 * index;

/** Index of the first pile of a protocol at a site. */
export const firstOf = (name: ProtocolName, site: number): number =>
  PILE_PROTOCOLS[name].first + site * PILES_PER_SITE;

/** Fronts that the piles connect to; each is a lane of its own to the hub. */
export const frontsOf = (piles: PileCounts): readonly FrontName[] =>
  FRONT_NAMES.filter((front) =>
    spokenIn(piles).some((name) => PILE_PROTOCOLS[name].front === front),
  );

export async function hubConfig(plan: WorldPlan): Promise<unknown> {
  const { folder, seed, sites, ports, brokerUrls, piles } = plan;
  const vendors = frontsOf(piles);
  return {
    dataFolder: path.join(folder, 'hub'),
    http: { host: '127.0.0.1', port: await portOf(ports.http, 0) },
    broker:
      brokerUrls === undefined
        ? { kind: 'embedded', host: '127.0.0.1', port: await portOf(ports.mqtt, 0) }
        : { kind: 'mqtt', vendors: vendors.map((vendor) => ({ vendor, url: brokerUrls[vendor] })) },
    sites: Array.from({ length: sites }, (_, i) => ({
      siteId: siteIdOf(i),
      name: `Demonstration site ${i + 1}`,
      vendors,
      secret: secretOf(siteIdOf(i), seed),
    })),
  };
}

/** Where the piles of a site connect to. */
export async function frontPorts({ piles, ports }: WorldPlan, site: number): Promise<FrontPorts> {
  const chosen: Partial<Record<FrontName, number>> = {};
  for (const front of frontsOf(piles)) chosen[front] = await portOf(ports.fronts[front] ?? 0, site);
  return chosen;
}

/** A pile as the edge's configuration has it: who speaks OCPP proves itself with a password. */
const pileEntry = (front: FrontName, pileNo: string) =>
  front === 'ocpp' ? { pileNo, password: passwordOf(pileNo) } : { pileNo };

export async function edgeConfig(
  plan: WorldPlan,
  site: number,
  fronts: FrontPorts,
  hub: { readonly url: string; readonly urls?: FrontUrls },
): Promise<unknown> {
  const { piles, ports } = plan;
  const siteId = siteIdOf(site);
  const lists = spokenIn(piles).map((name) => ({
    front: PILE_PROTOCOLS[name].front,
    ...fleetLists({ ...FLEET_DEFAULTS, count: piles[name] ?? 0, first: firstOf(name, site) }),
  }));
  return {
    siteId,
    name: `Demonstration site ${site + 1}`,
    dataFolder: path.join(plan.folder, siteId),
    fronts: frontsOf(piles).map((protocol) => ({
      protocol,
      host: '127.0.0.1',
      port: fronts[protocol],
    })),
    api: { host: '127.0.0.1', port: await portOf(ports.api, site) },
    piles: lists.flatMap((list) => list.piles.map((pileNo) => pileEntry(list.front, pileNo))),
    cards: lists.flatMap(({ cards }) => cards.map((c) => ({ ...c, balanceYuan: '99999.00' }))),
    vins: lists.flatMap(({ vins }) => vins.map((vin) => ({ ...vin, balanceYuan: '99999.00' }))),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
    hub: { ...hub, secret: secretOf(siteId, plan.seed), vendors: frontsOf(piles) },
  };
}
