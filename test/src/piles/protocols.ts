import { type PileSecret, runGqaaPile } from './gqaa/runner.ts';
import { runJfyPile } from './jfy/runner.ts';
import type { Dialect } from './ocpp/dialect.ts';
import { runOcppPile } from './ocpp/runner.ts';
import type { OcppSurroundings } from './ocpp/surroundings.ts';
import { type TlsClient, wsSurroundings } from './ocpp/ws-surroundings.ts';
import { ocpp21, ocpp201 } from './ocpp2/dialect.ts';
import { ocpp16 } from './ocpp16/dialect.ts';
import type { RunPile } from './running-pile.ts';
import { passwordOf } from './setup.ts';
import { BOOK_TARIFF } from './show-tariff.ts';
import type { Surroundings } from './surroundings.ts';
import { tcpSurroundings } from './tcp-surroundings.ts';
import { runYkcPile } from './ykc/runner.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Fronts of an edge agent that virtual piles connect to; the port is that of the show. */
export const FRONTS = {
  ykc: { title: '云快充', port: 9001, at: (port: number) => `127.0.0.1:${port}` },
  jfy: { title: '晶福源 (unverified)', port: 9010, at: (port: number) => `127.0.0.1:${port}` },
  gqaa: { title: '广汽 (unverified)', port: 9020, at: (port: number) => `127.0.0.1:${port}` },
  ocpp: {
    title: 'OCPP',
    port: 9100,
    at: (port: number) => `ws://127.0.0.1:${port}/ocpp/<identity>`,
  },
} as const;
export type FrontName = keyof typeof FRONTS;
export const FRONT_NAMES = Object.keys(FRONTS) as readonly FrontName[];

/** A protocol that virtual piles speak. */
interface SpokenProtocol {
  readonly front: FrontName;
  /** Beginning of their numbers: piles of several protocols stand side by side. */
  readonly first: number;
  readonly title: string;
  /** `null`: it is no OCPP. */
  readonly dialect: Dialect | null;
  readonly piles: (to: Address, tls?: TlsClient) => RunPile;
}

export const ykcPiles =
  (surroundings: Surroundings): RunPile =>
  (setup, books) =>
    runYkcPile(setup, surroundings, books);

export const jfyPiles =
  (surroundings: Surroundings): RunPile =>
  (setup, books) =>
    runJfyPile(setup, surroundings, books);

export const gqaaPiles =
  (surroundings: Surroundings, secret?: PileSecret): RunPile =>
  (setup, books) =>
    runGqaaPile(setup, surroundings, books, secret);

/** Every OCPP pile proves who it is, as a closed site wants it. */
export const ocppPiles =
  (dialect: Dialect, surroundings: OcppSurroundings): RunPile =>
  (setup, books) =>
    runOcppPile({
      dialect,
      setup: { ...setup, tariff: BOOK_TARIFF },
      password: passwordOf(setup.pileNo),
      surroundings,
      books,
    });

const overWebSocket =
  (dialect: Dialect) =>
  ({ host, port }: Address, tls?: TlsClient): RunPile => {
    const scheme = tls === undefined ? 'ws' : 'wss';
    return ocppPiles(dialect, wsSurroundings(`${scheme}://${host}:${port}/ocpp`, tls));
  };

export const PILE_PROTOCOLS = {
  ykc: {
    front: 'ykc',
    first: 0,
    title: '云快充',
    dialect: null,
    piles: (to: Address) => ykcPiles(tcpSurroundings(to)),
  },
  'ocpp1.6': {
    front: 'ocpp',
    first: 1_000_000,
    title: 'OCPP 1.6',
    dialect: ocpp16,
    piles: overWebSocket(ocpp16),
  },
  'ocpp2.0.1': {
    front: 'ocpp',
    first: 2_000_000,
    title: 'OCPP 2.0.1',
    dialect: ocpp201,
    piles: overWebSocket(ocpp201),
  },
  'ocpp2.1': {
    front: 'ocpp',
    first: 3_000_000,
    title: 'OCPP 2.1',
    dialect: ocpp21,
    piles: overWebSocket(ocpp21),
  },
  jfy: {
    front: 'jfy',
    first: 4_000_000,
    title: '晶福源 (unverified)',
    dialect: null,
    piles: (to: Address) => jfyPiles(tcpSurroundings(to)),
  },
  gqaa: {
    front: 'gqaa',
    first: 5_000_000,
    title: '广汽 (unverified)',
    dialect: null,
    piles: (to: Address) => gqaaPiles(tcpSurroundings(to)),
  },
} as const satisfies Readonly<Record<string, SpokenProtocol>>;

export type ProtocolName = keyof typeof PILE_PROTOCOLS;
export const PROTOCOL_NAMES = Object.keys(PILE_PROTOCOLS) as readonly ProtocolName[];
