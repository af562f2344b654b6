import type { ConfigFile } from './schema.ts';

type Front = ConfigFile['fronts'][number];

/** Where piles of each protocol are listened for unless the file says otherwise. */
const PLAIN_PORTS: Readonly<Record<Front['protocol'], number>> = {
  ykc: 9_001,
  ocpp: 9_100,
  gqaa: 9_020,
};
const TLS_PORTS: Readonly<Record<Front['protocol'], number>> = {
  ykc: 9_041,
  ocpp: 9_143,
  gqaa: 9_060,
};

/** The port of a front. */
export const portOf = ({ protocol, port, tls }: Front): number =>
  port ?? (tls === undefined ? PLAIN_PORTS : TLS_PORTS)[protocol];
