import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { OperationCatalogue } from '../../ports/site.ts';
import { noTradeNo } from '../ykc/map.ts';
import type { GqaaState } from './state.ts';
import { ask, emit, type GqaaStep, step } from './step.ts';

/* What a person may ask of a pile by name ([GQAA-OP-1]). */

type Operate = Extract<PileCommand, { do: 'operate' }>;

const strict = { type: 'object', additionalProperties: false } as const;
const GUN_MAX = 255;

const SCHEMAS: Readonly<Record<string, unknown>> = {
  Call: {
    ...strict,
    properties: { gunNo: { type: 'integer', minimum: 0, maximum: GUN_MAX, default: 0 } },
  },
  RecallOrder: {
    ...strict,
    properties: {
      tradeNo: {
        type: 'string',
        pattern: '^[0-9A-Fa-f]{32}$',
        description: 'left out: every order that the pile keeps',
      },
    },
  },
  UploadLog: {
    ...strict,
    properties: {
      url: { type: 'string', minLength: 1, maxLength: 192, pattern: '^[\\x21-\\x7e]+$' },
      from: { type: 'string', format: 'date-time' },
      to: { type: 'string', format: 'date-time' },
    },
    required: ['url'],
  },
};

export const OPERATIONS: OperationCatalogue = {
  protocol: 'gqaa',
  operations: Object.keys(SCHEMAS).map((name) => ({
    name,
    schema: () => Promise.resolve(SCHEMAS[name]),
  })),
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (parameters: unknown): Fields =>
  typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
    ? { ...parameters }
    : {};

/** A time of the parameters; `undefined` when it is none. */
function timeOf(value: unknown): number | null | undefined {
  if (value === undefined) return null;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

function uploadLog(state: GqaaState, wish: Operate, { url, from, to }: Fields) {
  const [fromMs, toMs] = [timeOf(from), timeOf(to)];
  if (typeof url !== 'string' || !/^[\x21-\x7e]{1,192}$/.test(url)) return undefined;
  if (fromMs === undefined || toMs === undefined) return undefined;
  const body = { url, fromTime: utcTimeOf(fromMs), toTime: utcTimeOf(toMs) };
  return ask(state, 'log', 0, body, wish);
}

function recallOrder(state: GqaaState, wish: Operate, { tradeNo = noTradeNo }: Fields) {
  if (typeof tradeNo !== 'string' || !/^[0-9A-Fa-f]{32}$/.test(tradeNo)) return undefined;
  return ask(state, 'recall', 0, { tradeNo: tradeNo.toUpperCase() }, wish);
}

function callGun(state: GqaaState, wish: Operate, { gunNo = 0 }: Fields) {
  const known = typeof gunNo === 'number' && Number.isInteger(gunNo);
  if (!known || gunNo < 0 || gunNo > GUN_MAX) return undefined;
  return ask(state, 'call', gunNo, {}, wish);
}

const ASKS: Readonly<
  Record<string, (state: GqaaState, wish: Operate, fields: Fields) => GqaaStep | undefined>
> = { Call: callGun, RecallOrder: recallOrder, UploadLog: uploadLog };

/** Does what the name says; what it does not know, or cannot be told, is refused. */
export function operate(state: GqaaState, wish: Operate): GqaaStep {
  const known = Object.hasOwn(ASKS, wish.operation) ? ASKS[wish.operation] : undefined;
  const asked = known?.(state, wish, fieldsOf(wish.parameters));
  if (asked !== undefined) return asked;
  const { request } = wish;
  const why = known === undefined ? 'no such operation' : 'parameters that do not fit';
  return step(state, emit({ type: 'Operated', request, outcome: 'refused', answer: { why } }));
}
