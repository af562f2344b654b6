import type { FaultCode } from '@holdfast/shared/errors/table';
import type { FileStatus } from './budget.ts';

/** What a thread can be asked for: each operation takes one plain value and returns one. */
export type Ops<T> = { readonly [K in keyof T]: (input: never) => unknown };

/** One question; answers come in the order of the questions, so none needs a number. */
export type Question = readonly [op: string, input: unknown];

export interface FaultText {
  readonly code: FaultCode;
  readonly detail: string;
}

/** Answers to a run of questions; a fault stands for the value at its index. */
export interface Answers {
  readonly values: readonly unknown[];
  readonly faults: readonly (readonly [index: number, fault: FaultText])[];
  readonly status: FileStatus;
}

/** The first word of a thread: it is up, or it will not start. */
export type FirstWord =
  | { readonly ready: true; readonly value: unknown; readonly status: FileStatus }
  | { readonly ready: false; readonly fault: FaultText };
