import { Command, InvalidArgumentError } from 'commander';
import { type PileCounts, pilesOption } from '../piles/pile-counts.ts';
import { FRONT_NAMES, FRONTS, type FrontName } from '../piles/protocols.ts';
import type { FrontPorts } from '../world/configs.ts';

export interface Cut {
  readonly atSeconds: number;
  readonly forSeconds: number;
}

export interface DemoOptions {
  readonly sites: number;
  readonly piles: PileCounts;
  readonly seed: number;
  readonly seconds: number | undefined;
  readonly wanCut: readonly Cut[];
  readonly faults: 'none' | 'field';
  readonly data: string;
  readonly keep: boolean;
  readonly hubPort: number;
  readonly mqttPort: number;
  readonly edgePort: number;
  readonly frontPorts: FrontPorts;
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const n = Number(text);
    if (!Number.isInteger(n) || n < min || n > max) {
      throw new InvalidArgumentError(`a whole number from ${min} to ${max}`);
    }
    return n;
  };
}

/** `30:60` cuts at 30 s for 60 s. */
export function cutOf(text: string): Cut {
  const match = /^(\d{1,6}):(\d{1,6})$/.exec(text);
  if (match === null) throw new InvalidArgumentError('AT:FOR in seconds, for example 30:60');
  return { atSeconds: Number(match[1]), forSeconds: Number(match[2]) };
}

const port = whole(0, 65_535);
const portFlag = (front: FrontName): string => `--${front}-port <n>`;
/** As commander names what it read. */
type FrontOption = `${FrontName}Port`;

/** The options of `npm start`; refuses what it does not know and says what it takes. */
export function demoOptions(argv: readonly string[], defaultData: string): DemoOptions {
  const command = new Command('npm start --')
    .description(
      'One machine, nothing else to set up: a hub, an edge agent a site, virtual piles, both pages.\n' +
        'Keys while it runs: w cuts and restores the line to the hub, q ends and compares the books.',
    )
    .addOption(pilesOption())
    .option('--sites <n>', 'sites, an edge agent each', whole(1, 10), 1)
    .option('--seed <n>', 'the same seed gives the same cars and faults', whole(0, 2 ** 31), 1)
    .option('--seconds <n>', 'ends by itself after so long', whole(1, 86_400))
    .option(
      '--wan-cut <at:for>',
      'cuts the line at AT seconds for FOR seconds; may be given again',
      (text: string, before: Cut[]) => [...before, cutOf(text)],
      [] as Cut[],
    )
    .option('--faults <kind>', 'what the piles suffer: none or field', 'field')
    .option('--data <folder>', 'where hub and edge keep their data', defaultData)
    .option('--keep', 'go on with the data of the last run instead of an empty station', false)
    .option('--hub-port <n>', 'hub and dashboard; 0 takes a free one', port, 8080)
    .option('--mqtt-port <n>', 'MQTT of the hub', port, 1883)
    .option('--edge-port <n>', 'station page of the edge agent', port, 7070)
    .showHelpAfterError('(add --help for the options)');
  for (const front of FRONT_NAMES) {
    const { title, port: shown } = FRONTS[front];
    command.option(portFlag(front), `where ${title} piles connect`, port, shown);
  }
  command.parse([...argv], { from: 'user' });
  const given = command.opts<Omit<DemoOptions, 'frontPorts'> & Record<FrontOption, number>>();
  if (given.faults !== 'none' && given.faults !== 'field') {
    command.error(`--faults takes none or field, not "${given.faults}"`);
  }
  const frontPorts: Partial<Record<FrontName, number>> = {};
  for (const front of FRONT_NAMES) frontPorts[front] = given[`${front}Port`];
  return { ...given, seconds: given.seconds, frontPorts };
}
