import type { FaultCode } from './table.ts';

/** An operation failed (disk, broker, device, request). Carries a code of the fault table, never thrown for bugs. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly code: FaultCode;
  constructor(code: FaultCode, detail: string, cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
