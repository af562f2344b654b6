import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { SCHEMAS } from '../../dist/ocpp/schemas.js';
import type { RpcErrorCode } from './rpc/error-codes.ts';
import { isStandardTime } from './time.ts';
import type { OcppVersion } from './version.ts';

export type MessageKind = 'request' | 'response';

/** A place where a payload does not fit its schema. */
export interface SchemaFault {
  /** JSON pointer; for a missing or an unknown property that of the property itself. */
  readonly path: string;
  /** Keyword of JSON schema: `type`, `required`, `enum` … */
  readonly keyword: string;
  readonly message: string;
  /** With `type`: what would be right. */
  readonly wanted: string;
}

/** 2.x part 4 §4.3: what kind of violation a keyword stands for. */
const CODES: Readonly<Record<string, RpcErrorCode>> = {
  type: 'TypeConstraintViolation',
  format: 'TypeConstraintViolation',
  required: 'OccurrenceConstraintViolation',
  minItems: 'OccurrenceConstraintViolation',
  maxItems: 'OccurrenceConstraintViolation',
  additionalProperties: 'FormatViolation',
};

/** The error code for a fault: wrong values, where nothing else fits. */
export const codeOf = ({ keyword }: SchemaFault): RpcErrorCode =>
  CODES[keyword] ?? 'PropertyConstraintViolation';

/** Tenths of an ampere are no binary fractions: 16.3 is a multiple of 0.1 all the same. */
const MULTIPLE_DIGITS = 6;
const SHARED = 'definitions';
const LOCAL_REF = '"#/definitions/';

type Record_ = Readonly<Record<string, unknown>>;

/** Up to the first fault, or all of them: looking for all costs time with each one that is there. */
export type Thoroughness = 'first' | 'all';

/** Validators of one version: each is compiled when its message first comes, and then kept. */
interface Validators {
  readonly ajv: Ajv;
  readonly compiled: Readonly<Record<MessageKind, Map<string, ValidateFunction>>>;
}

const opened: Readonly<Record<Thoroughness, Map<OcppVersion, Validators>>> = {
  first: new Map(),
  all: new Map(),
};

function open(version: OcppVersion, look: Thoroughness): Validators {
  const ajv = new Ajv({
    strict: false,
    allErrors: look === 'all',
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    logger: false,
    multipleOfPrecision: MULTIPLE_DIGITS,
    formats: { 'date-time': isStandardTime, uri: /^[a-z][a-z0-9+.-]*:\S+$/i },
  });
  ajv.addSchema({ $id: SHARED, definitions: JSON.parse(SCHEMAS[version].definitions) });
  return { ajv, compiled: { request: new Map(), response: new Map() } };
}

function textOf(version: OcppVersion, action: string, kind: MessageKind): string | undefined {
  const { requests, responses } = SCHEMAS[version];
  const texts = kind === 'request' ? requests : responses;
  return Object.hasOwn(texts, action) ? texts[action] : undefined;
}

function validatorOf(
  version: OcppVersion,
  action: string,
  kind: MessageKind,
  look: Thoroughness,
): ValidateFunction | undefined {
  const known = opened[look].get(version);
  const compiled = known?.compiled[kind].get(action);
  if (compiled !== undefined) return compiled;
  const text = textOf(version, action, kind);
  if (text === undefined) return undefined;
  const validators = known ?? open(version, look);
  opened[look].set(version, validators);
  const schema: Record_ = JSON.parse(text.replaceAll(LOCAL_REF, `"${SHARED}#/definitions/`));
  const fresh = validators.ajv.compile(schema);
  validators.compiled[kind].set(action, fresh);
  return fresh;
}

/** A property as a part of a JSON pointer. */
const escaped = (name: unknown): string => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

function faultOf({ instancePath, keyword, message = '', params }: ErrorObject): SchemaFault {
  const extra: unknown = params['missingProperty'] ?? params['additionalProperty'];
  const path = extra === undefined ? instancePath : `${instancePath}/${escaped(extra)}`;
  return { path, keyword, message, wanted: keyword === 'type' ? String(params['type']) : '' };
}

/** What is wrong with a payload, in the order of the schema; `undefined`: no such message. */
export function faultsIn(
  version: OcppVersion,
  action: string,
  kind: MessageKind,
  payload: unknown,
  look: Thoroughness = 'all',
): readonly SchemaFault[] | undefined {
  const isValid = validatorOf(version, action, kind, look);
  if (isValid === undefined) return undefined;
  return isValid(payload) ? [] : (isValid.errors ?? []).map(faultOf);
}

/** Names of all messages of a version. */
export const actionsOf = (version: OcppVersion): readonly string[] =>
  Object.keys(SCHEMAS[version].requests);

/** Names of definitions that a schema leads to. */
const refsIn = (text: string): readonly string[] =>
  [...text.matchAll(/"#\/definitions\/([^"]+)"/g)].map((match) => match[1] ?? '');

/** The JSON schema of a message with all that it needs, for forms and pages; `undefined`: none. */
export function schemaOf(
  version: OcppVersion,
  action: string,
  kind: MessageKind,
): Record_ | undefined {
  const text = textOf(version, action, kind);
  if (text === undefined) return undefined;
  const all: Record_ = JSON.parse(SCHEMAS[version].definitions);
  const definitions: Record<string, unknown> = {};
  const wanted = [...refsIn(text)];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (name in definitions) continue;
    definitions[name] = all[name];
    wanted.push(...refsIn(JSON.stringify(all[name] ?? null)));
  }
  const schema: Record_ = JSON.parse(text);
  return { ...schema, definitions };
}
