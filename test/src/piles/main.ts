import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { FIELD_FAULTS, NO_FAULTS } from './faults.ts';
import { FLEET_DEFAULTS, fleetLists, runFleet } from './fleet.ts';
import {
  type Address,
  FRONTS,
  PILE_PROTOCOLS,
  PROTOCOL_NAMES,
  type ProtocolName,
} from './protocols.ts';
import { FIELD_PACE, SHOW_PACE } from './setup.ts';
import { realTime } from './tcp-surroundings.ts';

const wholeNumber = (text: string): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('a whole number, 0 or more');
  return n;
};

function address(text: string): Address {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  if (at < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('HOST:PORT, for example 127.0.0.1:9001');
  }
  return { host: text.slice(0, at), port };
}

interface Options {
  readonly protocol: ProtocolName;
  readonly count: number;
  readonly connectors: number;
  readonly to?: Address;
  readonly seed: number;
  readonly seconds: number;
  readonly settle: number;
  readonly faults: string;
  readonly pace: string;
  readonly report?: string;
  readonly printLists?: boolean;
}

function protocolOf(text: string): ProtocolName {
  const name = PROTOCOL_NAMES.find((one) => one === text);
  if (name === undefined) throw new InvalidArgumentError(PROTOCOL_NAMES.join(', '));
  return name;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Charges for `seconds`, then lets what runs end, waits for the last confirmation, writes the books. */
async function run(options: Options): Promise<void> {
  const protocol = PILE_PROTOCOLS[options.protocol];
  const fleetOptions = {
    ...FLEET_DEFAULTS,
    count: options.count,
    connectors: options.connectors,
    seed: options.seed,
    first: protocol.first,
    time: realTime,
    runPile: protocol.piles(options.to ?? { host: '127.0.0.1', port: FRONTS[protocol.front].port }),
    faults: options.faults === 'field' ? FIELD_FAULTS : NO_FAULTS,
    pace: options.pace === 'field' ? FIELD_PACE : SHOW_PACE,
  };
  if (options.printLists === true) {
    process.stdout.write(`${JSON.stringify(fleetLists(fleetOptions), null, 2)}\n`);
    return;
  }
  const fleet = runFleet(fleetOptions);
  await sleep(options.seconds * 1_000);
  fleet.closeTheShop();
  const until = Date.now() + options.settle * 1_000;
  while (fleet.unfinished() > 0 && Date.now() < until) await sleep(250);
  fleet.stop();
  const report = fleet.books.report(options.seed, options.count);
  if (options.report === undefined) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else writeFileSync(options.report, `${JSON.stringify(report, null, 2)}\n`);
  process.stderr.write(
    `${report.orders} orders, ${report.energyKwh} kWh, due ${report.dueYuan} yuan, ${report.unconfirmed} not confirmed\n`,
  );
  process.exitCode = report.unconfirmed === 0 && report.refused === 0 ? 0 : 1;
}

await new Command('piles')
  .description('Virtual piles that speak the real protocol over real TCP and keep their own books.')
  .option(
    '--protocol <name>',
    `protocol of the piles: ${PROTOCOL_NAMES.join(', ')}`,
    protocolOf,
    'ykc' as const,
  )
  .option('--count <n>', 'how many piles', wholeNumber, 10)
  .option('--connectors <n>', 'guns of each pile', wholeNumber, 2)
  .option(
    '--to <host:port>',
    'the edge agent; left out: on this machine, at its usual port',
    address,
  )
  .option('--seed <n>', 'the same seed gives the same cars and the same faults', wholeNumber, 1)
  .option('--seconds <n>', 'how long cars come', wholeNumber, 60)
  .option('--settle <n>', 'how long to wait for the last confirmations, seconds', wholeNumber, 120)
  .option('--faults <kind>', 'none, or field: drops, delays, cuts, reboots, wrong clocks', 'none')
  .option('--pace <kind>', 'show: charges of seconds; field: charges of a car park', 'show')
  .option('--report <file>', 'write the books there as JSON (otherwise to standard output)')
  .option('--print-lists', 'print the piles, cards and VINs for an edge configuration, and stop')
  .action(run)
  .parseAsync();
