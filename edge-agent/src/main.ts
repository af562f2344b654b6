import { ConfigError } from '@holdfast/shared/config/faults';
import { FaultError } from '@holdfast/shared/errors/fault';
import { FAULTS } from '@holdfast/shared/errors/table';
import { Command } from 'commander';
import pino, { type Logger } from 'pino';
import { trimHeap } from './adapters/heap.ts';
import { exampleText } from './config/example.ts';
import { type EdgeConfig, readConfig } from './config.ts';
import { type RunningEdge, SOFTWARE, startEdge } from './edge.ts';

/** The configuration is wrong; the agent could not start; it was told to stop and could not in time. */
const EXIT = { config: 2, failed: 1 } as const;
/** Piles, pages and the ledger have so long to come to rest. */
const STOP_MS = 15_000;

interface Options {
  readonly config?: string;
  readonly check?: boolean;
  readonly printExample?: boolean;
}

function sayFaults(error: ConfigError): void {
  const lines = error.faults.map(({ path, zh, en }) => `  ${path || '/'}\n    ${zh}\n    ${en}`);
  process.stderr.write(
    `配置有 ${lines.length} 处错误，没有启动。 The configuration has ${lines.length} fault(s); nothing was started.\n${lines.join('\n')}\n`,
  );
}

function configFrom(file: string): EdgeConfig | undefined {
  try {
    return readConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    sayFaults(error);
    process.exitCode = EXIT.config;
    return undefined;
  }
}

/** Logs go to standard error, so that standard output says only where the agent can be reached. */
const loggerFor = (config: EdgeConfig): Logger =>
  pino(
    {
      level: config.logLevel,
      base: { site: config.siteId },
      messageKey: 'event',
      redact: [
        'secret',
        'token',
        'password',
        'authorization',
        'pskHex',
        '*.secret',
        '*.token',
        '*.password',
        '*.passwordMd5',
      ],
    },
    pino.destination({ fd: 2, sync: false }),
  );

function stopOnSignals(edge: RunningEdge, log: Logger): void {
  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, 'edge-stopping');
    const tooLong = setTimeout(() => process.exit(EXIT.failed), STOP_MS);
    edge
      .stop()
      .then(() => log.info('edge-stopped'))
      .catch((error: unknown) => {
        log.error({ err: error }, 'edge-stop-failed');
        process.exitCode = EXIT.failed;
      })
      .finally(() => {
        clearTimeout(tooLong);
        log.flush();
      });
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

async function run(config: EdgeConfig): Promise<void> {
  const log = loggerFor(config);
  // Twice: what reading program and configuration took need not lie below what starting takes.
  trimHeap();
  try {
    const edge = await startEdge(config, { log });
    stopOnSignals(edge, log);
    trimHeap();
    log.info({ ...edge.addresses, software: SOFTWARE }, 'edge-ready');
    process.stdout.write(`HOLDFAST_READY ${JSON.stringify(edge.addresses)}\n`);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const { zh, en } = FAULTS[error.code];
    process.stderr.write(`${zh}\n${en}\n(${error.code}: ${error.message})\n`);
    process.exitCode = EXIT.failed;
  }
}

async function act(options: Options, command: Command): Promise<void> {
  if (options.printExample === true) {
    process.stdout.write(exampleText());
    return;
  }
  if (options.config === undefined) command.error('say which configuration: --config FILE');
  const config = configFrom(options.config ?? '');
  if (config === undefined) return;
  if (options.check === true) {
    process.stdout.write('配置正确。 The configuration is sound.\n');
    return;
  }
  await run(config);
}

// Not awaited: built, this file is a CommonJS module.
void new Command('edge')
  .description(
    'Holdfast edge agent: speaks to the piles of one site, authorises, prices and records every\ncharge by itself, and syncs with the hub whenever the line allows.',
  )
  .option(
    '--config <file>',
    'the configuration, JSON; every setting stands in edge-agent/CONFIG.md',
  )
  .option('--check', 'only check the configuration, and say everything that is wrong with it')
  .option('--print-example', 'print a configuration to begin with')
  .version(SOFTWARE)
  .addHelpText(
    'after',
    '\nExamples:\n  npm run --silent edge -- --print-example > site.json\n  npm run edge -- --config site.json --check\n  npm run edge -- --config site.json\n\nExit codes: 0 stopped in good order, 1 could not start or stop, 2 wrong configuration.',
  )
  .action(async (options: Options, command: Command) => act(options, command))
  .parseAsync();
