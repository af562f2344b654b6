import type { ConfigFile } from './schema.ts';

type Front = ConfigFile['fronts'][number];

/** Where piles of each protocol are listened for unless the file says otherwise. */
const PLAIN_PORTS: Readonly<Record<Front['protocol'], number>> = {
  ykc: 9_001,
  ocpp: 9_100,
  jfy: 9_010,
  gqaa: 9_020,
  listen: 9_099,
};
const TLS_PORTS: Readonly<Record<Front['protocol'], number>> = {
  ykc: 9_041,
  ocpp: 9_143,
  jfy: 9_050,
  gqaa: 9_060,
  listen: 9_099,
};

/** The port of a front. */
export const portOf = ({ protocol, port, tls }: Front): number =>
  port ?? (tls === undefined ? PLAIN_PORTS : TLS_PORTS)[protocol];

/** Seconds without a frame after which a pile counts as lost; most speak several times in that. */
const SILENCE_SECONDS = 30;
/** 晶福源 reports its status once a minute. */
const SILENCE_SECONDS_OF: Readonly<Partial<Record<Front['protocol'], number>>> = { jfy: 180 };

/** Seconds without a frame after which a pile of a front counts as lost. */
export const silenceSecondsOf = ({ protocol, limits }: Front): number =>
  limits.silenceSeconds ?? SILENCE_SECONDS_OF[protocol] ?? SILENCE_SECONDS;
