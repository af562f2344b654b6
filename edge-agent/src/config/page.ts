import { ConfigFile } from './schema.ts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function valuesOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(' ');
  const bounds = schema.minimum === undefined ? '' : ` ${schema.minimum}…${schema.maximum}`;
  if (schema.pattern !== undefined) return `string \`${schema.pattern.replaceAll('|', '\\|')}\``;
  return `${schema.type ?? 'object'}${bounds}`;
}

/** Shown where a value may be left out; the defaults of a whole section stand at its members. */
function defaultOf(schema: Schema, needed: boolean): string {
  if (needed && schema.default === undefined) return '**needed**';
  if (schema.default === undefined) return '–';
  return schema.properties === undefined ? `\`${JSON.stringify(schema.default)}\`` : '–';
}

function rowsOf(schema: Schema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const at = `${path}${name}`;
    const needed = schema.required?.includes(name) ?? false;
    const row = `| \`${at}\` | ${valuesOf(member)} | ${defaultOf(member, needed)} | ${member.description ?? ''} |`;
    const inner = member.items ?? member;
    return [row, ...rowsOf(inner, member.items === undefined ? `${at}.` : `${at}[].`)];
  });
}

/** `CONFIG.md`: every setting, its values, its default and its meaning, from the schema itself. */
export const configPage = (): string =>
  [
    '# Configuration of the edge agent',
    '',
    'One JSON file: `npm run edge -- --config FILE`. `--check` only checks it, `--print-example` prints one to begin with. A wrong file is refused with every error at once, and the process does not start (exit code 2). This page is generated from the schema (`config/page.ts`).',
    '',
    'A tariff (`tariffs[]`) has besides `validFrom` the fields `tariffId`, `version`, `modelNo`, `rates[].electricity`, `rates[].service`, `slots` and `lossRatio`; see the example.',
    '',
    '| setting | values | default | meaning |',
    '|---|---|---|---|',
    ...rowsOf(JSON.parse(JSON.stringify(ConfigFile)) as Schema, ''),
    '',
  ].join('\n');
