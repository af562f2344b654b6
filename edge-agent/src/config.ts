import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DIALECTS, dialectOf } from '@holdfast/protocols/ykc/dialects';
import { ConfigError, type ConfigFault, faultsOf } from '@holdfast/shared/config/faults';
import { DEFAULT_POLICY, type SettlePolicy } from '@holdfast/shared/money/policy';
import { decimalOf, energyStep, fen } from '@holdfast/shared/units';
import { Settings } from 'typebox/system';
import { Value } from 'typebox/value';
import { guestOf, type Lists, readLists, type Spender } from './config/lists.ts';
import type { PileOcpp } from './config/ocpp-schema.ts';
import { portOf } from './config/ports.ts';
import { ConfigFile } from './config/schema.ts';
import { readSecurity, type SecurityConfig } from './config/security.ts';
import { readTariffs, type TariffBook } from './config/tariff-book.ts';
import { ORDER_RULES, type OrderRules } from './orders/session.ts';

/** So many errors are listed; a file with more is not of this kind. */
const MOST_FAULTS = 500;

export interface PileConfig {
  readonly pileNo: string;
  readonly dialect: string | undefined;
  readonly ratedPowerW: number | null;
  /** `undefined`: nothing is said, as published. */
  readonly ocpp: PileOcpp | undefined;
  /** 广汽: the key of its bodies; `undefined`: they are plain. */
  readonly bodyKey?: BodyKey | undefined;
  /** Who pays charges of nobody here; `null`: nobody, `undefined`: as at the site. */
  readonly guest: Spender | null | undefined;
}

type BodyKey = NonNullable<ConfigFile['piles'][number]['bodyKey']>;
export type FrontConfig = ConfigFile['fronts'][number] & { readonly port: number };

/** The configuration in the product's own terms: exact counts, milliseconds, maps. */
export interface EdgeConfig {
  readonly siteId: string;
  readonly name: string;
  readonly dataFolder: string;
  readonly logLevel: ConfigFile['logLevel'];
  readonly fronts: readonly FrontConfig[];
  readonly api: Omit<ConfigFile['api'], 'token'> & { readonly token: string | null };
  readonly adoptAll: boolean;
  readonly piles: ReadonlyMap<string, PileConfig>;
  readonly tariffs: TariffBook;
  readonly lists: Lists;
  /** Who pays charges without a card that is known; `null`: they are refused. */
  readonly guest: Spender | null;
  readonly hub: HubConfig | null;
  readonly policy: SettlePolicy;
  readonly reactionMs: number;
  readonly rules: OrderRules;
  readonly limits: ConfigFile['limits'];
  readonly security: SecurityConfig;
  /** `null`: piles fetch and bring no files here. */
  readonly files: NonNullable<ConfigFile['files']> | null;
  /** `days: 0`: no diary of frames. */
  readonly frames: { readonly days: number; readonly bytes: number };
  readonly ledger: { readonly coreBytes: number; readonly bulkBytes: number };
}

/** The line to the hub: a lane for each vendor, those of the fronts where the file names none. */
type HubConfig = NonNullable<ConfigFile['hub']> & { readonly vendors: readonly string[] };

function hubOf({ hub, fronts }: ConfigFile): HubConfig | null {
  if (hub === undefined) return null;
  const spoken = fronts.map(({ protocol }) => protocol).filter((protocol) => protocol !== 'listen');
  return { ...hub, vendors: hub.vendors ?? [...new Set(spoken)] };
}

type Report = (fault: ConfigFault) => void;

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
/** Whether only this machine can reach an address that is listened on. */
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);

function readPiles(file: ConfigFile, report: Report): ReadonlyMap<string, PileConfig> {
  const piles = new Map<string, PileConfig>();
  for (const [n, pile] of file.piles.entries()) {
    const { pileNo, dialect, ratedKw, ocpp, bodyKey, guest: told } = pile;
    if (piles.has(pileNo)) {
      report({
        path: `/piles/${n}/pileNo`,
        zh: '与前面的桩号重复，请只留一项。',
        en: 'The same as an earlier pile: keep one.',
      });
    }
    if (dialect !== undefined && dialectOf(dialect) === undefined) {
      const known = DIALECTS.map(({ id }) => id).join(', ');
      report({
        path: `/piles/${n}/dialect`,
        zh: `没有这个方言，可用的有：${known}。`,
        en: `No such dialect; there are ${known}.`,
      });
    }
    const ratedPowerW = ratedKw === undefined ? null : Math.round(ratedKw * 1_000);
    const guest = told === undefined ? undefined : told === false ? null : guestOf(told);
    piles.set(pileNo, { pileNo, dialect, ratedPowerW, ocpp, bodyKey, guest });
  }
  return piles;
}

function checkListeners(file: ConfigFile, report: Report): void {
  if (!isLoopback(file.api.host) && file.api.token === undefined) {
    report({
      path: '/api/token',
      zh: 'API 对网络开放时必须设置 token（至少 16 个字符）。',
      en: 'The API listens on the network: set a token of at least 16 characters.',
    });
  }
  const used = new Map([[file.api.port, '/api/port']]);
  for (const [n, front] of file.fronts.entries()) {
    const port = portOf(front);
    const before = used.get(port);
    if (port !== 0 && before !== undefined) {
      report({
        path: `/fronts/${n}/port`,
        zh: `与 ${before} 的端口相同。`,
        en: `The same port as ${before}.`,
      });
    }
    used.set(port, `/fronts/${n}/port`);
  }
}

const rulesOf = ({ limits }: ConfigFile): OrderRules => ({
  ...ORDER_RULES,
  confirmMs: limits.startConfirmSeconds * 1_000,
  plugMs: limits.plugSeconds * 1_000,
  recordWaitMs: limits.recordWaitSeconds * 1_000,
  lostWaitMs: limits.lostWaitSeconds * 1_000,
  samples: limits.samplesPerCharge,
});

const policyOf = ({ billing }: ConfigFile): SettlePolicy => ({
  ...DEFAULT_POLICY,
  billed: billing.billed,
  energyTolerance: energyStep(decimalOf(billing.energyToleranceKwh, 4) ?? 0n),
  fenPerRow: fen(BigInt(billing.fenPerRow)),
  clockToleranceMs: billing.clockToleranceSeconds * 1_000,
  jumpPercent: billing.jumpPercent,
});

function schemaFaults(json: unknown): readonly ConfigFault[] {
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: MOST_FAULTS });
  try {
    return faultsOf(Value.Errors(ConfigFile, json));
  } finally {
    Settings.Set({ maxErrors });
  }
}

const MEGABYTE = 1_048_576;

/**
 * Reads a configuration from JSON. `folder`: what relative paths start from.
 * Throws `ConfigError` with everything that is wrong.
 */
export function configOf(json: unknown, folder: string): EdgeConfig {
  const filled = Value.Default(ConfigFile, Value.Clone(json));
  const faults = [...schemaFaults(filled)];
  if (!Value.Check(ConfigFile, filled)) throw new ConfigError(faults);
  const file = filled;
  const report: Report = (fault) => void faults.push(fault);
  checkListeners(file, report);
  const config: EdgeConfig = {
    siteId: file.siteId,
    name: file.name,
    dataFolder: path.resolve(folder, file.dataFolder),
    logLevel: file.logLevel,
    fronts: file.fronts.map((front) => ({ ...front, port: portOf(front) })),
    api: { ...file.api, token: file.api.token ?? null },
    adoptAll: file.adoptAll,
    piles: readPiles(file, report),
    tariffs: readTariffs(file.tariffs, file.tariff, report),
    lists: readLists(file, report),
    guest: file.guest === undefined ? null : guestOf(file.guest),
    hub: hubOf(file),
    policy: policyOf(file),
    reactionMs: file.billing.reactionSeconds * 1_000,
    rules: rulesOf(file),
    limits: file.limits,
    security: readSecurity(
      file,
      (name) => readFileSync(path.resolve(folder, name), 'utf8'),
      report,
    ),
    files: file.files ?? null,
    frames: { days: file.frames.days, bytes: file.frames.mb * MEGABYTE },
    ledger: { coreBytes: file.ledger.coreMb * MEGABYTE, bulkBytes: file.ledger.bulkMb * MEGABYTE },
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function fileFault(file: string, error: unknown): ConfigError {
  const why = error instanceof Error ? error.message : String(error);
  return new ConfigError([
    {
      path: '',
      zh: `读不了配置文件 ${file}：${why}`,
      en: `The configuration ${file} cannot be read: ${why}`,
    },
  ]);
}

/** Reads and checks a configuration file. Throws `ConfigError`. */
export function readConfig(file: string): EdgeConfig {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fileFault(file, error);
  }
  return configOf(json, path.dirname(path.resolve(file)));
}
