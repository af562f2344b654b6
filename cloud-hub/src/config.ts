import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, type ConfigFault, faultsOf } from '@holdfast/shared/config/faults';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

const closed = { additionalProperties: false } as const;
const Name = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

const Listener = (port: number) =>
  Type.Object(
    {
      host: Type.String({ default: '127.0.0.1', description: 'loopback unless you open it' }),
      port: Type.Integer({ minimum: 0, maximum: 65_535, default: port }),
    },
    { ...closed, default: {} },
  );

const EmbeddedBroker = Type.Object(
  {
    kind: Type.Literal('embedded'),
    host: Type.String({ default: '127.0.0.1' }),
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 1883 }),
  },
  closed,
);

const ForeignBroker = Type.Object(
  {
    kind: Type.Literal('mqtt'),
    vendors: Type.Array(
      Type.Object(
        {
          vendor: Name,
          url: Type.String({
            pattern: '^(mqtts?|wss?)://',
            description: 'virtual host of a vendor',
          }),
          user: Type.Optional(Type.String({ minLength: 1 })),
          password: Type.Optional(Type.String({ minLength: 1 })),
        },
        closed,
      ),
      { minItems: 1, maxItems: 16 },
    ),
  },
  closed,
);

/** The hub's configuration file. Unknown keys are refused; every error is listed at once. */
export const HubConfig = Type.Object(
  {
    dataFolder: Type.String({ minLength: 1, description: 'SQLite store; made when missing' }),
    http: Listener(8080),
    broker: Type.Union([EmbeddedBroker, ForeignBroker], {
      default: { kind: 'embedded', host: '127.0.0.1', port: 1883 },
    }),
    sites: Type.Array(
      Type.Object(
        {
          siteId: Name,
          name: Type.String({ minLength: 1, maxLength: 100 }),
          vendors: Type.Array(Name, { minItems: 1, maxItems: 16 }),
          secret: Type.String({ minLength: 12, description: "the site's password at the broker" }),
        },
        closed,
      ),
      { default: [], maxItems: 10_000 },
    ),
    loginHours: Type.Integer({ minimum: 1, maximum: 720, default: 12 }),
  },
  closed,
);
export type HubConfig = Static<typeof HubConfig>;

function doubles({ sites }: HubConfig): readonly ConfigFault[] {
  const seen = new Set<string>();
  return sites.flatMap(({ siteId }, n) => {
    const isDouble = seen.has(siteId);
    seen.add(siteId);
    if (!isDouble) return [];
    const zh = '与前面的场站编号重复，请只留一项。';
    return [{ path: `/sites/${n}/siteId`, zh, en: 'The same as an earlier site: keep one.' }];
  });
}

/** Two vendors at one virtual host would hear each other's words ([SYNC-12]). */
function shared({ broker }: HubConfig): readonly ConfigFault[] {
  if (broker.kind !== 'mqtt') return [];
  const seen = new Set<string>();
  return broker.vendors.flatMap(({ url, user = '' }, n) => {
    const host = `${user} ${url}`;
    const isShared = seen.has(host);
    seen.add(host);
    if (!isShared) return [];
    const zh = '与前面的桩企共用了同一个 broker 虚拟主机，请各用一个。';
    const en = 'The same virtual host as an earlier vendor: give each its own.';
    return [{ path: `/broker/vendors/${n}/url`, zh, en }];
  });
}

/** Reads a configuration from JSON; throws `ConfigError` with everything that is wrong. */
export function hubConfigOf(json: unknown, folder: string): HubConfig {
  const filled = Value.Default(HubConfig, Value.Clone(json));
  if (!Value.Check(HubConfig, filled)) {
    throw new ConfigError(faultsOf(Value.Errors(HubConfig, filled)));
  }
  const faults = [...doubles(filled), ...shared(filled)];
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...filled, dataFolder: path.resolve(folder, filled.dataFolder) };
}

/** Reads and checks a configuration file. Throws `ConfigError`. */
export function readHubConfig(file: string): HubConfig {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([
      { path: '', zh: `读不了配置文件 ${file}：${why}`, en: `${file} cannot be read: ${why}` },
    ]);
  }
  return hubConfigOf(json, path.dirname(path.resolve(file)));
}
