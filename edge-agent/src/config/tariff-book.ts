import type { ConfigFault } from '@holdfast/shared/config/faults';
import type { Tariff } from '@holdfast/shared/money/tariff';
import { checkTariff, pileMisfitsOf } from '@holdfast/shared/money/tariff-check';
import { instantOfIso } from '@holdfast/shared/time/shanghai';

/** A version of the prices and when it begins to hold. */
export interface DatedTariff {
  readonly tariff: Tariff;
  /** Epoch milliseconds; 0: it has always held. */
  readonly validFromMs: number;
}

/** Every version that the site knows; one tariff id is current. */
export interface TariffBook {
  readonly versions: readonly DatedTariff[];
  readonly current: string | null;
}

/** The version in force at an instant: of the current tariff the one that began last. */
export function tariffAt({ versions, current }: TariffBook, atMs: number): Tariff | undefined {
  let found: DatedTariff | undefined;
  for (const dated of versions) {
    if (dated.tariff.tariffId !== current || dated.validFromMs > atMs) continue;
    const later =
      found === undefined ||
      dated.validFromMs > found.validFromMs ||
      (dated.validFromMs === found.validFromMs && dated.tariff.version > found.tariff.version);
    if (later) found = dated;
  }
  return found?.tariff;
}

/** When the tariff in force changes next; `undefined`: no change is known. */
export function nextChangeAfter(
  { versions, current }: TariffBook,
  atMs: number,
): number | undefined {
  const coming = versions
    .filter((dated) => dated.tariff.tariffId === current && dated.validFromMs > atMs)
    .map((dated) => dated.validFromMs);
  return coming.length === 0 ? undefined : Math.min(...coming);
}

/** The version that a pile holds, by the tag that it compares. */
export const tariffOfModel = ({ versions }: TariffBook, modelNo: string): Tariff | undefined =>
  versions.find(({ tariff }) => tariff.modelNo === modelNo.toLowerCase())?.tariff;

const MISFITS = {
  'more-than-four-kinds': ['桩只支持尖峰平谷四种费率。', 'Piles hold four rates at most.'],
  'loss-ratio-not-whole-percent': [
    '计损比例须为整数百分比。',
    'Piles hold the loss ratio in whole percent.',
  ],
} as const;

type Report = (fault: ConfigFault) => void;

function readVersion(json: Readonly<Record<string, unknown>>, path: string, report: Report) {
  const { validFrom, ...rest } = json;
  const checked = checkTariff(rest);
  if (!checked.ok) {
    for (const error of checked.errors) {
      report({ path: `${path}/${error.path}`, zh: `计费模型有误：${error.text}`, en: error.text });
    }
    return undefined;
  }
  for (const misfit of pileMisfitsOf(checked.tariff)) {
    const [zh, en] = MISFITS[misfit];
    report({ path, zh, en });
  }
  if (validFrom === undefined) return { tariff: checked.tariff, validFromMs: 0 };
  const validFromMs = typeof validFrom === 'string' ? instantOfIso(validFrom) : undefined;
  if (validFromMs === undefined) {
    report({
      path: `${path}/validFrom`,
      zh: '请写成 2026-01-01T00:00:00+08:00 这样的时间。',
      en: 'Write a time like 2026-01-01T00:00:00+08:00.',
    });
  }
  return { tariff: checked.tariff, validFromMs: validFromMs ?? 0 };
}

/** Two versions under one number, or one tag for two of them: a pile could not tell them apart. */
function reportDoubles(versions: ReadonlyMap<number, DatedTariff>, report: Report): void {
  const seen = new Map<string, string>();
  for (const [n, { tariff }] of versions) {
    const name = `${tariff.tariffId} ${tariff.version}`;
    for (const [key, field] of [
      [`name ${name}`, 'version'],
      [`model ${tariff.modelNo}`, 'modelNo'],
    ] as const) {
      const before = seen.get(key);
      if (before !== undefined) {
        report({
          path: `/tariffs/${n}/${field}`,
          zh: `与 ${before} 重复，每个版本要用自己的值。`,
          en: `The same as ${before}: each version needs its own.`,
        });
      }
      seen.set(key, `/tariffs/${n}`);
    }
  }
}

/** Reads the tariffs of a configuration and reports everything that is wrong with them. */
export function readTariffs(
  list: readonly unknown[],
  current: string | undefined,
  report: Report,
): TariffBook {
  const read = new Map<number, DatedTariff>();
  for (const [n, json] of list.entries()) {
    if (typeof json !== 'object' || json === null) continue;
    const version = readVersion({ ...json }, `/tariffs/${n}`, report);
    if (version !== undefined) read.set(n, version);
  }
  reportDoubles(read, report);
  const versions = [...read.values()];
  const known = versions.some(({ tariff }) => tariff.tariffId === current);
  if (current !== undefined && !known && versions.length === list.length) {
    report({
      path: '/tariff',
      zh: `tariffs 中没有 tariffId 为 ${current} 的计费模型。`,
      en: `No tariff in tariffs has the tariffId ${current}.`,
    });
  }
  return { versions, current: current ?? null };
}
