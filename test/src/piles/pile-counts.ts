import { InvalidArgumentError, Option } from 'commander';
import { PROTOCOL_NAMES, type ProtocolName } from './protocols.ts';

/** How many piles of each protocol stand at a site. */
export type PileCounts = Readonly<Partial<Record<ProtocolName, number>>>;

const PILES_MAX = 1_000;
/** What stands at a site of the show: every protocol side by side, most of all 云快充. */
const SHOWN_YKC = 4;
const SHOWN_OF_OTHERS = 2;

const protocolOf = (text: string): ProtocolName | undefined =>
  PROTOCOL_NAMES.find((name) => name === text);

/** `4`: so many of every protocol; `ykc=6,ocpp1.6=2`: these and no others. `undefined`: neither. */
export function pileCountsOf(text: string, most: number): PileCounts | undefined {
  const counts: Partial<Record<ProtocolName, number>> = {};
  const isCount = (n: number): boolean => Number.isInteger(n) && n >= 0 && n <= most;
  if (/^\d+$/.test(text)) {
    for (const name of PROTOCOL_NAMES) counts[name] = Number(text);
  } else {
    for (const part of text.split(',')) {
      const [name = '', n = ''] = part.split('=');
      const protocol = protocolOf(name.trim());
      if (protocol === undefined || !/^\d+$/.test(n)) return undefined;
      counts[protocol] = Number(n);
    }
  }
  return Object.values(counts).every(isCount) ? counts : undefined;
}

/** Protocols that have piles, in the order of the table. */
export const spokenIn = (counts: PileCounts): readonly ProtocolName[] =>
  PROTOCOL_NAMES.filter((name) => (counts[name] ?? 0) > 0);

const textOf = (counts: PileCounts): string =>
  spokenIn(counts)
    .map((name) => `${name}=${counts[name]}`)
    .join(',');

function shownPiles(): PileCounts {
  const counts: Partial<Record<ProtocolName, number>> = {};
  for (const name of PROTOCOL_NAMES) counts[name] = name === 'ykc' ? SHOWN_YKC : SHOWN_OF_OTHERS;
  return counts;
}

/** The option of a command line that says what stands at a site. */
export const pilesOption = (): Option =>
  new Option(
    '--piles <counts>',
    `piles of each site, two guns each: a number for every protocol, or a list of ${PROTOCOL_NAMES.join(', ')}`,
  )
    .default(shownPiles(), textOf(shownPiles()))
    .argParser((text) => {
      const counts = pileCountsOf(text, PILES_MAX);
      if (counts !== undefined && spokenIn(counts).length > 0) return counts;
      throw new InvalidArgumentError(`for example 4, or ykc=6,ocpp1.6=2; at most ${PILES_MAX}.`);
    });
