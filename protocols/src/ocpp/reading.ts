import type { RpcErrorCode } from './rpc/error-codes.ts';
import { codeOf, faultsIn, type MessageKind, type SchemaFault } from './schemas.ts';
import { type Deviation, repair } from './tolerant.ts';
import type { OcppVersion } from './version.ts';

/** Strict: the text decides (certification). Tolerant: what can be mended is, and is noted. */
export type ReadMode = 'strict' | 'tolerant';

export type PayloadReading =
  | {
      readonly ok: true;
      readonly payload: Readonly<Record<string, unknown>>;
      readonly deviations: readonly Deviation[];
    }
  | {
      readonly ok: false;
      /** In the spelling of 2.x; the endpoint writes that of the version. */
      readonly code: RpcErrorCode;
      readonly description: string;
    };

/**
 * Messages with money or the state of a connector in them: a station that gets an error for one
 * repeats it, or throws it away. Tolerantly read they always pass, with whatever fields there are.
 */
const NEVER_REFUSED: ReadonlySet<string> = new Set([
  'MeterValues',
  'StartTransaction',
  'StatusNotification',
  'StopTransaction',
  'TransactionEvent',
]);

const refusalOf = (fault: SchemaFault): PayloadReading => {
  const { path, message } = fault;
  return { ok: false, code: codeOf(fault), description: `${path} ${message}`.trim() };
};

function read(
  message: { readonly version: OcppVersion; readonly action: string; readonly kind: MessageKind },
  payload: Readonly<Record<string, unknown>>,
  mode: ReadMode,
): PayloadReading {
  const { version, action, kind } = message;
  const faults = faultsIn(version, action, kind, payload, 'first');
  if (faults === undefined) {
    return { ok: false, code: 'NotImplemented', description: `${version} has no ${action}` };
  }
  const [first] = faults;
  if (first === undefined) return { ok: true, payload, deviations: [] };
  if (mode === 'strict') return refusalOf(first);
  const repaired = repair(message, payload, kind === 'request' && NEVER_REFUSED.has(action));
  const [left] = repaired.faults;
  if (left !== undefined) return refusalOf(left);
  return { ok: true, payload: repaired.payload, deviations: repaired.deviations };
}

/**
 * Reads the payload of a request. Strict: refused at the first fault. Tolerant: mended, with the list
 * of deviations; `MeterValues`, `StartTransaction`, `StatusNotification`, `StopTransaction` and
 * `TransactionEvent` are then never refused, and any of their fields may be missing.
 */
export const readRequest = (
  version: OcppVersion,
  action: string,
  payload: Readonly<Record<string, unknown>>,
  mode: ReadMode,
): PayloadReading => read({ version, action, kind: 'request' }, payload, mode);

/** Reads the payload of an answer, likewise; it may be refused in both modes. */
export const readResponse = (
  version: OcppVersion,
  action: string,
  payload: Readonly<Record<string, unknown>>,
  mode: ReadMode,
): PayloadReading => read({ version, action, kind: 'response' }, payload, mode);
