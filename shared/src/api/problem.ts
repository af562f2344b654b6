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
