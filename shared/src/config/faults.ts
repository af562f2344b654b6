/** One thing that is wrong with a configuration: where, and what to do, in both languages. */
export interface ConfigFault {
  /** `/piles/3/pileNo`; empty for the whole file. */
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

/** Every fault of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly ConfigFault[];
  constructor(faults: readonly ConfigFault[]) {
    super(faults.map((fault) => `${fault.path || '/'}: ${fault.en}`).join('\n'));
    this.faults = faults;
  }
}

/** A schema error as TypeBox (and ajv) gives it. */
export interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/** Parameters of the keywords that have some. */
interface Params {
  readonly limit?: unknown;
  readonly requiredProperties?: unknown;
  readonly additionalProperties?: unknown;
  readonly type?: unknown;
  readonly allowedValues?: unknown;
  readonly pattern?: unknown;
}

const listOf = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : String(value);

const TYPES_ZH: Readonly<Record<string, string>> = {
  string: '字符串',
  number: '数字',
  integer: '整数',
  boolean: 'true 或 false',
  object: '对象 {…}',
  array: '列表 […]',
};

type Words = readonly [zh: string, en: string];

/** What to do about a schema fault; the keywords are those of JSON Schema. */
function wordsOf({ keyword, params, message }: SchemaFault): Words {
  const given: Params = params;
  const limit = String(given.limit);
  switch (keyword) {
    case 'required': {
      const names = listOf(given.requiredProperties);
      return [`请补上：${names}。`, `Add ${names}.`];
    }
    case 'additionalProperties': {
      const names = listOf(given.additionalProperties);
      return [
        `没有这个设置，请检查拼写或删除：${names}。`,
        `No such setting: check the spelling of ${names}, or remove it.`,
      ];
    }
    case 'type': {
      const type = listOf(given.type);
      return [`应为${TYPES_ZH[type] ?? type}。`, `Write a value of type ${type}.`];
    }
    case 'enum': {
      const values = listOf(given.allowedValues);
      return [`只能是：${values}。`, `Use one of ${values}.`];
    }
    case 'pattern': {
      const pattern = String(given.pattern);
      return [`格式不对，应匹配 ${pattern}。`, `The form is wrong: it must match ${pattern}.`];
    }
    case 'minimum':
    case 'exclusiveMinimum':
      return [`太小，下限是 ${limit}。`, `Too small; the least is ${limit}.`];
    case 'maximum':
    case 'exclusiveMaximum':
      return [`太大，上限是 ${limit}。`, `Too large; the most is ${limit}.`];
    case 'minLength':
    case 'minItems':
      return [`太短，至少 ${limit}。`, `Too short; at least ${limit}.`];
    case 'maxLength':
    case 'maxItems':
      return [`太长，至多 ${limit}。`, `Too long; at most ${limit}.`];
    case 'uniqueItems':
      return ['有重复的项，请删除。', 'Some items are the same: remove the doubles.'];
    default:
      return [`不符合要求（${keyword}）。`, `${message}.`];
  }
}

/** Schema faults in a person's words; `boolean` only repeats what `additionalProperties` says. */
export const faultsOf = (faults: readonly SchemaFault[]): readonly ConfigFault[] =>
  faults
    .filter((fault) => fault.keyword !== 'boolean')
    .map((fault) => {
      const [zh, en] = wordsOf(fault);
      return { path: fault.instancePath, zh, en };
    });
