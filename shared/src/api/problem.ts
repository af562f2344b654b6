import { FaultError } from '../errors/fault.ts';
import { FAULTS, type FaultCode } from '../errors/table.ts';
import type { Problem } from './resources.ts';

export const PROBLEM_TYPE = 'application/problem+json';

/** The problem document of a fault: words of the table, what exactly, and which fields. */
export function problemOf(
  code: FaultCode,
  detail?: string,
  errors?: readonly { readonly path: string; readonly message: string }[],
): Problem {
  const fault = FAULTS[code];
  return {
    type: 'about:blank',
    title: fault.en,
    titleZh: fault.zh,
    status: fault.status,
    code,
    ...(detail === undefined ? {} : { detail }),
    retry: fault.retry,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

const BY_STATUS: Readonly<Record<number, FaultCode>> = {
  400: 'invalid-input',
  401: 'not-logged-in',
  403: 'forbidden',
  404: 'not-found',
  413: 'too-large',
  415: 'invalid-input',
  429: 'too-many-requests',
};

/** An error as an HTTP framework throws it. */
interface HttpError {
  readonly statusCode?: number;
  readonly message: string;
  readonly validationContext?: string;
  readonly validation?: readonly {
    readonly keyword: string;
    readonly instancePath: string;
    readonly message?: string;
  }[];
}

/** Which fields, and what is wrong with each; `boolean` only repeats `additionalProperties`. */
function fieldErrors({ validation, validationContext = 'body' }: HttpError) {
  return validation
    ?.filter(({ keyword }) => keyword !== 'boolean')
    .map(({ instancePath, message }) => ({
      path: `${validationContext}${instancePath.replaceAll('/', '.')}`,
      message: message ?? 'does not fit',
    }));
}

/** The problem of any error that a request met; `undefined`: a bug, to be logged and not told. */
export function problemOfError(error: FaultError | HttpError): Problem | undefined {
  if (error instanceof FaultError) return problemOf(error.code, error.message);
  const code = BY_STATUS[error.statusCode ?? 500];
  return code === undefined ? undefined : problemOf(code, error.message, fieldErrors(error));
}
