import { ConfigError } from '@holdfast/shared/config/faults';
import { FaultError } from '@holdfast/shared/errors/fault';
import { FAULTS } from '@holdfast/shared/errors/table';
import { Command } from 'commander';
import { pino } from 'pino';
import { type HubConfig, readHubConfig } from './config.ts';
import { type RunningHub, startHub } from './hub.ts';

/** A configuration to begin with: `npm run hub -- --print-example`. */
const EXAMPLE = {
  dataFolder: './hub-data',
  http: { host: '127.0.0.1', port: 8080 },
  broker: { kind: 'embedded', host: '0.0.0.0', port: 1883 },
  sites: [
    {
      siteId: 'site-01',
      name: '示范站 Example site',
      vendors: ['ykc'],
      secret: 'change-me-please',
    },
  ],
};

interface Options {
  readonly config: string;
  readonly check?: boolean;
}

function configOrExit(file: string): HubConfig {
  try {
    return readHubConfig(file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { path, zh, en } of error.faults) {
      process.stderr.write(`${file} ${path || '/'}: ${en} ${zh}\n`);
    }
    process.exit(2);
  }
}

function introduce({ url, mqttPort, firstLogin }: RunningHub): void {
  if (firstLogin !== undefined) {
    const { user, password } = firstLogin;
    process.stdout.write(`First login, shown once 初次登录（只显示一次）: ${user} / ${password}\n`);
  }
  const ready = { http: url, mqtt: mqttPort, ...(firstLogin && { firstLogin }) };
  process.stdout.write(`HOLDFAST_READY ${JSON.stringify(ready)}\n`);
}

async function run(options: Options): Promise<void> {
  const config = configOrExit(options.config);
  if (options.check === true) {
    process.stdout.write(`${options.config} is fine 配置正确\n`);
    return;
  }
  const log = pino({ base: { app: 'hub' }, level: 'info' });
  const hub = await startHub(config, log);
  introduce(hub);
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    void hub.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}

const command = new Command('npm run hub --')
  .description('The cloud hub: broker, order store, API and dashboard in one process.')
  .option('--config <file>', 'configuration file (JSON)', 'hub.json')
  .option('--check', 'only say whether the configuration is right')
  .option('--print-example', 'print a configuration to begin with')
  .action(async (options: Options & { printExample?: boolean }) => {
    if (options.printExample === true) {
      process.stdout.write(`${JSON.stringify(EXAMPLE, null, 2)}\n`);
      return;
    }
    await run(options);
  });

/** Why the hub could not start, in words of whoever starts it; `undefined`: a bug. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof FaultError) {
    const { en, zh } = FAULTS[error.code];
    return `${error.message}\n→ ${en} ${zh}`;
  }
  return undefined;
}

// Not awaited: built, this file is a CommonJS module.
void command.parseAsync().catch((error: unknown) => {
  const reason = reasonOf(error);
  if (reason === undefined) throw error;
  process.stderr.write(`${reason}\n`);
  process.exit(1);
});
